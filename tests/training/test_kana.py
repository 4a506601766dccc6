"""Kana are compared by sound."""

from __future__ import annotations

import pytest

from audio.training.kana import ALPHABET, canonical, error_rate, katakana, plain


def test_the_alphabet_is_katakana_and_the_long_mark_each_once() -> None:
    assert len(ALPHABET) == len(set(ALPHABET)) == 87


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("キ’キタイ、デス’。", "キキタイデス"), ("ミヅヲ", "ミズオ"), ("ハナヂ", "ハナジ"), ("x１水", "")],
)
def test_a_reading_is_reduced_to_the_alphabet(reading: str, expected: str) -> None:
    assert plain(reading) == expected


def test_hiragana_becomes_katakana() -> None:
    assert katakana("かなざわ・ゔ") == "カナザワ・ヴ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("おおくわまち", "オークワマチ"),
        ("とうりきまち", "トーリキマチ"),
        ("えいわ", "エーワ"),
        ("ヨーコソ", "ようこそ"),
    ],
)
def test_long_vowels_are_the_same_however_they_are_spelt(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), [("カイ", "カー"), ("アオ", "アー"), ("ビョーイン", "ビヨーイン")])
def test_different_sounds_stay_different(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_the_error_rate_is_over_all_kana_said() -> None:
    assert error_rate(["アカ", "サシスセソタ"], ["アカ", "サシスソタ"]) == pytest.approx(1 / 8)


def test_nothing_said_has_no_error_rate() -> None:
    with pytest.raises(ValueError, match="nothing was said"):
        error_rate([""], ["ア"])
