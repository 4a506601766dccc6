"""The carrier's calls to staff: picked up over signed HTTP, keyed, reported; what Twilio would refuse is told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.channels.simulator.duty import DutyStaff, Manner
from ivr.channels.simulator.duty_legs import DutyLegs
from ivr.domain.roster import Person
from tests.simulator.tiny_desk import ACCOUNT, SAY, TOKEN, TinyDesk, carrier_for, document

W3 = Person("w3", "見本 三", "+815000000103")
READ = (
    '<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="10" action="/twilio/duty-key/0001/1" method="POST">'
    f"{SAY.format('a leak')}</Gather>{SAY.format('no key')}<Hangup/>"
)
DOCUMENTS = {
    "/twilio/duty/0001/1": document(READ),
    "/twilio/duty-key/0001/1": document(SAY.format("thank you"), "<Hangup/>"),
}
STATUS = "/twilio/duty-status/0001/1"


@dataclass
class Bureau:
    """A tiny desk, its staff, and the client it would ring them with."""

    desk: TinyDesk
    legs: DutyLegs
    staff: DutyStaff
    client: Client
    seconds: list[float] = field(default_factory=list)

    def rings(self, number: str = W3.phone or "") -> str:
        made = self.client.calls.create(
            to=number,
            from_="+815000000003",
            url=f"{self.desk.base_url}/twilio/duty/0001/1",
            status_callback=f"{self.desk.base_url}{STATUS}",
            status_callback_event=["answered", "completed"],
        )
        until = time.monotonic() + 20
        while not self.staff.quiet and time.monotonic() < until:
            time.sleep(0.005)
        return str(made.sid)

    def reported(self) -> list[str]:
        return [form["CallStatus"] for form in self.desk.forms(STATUS)]


@contextmanager
def bureau(*manners: Manner, documents: dict[str, str] | None = None) -> Iterator[Bureau]:
    from flask import Response

    answers = {**DOCUMENTS, **(documents or {}), STATUS: Response(status=204)}
    desk = TinyDesk(answers)
    staff = DutyStaff(lambda number: W3 if number == W3.phone else None)
    staff.begin(manners)
    http = TwilioHttpClient(timeout=5)
    client = Client(ACCOUNT, TOKEN, http_client=http)
    try:
        with carrier_for(desk) as carrier:
            client.api.base_url = carrier.exchange.url
            with DutyLegs(carrier.desk, carrier.exchange, staff, carrier.clock) as legs:
                yield Bureau(desk, legs, staff, client)
    finally:
        if http.session is not None:
            http.session.close()


def test_whoever_has_it_hears_the_report_and_presses_4() -> None:
    with bureau(Manner.HAVE_IT) as office:
        sid = office.rings()
        (leg,) = office.staff.facts()
        assert (leg.person, leg.key, leg.heard, leg.key_after) == ("w3", "4", ("a leak", "thank you"), 1)
        assert [form["Digits"] for form in office.desk.forms("/twilio/duty-key/0001/1")] == ["4"]
        assert office.reported() == ["in-progress", "completed"]
        form = office.desk.forms("/twilio/duty/0001/1")[0]
        assert (form["CallSid"], form["To"], form["Direction"]) == (sid, W3.phone, "outbound-api")
        assert office.legs.told() == ()


def test_a_voicemail_hears_everything_and_presses_nothing() -> None:
    with bureau(Manner.VOICEMAIL) as office:
        office.rings()
        assert [leg.heard for leg in office.staff.facts()] == [("a leak", "no key")]
        assert office.desk.forms("/twilio/duty-key/0001/1") == []
        assert office.reported() == ["in-progress", "completed"]


@pytest.mark.parametrize(("manner", "status"), [(Manner.NO_ANSWER, "no-answer"), (Manner.BUSY, "busy")])
def test_who_does_not_pick_up_hears_nothing(manner: Manner, status: str) -> None:
    with bureau(manner) as office:
        office.rings()
        assert office.desk.forms("/twilio/duty/0001/1") == []
        assert office.reported() == [status]


def test_a_number_of_nobody_on_duty_stays_for_others_to_answer() -> None:
    with bureau() as office:
        office.rings("+815000000199")
        assert office.staff.facts() == ()
        assert office.legs.exchange.rung_for("/twilio/duty/0001/1") is not None


def test_the_callers_clock_stands_still_while_staff_listen() -> None:
    with bureau(Manner.HAVE_IT) as office:
        before = office.legs.clock.now()
        office.rings()
        assert office.legs.clock.now() == before


@pytest.mark.parametrize(
    ("documents", "fault"),
    [
        ({"/twilio/duty/0001/1": document(SAY.format("a leak"))}, "hear the line go dead"),
        ({"/twilio/duty/0001/1": document("<Enqueue>main</Enqueue>")}, "led to <Enqueue>"),
        ({"/twilio/duty/0001/1": document('<Say language="xx-XX">a leak</Say>', "<Hangup/>")}, "xx-XX"),
        ({"/twilio/duty/0001/1": document("<Redirect>/twilio/duty/0001/1</Redirect>")}, "never comes to an end"),
        ({"/twilio/duty-key/0001/1": ""}, "404"),
    ],
)
def test_what_twilio_would_refuse_is_told_once_and_the_call_ends(documents: dict[str, str], fault: str) -> None:
    with bureau(Manner.HAVE_IT, documents=documents) as office:
        office.rings()
        assert any(fault in told for told in office.legs.told())
        assert office.legs.told() == ()
        assert office.reported()[-1] == "completed"


def test_texts_to_staff_are_counted() -> None:
    with bureau() as office:
        office.client.messages.create(to=W3.phone, from_="+815000000003", body="a leak: 0001")
        assert office.staff.texts == ("a leak: 0001",)
