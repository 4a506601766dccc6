"""Staff on duty as they are played: what each person does when rung, and a telephone in words that rings nobody."""

from __future__ import annotations

import pytest

from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.duty import DutyStaff, Manner
from ivr.channels.simulator.duty_in_words import WordedTelephone
from ivr.domain.escalation import Acknowledged, Event, PassedOn, PickedUp, Unheard, WentUnheard
from ivr.domain.ticket import TicketStatus
from ivr.ports import RingFailed
from tests.usecases.duty_night import NIGHT, ONE, REFERENCE, TWO, Night, line_of

FIRST, SECOND = (f"http://127.0.0.1:1/twilio/duty/{REFERENCE}/{order}" for order in (1, 3))
NO_ONES = "+815000000199"
assert ONE.phone is not None
assert TWO.phone is not None
NUMBERS = (ONE.phone, TWO.phone)


def staff_of(night: Night, *manners: Manner) -> DutyStaff:
    staff = DutyStaff(night.with_number)
    staff.begin(manners)
    return staff


def rung(night: Night, manner: Manner) -> tuple[DutyStaff, list[Event]]:
    """One person is rung in words; what the ladder learnt."""
    staff = staff_of(night, manner)
    WordedTelephone(staff, line_of(night), SimulatedClock(NIGHT)).ring(NUMBERS[0], FIRST, "status", answered=True)
    return staff, night.events


def test_each_person_has_a_manner_of_their_own_and_keeps_it() -> None:
    staff = staff_of(Night(), Manner.BUSY, Manner.HAVE_IT)
    legs = [staff.rings(number) for number in (NUMBERS[0], NUMBERS[1], NUMBERS[0])]
    assert [leg.manner for leg in legs if leg] == [Manner.BUSY, Manner.HAVE_IT, Manner.BUSY]
    assert [leg.person for leg in staff.facts()] == [ONE.id, TWO.id, ONE.id]


def test_whoever_comes_after_the_last_does_as_the_last() -> None:
    staff = staff_of(Night(), Manner.VOICEMAIL)
    legs = [staff.rings(number) for number in NUMBERS]
    assert [leg.manner for leg in legs if leg] == [Manner.VOICEMAIL, Manner.VOICEMAIL]


def test_a_new_call_file_begins_with_nobody_rung() -> None:
    staff = staff_of(Night(), Manner.BUSY)
    staff.rings(NUMBERS[0])
    staff.texted(NUMBERS[0], "a leak")
    staff.begin((Manner.HAVE_IT,))
    assert (staff.facts(), staff.texts, staff.quiet) == ((), (), True)


def test_a_number_of_nobody_on_duty_is_not_answered_and_its_texts_not_counted() -> None:
    staff = staff_of(Night())
    assert staff.rings(NO_ONES) is None
    staff.texted(NO_ONES, "a leak")
    assert (staff.facts(), staff.texts) == ((), ())


def test_it_is_quiet_only_when_every_call_is_over() -> None:
    staff = staff_of(Night())
    leg = staff.rings(NUMBERS[0])
    assert leg is not None
    assert not staff.quiet
    leg.over = True
    assert staff.quiet


@pytest.mark.parametrize(
    ("manner", "events"),
    [
        (Manner.NO_ANSWER, [WentUnheard(NIGHT, 1, Unheard.NO_ANSWER)]),
        (Manner.BUSY, [WentUnheard(NIGHT, 1, Unheard.BUSY)]),
        (Manner.VOICEMAIL, [PickedUp(NIGHT, 1), WentUnheard(NIGHT, 1, Unheard.NO_KEY)]),
        (Manner.PASS_ON, [PickedUp(NIGHT, 1), PassedOn(NIGHT, ONE.id), WentUnheard(NIGHT, 1, Unheard.NO_KEY)]),
        (Manner.HAVE_IT, [PickedUp(NIGHT, 1), Acknowledged(NIGHT, ONE.id), WentUnheard(NIGHT, 1, Unheard.NO_KEY)]),
    ],
)
def test_the_ladder_learns_of_every_manner_what_the_carrier_would_report(manner: Manner, events: list[Event]) -> None:
    assert rung(Night(), manner)[1] == events


@pytest.mark.parametrize("manner", sorted(set(Manner) - {Manner.HAVE_IT}))
def test_nothing_but_key_4_takes_a_report(manner: Manner) -> None:
    night = Night()
    rung(night, manner)
    assert night.acknowledged_by == []
    assert night.kept is not None
    assert night.kept.status is TicketStatus.NOTIFIED


@pytest.mark.parametrize(("manner", "last"), [(Manner.VOICEMAIL, "番号を確認"), (Manner.HAVE_IT, "どうぞよろしく")])
def test_whoever_presses_nothing_more_hears_the_last_words(manner: Manner, last: str) -> None:
    (leg,) = rung(Night(), manner)[0].facts()
    assert leg.heard[-1].startswith(last)
    assert leg.heard[0] == "金沢市企業局の緊急受付です。"


def test_the_key_stands_between_what_was_heard_before_and_after_it() -> None:
    (leg,) = rung(Night(), Manner.HAVE_IT)[0].facts()
    assert leg.key == "4"
    assert "4、" in leg.heard[leg.key_after - 1]
    assert "担当として記録" in leg.heard[leg.key_after]


def test_a_report_that_somebody_has_leads_to_no_key() -> None:
    night = Night()
    night.kept = None
    (leg,) = rung(night, Manner.HAVE_IT)[0].facts()
    assert leg.key == ""


@pytest.mark.parametrize(("number", "url"), [(NO_ONES, FIRST), (NUMBERS[0], "http://127.0.0.1:1/twilio/whisper/CA1/1")])
def test_in_words_nobody_but_staff_on_duty_can_be_rung(number: str, url: str) -> None:
    night = Night()
    telephone = WordedTelephone(staff_of(night), line_of(night), SimulatedClock(NIGHT))
    with pytest.raises(RingFailed) as refused:
        telephone.ring(number, url, "status")
    assert refused.value.permanent
    assert number not in str(refused.value)
