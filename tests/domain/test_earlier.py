"""Which earlier report a caller means: by number, telephone, place; of several, by the time told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from ivr.domain.earlier import EarlierReport, Sought, Tie, matches, merged, shortlist, tie, timely
from ivr.domain.hours import TOKYO
from nlu.meaning import Category, Change, Earlier, Place

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=TOKYO)
OWN, OTHER = "0760000001", "0760000002"
TERA = Place("寺町二丁目5", town="寺町", chome=2, banchi="5")


def report(reference: str, minutes: float = 60, **fields: object) -> EarlierReport:
    known: dict[str, object] = {"category": Category.ROAD_LEAK, "place": TERA, "phone": OWN, **fields}
    return EarlierReport(reference, NOW - timedelta(minutes=minutes), **known)  # type: ignore[arg-type]


def caller(phone: str | None = OWN, place: Place | None = None, **told: object) -> Sought:
    return Sought("0099", frozenset({phone} if phone else ()), place, Earlier(**told))  # type: ignore[arg-type]


def found(sought: Sought, *reports: EarlierReport) -> list[tuple[str, bool]]:
    return [(match.report.reference, match.certain) for match in matches(reports, sought, NOW)]


def place(town: str | None = "寺町", **more: object) -> Place:
    return replace(Place("", town=town), **more)  # type: ignore[arg-type]


LANDMARK = Place("", landmark="泉野小学校の前")

FOUND = [
    ("the only report of this telephone", caller(), [report("1")], [("1", True)]),
    ("one of several of this telephone, the newest first", caller(), [report("1", 90), report("2", 30)],
     [("2", False), ("1", False)]),
    ("of several the one made when the caller says", caller(ago=90), [report("1", 95), report("2", 20)],
     [("1", False), ("2", False)]),
    ("of several the one still open", caller(), [report("1", 90), report("2", 30, status="closed")],
     [("1", False), ("2", False)]),
    ("of several the one at the place said", caller(place=place(chome=2, banchi="5")),
     [report("1", 90), report("2", 30, place=place("長坂"))], [("1", True)]),
    ("nothing of another telephone", caller(OTHER), [report("1")], []),
    ("nothing of a caller without a number who says nothing", caller(None), [report("1")], []),
    ("nothing by the time alone", caller(None, ago=60), [report("1", 60)], []),
    ("the place down to the lot, whoever calls", caller(None, place=place(chome=2, banchi="5")), [report("1")],
     [("1", True)]),
    ("the town alone is only likely", caller(None, place=place()), [report("1")], [("1", False)]),
    ("of two in the town the one made when the caller says", caller(None, place=place(), ago=120),
     [report("1", 110), report("2", 10)], [("1", False), ("2", False)]),
    ("another block of the town is another place", caller(None, place=place(chome=3)), [report("1")], []),
    ("another place speaks against the telephone", caller(place=place("長坂")), [report("1")], []),
    ("but not where the place told was wrong", caller(place=place("長坂"), change=Change.PLACE), [report("1")],
     [("1", True)]),
    ("nor where the town was only heard by sound", caller(place=place("長坂", certain=False, candidates=("長坂",))),
     [report("1")], [("1", True)]),
    ("a landmark in other words", caller(None, place=replace(LANDMARK, landmark="泉野小学校の向かい")),
     [report("1", place=LANDMARK)], [("1", False)]),
    ("the number said, from any telephone", caller(OTHER, reference="12"), [report("0012"), report("0013")],
     [("0012", True)]),
    ("the number before everything else", caller(reference="13"), [report("0012"), report("0013", phone=OTHER)],
     [("0013", True)]),
    ("a number there is not leaves the telephone", caller(reference="77"), [report("0012")], [("0012", True)]),
    ("naught is no number", caller(None, reference="00"), [report("0")], []),
    ("never the caller's own ticket", caller(), [report("0099")], []),
    ("never a change of a report", caller(), [report("1", category=Category.REPAIR_CANCEL_CHANGE)], []),
    ("never one from the future", caller(), [report("1", -5)], []),
    ("three days are remembered", caller(), [report("1", 72 * 60)], [("1", True)]),
    ("and no more", caller(), [report("1", 72 * 60 + 1)], []),
]  # fmt: skip


@pytest.mark.parametrize(("sought", "reports", "expected"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_the_report_meant_is(sought: Sought, reports: list[EarlierReport], expected: list[tuple[str, bool]]) -> None:
    assert found(sought, *reports) == expected


def test_a_number_is_proven_by_the_telephone_or_the_place() -> None:
    for sought, proven in (
        (caller(reference="1"), True),
        (caller(None, place(), reference="1"), True),
        (caller(OTHER, reference="1"), False),
    ):
        (match,) = matches([report("1")], sought, NOW)
        assert (match.by_number, match.proven) == (True, proven)


def test_a_turn_keeps_three_reports_at_most() -> None:
    many = [report(str(number), number) for number in range(1, 9)]
    assert [kept.reference for kept in shortlist(many, caller(), NOW)] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("said", "known", "expected"),
    [
        (None, TERA, Tie.UNKNOWN),
        (place(None, banchi="5"), TERA, Tie.UNKNOWN),
        (place(), TERA, Tie.TOWN),
        (place(chome=2), TERA, Tie.TOWN),
        (place(chome=1), TERA, Tie.APART),
        (place(banchi="5"), TERA, Tie.WHOLE),
        (place(banchi="6"), TERA, Tie.APART),
        (place(banchi="12"), place(banchi="12-3"), Tie.WHOLE),
        (place(banchi="1"), place(banchi="12"), Tie.APART),
        (place("長坂"), TERA, Tie.APART),
        (place("寺地", certain=False, candidates=("寺地", "寺町")), TERA, Tie.TOWN),
    ],
)
def test_a_place_said_stands_to_the_place_of_a_report(said: Place | None, known: Place, expected: Tie) -> None:
    assert tie(said, known) is expected


@pytest.mark.parametrize(
    ("minutes", "told", "holds"),
    [
        (60, Earlier(), False),
        (60, Earlier(ago=60), True),
        (80, Earlier(ago=60), True),
        (95, Earlier(ago=60), False),
        (10, Earlier(ago=30), True),
        (60, Earlier(hours=((8, 10), (20, 22))), True),
        (180, Earlier(hours=((8, 10), (20, 22))), False),
        (26 * 60, Earlier(days=1), True),
        (60, Earlier(days=1), False),
        (26 * 60, Earlier(days=1, hours=((16, 20),)), True),
        (26 * 60, Earlier(days=1, hours=((5, 10),)), False),
    ],
)
def test_a_report_was_made_when_the_caller_says(minutes: float, told: Earlier, holds: bool) -> None:
    assert timely(NOW - timedelta(minutes=minutes), told, NOW) is holds


def test_what_is_said_later_counts_and_what_it_leaves_out_stays() -> None:
    before, now = Earlier(Change.CANCEL, "12", ago=60), Earlier(Change.WORSE)
    assert merged(before, now) == Earlier(Change.WORSE, "12", ago=60)
    assert merged(None, now) == merged(now, None) == now
