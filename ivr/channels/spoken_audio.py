"""The desk's own voice over HTTP: addresses of spoken lines for <Play>, and the routes that serve them."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request

from ivr.channels.edge import Edge
from ivr.domain.call import Ask, Line, Say, TakeMessage, Transfer
from ivr.domain.languages import JAPANESE
from ivr.ports import StoredTurn, StoreUnavailable
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

_WAIT = re.compile(r"wait-([1-9][0-9]{0,3})")
_INDEX = re.compile(r"[0-9]{1,3}")
_HASH_DIGITS = 32
WHISPER = "whisper"


@dataclass(frozen=True, slots=True)
class ClipAddresses:
    """Where a spoken line is fetched from. `key` seals the addresses of lines that hold a caller's words.

    A line without slots is public (approved words, kept for long). A line of a turn may read back a place or a number:
    Twilio's fetch of it carries nothing that we could check, so its address ends in a seal only we can make.
    """

    origin: str
    key: bytes

    def line(self, line: Line, language: str, text: str) -> str:
        return f"{self.origin}/audio/line/{language}/{line.key}/{text_hash(text)}.wav"

    def of_turn(self, sid: str, seq: int, name: str) -> str:
        """`name`: the index of a line of the turn, "whisper" or "wait-<position>"."""
        return f"{self.origin}/audio/turn/{sid}/{seq}/{name}.wav?seal={self.seal(sid, seq, name)}"

    def seal(self, sid: str, seq: int, name: str) -> str:
        return hmac.new(self.key, f"audio:{sid}:{seq}:{name}".encode(), hashlib.sha256).hexdigest()[:_HASH_DIGITS]


def clip_addresses(edge: Edge) -> ClipAddresses:
    return ClipAddresses(edge.settings.public_url, edge.settings.twilio_auth_token.get_secret_value().encode())


def text_hash(text: str) -> str:
    """A changed text has another address: nobody hears the old words from a cache."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]


def lines_of(turn: StoredTurn) -> tuple[Line, ...]:
    """All lines of a turn in the order they are spoken."""
    return tuple(
        line
        for action in turn.actions
        if isinstance(action, Say | Ask | TakeMessage | Transfer)
        for line in action.lines
    )


def audio_blueprint(edge: Edge) -> Blueprint:
    """GET /audio/…: 200, 304 (unchanged), 404 (no such line, or not sealed by us), 503 (cannot be spoken now)."""
    blueprint = Blueprint("audio", __name__)
    addresses = clip_addresses(edge)

    @blueprint.get("/audio/line/<language>/<key>/<digest>.wav", provide_automatic_options=False)
    def line(language: str, key: str, digest: str) -> Response:
        try:
            text = edge.wording.text(Line(key), language)
        except KeyError:
            abort(404)
        if not hmac.compare_digest(digest.encode(), text_hash(text).encode()):
            abort(404)
        return _clip(edge, text, language, "public, max-age=31536000, immutable")

    @blueprint.get("/audio/turn/<sid>/<int:seq>/<name>.wav", provide_automatic_options=False)
    def of_turn(sid: str, seq: int, name: str) -> Response:
        seal = request.args.get("seal", "")
        if not hmac.compare_digest(seal.encode(), addresses.seal(sid, seq, name).encode()):
            abort(404)
        try:
            spoken = _line_of_turn(edge, sid, seq, name)
        except StoreUnavailable:
            abort(503)
        if spoken is None:
            abort(404)
        words, language = spoken
        return _clip(edge, edge.wording.text(words, language), language, "private, max-age=3600")

    return blueprint


def _line_of_turn(edge: Edge, sid: str, seq: int, name: str) -> tuple[Line, str] | None:
    """The line and its language. The whisper is for staff: always Japanese."""
    turn = edge.turns.turn(sid, seq)
    if turn is None:
        return None
    if name == WHISPER:
        desks = [action.desk for action in turn.actions if isinstance(action, Transfer)]
        return (edge.handover(turn.call, desks[0]), JAPANESE) if desks else None
    if waiting := _WAIT.fullmatch(name):
        return Line("wait.position", (("position", waiting[1]),)), turn.call.language
    lines = lines_of(turn)
    if not _INDEX.fullmatch(name) or int(name) >= len(lines):
        return None
    line = lines[int(name)]
    return line, line.spoken_in(turn.call.language)


def _clip(edge: Edge, text: str, language: str, caching: str) -> Response:
    if edge.voice is None:
        abort(404)
    try:
        clip = edge.voice.line(text, language)
        response = Response(clip.wav, mimetype="audio/wav")
    except Exception as error:  # noqa: BLE001  # a line that cannot be spoken must not look like a broken desk
        logger.error("a line could not be spoken: %s", where(error))
        abort(503)
    response.headers["Cache-Control"] = caching
    response.headers["ETag"] = clip.etag
    response.make_conditional(request.environ)
    return response
