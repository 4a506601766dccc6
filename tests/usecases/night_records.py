"""One night and its records for tests, everything invented: six calls, one report that climbs its ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.domain.call import Dialled
from ivr.domain.duty_log import LogKind, LogLine
from ivr.domain.hours import TOKYO
from ivr.domain.night_report import FollowUp, NightReceipt
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import TicketStatus
from ivr.storage.night_words import read_night_words
from ivr.storage.script_files import read_script
from nlu.meaning import Category, Redirect

PROMPTS = Path(__file__).parents[2] / "prompts"
SCRIPT = read_script(PROMPTS, {})
WORDS = read_night_words(PROMPTS, SCRIPT)
NAMES = {"w1": "見本当番 一", "w2": "見本当番 二"}


def on(day: int, clock: str) -> datetime:
    """A time of November 2026."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}").replace(tzinfo=TOKYO)


LEAK = NightReceipt(
    on(24, "21:10:00"),
    Dialled.NIGHT_LINE,
    OutcomeKind.EMERGENCY_TICKET,
    language="zh",
    urgent=True,
    category=Category.ROAD_LEAK,
    town="泉野出町",
    reference="0042",
    follow=FollowUp(
        TicketStatus.ACKNOWLEDGED,
        handed_at=on(24, "21:12:00"),
        notified_at=on(24, "21:12:02"),
        rung_at=on(24, "21:12:03"),
        acknowledged_at=on(24, "21:14:00"),
        alarms=1,
    ),
)
TAKEN_BY_DAY = NightReceipt(
    on(24, "17:50:00"),
    Dialled.CENTRE,
    OutcomeKind.TRANSFER,
    urgent=True,
    category=None,
    reference="0041",
    follow=FollowUp(TicketStatus.NOTIFIED, handed_at=on(24, "17:52:00")),
)
RECEIPTS = (
    NightReceipt(on(24, "17:40:00"), Dialled.CENTRE, OutcomeKind.TRANSFER),
    TAKEN_BY_DAY,
    NightReceipt(on(24, "18:00:00"), Dialled.CENTRE, OutcomeKind.TOLD_HOURS, town="森本町"),
    LEAK,
    NightReceipt(on(24, "23:00:00"), Dialled.NIGHT_LINE, OutcomeKind.SAFETY_REDIRECT, Redirect.GAS),
    NightReceipt(on(25, "02:00:00"), Dialled.NIGHT_LINE, None),
)
LINES = (
    LogLine(on(24, "21:12:02"), LogKind.TOLD, "0042", "notice"),
    LogLine(on(24, "21:12:03"), LogKind.RANG, "0042", "w1"),
    LogLine(on(24, "21:12:09"), LogKind.PICKED_UP, "0042", "w1"),
    LogLine(on(24, "21:12:40"), LogKind.UNHEARD, "0042", "w1", "no-key"),
    LogLine(on(24, "21:12:41"), LogKind.RANG, "0042", "gone"),
    LogLine(on(24, "21:13:00"), LogKind.ALARM, "0042", why="nobody_heard"),
    LogLine(on(24, "21:13:30"), LogKind.REFUSED, "0042", None, "not-their-number"),
    LogLine(on(24, "21:14:00"), LogKind.ACKNOWLEDGED, "0042", "w2"),
    LogLine(on(24, "21:20:00"), LogKind.CALLER_CHANGED, "0042", "caller", "worse", "0043"),
    LogLine(on(25, "00:10:00"), LogKind.CLOSED, "0042", "w2"),
)


@dataclass
class Records:
    """The port `NightRecords`."""

    calls: Sequence[NightReceipt] = RECEIPTS
    lines: Sequence[LogLine] = LINES

    def receipts(self, since: datetime, until: datetime) -> Sequence[NightReceipt]:
        return [one for one in self.calls if since <= one.at < until]

    def happened(self, since: datetime, until: datetime) -> Sequence[LogLine]:
        return [line for line in self.lines if since <= line.at < until]
