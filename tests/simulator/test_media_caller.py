"""When the caller on a stream speaks, what he says, and when he gives the line up."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import Future
from functools import partial

import pytest

from ivr.channels.simulator.call_file import Answers, CallerTurn
from ivr.channels.simulator.caller import Says
from ivr.channels.simulator.journal import took_down
from ivr.channels.simulator.line import RefusedError
from ivr.channels.simulator.media_caller import MediaCaller
from ivr.channels.simulator.media_faults import FRAME_S
from ivr.channels.simulator.media_line import Act, Phase, Sounding
from ivr.channels.simulator.media_sound import Frames, LineNoise
from ivr.channels.simulator.scripted import ScriptedCaller
from ivr.channels.simulator.text_mode import MOST_TURNS, CannotPlayError
from ivr.domain.call import Connected, HangUp, Line, Question, StayedSilent, TakeMessage, Transfer
from tests.simulator.media_desk import MediaDesk
from tests.simulator.tiny_desk import NOON, a_call

SID = "CA" + "1" * 32
SILENT, SPEAKING = Sounding(heard=False, queued=False), Sounding(heard=True, queued=True)
QUEUED = Sounding(heard=False, queued=True)


class Spelled:
    """Speaks every text as one frame a letter, at once."""

    def begin(self, says: Says) -> Future[Frames]:
        made: Future[Frames] = Future()
        made.set_result(tuple(says.text or ""))
        return made


class OnTheLine:
    """A caller on a line whose time a test moves. `acts` is what he did, one act for every 20 ms."""

    def __init__(self, *turns: CallerTurn, answers: Answers | None = None) -> None:
        self.desk = MediaDesk()
        self.script = ScriptedCaller(a_call(*turns, answers=answers), partial(took_down, self.desk.books(), SID))
        self.acts: list[Act | None] = []
        self.new_stream()

    def new_stream(self) -> None:
        self.at = 0
        turns = self.desk.store.turns
        self.caller = MediaCaller(self.script, turns, SID, Spelled(), LineNoise(), random.Random(1))

    def hear(self, sounding: Sounding, seconds: float) -> OnTheLine:
        for _ in range(round(seconds / FRAME_S)):
            self.acts.append(self.caller.tick(self.at * FRAME_S, sounding))
            self.at += 1
            if self.acts[-1] is None:
                break
        return self

    def asked(self, question: Question, heard: str | None = None) -> OnTheLine:
        """The desk puts a question, in half a second of sound."""
        self.desk.asks(SID, question, heard=heard)
        return self.hear(SPEAKING, 0.5)

    @property
    def said(self) -> str:
        return "".join(act.frame for act in self.acts if act is not None and act.phase is not Phase.LISTENS)

    @property
    def keys(self) -> str:
        return "".join(act.key or "" for act in self.acts if act is not None)


def caller_who_says(*texts: str) -> OnTheLine:
    return OnTheLine(*(CallerTurn(say=text) for text in texts))


def test_the_caller_answers_between_three_and_six_tenths_of_a_second_after_playback_has_run_out() -> None:
    line = caller_who_says("hello").asked(Question.OPEN).hear(QUEUED, 0.4)
    before = len(line.acts)
    line.hear(SILENT, 1.0)
    begins = next(index for index, act in enumerate(line.acts) if act is not None and act.phase is Phase.SPEAKS)
    assert 0.3 <= (begins - before) * FRAME_S <= 0.66
    assert line.said == "hello"


def test_the_last_voiced_frame_and_what_it_replies_to_are_told() -> None:
    line = caller_who_says("hello").asked(Question.PLACE).hear(SILENT, 1.0)
    spoken = [act for act in line.acts if act is not None and act.phase is not Phase.LISTENS]
    assert [act.phase for act in spoken] == [Phase.SPEAKS] * 4 + [Phase.ENDS]
    assert {act.to for act in spoken} == {"place"}


def test_the_caller_does_not_answer_what_is_said_without_a_new_turn() -> None:
    line = caller_who_says("one", "two").asked(Question.OPEN).hear(SILENT, 1.0)
    line.hear(SPEAKING, 1.0).hear(SILENT, 3.0)
    assert line.said == "one"
    assert line.asked(Question.OPEN, heard="one").hear(SILENT, 1.0).said == "onetwo"


def test_the_caller_does_not_answer_a_question_he_has_not_heard_yet() -> None:
    line = caller_who_says("one")
    line.desk.asks(SID, Question.OPEN)
    assert line.hear(SILENT, 5.0).said == ""
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.0).said == "one"


def test_the_caller_waits_when_the_desk_goes_on_after_a_short_pause() -> None:
    line = caller_who_says("one").asked(Question.OPEN).hear(SILENT, 0.2)
    line.hear(SPEAKING, 1.0).hear(SILENT, 0.2)
    assert line.said == ""
    assert line.hear(SILENT, 0.6).said == "one"


def test_only_the_latest_of_several_turns_is_answered() -> None:
    line = caller_who_says("one", "two")
    line.desk.asks(SID, Question.OPEN)
    line.asked(Question.PLACE, heard="something").hear(SILENT, 2.0)
    assert line.said == "one"
    assert {act.to for act in line.acts if act is not None and act.to} == {"place"}


def test_a_turn_without_a_word_does_not_hide_the_question_before_it() -> None:
    line = caller_who_says("one")
    line.desk.asks(SID, Question.OPEN)
    line.desk.put(SID, event=Connected(NOON))
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.0).said == "one"


@pytest.mark.parametrize("action", [Transfer("main", urgent=False, lines=()), HangUp()])
def test_a_turn_that_asks_nothing_is_not_answered(action: Transfer | HangUp) -> None:
    line = caller_who_says("one")
    line.desk.put(SID, action)
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 3.0).said == ""


def test_a_message_is_left_when_the_desk_stays_on_the_line_to_take_it() -> None:
    line = OnTheLine(answers=Answers(situation="what", place="where"))
    line.desk.put(SID, TakeMessage((Line("leave"),)))
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.5).said == ""
    assert line.hear(SILENT, 1.0).said == "what、where"


def test_keys_are_pressed_one_after_another_and_count_as_no_speech() -> None:
    line = OnTheLine(CallerTurn(dtmf="12#")).asked(Question.PHONE).hear(SILENT, 2.0)
    assert line.keys == "12#"
    assert line.said == ""
    pressed = [index for index, act in enumerate(line.acts) if act is not None and act.key]
    assert {round((two - one) * FRAME_S, 2) for one, two in itertools.pairwise(pressed)} <= {0.24, 0.26}


def test_a_caller_who_hangs_up_does_so_after_the_question() -> None:
    line = OnTheLine(CallerTurn(hangup=True)).asked(Question.OPEN)
    assert None not in line.acts
    assert line.hear(SILENT, 1.0).acts[-1] is None


def test_a_silent_caller_lets_the_desk_take_the_next_turn() -> None:
    line = OnTheLine(CallerTurn(silence_s=3), CallerTurn(say="two")).asked(Question.OPEN).hear(SILENT, 6.0)
    assert line.said == ""
    line.desk.asks(SID, Question.OPEN)
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.0).said == "two"


def test_a_frame_goes_out_every_twenty_milliseconds_whatever_the_caller_does() -> None:
    line = caller_who_says("hello").asked(Question.OPEN).hear(SILENT, 2.0)
    assert all(act is not None and act.frame for act in line.acts)
    assert len(line.acts) == round(2.5 / FRAME_S)


def test_a_line_on_which_the_desk_says_and_does_nothing_for_twenty_seconds_is_dead() -> None:
    line = caller_who_says("hello").asked(Question.OPEN).hear(SILENT, 1.0)
    line.hear(SILENT, 19.0)
    with pytest.raises(RefusedError, match="silence"):
        line.hear(SILENT, 2.0)


def test_a_desk_that_takes_turns_is_not_dead() -> None:
    line = OnTheLine(CallerTurn(silence_s=3)).asked(Question.OPEN)
    for _ in range(4):
        line.hear(SILENT, 15.0).desk.put(SID, event=StayedSilent(NOON))
    assert None not in line.acts


def test_what_was_lost_with_the_stream_is_said_again_when_the_question_comes_again() -> None:
    line = caller_who_says("one", "two").asked(Question.OPEN).hear(SILENT, 1.0)
    line.script.stream_ended()
    line.new_stream()
    line.desk.put(SID, event=Connected(NOON))
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.0).said == "oneone"
    assert line.hear(SPEAKING, 0.5).hear(SILENT, 1.0).said == "oneone"


def test_what_was_taken_down_before_the_stream_was_lost_is_not_said_again() -> None:
    line = caller_who_says("one", "two").asked(Question.OPEN).hear(SILENT, 1.0)
    line.script.stream_ended()
    line.new_stream()
    assert line.asked(Question.OPEN, heard="one").hear(SILENT, 1.0).said == "onetwo"


def test_the_reply_to_a_question_put_again_by_other_means_is_the_one_that_was_lost() -> None:
    line = caller_who_says("one", "two").asked(Question.OPEN).hear(SILENT, 1.0)
    line.script.stream_ended()
    assert line.script.reply(Question.OPEN, by_keys=False) == Says("one")
    assert line.script.reply(Question.OPEN, by_keys=False) == Says("two")


def test_a_silence_is_not_repeated() -> None:
    line = OnTheLine(CallerTurn(silence_s=3), CallerTurn(say="two")).asked(Question.OPEN).hear(SILENT, 2.0)
    line.script.stream_ended()
    assert line.script.reply(Question.OPEN, by_keys=False) == Says("two")


def test_a_call_that_asks_and_asks_comes_to_an_end() -> None:
    line = OnTheLine(answers=Answers(place="here"))
    for _ in range(MOST_TURNS):
        line.asked(Question.PLACE, heard="here").hear(SILENT, 1.0)
    line.asked(Question.PLACE, heard="here")
    with pytest.raises(CannotPlayError, match="does not end"):
        line.hear(SILENT, 1.0)


def test_the_same_dice_make_the_same_caller() -> None:
    def ends() -> list[int]:
        line = caller_who_says("one", "two").asked(Question.OPEN).hear(SILENT, 1.0)
        line.asked(Question.OPEN, heard="one").hear(SILENT, 1.0)
        return [index for index, act in enumerate(line.acts) if act is not None and act.phase is Phase.ENDS]

    assert ends() == ends()
