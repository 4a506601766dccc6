"""The first, the second or neither of two things on offer, as callers say it in four languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu.choice import load_picks
from nlu.meaning import Act, Expecting, Level, Pick
from nlu.source import BadDataError
from nlu.understand import Understanding

FIRST, SECOND, NEITHER = Pick.FIRST, Pick.SECOND, Pick.NEITHER


@pytest.mark.parametrize(
    ("text", "language", "pick"),
    [
        ("一つ目", "ja", FIRST),
        ("ヒトツメデス", "ja", FIRST),
        ("最初のです", "ja", FIRST),
        ("前のほう", "ja", FIRST),
        ("1番", "ja", FIRST),
        ("イチバン", "ja", FIRST),
        ("前者", "ja", FIRST),
        ("二番", "ja", SECOND),
        ("えーと、二番目でお願いします", "ja", SECOND),
        ("あとの", "ja", SECOND),
        ("後の方です", "ja", SECOND),
        ("後者です", "ja", SECOND),
        ("一つ目じゃなくて二つ目です", "ja", SECOND),
        ("どちらでもありません", "ja", NEITHER),
        ("どっちも違います", "ja", NEITHER),
        ("first", "en", FIRST),
        ("The first one, please.", "en", FIRST),
        ("number two", "en", SECOND),
        ("the second question", "en", SECOND),
        ("the latter", "en", SECOND),
        ("neither of them", "en", NEITHER),
        ("第一个", "zh", FIRST),
        ("第二個", "zh", SECOND),
        ("后面那个", "zh", SECOND),
        ("都不是", "zh", NEITHER),
        ("첫 번째요", "ko", FIRST),
        ("두 번째", "ko", SECOND),
        ("2번이요", "ko", SECOND),
        ("둘 다 아니에요", "ko", NEITHER),
    ],
)
def test_which_of_two_is_meant(understanding: Understanding, text: str, language: str, pick: Pick) -> None:
    meaning = understanding.understand(text, Expecting.CHOICE, language)
    assert (meaning.pick, meaning.act, meaning.urgency.level) == (pick, None, Level.CALM)


@pytest.mark.parametrize(
    "text", ["料金の減額のほうです", "一番困っているのは料金です", "検針票の見方がわからない", "", "はい"]
)
def test_words_of_the_matter_pick_nothing(understanding: Understanding, text: str) -> None:
    assert understanding.understand(text, Expecting.CHOICE, "ja").pick is None


@pytest.mark.parametrize(("text", "language"), [("いいえ", "ja"), ("no", "en"), ("不是", "zh"), ("아니요", "ko")])
def test_no_stays_a_no(understanding: Understanding, text: str, language: str) -> None:
    assert understanding.understand(text, Expecting.CHOICE, language).act is Act.NO


def test_a_number_is_a_pick_only_where_a_choice_was_asked(understanding: Understanding) -> None:
    assert understanding.understand("二番", Expecting.PLACE, "ja").pick is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("openers: []\ntails: []", "neither"),
        ("tails: []", "openers"),
        ("openers: []\ntails: []\nneither: {whole: ['(']}", "neither"),
    ],
)
def test_bad_data_is_refused_by_name(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "choices.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadDataError, match=named):
        load_picks(path, "ja")
