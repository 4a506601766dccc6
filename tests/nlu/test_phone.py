"""Telephone numbers as callers say them. All numbers are invented."""

from __future__ import annotations

import pytest

from nlu.phone import phone


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("076-000-1234です", None),
        ("076-200-1234です", "0762001234"),
        ("〇七六の二〇〇の一二三四", "0762001234"),
        ("ゼロナナロクノニーゼロゼロノイチニーサンヨンデス", "0762001234"),
        ("れいななろくの、にーまるまるの、いちにさんし", "0762001234"),
        ("ゼロシチロク ニレイレイ イチニサンシ", "0762001234"),
        ("090-0000-1234", "09000001234"),
        ("ゼロキューゼロ、ゼロゼロゼロゼロ、イチニーサンヨン", "09000001234"),
        ("ゼロクゼロノゼロゼロゼロゼロノゴーロクナナハチデス", "09000005678"),
        ("電話は080 0000 5678です", "08000005678"),
        ("0120-000-123", "0120000123"),
        ("050-0000-1234", "05000001234"),
        ("200-1234", "0762001234"),
        ("ニーマルマルノイチニーサンヨン", "0762001234"),
        ("ゼロナナロクニーゼロゼロイチニーサンヨンニデンワシテ", "0762001234"),
    ],
)
def test_a_whole_number_is_understood_however_it_is_said(text: str, digits: str | None) -> None:
    found = phone(text, asked=True)
    assert found is not None
    assert (found.digits if found.complete else None) == (digits or "0760001234")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("090-0000-1234、あ、違う、1235です", "09000001235"),
        ("090-0000-1234じゃなくて1235", "09000001235"),
        ("ゼロナナロクニーゼロゼロ、ア、チガウ、ニーイチゼロノイチニーサンヨン", "0762101234"),
        ("076-200-1234、間違えました、076-200-9999です", "0762009999"),
        ("ゼロキューゼロゼロゼロゼロゼロイチニーサンヨン、チガイマス、ゴーロクナナハチ", "09000005678"),
    ],
)
def test_a_correction_replaces_what_was_wrong(text: str, digits: str) -> None:
    found = phone(text, asked=True)
    assert found is not None
    assert (found.digits, found.complete) == (digits, True)


@pytest.mark.parametrize(
    ("text", "digits"), [("ゼロナナロクノ", "076"), ("090の0000の", "0900000"), ("076、違う、0", "070")]
)
def test_a_part_of_a_number_is_kept_when_it_was_asked(text: str, digits: str) -> None:
    found = phone(text, asked=True)
    assert found is not None
    assert (found.digits, found.complete) == (digits, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "広岡三丁目の30の3です",
        "ヒロオカサンチョーメノサンジューノサンデス",
        "076です",
        "バンゴーワワカリマセン",
        "000-0000-0000",
        "水が出ません",
    ],
)
def test_an_ordinary_sentence_holds_no_number(text: str) -> None:
    assert phone(text, asked=False) is None


def test_a_whole_number_is_heard_even_when_not_asked() -> None:
    found = phone("広岡で水が出てます、電話は076-200-1234です", asked=False)
    assert found is not None
    assert found.digits == "0762001234"
