"""Text mode plays a call file through the desk in-process, and the journal says what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.channels.simulator.call_file import Answers, CallerTurn, Context
from ivr.channels.simulator.call_file import Carrier as BadDays
from ivr.channels.simulator.clock import seconds_to_say
from ivr.channels.simulator.journal import read_journal
from ivr.channels.simulator.text_mode import MOST_TURNS, CannotPlayError
from ivr.domain.call import (
    Action,
    Arrived,
    Dialled,
    Ears,
    Event,
    HangUp,
    HungUp,
    LeftMessage,
    Line,
    NobodyAnswered,
    PersonAnswered,
    Pressed,
    RecordAnswer,
    RegisterCallback,
    Report,
    Spoke,
    StayedSilent,
    StoreTicket,
    TakeMessage,
    TalkEnded,
    Transfer,
)
from ivr.domain.outcome import Outcome, OutcomeKind
from ivr.storage.memory import memory_store
from nlu.meaning import Category, Place
from tests.simulator.scripted_desk import OPEN, ScriptedDesk, deciding
from tests.simulator.tiny_desk import NOON, Books, a_call

TRANSFER = Transfer("main", urgent=False, lines=(Line("hand over"),))
CONGESTED = Context(queue="congested")


def test_words_keys_and_silence_reach_the_desk_as_events() -> None:
    asks = iter([(OPEN,), (OPEN,), (OPEN,), (HangUp(),), ()])
    desk = ScriptedDesk(lambda _: next(asks))
    journal = desk.play(a_call(CallerTurn(say="one"), CallerTurn(dtmf="2#"), CallerTurn(silence_s=8)))
    assert desk.kinds() == [Arrived, Spoke, Pressed, StayedSilent, HungUp]
    assert journal.heard == ("one", "2")
    assert journal.said == ("open", "open", "open")
    assert journal.turns == 3


@pytest.mark.parametrize(
    ("desk", "dialled"),
    [("day", Dialled.CENTRE), ("night", Dialled.NIGHT_LINE), ("night_line_daytime", Dialled.NIGHT_LINE)],
)
def test_the_desk_named_in_the_file_is_the_number_dialled(desk: str, dialled: Dialled) -> None:
    scripted = ScriptedDesk(deciding({Arrived: (HangUp(),)}))
    scripted.play(replace(a_call(context=Context(caller_id="0765550100")), desk=desk))  # type: ignore[arg-type]
    arrived = scripted.events[0]
    assert isinstance(arrived, Arrived)
    assert (arrived.dialled, arrived.caller_id, arrived.at) == (dialled, "0765550100", NOON)


def test_hanging_up_ends_the_call_at_once() -> None:
    desk = ScriptedDesk(deciding({Arrived: (OPEN,)}))
    desk.play(a_call(CallerTurn(hangup=True)))
    assert desk.kinds() == [Arrived, HungUp]


def test_an_idle_queue_ends_with_a_person() -> None:
    desk = ScriptedDesk(deciding({Arrived: (TRANSFER,), TalkEnded: (HangUp(),)}))
    journal = desk.play(a_call())
    assert desk.kinds() == [Arrived, PersonAnswered, TalkEnded, HungUp]
    assert journal.transfer_to == "main"


def test_a_congested_queue_ends_with_nobody_after_the_wait() -> None:
    desk = ScriptedDesk(deciding({Arrived: (TRANSFER,), NobodyAnswered: (HangUp(),)}))
    desk.play(a_call(context=CONGESTED))
    nobody = desk.events[1]
    assert isinstance(nobody, NobodyAnswered)
    assert nobody.why == "timeout"
    assert nobody.at - NOON >= timedelta(seconds=90)


def test_a_full_queue_is_told_as_such() -> None:
    desk = ScriptedDesk(deciding({Arrived: (TRANSFER,), NobodyAnswered: (HangUp(),)}))
    desk.play(a_call(bad_days=BadDays(queue_full=True)))
    assert isinstance(desk.events[1], NobodyAnswered)
    assert desk.events[1].why == "queue-full"


def test_a_caller_can_give_up_waiting() -> None:
    desk = ScriptedDesk(deciding({Arrived: (TRANSFER,)}))
    desk.play(a_call(CallerTurn(hangup=True), context=CONGESTED))
    assert desk.kinds() == [Arrived, HungUp]


def test_a_message_is_left_with_a_reference_and_its_length() -> None:
    desk = ScriptedDesk(deciding({Arrived: (TakeMessage((Line("speak"),)),), LeftMessage: (HangUp(),)}))
    desk.play(a_call(answers=Answers(situation="a" * 70)))
    assert desk.events[1] == LeftMessage(desk.events[1].at, "sim:1", 10)


def test_a_desk_that_hears_keys_only_hears_no_words() -> None:
    desk = ScriptedDesk(deciding({Arrived: (OPEN,), StayedSilent: (HangUp(),)}), ears=Ears.KEYS)
    desk.play(a_call(CallerTurn(say="one")))
    assert desk.kinds() == [Arrived, StayedSilent, HungUp]


def test_audio_without_words_cannot_be_played_in_text_mode(tmp_path: object) -> None:
    desk = ScriptedDesk(deciding({Arrived: (OPEN,)}))
    with pytest.raises(CannotPlayError, match="needs `say` beside it"):
        desk.play(a_call(CallerTurn(audio=tmp_path)))  # type: ignore[arg-type]


def test_a_call_that_does_not_end_is_cut_off() -> None:
    desk = ScriptedDesk(lambda _: (OPEN,))
    with pytest.raises(CannotPlayError, match="does not end"):
        desk.play(a_call())
    assert len(desk.events) == MOST_TURNS + 1


def test_a_desk_that_falls_silent_is_a_fault() -> None:
    with pytest.raises(CannotPlayError, match="hears nothing"):
        ScriptedDesk(lambda _: ()).play(a_call())


def test_a_call_takes_time() -> None:
    desk = ScriptedDesk(deciding({Arrived: (OPEN,), Spoke: (HangUp(),)}))
    desk.play(a_call(CallerTurn(say="a" * 14)))
    assert desk.clock.now() - NOON == timedelta(seconds=seconds_to_say("open") + 2)


REPORT = Report(
    form="leak",
    urgent=True,
    category=Category.ROAD_LEAK,
    place=Place("there", town="泉野出町", chome=4),
    situation="water",
    phone="0765550100",
)


def test_the_journal_finds_ticket_answer_callback_and_handover_in_the_store() -> None:
    def decide(event: Event) -> tuple[Action, ...]:
        if not isinstance(event, Arrived):
            return ()
        stored = StoreTicket("N-1", REPORT, partial=False)
        return stored, RecordAnswer("start", "how"), RegisterCallback("N-2", "0765550100", None), HangUp()

    outcome = Outcome(OutcomeKind.EMERGENCY_TICKET, Category.ROAD_LEAK, "bureau_staff")
    journal = ScriptedDesk(decide, report=REPORT, outcome=outcome, language="ja").play(a_call())
    assert (journal.outcome, journal.category, journal.transfer_to) == ("emergency_ticket", "road_leak", "bureau_staff")
    assert journal.ticket is not None
    assert (journal.ticket.town, journal.ticket.chome, journal.ticket.place_said) == ("泉野出町", 4, "there")
    assert journal.faq_topics == ("start",)
    assert journal.callback == "0765550100"
    assert {"place", "situation", "phone", "category"} <= set(journal.handover)


def test_the_journal_of_an_unknown_call_is_empty() -> None:
    store = memory_store()
    journal = read_journal("CA" + "0" * 32, Books(store.turns, store.tickets, lambda line, _: line.key))
    assert journal.outcome is None
    assert journal.ticket is None
    assert journal.said == ()
