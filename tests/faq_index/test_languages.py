"""How texts of four languages are cut and how they sound."""

from __future__ import annotations

import unicodedata

import pytest

from faq_index import pieces
from faq_index.languages import LANGUAGES, SOUND, WORD


def tokens(language: str, text: str, reading: str = "") -> list[str]:
    one = LANGUAGES[language]
    return one.tokens(text, one.sound(text, reading))


def test_english_words_are_counted_by_their_stems() -> None:
    assert WORD + "freez" in tokens("en", "My pipes are FREEZING!")
    assert set(tokens("en", "paying bills")) & set(tokens("en", "pay the bill")) >= {WORD + "pay", WORD + "bill"}


def test_an_english_word_misheard_keeps_some_pieces() -> None:
    shared = set(tokens("en", "certificate")) & set(tokens("en", "certifficate"))
    assert any(piece.startswith(SOUND) for piece in shared)


def test_chinese_characters_of_one_sound_meet_by_it() -> None:
    shared = set(tokens("zh", "水费")) & set(tokens("zh", "水废"))
    assert SOUND + "shui fei" in shared


def test_korean_stems_meet_whatever_their_endings() -> None:
    shared = set(tokens("ko", "고지서를 잃어버렸어요")) & set(tokens("ko", "고지서 잃어버려서"))
    assert WORD + "고지" in shared
    assert any(piece.startswith(SOUND) for piece in shared)


def test_japanese_without_kanji_is_all_sound() -> None:
    assert all(piece.startswith(SOUND) for piece in tokens("ja", "すいどう", "スイドー"))
    assert WORD + "水道" in tokens("ja", "水道が", "スイドーガ")


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("漏水の減免", "^漏水ノ"),
        ("スイドー", "イドー$"),
        ("Water bill", "<water>"),
        ("Water bill", "water_bill"),
        ("Water bill", "<wat"),
        ("수도", "^수도$"),
        ("수도", "j" + unicodedata.normalize("NFD", "수도")),
    ],
)
def test_pieces_follow_the_script(text: str, piece: str) -> None:
    assert piece in pieces.spaced(text).split()
