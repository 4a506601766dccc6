"""The name and the organization of who calls, in four languages. All names are invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.normalise import normalise, without_fillers
from nlu.people import load_people
from nlu.source import DATA_DIR
from nlu.spelling import simplified

LANGUAGES = ("ja", "en", "zh", "ko")
PEOPLE = {language: load_people(DATA_DIR / language / "people.yaml") for language in LANGUAGES}


def _name(text: str, language: str, *, asked: bool) -> str | None:
    clean = without_fillers(normalise(text))
    return PEOPLE[language].find_name(simplified(clean) if language == "zh" else clean, asked=asked)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_development_rows_are_understood(language: str) -> None:
    rows = [json.loads(line) for line in (DATA_DIR / language / "names_dev.jsonl").read_text("utf-8").splitlines()]
    wrong = [row for row in rows if _name(row["text"], language, asked=row["asked"]) != row["name"]]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("カナザワデス", "カナザワ"),  # its last kana is no particle
        ("ツチヤデス", "ツチヤ"),
        ("田中、あ、違う、田村です", "田村"),
        ("山川の山に長崎の崎です", "山崎"),  # only explained
        ("北陸設備の吉田です", "北陸設備の吉田"),
        ("広岡町の吉田です", "吉田"),
        ("匿名でお願いします", None),
    ],
)
def test_a_name_that_was_asked_is_taken_as_said(text: str, name: str | None) -> None:
    assert _name(text, "ja", asked=True) == name


@pytest.mark.parametrize(
    ("language", "text", "organization"),
    [
        ("ja", "金沢中警察署ですが", "金沢中警察署"),
        ("en", "This is the Kanazawa Naka police station", "Kanazawa Naka police station"),
        ("en", "Fire department here", "Fire department"),
        ("en", "I will call the water people", None),
        ("zh", "这里是金泽中警察署", "金泽中警察署"),
        ("zh", "我是消防的", "消防"),
        ("ko", "가나자와 중앙소방서입니다", "가나자와 중앙소방서"),
        ("ko", "경찰입니다", "경찰"),
    ],
)
def test_an_organization_is_taken_as_said(language: str, text: str, organization: str | None) -> None:
    assert PEOPLE[language].find_organization(text) == organization


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(LANGUAGES), asked=st.booleans())
def test_no_text_makes_it_fail(text: str, language: str, asked: bool) -> None:
    name = _name(text, language, asked=asked)
    assert name is None or 0 < len(name) <= 24
