"""The telephone over Twilio: signed webhooks in, events to the desk, TwiML out. No decision is made here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, abort, request
from twilio.twiml.voice_response import VoiceResponse

from ivr.channels import twilio_requests as facts
from ivr.channels.edge import Edge
from ivr.channels.spoken_audio import clip_addresses
from ivr.channels.twilio_desks import DeskRoutes
from ivr.channels.twilio_replies import recording_brought, reply_heard
from ivr.channels.twilio_signature import SignatureGate
from ivr.channels.twiml import Mouth, TurnTwiml, written
from ivr.channels.way_on import TRIES, WayOn, field, twiml
from ivr.domain.call import (
    Arrived,
    Ask,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    HungUp,
    LeftMessage,
    Line,
    NobodyAnswered,
    PersonAnswered,
    Question,
    SoundLost,
    Spoke,
    StayedSilent,
    TakeMessage,
    TalkEnded,
    Transfer,
)
from ivr.domain.languages import JAPANESE
from ivr.ports import StoredTurn
from ivr.security.redaction import where
from ivr.settings import Settings

logger = logging.getLogger(__name__)

LOST_CALL = Line("ladder.lost_call")
OWN_EARS = (Ears.STREAM, Ears.RECORD)
LOST_SOCKETS = 2
"""Media sockets of one call that may break before live sound is given up."""


def voice_blueprint(
    edge: Edge, gate: SignatureGate | None = None, staff_call: Callable[[], Response | None] = lambda: None
) -> Blueprint:
    """All routes below /twilio/ for callers. `gate`: given where its counter is to be read.

    `staff_call`: what a call of the duty staff is answered with, None for everybody else's. Raises KeyError for a
    missing line.
    """
    blueprint = Blueprint("twilio", __name__, url_prefix="/twilio")
    (gate or SignatureGate(edge.settings)).guard(blueprint)
    mouth = mouth_of(edge)
    way_on = WayOn(mouth, edge.settings.public_url, edge.apology)
    routes = CallerRoutes(edge, mouth, way_on, staff_call)
    desks = DeskRoutes(edge, mouth)

    def post(path: str, view: Callable[..., Response], instead: Callable[[], Response] | None = None) -> None:
        guarded = way_on.guarded(view, instead)
        blueprint.add_url_rule(
            path, view.__name__, guarded, methods=["POST"], provide_automatic_options=False, strict_slashes=True
        )

    post("/voice", routes.voice)
    post("/turn/<int:seq>/<question>", routes.turn)
    post("/message/<int:seq>", routes.message)
    post("/queue/<int:seq>", routes.queue)
    post("/stream", routes.stream)
    post("/stream_status", routes.stream_status, way_on.nothing)
    post("/bridge/<int:seq>", routes.bridge, way_on.nothing)  # two people wait to be joined: let nothing stop that
    post("/status", routes.status, _unavailable)
    post("/fallback", routes.fallback, way_on.sorry)
    post("/wait/<int:seq>", desks.wait, desks.keep_waiting)
    post("/whisper/<sid>/<int:seq>", desks.whisper)
    post("/accept/<sid>/<int:seq>", desks.accept, way_on.hang_up)
    post("/operator/<desk>", desks.operator)
    return blueprint


def mouth_of(edge: Edge) -> Mouth:
    """The own voice where it is wanted and there, else Twilio's."""
    own = edge.voice_languages if edge.settings.voice == "own" and edge.voice is not None else frozenset[str]()
    return Mouth(edge.wording.text, edge.settings.say_voice, own, clip_addresses(edge))


def media_key(settings: Settings) -> bytes:
    """What seals the tokens of media sockets."""
    return settings.twilio_auth_token.get_secret_value().encode()


def caller_sid() -> str:
    """The id of the call this webhook is about. Aborts with 400 when it has none or a malformed one."""
    sid = request.form.get("CallSid", "")
    if not facts.CALL_SID.fullmatch(sid):
        abort(400, "CallSid is missing or malformed")
    return sid


def _unavailable() -> Response:
    """Nobody hears the reply to a status callback: say honestly that it should be sent again."""
    return Response("not stored, try again", 503, mimetype="text/plain")


class CallerRoutes:
    """The caller's side of a call."""

    def __init__(
        self, edge: Edge, mouth: Mouth, way_on: WayOn, staff_call: Callable[[], Response | None] = lambda: None
    ) -> None:
        self._edge = edge
        self._staff_call = staff_call
        self._way_on = way_on
        self._mouth = mouth
        settings = edge.settings
        self._twiml = TurnTwiml(
            origin=settings.public_url,
            mouth=mouth,
            desks=edge.wording.desks,
            hints=edge.hints,
            listening=edge.wording.listening,
            caller_id=settings.twilio_from,
            media_key=media_key(settings) if edge.streams is not None else None,
        )

    def voice(self) -> Response:
        """A call comes in: a caller's, or one of staff for whom a report waits."""
        return self._staff_call() or self._arrive(caller_sid())

    def turn(self, seq: int, question: str) -> Response:
        """The reply to a question: keys, words, a recording, or nothing."""
        if question not in set(Question):
            abort(404)

        def reply() -> StoredTurn:
            heard = reply_heard(self._edge, sid, seq, Question(question))
            if isinstance(heard, Spoke):
                heard = replace(heard, question=Question(question))
            turn = self._edge.commit(sid, f"turn:{seq}", heard)
            recording = recording_brought()
            if recording and not turn.repeated and not isinstance(heard, EarsFailed):
                self._edge.forget(recording)  # read, and staff need not hear it: the carrier shall not keep it
            return turn

        sid = caller_sid()
        return self._in_call(sid, seq, reply)

    def message(self, seq: int) -> Response:
        """A recording for staff was made, or nobody spoke."""
        sid = caller_sid()

        def left() -> StoredTurn:
            now, recording = self._edge.clock.now(), recording_brought()
            event: Event = StayedSilent(now)
            if recording is not None:
                event = LeftMessage(now, recording, facts.seconds(field("RecordingDuration")))
            return self._edge.commit(sid, f"message:{seq}", event)

        return self._in_call(sid, seq, left)

    def stream(self) -> Response:
        """A media socket has closed. What we decided before we closed it is done now; a lost one is opened again.

        Twilio's word for either is the same, so the store tells: a call whose last turn still asks over live sound lost
        its socket. After `LOST_SOCKETS` of them the caller is heard by recordings.
        """
        sid = caller_sid()
        if request.form.get("CallStatus") in facts.GONE:
            self._edge.commit(sid, "hangup", HungUp(self._edge.clock.now()))
            return self._way_on.nothing()
        last = self._last(sid, Ask, TakeMessage, Transfer, HangUp)
        if last is None:
            return self._arrive(sid, LOST_CALL)
        lost = self._twiml.live(last) and isinstance(last.actions[-1], Ask)
        return twiml(self._reconnected(sid, last) if lost else self._twiml.turn(last))

    def _reconnected(self, sid: str, last: StoredTurn) -> bytes:
        count = facts.seconds(request.args.get("again")) + 1
        if count <= LOST_SOCKETS:
            logger.warning("a media socket was lost: opened again for the %d. time", count)
            return self._twiml.once_more(last, count)
        event = SoundLost(self._edge.clock.now(), "lost sockets")
        return self._twiml.turn(self._edge.commit(sid, f"sound_lost:{last.seq}", event))

    def stream_status(self) -> Response:
        """What Twilio says about a media socket. Errors (319xx) are for the people who run the desk to see."""
        if field("StreamEvent") == "stream-error":
            logger.error("Twilio met a media socket error: %s", (field("StreamError") or "unknown")[:200])
        return Response(status=204)

    def queue(self, seq: int) -> Response:
        """Waiting or dialling is over: with a person, without one, or because the caller left."""
        sid = caller_sid()

        def ended() -> StoredTurn:
            now = self._edge.clock.now()
            result, status = field("QueueResult") or "", field("DialCallStatus") or ""
            if result == "hangup" or request.form.get("CallStatus") in facts.GONE:
                return self._edge.commit(sid, "hangup", HungUp(now))
            if self._reached_a_person(sid, seq, result, status):
                return self._edge.commit(sid, f"queue:{seq}", TalkEnded(now))
            return self._edge.commit(sid, f"queue:{seq}", NobodyAnswered(now, facts.why_nobody(result, status)))

        return self._in_call(sid, seq, ended)

    def bridge(self, seq: int) -> Response:
        """The caller is about to be joined with a person.

        A queue serves whoever waits longest, so the address may stem from another caller's hand-over: the transfer
        that was answered is this caller's own last one.
        """
        sid = caller_sid()
        if self._edge.turns.call(sid) is not None:
            own = self._last(sid, Transfer)
            key = f"bridge:{own.seq if own else seq}"
            self._edge.commit(sid, key, PersonAnswered(self._edge.clock.now()))
        return self._way_on.nothing()

    def status(self) -> Response:
        """A status callback: the end of a call counts, once; the rest, and calls the desk placed itself, do not."""
        sid = caller_sid()
        if request.form.get("CallStatus") in facts.GONE and self._edge.turns.call(sid) is not None:
            self._edge.commit(sid, "hangup", HungUp(self._edge.clock.now()))
        return Response(status=204)

    def fallback(self) -> Response:
        """Twilio could not fetch or run a document of ours. Needs the stored call only, no understanding.

        The last question again; the addresses then carry how often, so that what fails for ever ends in the apology.
        """
        sid = request.form.get("CallSid", "")
        if not facts.CALL_SID.fullmatch(sid):
            return self._way_on.sorry()
        logger.error("fallback: Twilio met error %d", facts.seconds(request.form.get("ErrorCode")))
        count = _times_again(request.form.get("ErrorUrl")) + 1
        if count > TRIES:
            return self._way_on.sorry()
        if self._edge.turns.call(sid) is None:
            response = VoiceResponse()
            response.redirect(f"{self._edge.settings.public_url}/twilio/voice?again={count}", method="POST")
            return twiml(written(response))
        last = self._last(sid, Ask, TakeMessage, Transfer, HangUp)
        return twiml(self._twiml.once_more(last, count)) if last else self._way_on.sorry()

    def _in_call(self, sid: str, seq: int, reply: Callable[[], StoredTurn]) -> Response:
        """The reply within a known call; a call or a turn we do not know gets a polite way back into one."""
        if self._edge.turns.turn(sid, seq) is None:
            if self._edge.turns.call(sid) is None:
                logger.error("a reply came for a call that is not in the store: the caller starts anew")
                return self._arrive(sid, LOST_CALL)
            logger.warning("a reply came for turn %d, which this call never had", seq)
            last = self._last(sid, Ask, TakeMessage, Transfer, HangUp)
            return twiml(self._twiml.once_more(last, 0)) if last else self._way_on.sorry()
        return twiml(self._twiml.turn(reply()))

    def _arrive(self, sid: str, before: Line | None = None) -> Response:
        dialled = facts.dialled(request.form.get("To"), self._edge.settings)
        ears = self._first_rung(sid, dialled)
        event = Arrived(
            at=self._edge.clock.now(),
            dialled=dialled,
            caller_id=facts.caller_number(request.form.get("From")),
            reference="",  # the store numbers the call; take_turn makes the reference from it
            ears=ears,
            hears=tuple(sorted(self._edge.heard_languages)) if ears in OWN_EARS else None,
            offers=tuple(sorted(self._mouth.own)) if ears is Ears.STREAM else None,  # or the sound breaks at once
        )
        return twiml(self._twiml.turn(self._edge.commit(sid, "arrived", event), before))

    def _first_rung(self, sid: str, dialled: Dialled) -> Ears:
        """The highest rung that is wanted, there, and has a place: live sound, recordings, keys."""
        edge = self._edge
        ears = Ears(edge.settings.ears)
        if ears in OWN_EARS and not edge.ears_ready():
            return Ears.KEYS
        if ears is Ears.STREAM:
            urgent = dialled is Dialled.NIGHT_LINE
            live = edge.streams is not None and JAPANESE in self._mouth.own and edge.streams.reserve(sid, urgent=urgent)
            ears = Ears.STREAM if live else Ears.RECORD
        return Ears.KEYS if ears is Ears.RECORD and edge.hear is None else ears

    def _reached_a_person(self, sid: str, seq: int, queue_result: str, dial_status: str) -> bool:
        """Bridged by the queue, or dialled and accepted: by a key (stored) or, had that been lost, by Twilio's word."""
        if queue_result:
            return queue_result in facts.BRIDGED
        if dial_status not in ("completed", "answered"):
            return False
        if field("DialBridged") is not None:
            return field("DialBridged") == "true"
        answered = [turn.seq for event, turn in self._edge.turns.history(sid) if isinstance(event, PersonAnswered)]
        return any(after > seq for after in answered)

    def _last(self, sid: str, *kinds: type) -> StoredTurn | None:
        """The latest turn of the call that has an action of these kinds."""
        for _, turn in reversed(self._edge.turns.history(sid)):
            if any(isinstance(action, kinds) for action in turn.actions):
                return turn
        return None


def _times_again(error_url: str | None) -> int:
    """How often the failed address had been given out by the fallback already."""
    try:
        given = parse_qs(urlsplit(error_url or "").query).get("again", ["0"])[0]
    except ValueError as error:
        logger.warning("ErrorUrl cannot be read: %s", where(error))
        return TRIES
    return facts.seconds(given)
