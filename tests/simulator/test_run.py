"""Running call files: every mode through one door, results for people and for machines, exit code 1 on a failure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ivr.channels.simulator.caller_voice import CallerVoice, NoVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, InProcessDesk, RunningDesk
from ivr.channels.simulator.duty import DutyFacts, LegFacts, Manner
from ivr.channels.simulator.journal import NOTHING
from ivr.channels.simulator.read_calls import CallFileError
from ivr.channels.simulator.run import Mode, Result, Stage, as_row, call_command, run_files
from ivr.domain.call import Action, Arrived, Ears, HangUp, Line, Question, Say
from tests.simulator.media_desk import FAST, Peer, carrier_to, media_desk
from tests.simulator.scripted_desk import OPEN, ScriptedDesk, deciding
from tests.simulator.tiny_desk import ACCOUNT, TOKEN, TinyDesk, ask, carrier_for, document

CALL = 'id: {0}\nclock: 2026-03-24T21:10:00+09:00\ncaller: [{{say: "one"}}]\nexpect: {{must_say: ["{1}"]}}\n'


class Stages:
    """A stage whose desks a test can look at. `clock` and `carrier_api` are what they were opened with."""

    def __init__(self, decide: dict[type, tuple[Action, ...]], documents: dict[str, str] | None = None) -> None:
        self.decide, self.documents = decide, documents or {}
        self.designated: list[frozenset[date]] = []
        self.ears: list[Ears] = []
        self.attached: list[str] = []
        self.voices: list[str] = []
        self.times: list[str] = []

    def stage(self) -> Stage:
        return Stage(self.in_process, self.start_server, self.attach, self.voice)

    @contextmanager
    def in_process(self, clock: SimulatedClock) -> Iterator[InProcessDesk]:
        desk = ScriptedDesk(deciding(self.decide))
        books = Books(desk.store.turns, desk.store.tickets, lambda line, _: line.key)

        def take(sid: str, key: str, event: object) -> object:
            self.times.append(clock.now().isoformat())
            return desk.take(sid, key, event)  # type: ignore[arg-type]

        yield InProcessDesk(take, books, self.designated.append)  # type: ignore[arg-type]

    @contextmanager
    def start_server(self, _clock: SimulatedClock, carrier_api: str) -> Iterator[RunningDesk]:
        assert carrier_api.startswith("http://127.0.0.1:")
        with carrier_for(TinyDesk(dict(self.documents))) as carrier:
            desk = carrier.desk
            yield RunningDesk(
                desk.base_url, ACCOUNT, TOKEN, desk.books, desk.numbers, self.ears.append, self.designated.append
            )

    @contextmanager
    def attach(self, url: str, _carrier_api: str) -> Iterator[RunningDesk]:
        self.attached.append(url)
        with carrier_for(TinyDesk(dict(self.documents))) as carrier:
            yield carrier.desk

    def voice(self, language: str) -> CallerVoice:
        self.voices.append(language)
        return NoVoice()


KEYS = ["id", "pass", "outcome", "category", "transfer_to", "redirect", "turns", "ticket", "handover", "callback",
        "faq_topic", "reply_lang", "said", "heard", "reasons"]  # fmt: skip
GREETS = {Arrived: (Say((Line("hello"),)), HangUp())}
DOCUMENTS = {"/twilio/voice": document(ask("open")), "/twilio/turn/1/open": document("<Hangup/>")}


def call_file(folder: Path, name: str, said: str, more: str = "") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(CALL.format(name, said) + more, encoding="utf-8")
    return path


def test_results_are_printed_for_people_with_the_dialogue_of_what_failed(tmp_path: Path) -> None:
    files = [call_file(tmp_path, "good", "hello"), call_file(tmp_path, "bad", "goodbye")]
    out = io.StringIO()
    assert call_command(files, Mode.TEXT, Stages(GREETS).stage(), out, as_json=False) == 1
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("ok    good")
    assert lines[1].startswith("FAIL  bad")
    assert "desk: hello" in lines[2]
    assert "reason: must_say" in lines[3]
    assert lines[-1] == "2 calls in mode text: 1 passed, 1 failed"


def test_json_prints_one_object_a_line_with_every_key(tmp_path: Path) -> None:
    out = io.StringIO()
    files = [call_file(tmp_path, "good", "hello")]
    assert call_command(files, Mode.TEXT, Stages(GREETS).stage(), out, as_json=True) == 0
    (row,) = [json.loads(line) for line in out.getvalue().splitlines()]
    keys = (
        "id pass outcome category transfer_to redirect turns ticket handover callback faq_topic reply_lang said heard"
    )
    assert list(row) == [*keys.split(), "reasons"]
    assert row["pass"] is True
    assert row["said"] == ["hello"]


@pytest.mark.parametrize(("mode", "ears"), [(Mode.GATHER, Ears.GATHER), (Mode.RECORD, Ears.RECORD)])
def test_modes_over_http_choose_the_rung_of_the_ladder(tmp_path: Path, mode: Mode, ears: Ears) -> None:
    stages = Stages({}, DOCUMENTS)
    (result,) = run_files([call_file(tmp_path, "good", "open")], mode, stages.stage())
    assert result.passed, result.reasons
    assert stages.ears == [ears]
    assert stages.voices == (["ja"] if mode is Mode.RECORD else [])


def test_a_call_with_a_stream_says_what_its_media_were_like(tmp_path: Path) -> None:
    async def talk(peer: Peer) -> None:
        await peer.until("start")
        peer.desk.asks(peer.call_sid, Question.OPEN)
        await peer.say(100)
        await peer.frames(200)

    class OnAStream(Stages):
        @contextmanager
        def start_server(self, _clock: SimulatedClock, carrier_api: str) -> Iterator[RunningDesk]:
            with carrier_to(media_desk(talk)) as carrier:
                yield replace(carrier.desk, set_ears=self.ears.append)

    stages = OnAStream({})
    (result,) = run_files([call_file(tmp_path, "a", "open")], Mode.STREAM, stages.stage(), quality=FAST)
    assert result.passed, result.reasons
    assert stages.ears == [Ears.STREAM]
    row = as_row(result)
    assert row["said"] == ["[open]"], "what was said on the stream stands in the store"
    assert list(row) == [*KEYS, "media"]
    assert row["media"]["streams"] == 1
    assert json.loads(json.dumps(row))["media"]["sockets_lost"] == 0


def test_each_call_starts_at_its_own_time_and_season(tmp_path: Path) -> None:
    stages = Stages(GREETS)
    busy = call_file(tmp_path, "busy", "hello", "context: {season: busy}\n")
    list(run_files([busy, call_file(tmp_path, "normal", "hello")], Mode.TEXT, stages.stage()))
    assert stages.designated == [frozenset({date(2026, 3, 24)}), frozenset()]
    assert stages.times[0] == stages.times[2] == "2026-03-24T21:10:00+09:00"


def test_a_running_server_is_called_where_it_is_and_its_calendar_left_alone(tmp_path: Path) -> None:
    stages = Stages({}, DOCUMENTS)
    files = [
        call_file(tmp_path, "good", "open"),
        call_file(tmp_path, "busy", "open", "context: {season: busy}\n"),
    ]
    good, busy = run_files(files, Mode.GATHER, stages.stage(), server_url="http://desk.example.jp")
    assert stages.attached == ["http://desk.example.jp"]
    assert good.passed
    assert "calendar" in busy.reasons[0]


@pytest.mark.parametrize("expect", ["ticket: {status: acknowledged}", "duty: {alarm: false}"])
def test_staff_of_a_running_server_are_real_and_cannot_be_played(tmp_path: Path, expect: str) -> None:
    path = call_file(tmp_path, "good", "open")
    path.write_text(path.read_text(encoding="utf-8").replace("{must_say:", f"{{{expect}, must_say:"), encoding="utf-8")
    (result,) = run_files([path], Mode.GATHER, Stages({}, DOCUMENTS).stage(), server_url="http://desk.example.jp")
    assert "running server" in result.reasons[0]


def test_a_report_that_staff_were_rung_for_says_what_came_of_it() -> None:
    leg = LegFacts("w3", "somebody", Manner.HAVE_IT, ("a leak", "yours"), "4", 1)
    journal = replace(NOTHING, duty=DutyFacts("0001", "acknowledged", "w3", 0, 1, (leg,)))
    row = as_row(Result("a", "", (), journal, 0.0))
    assert list(row) == [*KEYS, "duty"]
    assert json.loads(json.dumps(row["duty"])) == {
        "rung": ["w3"],
        "acknowledged_by": "w3",
        "status": "acknowledged",
        "alarms": 0,
        "texts": 1,
        "heard": ["a leak", "yours"],
    }


def test_text_mode_has_no_server(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="in-process"):
        list(run_files([call_file(tmp_path, "a", "x")], Mode.TEXT, Stages(GREETS).stage(), server_url="http://x"))


def test_a_call_that_breaks_the_desk_fails_and_the_next_one_is_played(tmp_path: Path) -> None:
    class Broken(Stages):
        @contextmanager
        def in_process(self, clock: SimulatedClock) -> Iterator[InProcessDesk]:
            broken = iter([True, False, False])
            with super().in_process(clock) as desk:

                def take(sid: str, key: str, event: object) -> object:
                    if next(broken, False):
                        raise ZeroDivisionError("oh no")
                    return desk.take(sid, key, event)  # type: ignore[arg-type]

                yield InProcessDesk(take, desk.books, desk.designate)  # type: ignore[arg-type]

    files = [call_file(tmp_path, "first", "hello"), call_file(tmp_path, "second", "hello")]
    first, second = run_files(files, Mode.TEXT, Broken(GREETS).stage())
    assert first.reasons == ("the desk broke: ZeroDivisionError: oh no",)
    assert list(as_row(first)) == KEYS
    assert second.passed


def test_a_call_that_cannot_be_played_fails_with_the_reason(tmp_path: Path) -> None:
    (result,) = run_files([call_file(tmp_path, "a", "open")], Mode.TEXT, Stages({Arrived: (OPEN,)}).stage())
    assert "hears nothing" in result.reasons[0]


def test_a_wrong_file_stops_the_run_before_anything_is_started(tmp_path: Path) -> None:
    files = [call_file(tmp_path, "good", "hello"), call_file(tmp_path, "bad", "hello", "caller: []\n")]
    with pytest.raises(CallFileError, match="duplicate key"):
        list(run_files(files, Mode.TEXT, Stages(GREETS).stage()))
