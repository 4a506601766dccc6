"""The telephone of staff on duty, as Twilio meets it: reading, keys, the end of the call, ringing back, and trouble."""

from __future__ import annotations

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from ivr.channels.simulator.twiml_lint import lint
from ivr.channels.twilio_duty import duty_blueprint, duty_caller
from ivr.channels.twilio_signature import SignatureGate
from ivr.channels.twilio_voice import mouth_of
from ivr.domain.escalation import PassedOn, PickedUp, Unheard, WentUnheard
from ivr.domain.ticket import ENDED, TicketStatus
from ivr.usecases.answer_duty import Refusal
from tests.channels.scripted_desk import (
    NOON,
    ORIGIN,
    ScriptedDesk,
    Twilio,
    app_of,
    edge_of,
    only,
    said,
    tags,
)
from tests.usecases.duty_night import CALLER, GONE, ONE, REFERENCE, TWO, Night, line_of, ticket

RUNG = f"/twilio/duty/{REFERENCE}/1"
KEY = f"/twilio/duty-key/{REFERENCE}/1"
STATUS = f"/twilio/duty-status/{REFERENCE}/1"
BACK = f"/twilio/duty-back/{REFERENCE}"
BACK_KEY = f"/twilio/duty-key/{REFERENCE}/0"
RECEPTION = f"{ORIGIN}/twilio/voice?ordinary=1"
AT_ONE, AT_TWO = ONE.phone, TWO.phone


def twilio_and(night: Night) -> Twilio:
    """A Twilio whose calls reach a desk with `night` behind it."""
    edge = edge_of(ScriptedDesk())
    app = app_of(edge)
    app.register_blueprint(duty_blueprint(edge, line_of(night), mouth_of(edge), SignatureGate(edge.settings)))
    return Twilio(app)


def heard(reply: TestResponse) -> list[str]:
    """The names of the lines of duty.yaml, in order; every document is one that Twilio runs."""
    assert lint(reply.data) == []
    return [text.strip("[]").split()[0].removeprefix("duty.") for text in said(reply)]


# --- picked up --------------------------------------------------------------------------------------------------------


def test_who_picks_up_hears_the_report_and_is_asked_for_a_key() -> None:
    night = Night()
    reply = twilio_and(night).post(RUNG, To=AT_ONE)
    assert heard(reply) == ["calling", "matter", "place", "situation", "keys", "no_key"]
    assert tags(reply) == ["Gather", "Say", "Hangup"]
    gather = only(reply, "Gather").attrib
    assert (gather["input"], gather["numDigits"], gather["finishOnKey"]) == ("dtmf", "1", "")
    assert gather["action"] == ORIGIN + KEY
    assert [type(event) for event in night.events] == [PickedUp]
    assert night.done == []
    assert CALLER not in reply.text.replace(" ", "")


def test_a_machine_that_picks_up_and_presses_nothing_is_let_go_without_an_acknowledgement() -> None:
    night = Night()
    twilio = twilio_and(night)
    assert tags(twilio.post(RUNG, To=AT_ONE))[-1] == "Hangup"
    twilio.post(STATUS, CallStatus="completed", To=AT_ONE)
    assert night.done == []
    assert isinstance(night.events[-1], WentUnheard)
    assert night.events[-1].why is Unheard.NO_KEY


@pytest.mark.parametrize("status", sorted(ENDED))
def test_a_ticket_withdrawn_while_it_rings_is_told_and_the_call_ends(status: TicketStatus) -> None:
    night = Night(ticket(status))
    reply = twilio_and(night).post(RUNG, To=AT_ONE)
    assert heard(reply) == ["calling", status.value]
    assert tags(reply)[-1] == "Hangup"
    assert night.events == []


@pytest.mark.parametrize("number", [TWO.phone, GONE.phone, "", "anonymous", None])
def test_another_telephone_than_the_rung_persons_hears_nothing_of_the_report(number: str | None) -> None:
    night = Night()
    twilio = twilio_and(night)
    for path, keys in ((RUNG, None), (KEY, "4")):
        reply = twilio.post(path, To=number, Digits=keys)
        assert heard(reply) == ["not_known"]
        assert tags(reply) == ["Say", "Hangup"]
    assert (night.events, night.done) == ([], [])
    assert night.refusals == [(Refusal.NOT_THEIR_NUMBER, None)] * 2


# --- keys -------------------------------------------------------------------------------------------------------------


def test_key_4_takes_the_report_and_key_9_repeats_the_callers_number() -> None:
    night = Night()
    twilio = twilio_and(night)
    reply = twilio.post(KEY, Digits="4", To=AT_ONE)
    assert heard(reply) == ["taken", "contact", "again", "goodbye"]
    assert tags(reply) == ["Gather", "Say", "Hangup"]
    assert night.acknowledged_by == [ONE.id]
    again = twilio.post(only(reply, "Gather").attrib["action"], Digits="9", To=AT_ONE)
    assert heard(again) == ["contact", "again", "goodbye"]
    end = twilio.post(only(again, "Gather").attrib["action"], Digits="1", To=AT_ONE)
    assert heard(end) == ["goodbye"]
    assert tags(end)[-1] == "Hangup"


def test_key_5_passes_on_and_key_9_reads_it_again() -> None:
    night = Night()
    twilio = twilio_and(night)
    assert heard(twilio.post(KEY, Digits="9", To=AT_ONE))[:2] == ["calling", "matter"]
    reply = twilio.post(KEY, Digits="5", To=AT_ONE)
    assert heard(reply) == ["passed_on"]
    assert tags(reply) == ["Say", "Hangup"]
    assert [type(event) for event in night.events] == [PassedOn]
    assert night.done == []


def test_a_wrong_key_is_asked_about_twice_and_then_the_call_ends() -> None:
    night = Night()
    twilio = twilio_and(night)
    path = KEY
    for _ in range(2):
        reply = twilio.post(path, Digits="7", To=AT_ONE)
        assert heard(reply) == ["press_key", "keys", "no_key"]
        path = only(reply, "Gather").attrib["action"]
    assert tags(twilio.post(path, Digits="7", To=AT_ONE)) == ["Say", "Hangup"]
    assert (night.events, night.done) == ([], [])


@pytest.mark.parametrize("keys", [None, "", "hangup", "x"])
def test_no_key_ends_the_call(keys: str | None) -> None:
    night = Night()
    assert tags(twilio_and(night).post(KEY, Digits=keys, To=AT_ONE)) == ["Say", "Hangup"]
    assert (night.events, night.done) == ([], [])


def test_two_people_who_press_4_hear_who_was_first() -> None:
    night = Night()
    twilio = twilio_and(night)
    twilio.post(KEY, Digits="4", To=AT_ONE)
    late = twilio.post(f"/twilio/duty-key/{REFERENCE}/3", Digits="4", To=AT_TWO)
    assert said(late) == [f"[duty.held name={ONE.name}]"]
    assert night.acknowledged_by == [ONE.id]
    assert night.refusals == [(Refusal.HELD, TWO.id)]


@pytest.mark.parametrize("times", [2, 3])
def test_a_webhook_that_comes_again_changes_nothing(times: int) -> None:
    night = Night()
    twilio = twilio_and(night)
    replies = {twilio.post(KEY, Digits="4", To=AT_ONE).data for _ in range(times)}
    assert len(replies) == 1
    assert night.acknowledged_by == [ONE.id]
    assert night.refusals == []


# --- how the call went ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("busy", Unheard.BUSY),
        ("no-answer", Unheard.NO_ANSWER),
        ("canceled", Unheard.NO_ANSWER),
        ("failed", Unheard.FAILED),
        ("completed", Unheard.NO_KEY),
    ],
)
def test_a_call_that_ended_is_told_to_the_ladder(status: str, why: Unheard) -> None:
    night = Night()
    reply = twilio_and(night).post(STATUS, CallStatus=status)
    assert reply.status_code == 204
    (event,) = night.events
    assert isinstance(event, WentUnheard)
    assert (event.order, event.why) == (1, why)
    assert event.at > NOON, "when it was told, by the desk's clock"


@pytest.mark.parametrize("status", ["in-progress", "answered"])
def test_a_call_that_was_picked_up_gets_more_time(status: str) -> None:
    night = Night()
    assert twilio_and(night).post(STATUS, CallStatus=status).status_code == 204
    assert [(type(event), getattr(event, "order", None)) for event in night.events] == [(PickedUp, 1)]


@pytest.mark.parametrize("status", ["queued", "initiated", "ringing", "", "something-new", None])
def test_what_is_no_end_changes_nothing(status: str | None) -> None:
    night = Night()
    assert twilio_and(night).post(STATUS, CallStatus=status).status_code == 204
    assert night.events == []


@pytest.mark.parametrize("path", [f"/twilio/duty-status/{REFERENCE}/2", "/twilio/duty-status/9999/1"])
def test_a_call_the_desk_never_placed_is_told_to_nobody(path: str) -> None:
    night = Night()
    assert twilio_and(night).post(path, CallStatus="busy").status_code == 204
    assert night.events == []


def test_an_end_that_cannot_be_kept_is_not_confirmed() -> None:
    night = Night(broken=1)
    twilio = twilio_and(night)
    assert twilio.post(STATUS, CallStatus="busy").status_code == 503
    assert twilio.post(STATUS, CallStatus="busy").status_code == 204
    assert len(night.events) == 1


def test_an_end_that_comes_before_the_key_costs_the_key_nothing() -> None:
    night = Night()
    twilio = twilio_and(night)
    twilio.post(STATUS, CallStatus="completed")
    assert heard(twilio.post(KEY, Digits="4", To=AT_ONE))[0] == "taken"
    assert night.acknowledged_by == [ONE.id]


# --- ringing back -----------------------------------------------------------------------------------------------------


def rings_in(night: Night, path: str = "/twilio/voice", **fields: str | None) -> Response | None:
    edge = edge_of(ScriptedDesk())
    hook = duty_caller(line_of(night), edge.settings.public_url)
    form = {"From": ONE.phone, "To": "+81761000000"} | fields
    given = {name: value for name, value in form.items() if value is not None}
    with Flask("hook").test_request_context(path, method="POST", data=given):
        return hook()


def test_staff_who_missed_a_call_and_ring_back_are_led_to_the_ticket() -> None:
    found = rings_in(Night(waiting=REFERENCE))
    assert found is not None
    assert lint(found.data) == []
    assert f"{ORIGIN}{BACK}" in found.get_data(as_text=True)


@pytest.mark.parametrize("number", [TWO.phone, GONE.phone, "+81761234567", "", "anonymous", "sip:x@y", None])
def test_everybody_elses_call_is_answered_as_always(number: str | None) -> None:
    assert rings_in(Night(waiting=REFERENCE), From=number) is None


def test_staff_for_whom_nothing_waits_and_who_were_led_on_are_callers_as_all() -> None:
    assert rings_in(Night()) is None
    assert rings_in(Night(waiting=REFERENCE), RECEPTION.removeprefix(ORIGIN)) is None


def test_a_store_that_is_gone_costs_a_caller_nothing() -> None:
    assert rings_in(Night(waiting=REFERENCE, broken=1)) is None


def test_who_rings_back_hears_the_report_and_takes_it_and_without_a_key_reaches_the_reception() -> None:
    night = Night()
    twilio = twilio_and(night)
    reply = twilio.post(BACK, From=ONE.phone)
    assert heard(reply) == ["calling", "matter", "place", "situation", "keys"]
    assert only(reply, "Gather").attrib["action"] == ORIGIN + BACK_KEY
    assert tags(reply) == ["Gather", "Redirect"]
    assert only(reply, "Redirect").text == RECEPTION
    assert heard(twilio.post(BACK_KEY, Digits="4", From=ONE.phone))[0] == "taken"
    assert night.acknowledged_by == [ONE.id]


def test_who_rings_back_from_an_unknown_telephone_hears_nothing_and_reaches_the_reception() -> None:
    night = Night()
    reply = twilio_and(night).post(BACK, From="+81761234567")
    assert heard(reply) == ["not_known"]
    assert only(reply, "Redirect").text == RECEPTION
    assert len(night.refusals) == 1


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["4", "5", "9", "*"])
def test_a_key_that_could_not_be_kept_is_tried_again_without_being_pressed_again(key: str) -> None:
    night = Night(broken=1)
    twilio = twilio_and(night)
    reply = twilio.post(KEY, Digits=key, To=AT_ONE)
    assert tags(reply) == ["Say", "Pause", "Redirect"]
    assert "taken" not in heard(reply)
    again = twilio.post(only(reply, "Redirect").text or "", To=AT_ONE)
    pressed_at_once = twilio_and(Night()).post(KEY, Digits=key, To=AT_ONE)
    assert heard(again) == heard(pressed_at_once)


def test_while_the_store_is_gone_nobody_is_told_to_have_it_and_everybody_hears_how_to_make_sure() -> None:
    night = Night(broken=100)
    twilio = twilio_and(night)
    for begins in (RUNG, KEY):
        path = begins
        for _ in range(2):
            reply = twilio.post(path, Digits="4", To=AT_ONE)
            assert heard(reply) == ["ladder.one_moment"]
            path = only(reply, "Redirect").text or ""
        reply = twilio.post(path, To=AT_ONE)
        assert heard(reply) == ["trouble"]
        assert tags(reply) == ["Say", "Hangup"]
    assert night.done == []


def test_a_key_after_taking_that_met_trouble_does_not_become_another_key() -> None:
    night = Night()
    twilio = twilio_and(night)
    action = only(twilio.post(KEY, Digits="4", To=AT_ONE), "Gather").attrib["action"]
    night.broken = 1
    later = only(twilio.post(action, Digits="5", To=AT_ONE), "Redirect").text or ""
    assert heard(twilio.post(later, To=AT_ONE)) == ["goodbye"]
    assert not [event for event in night.events if isinstance(event, PassedOn)]


def test_who_rings_back_while_something_is_broken_reaches_the_reception() -> None:
    class Broken(Night):
        def reports(self, reference: str) -> int:
            raise RuntimeError(reference)

    reply = twilio_and(Broken()).post(BACK, From=ONE.phone)
    assert only(reply, "Redirect").text == RECEPTION


@pytest.mark.parametrize("reference", ["x" * 41, "a_b", "0012.1"])
@pytest.mark.parametrize("path", ["/twilio/duty/{}/1", "/twilio/duty-key/{}/1", "/twilio/duty-status/{}/1"])
def test_a_malformed_reference_is_404(path: str, reference: str) -> None:
    assert twilio_and(Night()).post(path.format(reference), CallStatus="busy").status_code == 404


@pytest.mark.parametrize("path", [RUNG, KEY, STATUS, BACK])
def test_nothing_is_served_unsigned(path: str) -> None:
    night = Night()
    twilio = twilio_and(night)
    assert twilio.client.post(path, data={"Digits": "4", "To": ONE.phone}).status_code == 403
    assert twilio.client.get(path).status_code == 403
    assert (night.done, night.events, night.refusals) == ([], [], [])


def test_the_duty_line_alone_in_an_application_is_signed_too() -> None:
    edge = edge_of(ScriptedDesk())
    app = Flask("alone")
    app.register_blueprint(duty_blueprint(edge, line_of(Night()), mouth_of(edge), SignatureGate(edge.settings)))
    assert app.test_client().post(RUNG, data={"To": ONE.phone}).status_code == 403
