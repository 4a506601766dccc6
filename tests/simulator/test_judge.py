"""A call passes when everything expected of it came true, and fails with every reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.channels.simulator.call_file import Expect, ExpectedCallback, ExpectedDuty, ExpectedTicket
from ivr.channels.simulator.duty import DutyFacts, LegFacts, Manner
from ivr.channels.simulator.journal import Journal, TicketFacts
from ivr.channels.simulator.judge import judge
from ivr.domain.ticket import TicketStatus

TICKET = TicketFacts(
    reference="1",
    category="road_leak",
    town="泉野出町",
    chome=4,
    banchi="12-3",
    landmark="near the big bridge",
    out_of_city=None,
    phone="0765550100",
    phone_source="caller_id",
    anonymous=False,
    name=None,
    organization="the fire brigade",
    situation="water",
    partial=False,
    place_said="there",
)
LEGS = (
    LegFacts("w3", "one", Manner.NO_ANSWER, (), "", 0),
    LegFacts("w4", "two", Manner.HAVE_IT, ("a leak", "yours"), "4", 1),
)
DUTY = DutyFacts("1", "acknowledged", "w4", alarms=0, texts=2, legs=LEGS)
JOURNAL = Journal(
    said=("good evening", "thank you"),
    heard=("water",),
    turns=3,
    outcome="emergency_ticket",
    category="road_leak",
    transfer_to="bureau_staff",
    redirect=None,
    faq_topics=("start", "stop"),
    reply_lang="ja",
    ticket=TICKET,
    handover={"place": "there", "situation": "water"},
    callback="0765550100",
    duty=DUTY,
)


@pytest.mark.parametrize(
    "expect",
    [
        Expect(),
        Expect(outcome="transfer|emergency_ticket"),
        Expect(category="road_leak", transfer_to="bureau_staff", reply_lang="ja"),
        Expect(faq_topic=("billing", "stop")),
        Expect(max_turns=3),
        Expect(ticket=ExpectedTicket(town="泉野出町", chome=4, banchi="12-3", landmark="bridge", organization="fire")),
        Expect(ticket=ExpectedTicket(phone="0765550100", phone_source="caller_id", anonymous=False, partial=False)),
        Expect(ticket=ExpectedTicket(must_have=("place", "phone", "situation"))),
        Expect(handover=("place", "situation")),
        Expect(callback=ExpectedCallback("0765550100")),
        Expect(must_say=("good .*ing", "thank"), must_not_say=("goodbye",)),
        Expect(ticket=ExpectedTicket(status=TicketStatus.ACKNOWLEDGED)),
        Expect(duty=ExpectedDuty(rung=("w3", "w4"), acknowledged_by="w4", alarm=False, texts=2, must_hear=("leak",))),
    ],
)
def test_what_came_true_gives_no_reason(expect: Expect) -> None:
    assert judge(expect, JOURNAL) == []


@pytest.mark.parametrize(
    ("expect", "reason"),
    [
        (Expect(outcome="transfer|closed"), "outcome: expected transfer|closed, got emergency_ticket"),
        (Expect(category="burst_pipe"), "category: expected burst_pipe, got road_leak"),
        (Expect(transfer_to="repair"), "transfer_to: expected repair, got bureau_staff"),
        (Expect(redirect="119"), "redirect: expected 119, got none"),
        (Expect(reply_lang="en"), "reply_lang: expected en, got ja"),
        (Expect(faq_topic=("billing",)), "faq_topic: expected one of billing, got start, stop"),
        (Expect(max_turns=2), "max_turns: 3 questions were put, at most 2 are allowed"),
        (Expect(ticket=ExpectedTicket(chome=5)), "ticket.chome: expected 5, got 4"),
        (Expect(ticket=ExpectedTicket(anonymous=True)), "ticket.anonymous: expected True, got False"),
        (Expect(ticket=ExpectedTicket(action="cancel")), "ticket.action: expected cancel, got None"),
        (Expect(ticket=ExpectedTicket(landmark="temple")), "ticket.landmark: expected something with temple"),
        (Expect(ticket=ExpectedTicket(must_have=("name",))), "ticket.must_have: name is missing"),
        (Expect(handover=("phone",)), "handover: phone is missing"),
        (Expect(callback=ExpectedCallback("0000000000")), "callback.phone: expected 0000000000"),
        (Expect(must_say=("goodbye",)), "must_say: nothing said matches goodbye"),
        (Expect(must_not_say=("thank",)), "must_not_say: thank matches 'thank'"),
        (Expect(ticket=ExpectedTicket(status=TicketStatus.NOTIFIED)), "ticket.status: expected notified, got acknowl"),
        (Expect(duty=ExpectedDuty(rung=("w4",))), "duty.rung: expected w4, got w3, w4"),
        (Expect(duty=ExpectedDuty(rung=())), "duty.rung: expected nobody, got w3, w4"),
        (Expect(duty=ExpectedDuty(acknowledged_by="nobody")), "duty.acknowledged_by: expected nobody, got w4"),
        (Expect(duty=ExpectedDuty(alarm=True)), "duty.alarm: expected True, got False"),
        (Expect(duty=ExpectedDuty(texts=0)), "duty.texts: expected 0, got 2"),
        (Expect(duty=ExpectedDuty(must_hear=("sewage",))), "duty.must_hear: nothing that staff heard matches sewage"),
    ],
)
def test_what_did_not_come_true_is_a_reason(expect: Expect, reason: str) -> None:
    (found,) = judge(expect, JOURNAL)
    assert found.startswith(reason)


def test_a_ticket_expected_and_not_stored_is_one_reason() -> None:
    expect = Expect(ticket=ExpectedTicket(town="泉野出町", chome=4))
    assert judge(expect, replace(JOURNAL, ticket=None)) == ["ticket: expected one, none was stored"]


def test_staff_expected_to_be_rung_and_never_rung_is_a_reason() -> None:
    quiet = replace(JOURNAL, duty=None)
    assert judge(Expect(duty=ExpectedDuty()), quiet) == ["duty: staff were to be rung, and were not"]
    (reason,) = judge(Expect(ticket=ExpectedTicket(status=TicketStatus.ACKNOWLEDGED)), quiet)
    assert reason == "ticket.status: expected acknowledged, got none: nobody was to be rung"


def test_a_ticket_that_nobody_has_is_acknowledged_by_nobody() -> None:
    unheard = replace(JOURNAL, duty=replace(DUTY, acknowledged_by=None, alarms=1))
    assert judge(Expect(duty=ExpectedDuty(acknowledged_by="nobody", alarm=True)), unheard) == []


def test_a_place_is_there_as_soon_as_anything_was_said_of_it() -> None:
    vague = replace(TICKET, town=None, landmark=None)
    assert judge(Expect(ticket=ExpectedTicket(must_have=("place",))), replace(JOURNAL, ticket=vague)) == []
    nowhere = replace(vague, place_said=None)
    assert judge(Expect(ticket=ExpectedTicket(must_have=("place",))), replace(JOURNAL, ticket=nowhere)) != []


def test_every_reason_is_given_not_only_the_first() -> None:
    assert len(judge(Expect(outcome="closed", max_turns=1, must_say=("x{9}",)), JOURNAL)) == 3
