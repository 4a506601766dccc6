"""Nothing a caller said, and no number, reaches a log."""

from __future__ import annotations

import io
import logging

import pytest

from ivr.security.redaction import NumbersMasked, where, without_numbers


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from 09012345678.", "from [number]."),
        ("from +819012345678", "from [number]"),
        ("from 090-1234-5678 to 076-111-2233", "from [number] to [number]"),
        ("at 2026-11-24 21:10:00", "at 2026-11-24 21:10:00"),
        ("call CA0123456789abcdef0123456789abcdef", "call CA0123456789abcdef0123456789abcdef"),
        ("port 8080, 12345 bytes", "port 8080, 12345 bytes"),
        (
            "/audio/line/ja/a.b/01234567890123456789012345678901.wav",
            "/audio/line/ja/a.b/01234567890123456789012345678901.wav",
        ),
    ],
)
def test_telephone_numbers_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert without_numbers(text) == shown


def test_a_failure_is_told_by_its_kind_and_place_and_never_by_its_words() -> None:
    def fails() -> None:
        int("田中です")

    with pytest.raises(ValueError, match="田中") as caught:
        fails()
    told = where(caught.value)
    assert told.startswith("ValueError at test_redaction.py:")
    assert "fails" in told
    assert "田中" not in told
    assert where(KeyError("田中")) == "KeyError at unknown place"


def test_a_handler_with_the_filter_masks_what_any_library_logs() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(NumbersMasked())
    logger = logging.Logger("some.library")
    logger.addHandler(handler)
    logger.warning("To=%s", "+81761112233")
    logger.warning("nothing here")
    assert stream.getvalue() == "To=[number]\nnothing here\n"
