"""The page /phone and what it asks for: a trial, webhooks of its call, sound, a voice for typed words."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from audio.synthesiser import SynthesisFailed
from ivr.channels.phone.booths import Booths, NoBooth
from ivr.channels.phone.relay import BadFields, Reply
from ivr.channels.phone.trial import Trial
from ivr.channels.phone.wish import BadWish, wish_of
from ivr.channels.twilio_signature import raw_target
from ivr.domain.hours import tokyo
from ivr.ports import Clock, RecordingUnavailable
from ivr.security.loopback import from_our_page, from_this_machine
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

WORDS = Path(__file__).parent / "static" / "words.json"
LONGEST_TEXT = 200  # characters of one typed sentence
MOST_SOUND = 3 * 60 * 8000  # bytes of one recording: three minutes of µ-law
MOST_FORM = 4096
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self)",
}


@dataclass(frozen=True, slots=True)
class Phone:
    """What the page stands on. `speak`: a sentence in the voice of a caller, as µ-law of 8 kHz.

    `ears`: how trial calls are heard; `deaf`: whether there is no recogniser.
    """

    booths: Booths
    clock: Clock
    speak: Callable[[str], bytes]
    ears: str
    deaf: bool


def load_words(path: Path = WORDS) -> Mapping[str, Mapping[str, str]]:
    """The words of the page: group -> key -> Japanese. The page reads the same file."""
    words: Mapping[str, Mapping[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return words


def phone_blueprint(phone: Phone) -> Blueprint:
    """GET /phone, POST /phone/trials and what lies below a trial. All only for a browser on this machine."""
    blueprint = Blueprint(
        "phone",
        __name__,
        url_prefix="/phone",
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    errors = load_words()["errors"]
    views = PhoneViews(phone, errors)

    @blueprint.before_request
    def only_our_page() -> Response | None:
        if not from_this_machine(request.headers.get, request.remote_addr):
            abort(403)
        if request.method == "POST" and not from_our_page(request.headers.get):
            abort(403)
        request.max_content_length = MOST_SOUND if request.path.endswith("/recording") else MOST_FORM
        return None

    @blueprint.after_request
    def sealed(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = _policy(request.host)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @blueprint.errorhandler(HTTPException)
    def told(error: HTTPException) -> Response:
        return views.problem(_CODES.get(error.code or 500, "failed"), error.code or 500)

    @blueprint.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        logger.error("the browser telephone failed: %s", where(error))
        return views.problem("failed", 500)

    def add(path: str, view: Callable[..., Any], method: str) -> None:
        blueprint.add_url_rule(path, view.__name__, view, methods=[method], provide_automatic_options=False)

    add("", views.page, "GET")
    add("/trials", views.begin, "POST")
    add("/<trial>/twilio/<path:rest>", views.webhook, "POST")
    add("/<trial>/audio/<path:rest>", views.sound, "GET")
    add("/<trial>/tickets/<reference>", views.ticket, "GET")
    add("/<trial>/say", views.say, "POST")
    add("/<trial>/recording", views.recording, "POST")
    add("/<trial>/end", views.end, "POST")
    return blueprint


_CODES = {403: "not_from_here", 404: "no_trial", 413: "too_long"}


def _policy(host: str) -> str:
    """Content-Security-Policy: nothing but files of ours. `host` was looked at: it names this machine."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://{host}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )


class PhoneViews:
    def __init__(self, phone: Phone, errors: Mapping[str, str]) -> None:
        self._phone, self._errors = phone, errors

    def problem(self, code: str, status: int) -> Response:
        """What went wrong, as a key of the words and in Japanese."""
        response = jsonify(error=code, message=self._errors[code])
        response.status_code = status
        return response

    def page(self) -> str:
        now = tokyo(self._phone.clock.now())
        return render_template("phone.html", now=now, ears=self._phone.ears, deaf=self._phone.deaf)

    def begin(self) -> Response:
        """A trial, as wished. 422 for a wish that cannot be, 429 when all booths are taken."""
        try:
            wish = wish_of(request.get_json(silent=True))
            trial = self._phone.booths.open(wish, f"http://{request.host}")
        except BadWish as error:
            return self.problem(str(error), 422)
        except NoBooth:
            return self.problem("no_booth", 429)
        response = jsonify(id=trial.id, sid=trial.sid, origin=f"http://{request.host}/phone/{trial.id}")
        response.status_code = 201
        return response

    def webhook(self, trial: str, **_rest: str) -> Response:
        """One webhook of the trial's call: the document to go on with."""
        known = self._known(trial)
        try:
            return _passed(known.post(self._target(trial), request.form.to_dict()))
        except BadFields:
            return self.problem("bad_request", 422)

    def sound(self, trial: str, **_rest: str) -> Response:
        return self._fetched(trial)

    def ticket(self, trial: str, **_rest: str) -> Response:
        """The trial's ticket as staff would see it."""
        return self._fetched(trial)

    def say(self, trial: str) -> Response:
        """Typed words in a caller's voice: µ-law, 8 kHz, no header."""
        self._known(trial)
        given = request.get_json(silent=True)
        text = given.get("text") if isinstance(given, dict) else None
        if not isinstance(text, str) or not text.strip():
            return self.problem("no_text", 422)
        if len(text) > LONGEST_TEXT:
            return self.problem("text_too_long", 422)
        try:
            return make_response(self._phone.speak(text.strip()), {"Content-Type": "audio/basic"})
        except SynthesisFailed:
            return self.problem("unspeakable", 422)

    def recording(self, trial: str) -> Response:
        """What was said onto a recording (the body, µ-law), as the carrier keeps it: the fields it would send."""
        known = self._known(trial)
        line = request.get_data()
        if not line:
            return self.problem("no_sound", 422)
        try:
            sid, url = known.carrier.keep(line)
        except RecordingUnavailable:
            return self.problem("too_many_recordings", 422)
        seconds = -(-len(line) // 8000)
        return jsonify(RecordingSid=sid, RecordingUrl=url, RecordingDuration=str(seconds))

    def end(self, trial: str) -> Response:
        """The page goes."""
        self._phone.booths.drop(trial)
        return Response(status=204)

    def _known(self, trial: str) -> Trial:
        found = self._phone.booths.trial(trial)
        if found is None:
            _gone()
        return found

    def _fetched(self, trial: str) -> Response:
        try:
            return _passed(self._known(trial).get(self._target(trial)))
        except BadFields:
            _gone()

    @staticmethod
    def _target(trial: str) -> str:
        """The address within the trial's desk, exactly as it came over the wire. Raises BadFields."""
        target, prefix = raw_target(request.environ) or "", f"/phone/{trial}"
        if not target.startswith(prefix):
            raise BadFields("address")
        return target.removeprefix(prefix)


def _gone() -> NoReturn:
    abort(404)


def _passed(reply: Reply) -> Response:
    response = make_response(reply.body, reply.status)
    response.headers["Content-Type"] = reply.kind
    return response
