"""Night callers and staff: who rings when, what is said, and when a word counts as taken by the desk."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.callers import marks, planned, taken
from tests.chaos.line import Heard, heard
from tests.chaos.staff import TEMPERS, temper

TURN = "http://127.0.0.1:1/twilio/turn/{}/{}"
SORRY = "sorry"


def test_one_seed_is_one_night() -> None:
    assert planned(50, 300.0, 1) == planned(50, 300.0, 1)
    assert planned(50, 300.0, 1) != planned(50, 300.0, 2)


def test_fifty_callers_are_mostly_urgent_and_japanese_and_some_leave_half_way() -> None:
    callers = planned(50, 300.0, 1)
    assert (len(callers), sum(caller.urgent for caller in callers)) == (50, 42)
    assert {caller.language for caller in callers} == {"ja", "en", "zh", "ko"}
    assert Counter(caller.language for caller in callers)["ja"] > 25
    assert 5 <= sum(caller.leaves_at is not None for caller in callers) <= 12
    assert len({caller.number for caller in callers}) == 50
    assert [caller.begins_s for caller in callers] == sorted(caller.begins_s for caller in callers)


def test_events_are_about_different_places_but_for_a_few() -> None:
    told = Counter(
        (caller.replies["open"], caller.replies["place"]) for caller in planned(50, 300.0, 1) if caller.urgent
    )
    assert 1 <= sum(count - 1 for count in told.values()) <= 16


@pytest.mark.parametrize(
    ("document", "is_taken"),
    [
        (Heard("", gather=TURN.format(3, "place")), True),
        (Heard("", gather=TURN.format(2, "open")), False),
        (Heard("", redirect=TURN.format(2, "open") + "?try=1"), False),
        (Heard("taken, goodbye"), True),
        (Heard(f"we are {SORRY}"), False),
    ],
    ids=["the next question", "the same one again", "please wait", "the end", "an apology"],
)
def test_a_word_is_taken_when_the_call_goes_on_from_it(document: Heard, is_taken: bool) -> None:
    known = marks()
    named = Heard(document.words.replace(SORRY, known.apology), document.gather, redirect=document.redirect)
    assert taken(TURN.format(2, "open"), named, known) is is_taken


def test_promise_and_apology_are_known_in_the_words_of_the_script() -> None:
    known = marks()
    assert len(known.promises) == 4
    assert all(len(mark) >= 4 for mark in (*known.promises, known.apology))


def test_a_document_is_read_up_to_the_verb_that_wants_a_reply() -> None:
    gather = '<Gather input="speech dtmf" action="http://x/twilio/turn/2/place"><Say>where?</Say></Gather>'
    asked = heard(f"<Response><Say>yes</Say><Pause length='2'/>{gather}<Redirect>http://x/y</Redirect></Response>")
    assert (asked.words, asked.question, asked.speech, asked.redirect, asked.pause_s) == (
        "yes where?",
        "place",
        True,
        None,
        2.0,
    )
    assert heard("<Response><Redirect>http://x/y</Redirect></Response>").redirect == "http://x/y"
    assert heard("<Response><Say>goodbye</Say><Hangup/></Response>") == Heard("goodbye")


def test_every_temper_is_met_and_stays_the_same_for_a_seed() -> None:
    met = {temper(1, "+819000000001", times) for times in range(300)}
    assert met == {name for name, _ in TEMPERS}
    assert temper(1, "+819000000001", 5) == temper(1, "+819000000001", 5)
