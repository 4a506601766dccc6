"""One turn: understood as a reply to what was asked, decided once, kept in one commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from faq_index.candidates import Candidate, Ranking
from ivr.domain.call import Arrived, Dialled, Pressed, Question, Spoke, State
from ivr.domain.hours import TOKYO
from ivr.domain.outcome import OutcomeKind
from ivr.storage.memory import memory_store
from ivr.storage.script_files import read_script
from ivr.storage.sql import open_store
from ivr.usecases.take_turn import LONGEST_UTTERANCE, Desk, take_turn
from nlu import understand
from nlu.meaning import Expecting, Meaning

PROMPTS = Path(__file__).parents[2] / "prompts"
NIGHT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
DAY = datetime(2026, 11, 24, 14, 0, tzinfo=TOKYO)
MIND = understand.load()


@dataclass
class Listening:
    """The real understanding, which also remembers what it was told to expect."""

    asked: list[tuple[str, Expecting]] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    wish: str | None = None

    def understand(self, text: str, expecting: Expecting = Expecting.ANYTHING, language: str | None = None) -> Meaning:
        self.asked.append((text, expecting))
        self.languages.append(language)
        return replace(MIND.understand(text, expecting), wish=self.wish)


@dataclass
class OneAnswer:
    searched: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        self.searched.append(f"{text}|{reading}")
        self.languages.append(language)
        return Ranking((Candidate("start", 0.9),), "start", 0.5)


@dataclass
class TwoAnswers:
    """Two topics lie close, until the word that only one of them has is said."""

    word: str
    searched: list[str] = field(default_factory=list)

    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        self.searched.append(text)
        if self.word in text:
            return Ranking((Candidate("meter_cycle", 0.9), Candidate("start", 0.4)), None, 0.5)
        both = (Candidate("start", 0.6), Candidate("meter_cycle", 0.59))
        return Ranking(both, None, 0.01, ("start", "meter_cycle"))


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    store = memory_store() if request.param == "memory" else open_store(f"sqlite:///{tmp_path / 'desk.db'}")
    topics = ("start", "meter_cycle")
    answers, questions = (dict.fromkeys(topics, text) for text in ("見本の回答です。", "見本の質問ですか"))
    script = read_script(PROMPTS, {"ja": answers}, {"ja": questions})
    yield Desk(script, Listening(), OneAnswer(), store.turns)
    store.close()


def ring(desk: Desk, sid: str = "CA1", at: datetime = NIGHT) -> None:
    take_turn(desk, sid, "arrived", Arrived(at, Dialled.NIGHT_LINE, "0760000001"))


def test_a_reply_is_understood_as_a_reply_to_what_was_asked(desk: Desk) -> None:
    ring(desk)
    take_turn(desk, "CA1", "turn:1", Spoke(NIGHT, "道路のアスファルトから水が湧いています"))
    take_turn(desk, "CA1", "turn:2", Spoke(NIGHT, "泉野出町四丁目12の3です"))
    take_turn(desk, "CA1", "turn:3", Spoke(NIGHT, "はい", question=Question.READ_BACK))
    assert isinstance(desk.understanding, Listening)
    assert [expecting for _, expecting in desk.understanding.asked] == [
        Expecting.ANYTHING,
        Expecting.PLACE,
        Expecting.YES_NO,
    ]
    call = desk.turns.call("CA1")
    assert call is not None
    assert call.state is State.ENDED
    assert call.outcome is not None
    assert call.outcome.kind is OutcomeKind.EMERGENCY_TICKET


def test_answers_are_looked_for_only_where_a_question_may_be_asked(desk: Desk) -> None:
    ring(desk, at=DAY)
    take_turn(desk, "CA1", "turn:1", Spoke(DAY, "水道を使い始めるにはどうすればいいですか"))
    take_turn(desk, "CA1", "turn:2", Spoke(DAY, "道路のアスファルトから水が湧いています"))
    take_turn(desk, "CA1", "turn:3", Spoke(DAY, "泉野出町四丁目12の3です"))
    assert isinstance(desk.answers, OneAnswer)
    assert len(desk.answers.searched) == 1


def test_the_language_of_the_call_helps_to_understand_once_it_is_settled(desk: Desk) -> None:
    ring(desk, at=DAY)
    take_turn(desk, "CA1", "turn:1", Spoke(DAY, "もしもし", language="zh"))
    take_turn(desk, "CA1", "turn:2", Pressed(DAY, "5"))
    take_turn(desk, "CA1", "turn:3", Spoke(DAY, "What do I have to do to start water service?", language="ja"))
    assert isinstance(desk.understanding, Listening)
    assert desk.understanding.languages == ["zh", "en"]  # before that, the recogniser's guess


def test_answers_are_looked_for_in_the_language_of_the_question(desk: Desk) -> None:
    ring(desk, at=DAY)
    take_turn(desk, "CA1", "turn:1", Pressed(DAY, "5"))
    take_turn(desk, "CA1", "turn:2", Spoke(DAY, "水道を使い始めるにはどうすればいいですか"))
    assert isinstance(desk.answers, OneAnswer)
    assert desk.answers.languages == ["ja"]
    call = desk.turns.call("CA1")
    assert call is not None
    assert call.language == "en"


def test_whoever_wishes_for_a_language_is_not_told_which_languages_there_are(desk: Desk) -> None:
    ring(desk, at=DAY)
    assert isinstance(desk.understanding, Listening)
    desk.understanding.wish = "en"
    turn = take_turn(desk, "CA1", "turn:1", Spoke(DAY, "すみません、英語でお願いできますか"))
    assert isinstance(desk.answers, OneAnswer)
    assert desk.answers.searched == []
    assert (turn.call.language, turn.call.question) == ("en", Question.OPEN)


@pytest.mark.parametrize(
    ("reply", "topic", "searched"),
    [("二つ目です", "meter_cycle", 1), ("検針のほうです", "meter_cycle", 2), ("どちらでもありません", None, 1)],
)
def test_of_two_close_answers_the_one_the_caller_means_is_given(
    desk: Desk, reply: str, topic: str | None, searched: int
) -> None:
    desk = replace(desk, answers=TwoAnswers("検針"))
    ring(desk, at=DAY)
    offered = take_turn(desk, "CA1", "turn:1", Spoke(DAY, "何か月ごとになるのか教えてください"))
    assert offered.call.question is Question.CHOICE
    turn = take_turn(desk, "CA1", "turn:2", Spoke(DAY, reply))
    assert isinstance(desk.answers, TwoAnswers)
    assert len(desk.answers.searched) == searched  # first and second need no search
    assert (turn.call.topics, turn.call.state) == (((topic,), State.ANSWERED) if topic else ((), State.WAITING))


def test_a_repeated_webhook_gets_the_first_answer_and_decides_nothing(desk: Desk) -> None:
    ring(desk)
    first = take_turn(desk, "CA1", "turn:1", Spoke(NIGHT, "道路のアスファルトから水が湧いています"))
    again = take_turn(desk, "CA1", "turn:1", Spoke(NIGHT + timedelta(seconds=3), "まったく別の言葉"))
    assert again.repeated
    assert (again.seq, again.actions, again.call) == (first.seq, first.actions, first.call)
    assert len(desk.turns.history("CA1")) == 2


def test_every_call_has_its_own_reference(desk: Desk) -> None:
    ring(desk, "CA1")
    ring(desk, "CA2")
    calls = [desk.turns.call(sid) for sid in ("CA1", "CA2")]
    references = [call.reference for call in calls if call is not None]
    assert len(set(references)) == 2
    assert all(len(reference) == 4 for reference in references)


def test_an_endless_utterance_is_cut_not_refused(desk: Desk) -> None:
    ring(desk)
    turn = take_turn(desk, "CA1", "turn:1", Spoke(NIGHT, "水が" * 50_000))
    assert turn.actions
    event, _ = desk.turns.history("CA1")[-1]
    assert isinstance(event, Spoke)
    assert len(event.text) == LONGEST_UTTERANCE
