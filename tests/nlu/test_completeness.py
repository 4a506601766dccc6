"""Whether a reply is complete for what was asked, as a literal table: kanji and the recogniser's katakana alike."""

from __future__ import annotations

import pytest

from nlu.completeness import Completeness, load_endings, morae
from nlu.meaning import Expecting
from nlu.reading import reading
from nlu.understand import Understanding

COMPLETE, OPEN, UNFINISHED = Completeness
ANYTHING, YES_NO, PLACE, SITUATION, PHONE = (
    Expecting.ANYTHING,
    Expecting.YES_NO,
    Expecting.PLACE,
    Expecting.SITUATION,
    Expecting.PHONE,
)

TABLE = [
    (YES_NO, "はい", COMPLETE),
    (YES_NO, "おいね", COMPLETE),
    (YES_NO, "なーん", OPEN),  # a correction may follow
    (YES_NO, "いいえ、違います", OPEN),
    (YES_NO, "えーと", UNFINISHED),
    (PHONE, "〇九〇の一二三四の五六七八", COMPLETE),
    (PHONE, "〇九〇の一二三四の五六七", UNFINISHED),
    (PHONE, "ゼロナナロクの", UNFINISHED),
    (PHONE, "〇七六の一二三の四五六七です", COMPLETE),
    (PHONE, "この番号でお願いします", COMPLETE),
    (PHONE, "教えたくありません", COMPLETE),
    (PLACE, "泉野出町四丁目12の3", COMPLETE),
    (PLACE, "泉野出町の", UNFINISHED),
    (PLACE, "泉野出町四丁目の", UNFINISHED),
    (PLACE, "泉野出町四丁目です", COMPLETE),
    (PLACE, "泉野出町", OPEN),
    (PLACE, "えーと", UNFINISHED),
    (PLACE, "水が出ています", OPEN),  # a finished sentence without a place: one may follow
    (PLACE, "わかりません", COMPLETE),
    (ANYTHING, "道路から水が出ています", COMPLETE),
    (ANYTHING, "道路から水が出とる", COMPLETE),
    (ANYTHING, "道路から水が出てるんですけど", OPEN),
    (ANYTHING, "道路の", UNFINISHED),
    (ANYTHING, "あのー", UNFINISHED),
    (ANYTHING, "引っ越すので水道を使いたいのですが", OPEN),
    (ANYTHING, "オペレーターをお願いします", COMPLETE),
    (ANYTHING, "おはようございます", OPEN),  # the matter is still to come
    (ANYTHING, "家の前の道ながや", OPEN),
    (ANYTHING, "マンホールから", UNFINISHED),
    (ANYTHING, "道路の下から", UNFINISHED),
    (ANYTHING, "水が止まらないから", OPEN),
    (SITUATION, "どんどん出ていて", UNFINISHED),
    (SITUATION, "吹き出しとるがや", COMPLETE),
    (ANYTHING, "", OPEN),
]


@pytest.mark.parametrize(("expecting", "text", "wanted"), TABLE)
@pytest.mark.parametrize("kana", [False, True], ids=["as written", "by sound"])
def test_a_reply_is_complete_open_or_unfinished(
    understanding: Understanding, expecting: Expecting, text: str, wanted: Completeness, kana: bool
) -> None:
    said = reading(text) if kana else text
    meaning = understanding.understand(said, expecting)
    assert load_endings().completeness(meaning, expecting) is wanted, (said, meaning)


@pytest.mark.parametrize("text", ["はい", "ええ", "うん", "はい、はい", "はあ、なるほど", "ハイ", "ソーデスカ"])
def test_what_shows_that_the_caller_listens_is_a_backchannel(understanding: Understanding, text: str) -> None:
    assert load_endings().is_backchannel(understanding.understand(text))


@pytest.mark.parametrize(
    "text", ["いいえ", "違います", "待って", "オペレーター", "水が出ています", "はい、泉野出町です", ""]
)
def test_what_says_something_is_none(understanding: Understanding, text: str) -> None:
    assert not load_endings().is_backchannel(understanding.understand(text))


@pytest.mark.parametrize(("kana", "count"), [("ハイ", 2), ("チョーメ", 3), ("ガッコー", 4), ("シュイロ", 3), ("", 0)])
def test_morae_are_counted_not_signs(kana: str, count: int) -> None:
    assert morae(kana) == count
