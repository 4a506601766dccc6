"""Readings: what a text sounds like, whoever wrote it."""

from __future__ import annotations

import pytest

from nlu.normalise import MAX_CHARS, normalise, without_fillers
from nlu.reading import canonical, reading, sound, unvoiced


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("道路から水が出ています", "ドーロカラミズガデテイマス"),
        ("今日は道路は濡れています", "キョーワドーロワヌレテイマス"),
        ("警察ですが", "ケーサツデスガ"),
        ("ドーロカラ ミズ", "ドーロカラ ミズ"),
        ("ミズヲ", "ミズヲ"),
        ("", ""),
    ],
)
def test_a_text_is_read_as_it_is_pronounced(text: str, kana: str) -> None:
    assert reading(text) == kana


@pytest.mark.parametrize(
    "text",
    [
        "道路から水が吹き出しています",
        "マンホールの蓋がずれて危ないです",
        "引っ越すので水道を止めてほしい",
        "使用休止の手続きをお願いします",
        "広岡三丁目の交差点です",
    ],
)
def test_a_reading_read_again_is_the_same(text: str) -> None:
    assert reading(reading(text)) == reading(text)
    assert sound(reading(text)) == sound(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("オウフク", "オーフク"),
        ("オオテマチ", "オーテマチ"),
        ("ケイサツ", "ケーサツ"),
        ("ヲ", "オ"),
        ("カナヅチ", "カナズチ"),
        ("チヂム", "チジム"),
        ("おーふく", "オウフク"),
        ("ミズ、ガ", "ミズガ"),
        ("ニーーイ", "ニイ"),
    ],
)
def test_what_sounds_alike_has_one_canonical_form(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


def test_voicing_can_be_forgiven() -> None:
    assert unvoiced("ドーロ") == unvoiced("トーロ")


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "水" * 10_000, "㍿" * 3000, "\x00\x01", "😀" * 500, "\ud800水", "ﷺ" * 500]
)
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(reading(text), str)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("０７６－２２０", "076-220"),
        ("  水　が\n出る ", "水 が 出る"),
        ("ﾄﾞｰﾛ", "ドーロ"),
        ("水\u200bが", "水 が"),
        ("1" * 5000, "1" * MAX_CHARS),
    ],
)
def test_text_is_brought_to_one_writing(text: str, clean: str) -> None:
    assert normalise(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("えーと、道路から水が", "道路から水が"),
        ("あのー、そのー、水が", "水が"),
        ("エート、アノー、ドーロ", "ドーロ"),
        ("あの道路から", "あの道路から"),
        ("その水が", "その水が"),
        ("水が、えーと、出てます", "水が、出てます"),
        ("えーと", ""),
    ],
)
def test_hesitations_fall_away_but_words_stay(text: str, clean: str) -> None:
    assert without_fillers(text) == clean
