"""Places: the same address in kanji and as katakana heard; uncertain where towns lie close."""

from __future__ import annotations

import pytest

from nlu.meaning import Act, Expecting, Place
from nlu.reading import reading
from nlu.understand import Understanding
from tests.nlu.looking import places


def place(understanding: Understanding, text: str, expecting: Expecting = Expecting.PLACE) -> Place | None:
    return understanding.understand(text, expecting).slots.place


@pytest.mark.parametrize(
    ("kanji", "kana", "town", "chome", "banchi"),
    [
        ("広岡三丁目の30の3です", "ヒロオカサンチョーメノサンジューノサンデス", "広岡", 3, "30-3"),
        ("広岡3丁目30番3号", "ヒロオカサンチョーメサンジューバンサンゴー", "広岡", 3, "30-3"),
        ("泉野町四丁目12番地3", "イズミノマチヨンチョーメジューニバンチサン", "泉野町", 4, "12-3"),
        ("平和町二丁目十二の三", "ヘーワマチニチョーメジューニノサン", "平和町", 2, "12-3"),
        ("四十万のイ41です", "シジマノイヨンジューイチデス", "四十万", None, "イ41"),
        ("香林坊の交差点", "コーリンボーノコーサテン", "香林坊", None, None),
        ("長土塀二丁目です", "ナガドヘニチョーメデス", "長土塀", 2, None),
        ("粟崎町一丁目です", "アワガサキマチイッチョーメデス", "粟崎町", 1, None),
        ("片町一丁目の5です", "カタマチイッチョーメノゴデス", "片町", 1, "5"),
        ("問屋町一丁目99番地", "トイヤマチイッチョーメキュージューキューバンチ", "問屋町", 1, "99"),
        ("高尾台一丁目百三番地", "タカオダイイッチョーメヒャクサンバンチ", "高尾台", 1, "103"),
        ("主計町です", "カズエマチデス", "主計町", None, None),
        ("えーと、彦三町二丁目", "エート、ヒコソマチニチョーメ", "彦三町", 2, None),
    ],
)
def test_kanji_and_kana_give_the_same_address(
    understanding: Understanding, kanji: str, kana: str, town: str, chome: int | None, banchi: str | None
) -> None:
    for text in (kanji, kana):
        found = place(understanding, text)
        assert found is not None, text
        assert (found.town, found.chome, found.banchi) == (town, chome, banchi), text


@pytest.mark.parametrize(
    ("text", "banchi"),
    [
        ("粟崎町の中83です", "中83"),
        ("諸江町上丁30-1", "上丁30-1"),
        ("四十万町イ41の2", "イ41-2"),
        ("千木町12", "12"),
        ("橋場町の5の6の7", "5-6-7"),
    ],
)
def test_a_lot_keeps_its_letters(understanding: Understanding, text: str, banchi: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.banchi == banchi


@pytest.mark.parametrize(
    "text",
    [
        "広岡三丁目で水が出ています",
        "大桑町です",
        "千木の道路から水が",
        "本町二丁目の歩道から水が出てます",
        "泉が丘の公園の前",
    ],
)
def test_a_town_in_writing_is_certain(understanding: Understanding, text: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.town is not None
    assert found.certain


@pytest.mark.parametrize(
    ("kana", "candidates"),
    [
        ("オークワデス", {"大桑", "大桑町"}),
        ("セギデス", {"千木", "千木町"}),
        ("ヒロオガサンチョーメ", {"広岡"}),
        ("ホンマチニチョーメ", {"本町", "元町"}),
        ("コーリンボンデス", {"香林坊"}),
        ("イズミノマジヨンチョーメ", {"泉野町"}),
        ("モロエデス", {"諸江町"}),
    ],
)
def test_a_town_heard_among_close_ones_must_be_confirmed(
    understanding: Understanding, kana: str, candidates: set[str]
) -> None:
    found = place(understanding, kana)
    assert found is not None
    assert not found.certain
    assert found.town == found.candidates[0]
    assert candidates <= set(found.candidates)


def test_a_chome_decides_between_towns_that_have_none(understanding: Understanding) -> None:
    found = place(understanding, "オークワサンチョーメ")
    assert found is not None
    assert (found.town, found.chome, found.certain) == ("大桑", 3, True)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("野々市の御経塚です", "野々市市"),
        ("ノノイチシノホンマチデス", "野々市市"),
        ("津幡町です", "津幡町"),
        ("ウチナダデス", "内灘町"),
        ("白山市の道路です", "白山市"),
        ("かほく市なんですけど", "かほく市"),
    ],
)
def test_another_municipality_is_named(understanding: Understanding, text: str, city: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert (found.out_of_city, found.town) == (city, None)


@pytest.mark.parametrize("text", ["粟崎町です", "アワガサキマチデス"])
def test_awagasaki_is_kanazawa(understanding: Understanding, text: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert (found.town, found.out_of_city) == ("粟崎町", None)


@pytest.mark.parametrize(
    "text",
    [
        "温泉に行きたい",
        "オンセンニイキタイ",
        "黒田さんをお願いします",
        "小松さんはいますか",
        "松村と申します",
        "水道料金を払いました",
        "ミズガデナインデスケド",
        "リョーキンノシハライホーホーオオシエテクダサイ",
        "弥生時代の話",
        "みどりの窓口",
        "今町内会の者ですが",
    ],
)
def test_an_ordinary_sentence_names_no_town(understanding: Understanding, text: str) -> None:
    found = place(understanding, text, Expecting.ANYTHING)
    assert found is None or (found.town is None and found.out_of_city is None)


@pytest.mark.parametrize(
    ("text", "landmark"),
    [
        ("広岡三丁目の小学校の前です", "小学校の前"),
        ("泉野町の郵便局の横の道", "郵便局の横"),
        ("香林坊の交差点です", "交差点"),
        ("ナガドヘニチョーメノショーガッコーノマエデス", "小学校の前"),
    ],
)
def test_a_landmark_is_kept_as_said_and_in_usual_writing(
    understanding: Understanding, text: str, landmark: str
) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.landmark == landmark


@pytest.mark.parametrize(
    "text",
    [
        "すみません",
        "もしもし",
        "アノー、スミマセン",
        "すみませんがもう一度言ってください",
        "神社の横です",
        "バステーノマエアタリデス",
    ],
)
def test_politeness_and_a_landmark_are_not_heard_as_a_town(understanding: Understanding, text: str) -> None:
    found = place(understanding, text)
    assert found is None or found.town is None


@pytest.mark.parametrize("form", ["kanji", "kana"])
def test_no_part_of_a_town_is_a_landmark(understanding: Understanding, form: str) -> None:
    towns = places().gazetteer.towns.values()
    said = [f"{town.name if form == 'kanji' else reading(town.yomi)}です" for town in towns]
    wrong = [text for text in said if (found := place(understanding, text)) and found.landmark]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "chome", "banchi"),
    [
        ("いいえ、番地は7の21です", None, "7-21"),
        ("イーエ、バンチワナナノニジューイチデス", None, "7-21"),
        ("違います、五丁目です", 5, None),
        ("いえ、二丁目の8番地です", 2, "8"),
    ],
)
def test_a_correction_may_hold_numbers_alone(
    understanding: Understanding, text: str, chome: int | None, banchi: str | None
) -> None:
    meaning = understanding.understand(text, Expecting.YES_NO)
    assert meaning.act is Act.NO
    assert meaning.slots.place is not None
    assert (meaning.slots.place.town, meaning.slots.place.chome, meaning.slots.place.banchi) == (None, chome, banchi)


def test_a_telephone_number_put_right_is_no_lot(understanding: Understanding) -> None:
    assert place(understanding, "いいえ、076の200の0011です", Expecting.YES_NO) is None


def test_after_a_correction_the_last_town_counts(understanding: Understanding) -> None:
    found = place(understanding, "広岡の、あ違う、寺町二丁目です", Expecting.ANYTHING)
    assert found is not None
    assert (found.town, found.chome) == ("寺町", 2)


@pytest.mark.parametrize("text", ["三丁目です", "サンチョーメデス"])
def test_a_partial_place_counts(understanding: Understanding, text: str) -> None:
    found = place(understanding, text, Expecting.ANYTHING)
    assert found is not None
    assert (found.town, found.chome) == (None, 3)


@pytest.mark.parametrize("text", ["12の3です", "ジューニノサンデス"])
def test_a_lot_alone_counts_when_a_place_was_asked(understanding: Understanding, text: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.banchi == "12-3"


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("鞍月です、東が付くほう", "鞍月東"),
        ("松島町です、町は付きません", "松島"),
        ("池田町の三番丁です", "池田町三番丁"),
        ("池田町、三番丁です", "池田町三番丁"),
        ("味噌屋町です、金石の", "金石味噌屋町"),
        ("長坂三丁目です、長坂町やのうて", "長坂"),
        ("荒屋町の三十です、荒屋一丁目とは別です", "荒屋町"),
        ("光が丘より上の、三十苅町です", "三十苅町"),
        ("古屋谷は、奥のほうです", "古屋谷町"),  # a name without its 町
        ("岸川、トの十二番", "岸川町"),  # a surname as well, but a lot follows
        ("ふるやだにまち、です", "古屋谷町"),
    ],
)
def test_of_towns_that_are_alike_the_one_that_is_meant_is_found(
    understanding: Understanding, text: str, town: str
) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.town == town


@pytest.mark.parametrize("text", ["木越町の新しい団地の端です", "野田町の霊園の下です"])
def test_what_follows_a_town_in_writing_is_not_heard_as_another(understanding: Understanding, text: str) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.town == text[:3]
    assert found.certain


def test_a_town_said_for_itself_outweighs_a_municipality_before_it(understanding: Understanding) -> None:
    found = place(understanding, "扇が丘いうても野々市やわ、うちは高尾南の三丁目")
    assert found is not None
    assert (found.town, found.chome, found.out_of_city) == ("高尾南", 3, None)


@pytest.mark.parametrize(("text", "city"), [("のみ市の寺井です", "能美市"), ("小松の空港の近くです", "小松市")])
def test_a_municipality_may_be_written_in_kana_or_without_its_shi(
    understanding: Understanding, text: str, city: str
) -> None:
    found = place(understanding, text)
    assert found is not None
    assert found.out_of_city == city


def test_every_town_is_found_by_its_name_and_by_its_reading(understanding: Understanding) -> None:
    towns = places().gazetteer.towns
    by_name = [name for name in towns if getattr(place(understanding, f"{name}です"), "town", None) != name]
    assert by_name == []
    official = places().gazetteer.official
    lost = []
    for name, key in official.items():
        found = place(understanding, f"{key}デス")
        if found is None or name not in (found.town, *found.candidates):
            lost.append(name)
    assert lost == []


def test_no_town_is_heard_across_a_full_stop(understanding: Understanding) -> None:
    text = "ワレメカラドンドンワイテキテイマス。イズミノデマチヨンチョーメジューニノサンデス"
    place = understanding.understand(text, Expecting.PLACE).slots.place
    assert place is not None
    assert (place.town, place.chome, place.banchi) == ("泉野出町", 4, "12-3")
    assert place.said == text
