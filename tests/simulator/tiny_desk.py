"""A desk of a few canned documents behind a real socket: what the walker is tried on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from werkzeug.serving import make_server

from ivr.channels.simulator.call_file import Answers, CallerTurn, CallFile, Context, Expect
from ivr.channels.simulator.call_file import Carrier as BadDays
from ivr.channels.simulator.caller_voice import NoVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.desk_ports import Books, RunningDesk
from ivr.channels.simulator.exchange import Exchange
from ivr.channels.simulator.twilio_mode import Carrier, Played
from ivr.domain.call import Dialled
from ivr.domain.hours import TOKYO
from ivr.storage.memory import memory_store

ACCOUNT, TOKEN = "AC" + "1" * 32, "a-token-for-tests"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=TOKYO)
BYE = "<Response><Hangup/></Response>"
SAY = '<Say voice="Polly.Kazuha-Neural" language="ja-JP">{}</Say>'
SPEECH = 'input="dtmf speech" language="ja-JP" speechTimeout="auto"'
WAV = b"\x7f" * 8000  # one second of µ-law

Answer = str | Response | Callable[[dict[str, str]], "str | Response"]


def ask(question: str, seq: int = 1, *, attributes: str = SPEECH + ' actionOnEmptyResult="true"') -> str:
    """A <Gather> that puts `question`."""
    prompt = SAY.format(question)
    return f'<Gather {attributes} action="/twilio/turn/{seq}/{question}" method="POST">{prompt}</Gather>'


def document(*verbs: str) -> str:
    return f"<Response>{''.join(verbs)}</Response>"


@dataclass
class TinyDesk:
    """`answers`: path -> document, response, or a function of the form. `asked`: every POST, (path, form), in order."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    checks_signature: bool = True
    base_url: str = ""

    def app(self) -> Flask:
        app = Flask("tiny_desk")

        @app.post("/<path:path>")
        def post(path: str) -> Response:
            form = dict(request.form)
            url = f"{self.base_url}/{path}"
            signature = request.headers.get("X-Twilio-Signature", "")
            if self.checks_signature and not RequestValidator(TOKEN).validate(url, request.form, signature):
                return Response("forged", 403)
            self.asked.append((f"/{path}", form))
            default = Response(status=204) if path == "twilio/status" else ""
            answer = self.answers.get(f"/{path}", default)
            made = answer(form) if callable(answer) and not isinstance(answer, Response) else answer
            if isinstance(made, Response):
                return made
            return Response(made, mimetype="text/xml") if made else Response("no such page", 404)

        @app.get("/sound.wav")
        def sound() -> Response:
            return Response(WAV, mimetype="audio/wav")

        @app.get("/not-a-sound.wav")
        def not_a_sound() -> Response:
            return Response("words", mimetype="text/plain")

        return app

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was posted to `path`."""
        return [form for asked, form in self.asked if asked == path]

    def statuses(self) -> list[str]:
        return [form["CallStatus"] for form in self.forms("/twilio/status")]


def books() -> Books:
    store = memory_store()
    return Books(store.turns, store.tickets, lambda line, _language: f"[{line.key}]")


@contextmanager
def carrier_for(desk: TinyDesk) -> Iterator[Carrier]:
    """Twilio's part against `desk`, over loopback."""
    server = make_server("127.0.0.1", 0, desk.app(), threaded=True)
    desk.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    running = RunningDesk(
        base_url=desk.base_url,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        books=books(),
        numbers={Dialled.CENTRE: "+815000000010", Dialled.NIGHT_LINE: "+815000000011"},
        set_ears=None,
        designate=None,
    )
    try:
        with Exchange() as exchange:
            exchange.admit(ACCOUNT, TOKEN)
            yield Carrier(running, exchange, NoVoice(), SimulatedClock(NOON))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def played(desk: TinyDesk, call: CallFile | None = None) -> Played:
    """One call against `desk`."""
    with carrier_for(desk) as carrier:
        return carrier.play(call or a_call())


def a_call(
    *turns: CallerTurn,
    answers: Answers | None = None,
    context: Context | None = None,
    bad_days: BadDays | None = None,
    expect: Expect | None = None,
) -> CallFile:
    return CallFile(
        id="a-call",
        clock=NOON,
        expect=expect or Expect(),
        context=context or Context(),
        caller=turns,
        answers=answers or Answers(),
        carrier=bad_days or BadDays(),
    )
