"""Which language is spoken: by the letters, by words, and by the call where the words are too short to tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.language import LANGUAGES, language


@pytest.mark.parametrize(
    ("text", "call", "found"),
    [
        ("道路から水が", None, "ja"),
        ("ミズガデテマス", "en", "ja"),
        ("漏水", None, "ja"),
        ("泉野町四丁目", None, "ja"),
        ("도로에서 물이", "ja", "ko"),
        ("water is coming out of the road", "ja", "en"),
        ("马路上往外冒水", "ja", "zh"),
        ("請問水費可以刷卡嗎", None, "zh"),
        ("我要找人", None, "zh"),
        ("水管爆了", None, "zh"),
        # too short to tell: the call's own language stays
        ("yes", None, "ja"),
        ("yes", "en", "en"),
        ("OK", "zh", "zh"),
        ("是的", "zh", "zh"),
        ("是的", None, "zh"),
        ("漏水", "zh", "zh"),
        ("0901234", "ko", "ko"),
        ("", "en", "en"),
        # nobody speaks what the desk does not know
        ("yes", "fr", "ja"),
    ],
)
def test_language_by_letters_words_and_call(text: str, call: str | None, found: str) -> None:
    assert language(text, call) == found


@given(st.text(max_size=80), st.sampled_from([None, *LANGUAGES]))
def test_any_text_is_in_one_of_the_four(text: str, call: str | None) -> None:
    assert language(text, call) in LANGUAGES
