"""Staff on duty: what is read to whoever picks up, and what key 4, 5, 9 or none does. Nothing counts but key 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.call import Line
from ivr.domain.escalation import Acknowledged, PassedOn, Released
from ivr.domain.ticket import ENDED, UNHELD, Deed, TicketStatus
from ivr.usecases.answer_duty import (
    CALLED_BACK,
    MOST_WRONG_KEYS,
    Key,
    Refusal,
    Said,
    Then,
    called_back,
    pressed,
    read_out,
)
from ivr.usecases.duty_lines import LONGEST_SITUATION, contact, reading, told_situation
from nlu.meaning import Phone
from tests.usecases.duty_night import CALLER, GONE, NIGHT, ONE, REFERENCE, TWO, Night, line_of, report, script, ticket

HELD_STATES = sorted(set(TicketStatus) - ENDED - UNHELD)


def keys(lines: Sequence[Line]) -> list[str]:
    return [line.key.removeprefix("duty.") for line in lines]


def slots(lines: Sequence[Line]) -> dict[str, str]:
    return {name: value for line in lines for name, value in line.slots}


def everything(said: Said) -> str:
    return " ".join(value for line in said.lines for _, value in line.slots)


def picks_up(night: Night, order: int = 1, number: str | None = ONE.phone) -> Said:
    return read_out(line_of(night), REFERENCE, order, number, NIGHT)


def presses(night: Night, key: str, order: int = 1, number: str | None = ONE.phone, **more: object) -> Said:
    return pressed(line_of(night), Key(REFERENCE, order, number, key, **more), NIGHT)  # type: ignore[arg-type]


# --- what is read -----------------------------------------------------------------------------------------------------


def test_who_picks_up_hears_the_report_and_then_the_keys() -> None:
    said = picks_up(Night(many=3))
    assert keys(said.lines) == ["calling", "matter", "place", "situation", "reports", "keys"]
    told = slots(said.lines)
    assert told["category"] == "道路などの水もれ"
    assert told["time"] == "午前3時12分"
    assert told["place"] == "泉野出町4丁目12の3"
    assert told["situation"] == "水が噴き出しています"
    assert told["count"] == "3"
    assert said.then is Then.ASK


def test_picking_up_and_hearing_it_again_acknowledge_nothing() -> None:
    night = Night()
    picks_up(night)
    presses(night, "9")
    assert (night.done, night.events, night.refusals) == ([], [], [])


def test_no_name_and_no_number_of_the_caller_is_told_before_key_4() -> None:
    told = everything(picks_up(Night())).replace(" ", "")
    assert CALLER not in told
    assert "見本太郎" not in told


@pytest.mark.parametrize(
    ("situation", "told"),
    [
        ("水が噴き出しています", True),
        ("水が噴き出しています。", True),
        ("12の3の前で水が出ています", True),
        ("あ" * LONGEST_SITUATION, True),
        ("あ" * (LONGEST_SITUATION + 1), False),
        ("見本太郎です。水が出ています", False),
        ("ミホンタローデスミズガデテイマス", False),
        ("三人で見たところ、一ミリほどの穴が二つ、三つあります", True),
        ("電話は076-123-9876です", False),
        ("電話は０７６１２３９８７６です", False),
        ("電話は〇七六の一二三の九八七六です", False),
        ("デンワハゼロナナロクノイチニーサンノキュウハチナナロクデス", False),
        ("でんわはぜろななろくいちにさんです", False),
        ("", False),
        (None, False),
    ],
)
def test_the_callers_words_are_read_if_short_and_without_name_or_number(situation: str | None, told: bool) -> None:
    assert (told_situation(report(situation=situation)) is not None) is told


def test_words_in_another_language_are_not_read_but_the_language_is_named() -> None:
    said = picks_up(Night(ticket(language="en", situation="Water is gushing out")))
    assert keys(said.lines) == ["calling", "matter", "place", "language", "keys"]
    assert slots(said.lines)["language"] == "英語"


def test_what_is_missing_is_said_and_not_made_up() -> None:
    night = Night(replace(ticket(category=None, place=None, situation=None), partial=True))
    said = picks_up(night)
    assert keys(said.lines) == ["calling", "matter", "place", "partial", "keys"]
    assert slots(said.lines)["category"] == slots(said.lines)["place"] == "不明"


@pytest.mark.parametrize(
    ("later", "time"), [(timedelta(hours=1), "午前3時12分"), (timedelta(days=1), "11月24日、午前3時12分")]
)
def test_a_report_of_another_day_is_told_with_its_date(later: timedelta, time: str) -> None:
    assert slots(reading(script(), ticket(), 1, NIGHT + later))["time"] == time


# --- key 4 ------------------------------------------------------------------------------------------------------------


def test_key_4_takes_the_report_and_tells_reference_and_number() -> None:
    night = Night()
    said = presses(night, "4")
    assert night.acknowledged_by == [ONE.id]
    assert keys(said.lines) == ["taken", "contact", "again"]
    assert slots(said.lines) == {"reference": "0 0 1 2", "phone": "0 7 6、1 2 3、9 8 7 6"}
    assert said.then is Then.ASK_AGAIN
    assert "見本太郎" not in everything(said)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"phone": None}, "contact_withheld"),
        ({"phone": None, "phone_part": Phone("0761", complete=False)}, "contact_part"),
    ],
)
def test_a_number_that_is_not_whole_is_told_as_what_it_is(changed: dict[str, object], line: str) -> None:
    assert keys(contact(script(), ticket(**changed))) == [line]  # type: ignore[arg-type]


def test_the_same_key_twice_is_one_acknowledgement_and_says_the_same() -> None:
    night = Night()
    assert presses(night, "4") == presses(night, "4")
    assert night.acknowledged_by == [ONE.id]
    assert night.refusals == []


def test_of_two_who_press_4_the_second_hears_who_has_it_and_it_is_recorded() -> None:
    night = Night()
    presses(night, "4")
    said = presses(night, "4", 3, TWO.phone)
    assert night.acknowledged_by == [ONE.id]
    assert (keys(said.lines), slots(said.lines)) == (["held"], {"name": ONE.name})
    assert said.then is Then.HANG_UP
    assert night.refusals == [(Refusal.HELD, TWO.id)]


def test_whoever_has_it_and_is_not_in_the_data_is_not_named() -> None:
    said = presses(Night(ticket(TicketStatus.DISPATCHED, "operator-7")), "4")
    assert keys(said.lines) == ["held_unnamed"]


@pytest.mark.parametrize("status", sorted(ENDED))
def test_key_4_for_a_ticket_that_is_over_is_told_and_recorded(status: TicketStatus) -> None:
    night = Night(ticket(status))
    said = presses(night, "4")
    assert keys(said.lines) == [status.value]
    assert night.done == []
    assert night.refusals == [(Refusal.OVER, ONE.id)]


def test_who_has_it_and_is_rung_because_it_got_worse_confirms_with_4_and_the_ladder_hears_it() -> None:
    night = Night(ticket(TicketStatus.ACKNOWLEDGED, ONE.id))
    assert keys(picks_up(night).lines)[:2] == ["calling", "already_yours"]
    assert keys(presses(night, "4").lines)[0] == "taken"
    assert night.events == [Acknowledged(NIGHT, ONE.id)]
    assert night.refusals == []


@pytest.mark.parametrize(("key", "heard", "then"), [("9", "contact", Then.ASK_AGAIN), ("5", "goodbye", Then.HANG_UP)])
def test_after_key_4_only_9_means_something(key: str, heard: str, then: Then) -> None:
    night = Night()
    presses(night, "4")
    before = list(night.events)
    said = presses(night, key, held=True)
    assert (keys(said.lines)[0], said.then) == (heard, then)
    assert night.events == before


@pytest.mark.parametrize(
    ("status", "holder", "heard"),
    [
        (TicketStatus.NOTIFIED, None, "held_unnamed"),
        (TicketStatus.ACKNOWLEDGED, TWO.id, "held"),
        (TicketStatus.CANCELLED, ONE.id, "cancelled"),
    ],
)
def test_the_callers_number_is_not_told_again_to_who_has_it_no_more(
    status: TicketStatus, holder: str | None, heard: str
) -> None:
    assert keys(presses(Night(ticket(status, holder)), "9", held=True).lines) == [heard]


# --- key 5, 9, others, none -------------------------------------------------------------------------------------------


def test_key_5_passes_it_on_to_the_ladder() -> None:
    night = Night()
    said = presses(night, "5")
    assert night.events == [PassedOn(NIGHT, ONE.id)]
    assert (keys(said.lines), said.then) == (["passed_on"], Then.HANG_UP)


@pytest.mark.parametrize("status", HELD_STATES)
def test_who_has_it_and_cannot_go_after_all_gives_it_back_by_key_5(status: TicketStatus) -> None:
    night = Night(ticket(status, ONE.id))
    assert keys(presses(night, "5").lines) == ["passed_on"]
    assert night.kept is not None
    assert (night.kept.status, night.kept.holder) == (TicketStatus.NOTIFIED, None)
    assert night.done == [(Deed.RELEASE, ONE.id)]
    assert night.events == [Released(NIGHT)], "the store tells the ladder, nobody else does"
    assert keys(presses(night, "4", 3, TWO.phone).lines)[0] == "taken"


@pytest.mark.parametrize(
    ("status", "heard"), [(TicketStatus.ACKNOWLEDGED, "held"), (TicketStatus.CANCELLED, "cancelled")]
)
def test_key_5_about_what_is_not_open_passes_nothing_on(status: TicketStatus, heard: str) -> None:
    night = Night(ticket(status, TWO.id))
    assert keys(presses(night, "5").lines) == [heard]
    assert night.events == []


@pytest.mark.parametrize("key", ["1", "0", "*", "#", "44"])
def test_another_key_is_asked_about_twice_and_then_the_call_ends(key: str) -> None:
    night, wrong = Night(), 0
    for count in range(1, MOST_WRONG_KEYS + 1):
        said = presses(night, key, wrong=wrong)
        assert (keys(said.lines), said.then, said.wrong) == (["press_key", "keys"], Then.ASK, count)
        wrong = said.wrong
    assert presses(night, key, wrong=wrong).then is Then.LEAVE
    assert presses(night, "9", wrong=wrong).wrong == wrong, "hearing it again gives no new tries"
    assert (night.done, night.events) == ([], [])


def test_no_key_ends_the_call_and_says_nothing_to_the_ladder() -> None:
    night = Night()
    assert presses(night, "") == Said((Line("duty.no_key"),), Then.LEAVE)
    assert (night.done, night.events) == ([], [])


# --- withdrawn, or not theirs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", sorted(ENDED))
def test_a_ticket_withdrawn_while_it_rings_is_told_on_pick_up(status: TicketStatus) -> None:
    said = picks_up(Night(ticket(status)))
    assert (keys(said.lines), said.then) == (["calling", status.value], Then.HANG_UP)


@pytest.mark.parametrize("status", HELD_STATES)
def test_a_ticket_that_somebody_took_while_it_rings_is_told_on_pick_up(status: TicketStatus) -> None:
    said = picks_up(Night(ticket(status, TWO.id)))
    assert (keys(said.lines), said.then) == (["calling", "held"], Then.HANG_UP)


@pytest.mark.parametrize(
    ("order", "number"),
    [(1, TWO.phone), (3, ONE.phone), (5, GONE.phone), (7, ONE.phone), (1, "0700000000"), (1, None), (1, "")],
    ids=["another's", "another's too", "not in the data", "no such order", "nobody's", "withheld", "empty"],
)
def test_a_telephone_that_is_not_the_rung_persons_hears_nothing_and_takes_nothing(
    order: int, number: str | None
) -> None:
    for key in (None, "4", "5", "9"):
        night = Night()
        said = picks_up(night, order, number) if key is None else presses(night, key, order, number)
        assert (keys(said.lines), everything(said), said.then) == (["not_known"], "", Then.LEAVE)
        assert (night.done, night.events) == ([], [])
        assert night.refusals == [(Refusal.NOT_THEIR_NUMBER, None)]


def test_a_ticket_that_is_not_in_the_store_is_told() -> None:
    night = Night(None)
    assert keys(picks_up(night).lines) == keys(presses(night, "4").lines) == ["not_found"]


# --- ringing back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "found"),
    [("09011110001", REFERENCE), (ONE.phone, REFERENCE), (TWO.phone, None), ("0761234567", None), (None, None)],
)
def test_only_who_missed_a_call_is_led_to_the_ticket_that_waits(number: str | None, found: str | None) -> None:
    assert called_back(line_of(Night(waiting=REFERENCE)), number) == found


def test_who_rings_back_hears_the_same_and_can_take_it() -> None:
    night = Night()
    assert picks_up(night, CALLED_BACK) == picks_up(night, 1)
    assert keys(presses(night, "4", CALLED_BACK).lines)[0] == "taken"
    assert night.acknowledged_by == [ONE.id]
