"""Acts known by example: said as no pattern knows them, and never a yes or a farewell out of a doubt."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from ivr.evaluation.slots import read_acts
from nlu.acts_learnt import learnt_stamp, pieces, stamp_of
from nlu.encoder import SHIPPED
from nlu.meaning import Act, Expecting
from nlu.source import DATA_DIR
from nlu.training.acts import expanded
from nlu.understand import Understanding

LANGUAGES = ("ja", "en", "zh", "ko")
LEAST = 0.95
"""Share of nlu/data/<language>/development/acts*.tsv that must be right."""

ANY, YES_NO, PHONE, NAME, PLACE = (
    Expecting.ANYTHING,
    Expecting.YES_NO,
    Expecting.PHONE,
    Expecting.NAME,
    Expecting.PLACE,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_layers_were_trained_with_these_sayings_and_this_encoder(language: str) -> None:
    remedy = "train them again: python -m nlu.training acts"
    assert stamp_of(DATA_DIR / language) == learnt_stamp(DATA_DIR / language, SHIPPED), remedy


def developed(language: str) -> list[tuple[Expecting, Act | None, str]]:
    files = sorted((DATA_DIR / language / "development").glob("acts*.tsv"))
    return [row for path in files for row in read_acts(Path(path))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_callers_do_is_understood_however_they_say_it(understanding: Understanding, language: str) -> None:
    rows = developed(language)
    found = [(row, understanding.understand(row[2], row[0], language).act) for row in rows]
    wrong = [(row, got) for row, got in found if got is not row[1]]
    assert len(wrong) <= (1 - LEAST) * len(rows), wrong


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", [Act.YES, Act.STOP])
def test_a_yes_and_a_farewell_are_hardly_ever_heard_where_none_was_said(
    understanding: Understanding, language: str, act: Act
) -> None:
    rows = [row for row in developed(language) if row[1] is not act]
    wrong = [row for row in rows if understanding.understand(row[2], row[0], language).act is act]
    assert len(wrong) <= max(1, len(rows) // 100), wrong


@pytest.mark.parametrize(
    ("language", "text", "expecting", "act"),
    [
        ("ja", "ちゃうちゃう、そこじゃなくて", YES_NO, Act.NO),
        ("ja", "あー、はいはい、それでお願いします", YES_NO, Act.YES),
        ("ja", "いいんですけど、その前に料金のことを", YES_NO, None),
        ("ja", "なーん、その町やないげん", PLACE, Act.NO),
        ("ja", "はい、小立野の三丁目です", PLACE, None),  # an answer, whatever it begins with
        ("ja", "そっちの画面に番号が出とるはずや、それで", PHONE, Act.THIS_NUMBER),
        ("ja", "はい、090の1234の5678です", PHONE, None),
        ("ja", "名前は出さんといてほしいげん", NAME, Act.DECLINE),
        ("ja", "はい、川口です", NAME, None),
        ("ja", "めんどくさいさけ、もう切るわ", PHONE, Act.STOP),
        ("ja", "職員さんが来てくれたけど直りません", ANY, None),
        ("ja", "もう一回来てほしいんです", ANY, None),
        ("en", "No no, that's the old address", YES_NO, Act.NO),
        ("en", "It's on the corner by the school", PLACE, None),
        ("zh", "你们屏幕上显示的那个就行", PHONE, Act.THIS_NUMBER),
        ("ko", "기계랑은 말 안 해요, 직원 바꿔요", ANY, Act.OPERATOR),
    ],
)
def test_sayings_that_no_pattern_knows(
    understanding: Understanding, language: str, text: str, expecting: Expecting, act: Act | None
) -> None:
    assert understanding.understand(text, expecting, language).act is act


def test_a_line_says_all_that_its_alternatives_say() -> None:
    assert expanded("(はい|ええ)、そう(や|)", Random(1)) == ["はい、そうや", "はい、そう", "ええ、そうや", "ええ、そう"]
    assert expanded("え[?]何、?だ", Random(1)) == ["え?何、だ", "え?何だ"]


def test_pieces_know_where_a_reply_begins_and_ends() -> None:
    assert {"^ハ", "イ$", "^ハイ$"} <= pieces("ハイ", "ja")
    assert {"^ yes", "yes please $"} <= pieces("yes please", "en")
