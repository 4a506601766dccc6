"""The desk's side of a transfer: the wait in the queue, the whisper before a person takes a caller, the joining."""

from __future__ import annotations

import logging

from flask import Response, abort, request
from twilio.twiml.voice_response import VoiceResponse

from ivr.channels import twilio_requests as facts
from ivr.channels.edge import Edge
from ivr.channels.spoken_audio import WHISPER
from ivr.channels.twiml import Mouth, written
from ivr.channels.way_on import twiml
from ivr.domain.call import Line, PersonAnswered, State, Transfer
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.domain.script import DeskEntry
from ivr.ports import StoreUnavailable
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

PAUSE_S = 12  # between two messages to a waiting caller
ACCEPT_S = 10  # how long a person may take to press the key
EMPTY_QUEUE_S = 30  # how long an operator waits for a caller before the line is freed
ACCEPT_KEY = "1"


class DeskRoutes:
    """Views of the waiting room and of the people who answer."""

    def __init__(self, edge: Edge, mouth: Mouth) -> None:
        self._edge = edge
        self._mouth = mouth
        self._origin = edge.settings.public_url

    def wait(self, seq: int) -> Response:
        """What a waiting caller hears, again and again; after `max_wait_s` the desk takes the caller back."""
        longest = self._edge.settings.max_wait_s
        waited = facts.seconds(request.form.get("QueueTime"))
        response = VoiceResponse()
        if waited >= longest:
            response.leave()
            return twiml(written(response))
        sid = request.form.get("CallSid", "")
        language = self._language(sid)
        position = facts.seconds(request.form.get("QueuePosition"))
        if waited > 0 or position == 0:
            self._mouth.speak(response, Line("wait.again"), language, "")
        if position > 0:
            line = Line("wait.position", (("position", str(position)),))
            self._mouth.speak(response, line, language, self._clip(sid, seq, f"wait-{position}"))
        response.pause(length=max(1, min(PAUSE_S, longest - waited)))
        return twiml(written(response))

    def keep_waiting(self) -> Response:
        """The wait message could not be made: the place in the queue is kept all the same."""
        response = VoiceResponse()
        response.pause(length=PAUSE_S)
        return twiml(written(response))

    def whisper(self, sid: str, seq: int) -> Response:
        """A desk's telephone was picked up: say who is waiting, and let the person accept by key.

        Picking up is no acceptance: an answering machine picks up too. No key, no caller.
        """
        response = VoiceResponse()
        call = self._edge.turns.call(_checked(sid))
        desk = self._desk_of(sid, seq)
        # A caller who has left, or whom somebody else took meanwhile, is nobody's to take.
        if call is not None and desk is not None and call.state not in (State.ENDED, State.TALKING):
            gather = response.gather(
                input="dtmf",
                num_digits=1,
                finish_on_key="",
                timeout=ACCEPT_S,
                action=f"{self._origin}/twilio/accept/{sid}/{seq}?desk={desk.id}",
                method="POST",
            )
            handover = self._edge.handover(call, desk.id)
            self._mouth.speak(gather, handover, STAFF_LANGUAGE, self._clip(sid, seq, WHISPER))
            self._mouth.speak(gather, Line("whisper.accept"), STAFF_LANGUAGE, "")
        response.hangup()
        return twiml(written(response))

    def accept(self, sid: str, seq: int) -> Response:
        """The person's key. At a dialled desk the caller is joined when this document ends; else the queue is asked."""
        _checked(sid)
        desk = self._edge.wording.desks.get(request.args.get("desk", "")) or self._desk_of(sid, seq)
        response = VoiceResponse()
        if facts.keys_pressed(request.form.get("Digits")) != ACCEPT_KEY or desk is None:
            response.hangup()
        elif desk.reach == "queue":
            # Who is joined is whoever waits longest, so the acceptance is stored when that caller is bridged.
            self._next_caller(response, desk, seq)
        else:
            self._store_acceptance(sid, seq)
        return twiml(written(response))

    def operator(self, desk: str) -> Response:
        """An operator rings in from their own telephone to take the next caller of a queue."""
        entry = self._edge.wording.desks.get(desk)
        if entry is None or entry.reach != "queue":
            abort(404)
        response = VoiceResponse()
        self._next_caller(response, entry, 0)
        return twiml(written(response))

    def _next_caller(self, response: VoiceResponse, desk: DeskEntry, seq: int) -> None:
        dial = response.dial(timeout=EMPTY_QUEUE_S)
        dial.queue(desk.id, url=f"{self._origin}/twilio/bridge/{seq}", method="POST")

    def _store_acceptance(self, sid: str, seq: int) -> None:
        try:
            if self._edge.turns.call(sid) is not None:
                self._edge.commit(sid, f"bridge:{seq}", PersonAnswered(self._edge.clock.now()))
        except StoreUnavailable as error:
            # Two people are about to talk: that matters more than the note of it, and DialBridged tells it again later.
            logger.error("an acceptance was not stored: %s", where(error))

    def _desk_of(self, sid: str, seq: int) -> DeskEntry | None:
        turn = self._edge.turns.turn(sid, seq)
        actions = turn.actions if turn is not None else ()
        desks = [action.desk for action in actions if isinstance(action, Transfer)]
        return self._edge.wording.desks.get(desks[0]) if desks else None

    def _language(self, sid: str) -> str:
        try:
            call = self._edge.turns.call(sid)
        except StoreUnavailable:
            return STAFF_LANGUAGE
        return call.language if call is not None else STAFF_LANGUAGE

    def _clip(self, sid: str, seq: int, name: str) -> str:
        return self._mouth.clips.of_turn(sid, seq, name)


def _checked(sid: str) -> str:
    if not facts.CALL_SID.fullmatch(sid):
        abort(404)
    return sid
