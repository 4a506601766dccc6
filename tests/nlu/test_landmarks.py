"""Landmarks, crossings and bridges: known ones by writing and by sound, others by their common noun; usual writing."""

from __future__ import annotations

import pytest

from nlu.meaning import Expecting
from tests.nlu.looking import place, places

KNOWN = [
    ("金沢駅の西口です", "カナザワエキノニシグチデス", "金沢駅の西口"),
    ("近江町市場の前の道です", "オーミチョーイチバノマエノミチデス", "近江町市場の前"),
    ("兼六園下の交差点です", "ケンロクエンシタノコーサテンデス", "兼六園下の交差点"),
    ("武蔵の交差点の角です", "ムサシノコーサテンノカドデス", "武蔵の交差点の角"),
    ("犀川大橋の上で水がにじんでます", "サイガワオーハシノウエデミズガニジンデマス", "犀川大橋の上"),
    ("浅野川大橋のたもとです", "アサノガワオーハシノタモトデス", "浅野川大橋のたもと"),
    ("県立中央病院の横です", "ケンリツチューオービョーインノヨコデス", "県立中央病院の横"),
    ("金沢大学の前です", "カナザワダイガクノマエデス", "金沢大学の前"),
    ("尾山神社の門の前です", "オヤマジンジャノモンノマエデス", "尾山神社の門の前"),
    ("西金沢駅の東口です", "ニシカナザワエキノヒガシグチデス", "西金沢駅の東口"),
    ("ひがし茶屋街の入口です", "ヒガシチャヤガイノイリグチデス", "ひがし茶屋街の入口"),
    ("泉野図書館の裏です", "イズミノトショカンノウラデス", "泉野図書館の裏"),
    ("金沢港のクルーズターミナルの前", "カナザワコーノクルーズターミナルノマエ", "金沢港のクルーズターミナルの前"),
]


@pytest.mark.parametrize(("written", "heard", "landmark"), KNOWN)
def test_a_known_landmark_comes_out_in_usual_writing(written: str, heard: str, landmark: str) -> None:
    for text in (written, heard):
        found = place(text, Expecting.ANYTHING)
        assert found is not None, text
        assert (found.landmark, found.town) == (landmark, None), text


@pytest.mark.parametrize(
    ("heard", "landmark"),
    [
        ("オミチョイチバノイリグチ", "近江町市場の入口"),
        ("ケンリツチューオービョインノトナリ", "県立中央病院の隣"),
        ("ケンロクエンカノコーサテンデス", "兼六園下の交差点"),
        ("カナザワダイガクノオモンノマエ", "金沢大学"),
        ("モリモトエキノマエデス", "森本駅の前"),
        ("サイガワオハシノテマエ", "犀川大橋の手前"),
    ],
)
def test_a_known_landmark_is_heard_through_slips(heard: str, landmark: str) -> None:
    found = place(heard)
    assert found is not None
    assert found.landmark == landmark


@pytest.mark.parametrize(
    ("heard", "landmark"),
    [
        ("ナガドヘニチョーメノショーガッコーノマエデス", "小学校の前"),
        ("コンビニノチュウシャジョーデス", "コンビニの駐車場"),
        ("イズミガオカニチョーメノユービンキョクノムカイデス", "郵便局の向かい"),
        ("キョーカイノトナリデス", "教会の隣"),
    ],
)
def test_a_common_noun_comes_out_in_usual_writing(heard: str, landmark: str) -> None:
    found = place(heard)
    assert found is not None
    assert found.landmark == landmark


@pytest.mark.parametrize(
    ("said", "town", "landmark"),
    [
        ("香林坊交差点です", "香林坊", "香林坊交差点"),
        ("香林坊の交差点です", "香林坊", "交差点"),
        ("コーリンボーノコーサテンデス", "香林坊", "交差点"),
        ("鞍月東二丁目の県立中央病院の横", "鞍月東", "県立中央病院の横"),
        ("橋場町の浅野川大橋のたもとです", "橋場町", "浅野川大橋のたもと"),
        ("8号線の西念の交差点です", "西念", "交差点"),  # a road is long: the crossing tells more
        ("三馬です、三馬小学校の近くです", "三馬", "三馬小学校の近く"),
    ],
)
def test_a_landmark_stands_beside_its_town(said: str, town: str, landmark: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.landmark) == (town, landmark)


@pytest.mark.parametrize("said", ["西金沢駅の近くです", "野町駅の前", "天神橋のそば", "尾山神社の横", "泉丘高校の正門"])
def test_the_town_within_a_landmarks_name_was_not_said(said: str) -> None:
    found = place(said)
    assert found is not None
    assert found.town is None


@pytest.mark.parametrize("said", ["高尾台中学校の前です", "平和町郵便局の横です"])
def test_the_town_that_a_building_is_named_after_must_be_confirmed(said: str) -> None:
    found = place(said)
    assert found is not None
    assert found.town is None or not found.certain


@pytest.mark.parametrize(
    ("said", "landmark"),
    [
        ("並木町の、青い屋根の家の隣です", "青い屋根の家の隣"),
        ("寺中町です、もとの寮の向かい", "もとの寮の向かい"),
        ("並木町の焼き物の窯の横", "焼き物の窯の横"),
        ("並木町、坂の途中です", "坂の途中"),
        ("並木町の豆腐屋の二軒隣", "豆腐屋の二軒隣"),
        ("桜町の二十四番、お寺の石垣の前です", "お寺の石垣の前"),  # rather than お寺
        ("ナミキマチノポンプジョーノヨコデス", "ポンプジョーの横"),
    ],
)
def test_whatever_has_a_word_of_where_from_it_is_a_landmark(said: str, landmark: str) -> None:
    found = place(said)
    assert found is not None
    assert found.landmark == landmark


@pytest.mark.parametrize(
    "said",
    [
        "洗面台の下から漏れてます",
        "並木町ですが、メーターの横が濡れて",
        "うちの前です",
        "検針の人がお客さんの前で言うんです",
        "豆腐屋ですが、水が出ません",
    ],
)
def test_what_lies_within_a_house_and_who_calls_is_no_landmark(said: str) -> None:
    found = place(said, Expecting.ANYTHING)
    assert found is None or found.landmark is None


def test_every_known_landmark_is_found_by_its_name_and_by_its_reading() -> None:
    lost = []
    for name, readings in places().sight.landmarks.readings.items():
        for said in (f"{name}です", *(f"{reading}デス" for reading in readings)):
            found = place(said)
            if found is None or not found.landmark:
                lost.append(said)
    assert lost == []


def test_a_police_station_that_calls_is_no_landmark() -> None:
    for said in ("金沢中警察署です", "ナカケーサツショデス"):
        found = place(said, Expecting.ANYTHING)
        assert found is None or found.landmark is None, said
