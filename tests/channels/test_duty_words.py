"""What staff on duty hear, in the words of the real script."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.domain import lines
from ivr.domain.ticket import ENDED, TicketStatus
from ivr.usecases.answer_duty import Key, pressed, read_out
from tests.usecases.duty_night import CALLER, NIGHT, ONE, REFERENCE, TWO, Night, line_of, script, ticket

ROOT = Path(__file__).parents[2]
DUTY = sorted(key for key in lines.NEEDED if key.startswith("duty."))


def heard(night: Night, key: str | None = None) -> str:
    line = line_of(night)
    if key is None:
        said = read_out(line, REFERENCE, 1, ONE.phone, NIGHT)
    else:
        said = pressed(line, Key(REFERENCE, 1, ONE.phone, key), NIGHT)
    return "".join(script().text(one, "ja") for one in said.lines)


def test_the_report_is_read_by_who_calls_what_when_where_and_how_and_ends_with_the_keys() -> None:
    told = heard(Night(many=3))
    parts = ["金沢市企業局", "道路などの水もれ", "午前3時12分", "泉野出町4丁目12の3", "水が噴き出しています", "3件"]
    assert [part for part in parts if part in told] == parts
    assert sorted(parts, key=told.index) == parts
    assert [key for key in "459" if key in told[told.index("受ける場合") :]] == ["4", "5", "9"]
    assert CALLER not in told.replace(" ", "").replace("、", "")


def test_who_took_it_hears_the_number_digit_by_digit() -> None:
    told = heard(Night(), "4")
    assert "0 0 1 2" in told
    assert "0 7 6、1 2 3、9 8 7 6" in told


@pytest.mark.parametrize("status", sorted(ENDED))
def test_nobody_is_told_to_have_what_is_over(status: TicketStatus) -> None:
    told = heard(Night(ticket(status)), "4")
    assert "担当として記録" not in told
    assert told.startswith("この件は")


def test_the_second_hears_who_was_first() -> None:
    assert TWO.name in heard(Night(ticket(TicketStatus.ACKNOWLEDGED, TWO.id)), "4")


def test_every_line_for_staff_is_spoken_somewhere_and_politely() -> None:
    sources = [ROOT / "ivr" / "usecases" / name for name in ("answer_duty.py", "duty_lines.py")]
    code = "".join(path.read_text("utf-8") for path in [*sources, ROOT / "ivr" / "channels" / "twilio_duty.py"])
    assert len(DUTY) > 20
    for key in DUTY:
        assert f'"{key}"' in code, key
        text = script().lines["ja"][key]
        assert text.rstrip("。").endswith(
            ("です", "ます", "ました", "ません", "でした", "ください", "いたします", "}")
        ), text
        assert "了解" not in text
