"""When the caller is waited for, answered, interrupted and left alone: the machine of turns as a specification."""

from __future__ import annotations

import pytest

from audio.endpoint import Voiced
from ivr.channels.stream.orders import AskToWait, Clear, GiveUp, Keys, NoReply, Recognise, Reply, SpeakOn
from ivr.channels.stream.turn_taking import BARGE_IN_MS, FILLER_MS, PRE_ROLL_MS
from ivr.domain.call import Question
from tests.stream.caller import HALF, LEAK, LISTENING, NO, NOD, NOISE, PERHAPS, PLACE, YES, Conversation


def waited(conversation: Conversation) -> int:
    """Ms of silence before the turn was taken."""
    (at, reply), *more = conversation.of(Reply)
    assert not more
    assert isinstance(reply, Reply)
    return at - reply.ended_ms


# --- the end of a turn ---------------------------------------------------------------------------


def test_a_yes_is_answered_as_soon_as_it_is_recognised() -> None:
    conversation = Conversation([YES]).asked(Question.READ_BACK).silent(400).speaks(320).silent(1500)
    assert 380 <= waited(conversation) <= 480


def test_a_finished_sentence_is_answered_at_once() -> None:
    assert waited(Conversation([LEAK]).asked().speaks(1500).silent(2000)) <= 480


def test_a_sentence_that_may_go_on_is_given_a_little_longer() -> None:
    open_patience = LISTENING[Question.OPEN].patience_ms
    assert open_patience <= waited(Conversation([PERHAPS]).asked().speaks(1500).silent(2000)) <= open_patience + 64


def test_an_address_that_breaks_off_is_waited_for() -> None:
    patience = LISTENING[Question.PLACE].unfinished_ms
    assert patience >= 2000
    assert waited(Conversation([HALF]).asked(Question.PLACE).speaks(900).silent(4000)) >= patience


def test_somebody_who_thinks_in_the_middle_of_an_address_is_not_cut_off() -> None:
    conversation = Conversation([HALF, PLACE]).asked(Question.PLACE).speaks(900).silent(1500).speaks(900).silent(1000)
    [(_, reply)] = conversation.of(Reply)
    assert reply == Reply(PLACE.text, conversation.machine.now - 992)
    first, second = [command for _, command in conversation.of(Recognise)]
    assert isinstance(first, Recognise)
    assert isinstance(second, Recognise)
    assert second.begin_ms == first.begin_ms  # heard once more as a whole
    assert second.end_ms > first.end_ms


def test_a_clip_begins_half_a_second_before_the_first_voice() -> None:
    [(_, clip), *_] = Conversation([LEAK]).asked().silent(2016).speaks(640).silent(600).of(Recognise)
    assert isinstance(clip, Recognise)
    assert clip.begin_ms == 2016 - PRE_ROLL_MS


def test_recognition_begins_while_patience_goes_on_and_new_speech_drops_it() -> None:
    conversation = (
        Conversation([PLACE], takes_ms=300).asked(Question.PLACE).speaks(640).silent(256).speaks(640).silent(900)
    )
    jobs = [command.job for _, command in conversation.of(Recognise)]  # type: ignore[attr-defined]
    assert jobs == [1, 2]
    assert [reply.text for _, reply in conversation.of(Reply)] == [PLACE.text]  # type: ignore[attr-defined]


def test_long_speech_is_recognised_in_pieces_cut_in_a_pause() -> None:
    conversation = Conversation([HALF, PLACE]).asked().speaks(6400).silent(800).speaks(1600).silent(2000)
    first, second = [command for _, command in conversation.of(Recognise)]
    assert isinstance(second, Recognise)
    assert second.before == HALF.text
    assert second.begin_ms > first.end_ms - PRE_ROLL_MS - 64  # type: ignore[attr-defined]
    assert [reply.text for _, reply in conversation.of(Reply)] == [HALF.text + PLACE.text]  # type: ignore[attr-defined]


def test_a_second_sentence_is_recognised_on_its_own_and_begins_behind_the_first() -> None:
    conversation = Conversation([LEAK, PLACE]).asked().speaks(1504).silent(416).speaks(1600).silent(2000)
    first, second = [command for _, command in conversation.of(Recognise)]
    assert isinstance(first, Recognise)
    assert isinstance(second, Recognise)
    assert second.begin_ms == 1504  # not a syllable of the first sentence is heard twice
    assert second.before == "道路から水が出ています。"
    assert [reply.text for _, reply in conversation.of(Reply)] == ["道路から水が出ています。" + PLACE.text]  # type: ignore[attr-defined]


def test_somebody_who_never_stops_is_answered_after_the_longest_reply() -> None:
    conversation = Conversation([LEAK]).asked(Question.READ_BACK).speaks(14_000)
    [(at, reply)] = conversation.of(Reply)
    assert isinstance(reply, Reply)
    longest = LISTENING[Question.READ_BACK].longest_s * 1000
    assert longest <= at <= longest + 300


def test_a_noise_is_no_reply_and_the_caller_has_his_time() -> None:
    conversation = Conversation([NOISE, LEAK]).asked().speaks(300).silent(1500).speaks(900).silent(1000)
    assert conversation.kinds() == ["Reply"]


def test_a_short_word_the_detector_doubts_is_recognised_all_the_same() -> None:
    conversation = Conversation([YES]).asked(Question.CLARIFY).silent(300).speaks(96, Voiced.DOUBTFUL).silent(1500)
    assert conversation.kinds() == ["Reply"]


# --- silence ---------------------------------------------------------------------------------------


def test_the_reply_timer_starts_when_playback_has_ended_not_before() -> None:
    conversation = Conversation().asked(says_ms=9000).silent(9000)
    assert conversation.kinds() == []
    conversation.played().silent(LISTENING[Question.OPEN].start_s * 1000 - 100)
    assert conversation.kinds() == []
    assert conversation.silent(200).kinds() == ["NoReply"]


def test_a_mark_that_never_comes_does_not_stop_the_clock() -> None:
    assert Conversation().asked(says_ms=1000).silent(20_000).kinds() == ["NoReply"]


def test_silence_is_reported_once() -> None:
    assert Conversation().asked().silent(60_000).kinds() == ["NoReply"]


def test_dead_air_while_the_recogniser_thinks_is_filled_once() -> None:
    conversation = Conversation([LEAK], takes_ms=8000).asked().speaks(900).silent(12_000)
    [(at, _)] = conversation.of(AskToWait)
    assert at - 896 == pytest.approx(FILLER_MS, abs=32)
    assert conversation.kinds() == ["AskToWait", "Reply"]


def test_a_recogniser_that_fails_is_tried_once_more_and_then_given_up() -> None:
    conversation = Conversation().asked().speaks(900).silent(256)
    [(_, first)] = conversation.of(Recognise)
    assert conversation.machine.failed(first.job, "late") == []  # type: ignore[attr-defined]
    second = conversation.silent(64).of(Recognise)[-1][1]
    assert conversation.machine.failed(second.job, "late") == [GiveUp("late")]  # type: ignore[attr-defined]


# --- over the desk's own voice ---------------------------------------------------------------------


def test_real_speech_interrupts_and_is_the_reply() -> None:
    conversation = Conversation([LEAK]).asked(says_ms=9000).silent(2000).speaks(1500).silent(1500)
    assert conversation.kinds() == ["Clear", "Reply"]
    [(at, _)] = conversation.of(Clear)
    assert at - 2016 == pytest.approx(BARGE_IN_MS, abs=32)


@pytest.mark.parametrize("nod", [YES, NOD], ids=["hai", "ee"])
def test_a_backchannel_is_no_interruption(nod: object) -> None:
    conversation = Conversation([nod]).asked(says_ms=9000).silent(2000).speaks(320).silent(5000)  # type: ignore[list-item]
    assert conversation.kinds() == []


def test_a_long_row_of_nods_lets_the_desk_speak_on() -> None:
    conversation = Conversation([NOD]).asked(Question.READ_BACK, says_ms=9000).silent(1000).speaks(960).silent(1500)
    assert conversation.kinds() == ["Clear", "SpeakOn"]


def test_a_short_no_interrupts_as_soon_as_it_is_recognised() -> None:
    conversation = Conversation([NO]).asked(Question.READ_BACK, says_ms=9000).silent(2000).speaks(400).silent(1000)
    assert conversation.kinds() == ["Clear", "Reply"]


def test_a_yes_just_before_the_question_ends_answers_it() -> None:
    conversation = Conversation([YES]).asked(Question.READ_BACK, says_ms=4000).silent(3000).speaks(320).silent(500)
    assert conversation.kinds() == ["Clear", "Reply"]


def test_a_cough_that_stopped_the_desk_lets_it_speak_on() -> None:
    conversation = Conversation([NOISE]).asked(says_ms=9000).silent(2000).speaks(900).silent(1500)
    assert conversation.kinds() == ["Clear", "SpeakOn"]
    assert len(conversation.of(SpeakOn)) == 1


def test_doubtful_sounds_never_interrupt() -> None:
    assert Conversation().asked(says_ms=9000).speaks(3000, Voiced.DOUBTFUL).silent(2000).kinds() == []


def test_a_safety_line_is_spoken_to_its_end_and_what_was_said_over_it_is_the_reply() -> None:
    conversation = Conversation([PLACE]).asked(Question.PLACE, says_ms=5000, guarded=True).silent(500).speaks(1500)
    assert conversation.silent(2500).kinds() == []
    assert conversation.played().kinds() == ["Reply"]
    assert conversation.of(Reply)[0][1].text == PLACE.text  # type: ignore[attr-defined]


def test_a_nod_over_a_safety_line_is_no_reply() -> None:
    conversation = Conversation([YES]).asked(Question.PLACE, says_ms=5000, guarded=True).speaks(320).silent(4000)
    assert conversation.played().silent(1000).kinds() == []


def test_the_tail_of_the_last_reply_is_not_taken_for_the_next_one() -> None:
    conversation = Conversation([LEAK, YES]).asked().speaks(900).silent(600).speaks(320).silent(96)
    assert conversation.kinds() == ["Reply"]
    conversation.asked(Question.READ_BACK, says_ms=3000).silent(1500)
    assert conversation.kinds() == ["Reply"]


# --- keys ------------------------------------------------------------------------------------------


def test_a_key_stops_the_voice_and_counts() -> None:
    conversation = Conversation().asked(Question.MENU, says_ms=9000).silent(1000).presses("1")
    assert conversation.kinds() == ["Clear", "Keys"]
    assert conversation.of(Keys)[0][1] == Keys("1")


def test_a_number_ends_at_the_hash_or_when_no_further_key_comes() -> None:
    ended = Conversation().asked(Question.PHONE).presses("0761234567#")
    assert ended.of(Keys)[0][1] == Keys("0761234567")
    left_alone = Conversation().asked(Question.PHONE).presses("0761234567")
    assert left_alone.kinds() == []
    assert left_alone.silent(3100).of(Keys)[0][1] == Keys("0761234567")


def test_keys_over_a_safety_line_wait_for_its_end() -> None:
    conversation = Conversation().asked(Question.MENU, says_ms=3000, guarded=True).presses("1").silent(1000)
    assert conversation.kinds() == []
    assert conversation.played().kinds() == ["Keys"]


def test_keys_pressed_while_nothing_is_asked_are_nobodys_answer() -> None:
    conversation = Conversation([YES]).asked(Question.READ_BACK).speaks(320).silent(600).presses("2")
    assert conversation.kinds() == ["Reply"]


# --- the caller leaves -------------------------------------------------------------------------------


def test_what_was_being_said_when_the_caller_left_is_read_to_its_end() -> None:
    conversation = Conversation([HALF]).asked(Question.PLACE).speaks(900).leaves()
    assert [reply.text for _, reply in conversation.of(Reply)] == [HALF.text]  # type: ignore[attr-defined]


def test_a_caller_who_leaves_in_silence_leaves_nothing() -> None:
    assert Conversation().asked(Question.PLACE).silent(900).leaves().kinds() == []


def test_no_reply_is_given_twice() -> None:
    conversation = Conversation([LEAK]).asked().speaks(900).silent(3000).leaves()
    assert conversation.kinds() == ["Reply"]
    assert not any(isinstance(command, NoReply) for _, command in conversation.commands)
