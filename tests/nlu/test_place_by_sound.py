"""Towns through mishearings: slips of a small recogniser in kana, homophones of a big one in kanji."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.gazetteer import as_said
from nlu.meaning import Expecting
from tests.nlu.looking import place


@pytest.mark.parametrize(
    ("heard", "town"),
    [
        ("イズミノーデマチヨンチョーメ", "泉野出町"),  # a vowel too long
        ("コリンボーニチョーメ", "香林坊"),  # too short
        ("トヤマチニチョーメ", "問屋町"),  # a mora lost
        ("トイヤチョーニチョーメ", "問屋町"),  # チョー for マチ
        ("ヒゴソマチニチョーメ", "彦三町"),  # voiced
        ("マキラマチイッチョーメ", "間明町"),
        ("アワザキマチノヨンチョーメ", "粟崎町"),
        ("ネッショマチノニジューバンチ", "別所町"),  # b heard as n
        ("カガイワニシニチョーメ", "金石西"),
        ("フクシサヒガシニチョーメ", "福久東"),
        ("オオヌカサンチョーメ", "大額"),  # the vowel written out
        ("カナイワノホンマチデス", "金石本町"),
        ("バショワシジママチノイヨンジューイチデス", "四十万町"),
        ("カナザワシノウネダナカサンチョーメ", "畝田中"),  # の and ウ run together
    ],
)
def test_a_town_is_heard_through_slips(heard: str, town: str) -> None:
    found = place(heard)
    assert found is not None
    assert found.town == town


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("泉の出町四丁目12の3です", "泉野出町"),
        ("泉の町三丁目の8です", "泉野町"),
        ("島三丁目の55です", "四十万"),
        ("40万3丁目です", "四十万"),
        ("瀬木町です", "千木町"),
        ("彦蔵町一丁目の8", "彦三町"),
        ("公倫坊の交差点です", "香林坊"),
        ("北安恵三丁目の13の1です", "北安江"),
        ("西年四丁目です", "西念"),
        ("額真保二丁目の345です", "額新保"),
        ("曲がえ二丁目", "馬替"),
        ("高尾第二丁目の14です", "高尾台"),
        ("芳才二丁目です", "芳斉"),
        ("久保七丁目です", "窪"),
        ("しじま町のロの30です", "四十万町"),
        ("八日市で町の795です", "八日市出町"),
        ("泉ヶ丘一丁目です", "泉が丘"),
        ("湯湧町のイ16", "湯涌町"),
        ("11屋町の12の5です", "十一屋町"),
        ("コーリンボーの交差点の角", "香林坊"),
    ],
)
def test_a_town_is_found_in_other_characters_of_its_sound(written: str, town: str) -> None:
    found = place(written)
    assert found is not None
    assert found.town == town


@pytest.mark.parametrize(
    "said", ["まぎら町一丁目で水が出てます", "光林坊二丁目で水が", "北安恵三丁目の歩道が濡れています"]
)
def test_other_characters_are_understood_unasked_where_a_number_stands_behind_them(said: str) -> None:
    found = place(said, Expecting.ANYTHING)
    assert found is not None
    assert found.town is not None


@pytest.mark.parametrize(
    "said", ["泉の出町四丁目です", "トヤマチニチョーメデス", "瀬木町です", "モロエノシモチョーデス"]
)
def test_what_was_found_through_a_slip_must_be_confirmed(said: str) -> None:
    found = place(said)
    assert found is not None
    assert not found.certain
    assert found.town == found.candidates[0]


@pytest.mark.parametrize(
    ("said", "town"),
    [
        ("諸江の下丁です", "諸江町"),
        ("泉野の四丁目です", "泉野町"),
        ("彦三の一丁目です", "彦三町"),
        ("近岡です", "近岡町"),
        ("金石の本町です", "金石本町"),
        ("湯涌の荒屋です", "湯涌荒屋町"),
        ("オーヒノハチノニデス", "大樋町"),
    ],
)
def test_a_town_may_be_said_without_its_machi(said: str, town: str) -> None:
    found = place(said)
    assert found is not None
    assert found.town == town


@pytest.mark.parametrize(
    "said",
    [
        "高尾さんから聞いて電話しました",
        "タカオサンカラキイテデンワシマシタ",
        "森山と言います",
        "モリヤマトイイマス",
        "黒田の家内です",
        "キクガワノムスコデス",
        "田中町内会です",
        "松村です",
        "マツムラデス",
        "タガミデスケドリョーキンノコトデ",
        "清水の出が悪いんです",
        "大工さんが配管を切った",
        "ダイクサンガハイカンオキッテシマッテ",
        "温泉の帰りに見たんですけど、水が噴いてます",
        "七曲がりの管が詰まって",
        "平和と安全",
        "チャイロイミズガデルンデスケドノンデモダイジョーブデスカ",
        "メーターノトコロカラミズガモレテマス",
    ],
)
def test_people_and_words_are_no_towns(said: str) -> None:
    found = place(said, Expecting.ANYTHING)
    assert found is None or found.town is None


@pytest.mark.parametrize(
    "said",
    [
        "住所は言いたくありません",
        "ワカラナイデスリョコーシャナノデ",
        "道路の真ん中です",
        "ドーロノマンナカデス",
        "うちの前です",
        "橋の上です",
        "正門の前です",
        "いま車で走ってて見ただけなんで",
        "チョットマッテクダサイイマミテキマス",
    ],
)
def test_a_reply_without_a_town_is_given_none(said: str) -> None:
    found = place(said)
    assert found is None or found.town is None


def test_what_somebody_is_called_is_not_looked_for_a_town() -> None:
    assert place("高畠幸子といいます", Expecting.NAME) is None
    assert place("ヨコガワデス", Expecting.NAME) is None


def test_a_town_named_for_its_direction_is_not_where_it_is() -> None:
    found = place("有松の交差点から横川に行く途中の歩道です", Expecting.ANYTHING)
    assert found is not None
    assert found.town == "有松"


def test_slips_are_not_forgiven_to_who_says_something_else() -> None:
    found = place("トヤマチデス", guess=False)
    assert found is None or found.town is None


_SIGNS = st.one_of(
    st.text(max_size=80),
    st.text(
        alphabet="ァアィイカガキギクコゴサザシジスセタダチッツテトナニノハバマミムモャュョワンー、。 ", max_size=120
    ),
    st.text(alphabet="泉野町丁目番地のはで一二三十百イロ上中下123-ー、。金沢駅前山田", max_size=80),
)


@settings(max_examples=300, deadline=None)
@given(text=_SIGNS, expecting=st.sampled_from(list(Expecting)), guess=st.booleans())
def test_anything_at_all_is_a_place_or_none(text: str, expecting: Expecting, guess: bool) -> None:
    found = place(text, expecting, guess=guess)
    if found is not None and found.town is not None:
        assert found.certain or found.town == found.candidates[0]


@pytest.mark.parametrize(
    "sign", ["町", "の", "ー", "ッ", "。", "、", "イ", "1", "一", "\ud800", "🚰", "\x00", "ヵ", "・"]
)
def test_one_sign_over_and_over_breaks_nothing(sign: str) -> None:
    for expecting in Expecting:
        place(sign * 2000, expecting)


@pytest.mark.parametrize(
    ("text", "town", "said"),
    [
        ("主計町の二番です", "主計町", "かずえまちの二番です"),
        ("かずえまちです", "主計町", "かずえまちです"),
        ("野々市です", None, "野々市です"),
        ("そんな町です", "ない町", "そんな町です"),
    ],
)
def test_a_town_is_said_as_people_here_say_it(text: str, town: str | None, said: str) -> None:
    assert as_said(text, town) == said
