"""A desk that decides what a test tells it to, and a Twilio that signs: the two neighbours of the telephone edge."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ivr.channels.edge import Edge
from ivr.channels.spoken_audio import audio_blueprint
from ivr.channels.twilio_signature import SignatureGate
from ivr.channels.twilio_voice import voice_blueprint
from ivr.domain.call import Action, Arrived, Ask, Call, Event, HungUp, Line, Question, State
from ivr.domain.hours import TOKYO
from ivr.domain.listening import Listening, Listenings
from ivr.domain.script import DeskEntry
from ivr.ports import Decide, StoredTurn
from ivr.settings import Settings
from ivr.storage.script_files import read_listening

PROMPTS = Path(__file__).parents[2] / "prompts"
SID = "CA" + "0123456789abcdef" * 2
OTHER_SID = "CA" + "f" * 32
RECORDING = "RE" + "0a" * 16
ACCOUNT = "AC" + "1" * 32
TOKEN = "a-token-for-tests"
ORIGIN = "https://desk.example.jp"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)
RECORDING_URL = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}"

WHAT_IS_IT = Ask(Question.OPEN, (Line("greeting.how_can_we_help"),))
Answer = tuple[Action, ...] | Callable[[Call, Event], tuple[Call, tuple[Action, ...]]]


def desk_settings(**changed: object) -> Settings:
    given: dict[str, object] = {
        "public_url": ORIGIN,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": SecretStr(TOKEN),
        "voice": "say",
        "ears": "gather",
        "cloud_speech_consent": True,
    }
    return Settings(**(given | changed))  # type: ignore[arg-type]


class Words:
    """Speaks its own keys: "[greeting.day]", "[wait.position position=3]"."""

    desks: Mapping[str, DeskEntry] = {
        "main": DeskEntry("main", "窓口", "queue", None),
        "repair": DeskEntry("repair", "修繕", "queue", "+81761112233"),
        "night": DeskEntry("night", "当直", "dial", "+81761445566"),
        "nobody": DeskEntry("nobody", "空席", "dial", None),
    }

    listening: Listenings = read_listening(PROMPTS / "listening.yaml")
    uninterruptible: frozenset[str] = frozenset({"safety.road"})

    def listening_to(self, call: Call) -> Listening:
        if call.question is None:
            raise KeyError("no question is open")
        return self.listening[call.question]

    def text(self, line: Line, language: str) -> str:
        if not line.key.replace("_", ".").replace(".", "").isalpha():
            raise KeyError(line.key)
        slots = "".join(f" {name}={value}" for name, value in line.slots)
        return f"[{line.key}{slots}]" if language == "ja" else f"[{language}:{line.key}{slots}]"


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class ScriptedDesk:
    """`answers` are given one per new event, the last for ever. `broken`: raised in place of an answer, once each."""

    answers: list[Answer] = field(default_factory=lambda: [(WHAT_IS_IT,)])
    broken: list[Exception] = field(default_factory=list)
    events: list[tuple[str, str, Event]] = field(default_factory=list)
    _turns: dict[tuple[str, str], StoredTurn] = field(default_factory=dict)
    _history: dict[str, list[tuple[Event, StoredTurn]]] = field(default_factory=dict)

    def take_turn(self, sid: str, key: str, event: Event) -> StoredTurn:
        if self.broken:
            raise self.broken.pop(0)
        if (sid, key) in self._turns:
            return replace(self._turns[sid, key], repeated=True)
        before = self.call(sid)
        if before is None:
            assert isinstance(event, Arrived), f"{key} for a call that never arrived"
            before = Call(sid, ears=event.ears, dialled=event.dialled, caller_id=event.caller_id)
        call, actions = self._decide(before, event)
        history = self._history.setdefault(sid, [])
        turn = StoredTurn(call, len(history) + 1, actions)
        history.append((event, turn))
        self._turns[sid, key] = turn
        self.events.append((sid, key, event))
        return turn

    def _decide(self, call: Call, event: Event) -> tuple[Call, tuple[Action, ...]]:
        if isinstance(event, HungUp) or call.state is State.ENDED:
            return replace(call, state=State.ENDED), ()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        call = replace(call, state=State.OPEN)
        return answer(call, event) if callable(answer) else (call, answer)

    # the port Turns, as far as the edge reads it

    def take(self, sid: str, key: str, decide: Decide) -> StoredTurn:  # the port's signature
        raise AssertionError("the edge never decides")

    def call(self, sid: str) -> Call | None:
        if self.broken and not self.events:
            raise self.broken.pop(0)
        history = self._history.get(sid)
        return history[-1][1].call if history else None

    def turn(self, sid: str, seq: int) -> StoredTurn | None:
        history = self._history.get(sid, [])
        return history[seq - 1][1] if 0 < seq <= len(history) else None

    def history(self, sid: str) -> Sequence[tuple[Event, StoredTurn]]:
        return self._history.get(sid, [])

    @property
    def kinds(self) -> list[str]:
        """The events so far, by name."""
        return [type(event).__name__ for _, _, event in self.events]

    @property
    def last(self) -> Event:
        return self.events[-1][2]


def edge_of(desk: ScriptedDesk, settings: Settings | None = None, **more: object) -> Edge:
    def handover(call: Call, desk_id: str) -> Line:
        return Line("whisper.handover", (("desk", desk_id), ("phone", call.caller_id or "-")))

    return Edge(
        settings=settings or desk_settings(),
        clock=Clock(),
        wording=Words(),
        turns=desk,
        take_turn=desk.take_turn,
        handover=handover,
        **more,  # type: ignore[arg-type]
    )


def app_of(edge: Edge, gate: SignatureGate | None = None) -> Flask:
    app = Flask("edge")
    app.register_blueprint(voice_blueprint(edge, gate))
    app.register_blueprint(audio_blueprint(edge))
    return app


def sign(
    url: str, form: Mapping[str, str] | MultiDict[str, str], token: str = TOKEN, algorithm: str | None = None
) -> str:
    return str(RequestValidator(token).compute_signature(url, form, algorithm))


class Twilio:
    """Posts as Twilio does: the usual fields, urlencoded, signed for the public origin."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def post(self, path: str, headers: Mapping[str, str] | None = None, **fields: str | None) -> TestResponse:
        path = path.removeprefix(ORIGIN)
        form = {
            "CallSid": SID,
            "AccountSid": ACCOUNT,
            "From": "+819012345678",
            "To": "+81761000000",
            "CallStatus": "in-progress",
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "FromCity": "",
        }
        given = {name: value for name, value in (form | fields).items() if value is not None}
        signed = {"X-Twilio-Signature": sign(ORIGIN + path, given)}
        return self.client.post(path, data=given, headers=signed | dict(headers or {}))


def parsed(response: TestResponse) -> ET.Element:
    return ET.fromstring(response.data)  # noqa: S314  # our own reply


def verbs(response: TestResponse) -> list[ET.Element]:
    """The verbs of a TwiML reply, after checking that it is one."""
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.headers["Content-Length"] == str(len(response.data))
    root = parsed(response)
    assert root.tag == "Response"
    return list(root)


def tags(response: TestResponse) -> list[str]:
    return [verb.tag for verb in verbs(response)]


def said(response: TestResponse) -> list[str]:
    """Everything said or played, in order, nested in a Gather or not."""
    root = parsed(response)
    return ["".join(element.itertext()) for element in root.iter() if element.tag in ("Say", "Play")]


def only(response: TestResponse, tag: str) -> ET.Element:
    found = list(parsed(response).iter(tag))
    assert len(found) == 1, f"{len(found)} <{tag}>"
    return found[0]
