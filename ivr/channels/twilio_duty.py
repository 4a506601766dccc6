"""The telephone of staff on duty over Twilio: what is picked up, pressed and reported; answer_duty decides."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request
from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.channels import twilio_requests as facts
from ivr.channels.edge import Edge
from ivr.channels.twilio_signature import SignatureGate
from ivr.channels.twiml import Mouth, written
from ivr.channels.way_on import TRIES, WayOn, twiml
from ivr.domain import spoken
from ivr.domain.call import Line
from ivr.domain.escalation import PickedUp, Unheard, WentUnheard
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.security.redaction import where
from ivr.usecases import answer_duty
from ivr.usecases.answer_duty import CALLED_BACK, DutyLine, Key, Said, Then

logger = logging.getLogger(__name__)

KEY_S = 10  # how long a key is waited for after the last word
ONE_MOMENT = Line("ladder.one_moment")
GOODBYE = Line("duty.goodbye")
ORDINARY = "ordinary"
"""/twilio/voice?ordinary=1: a call of staff that goes on as anybody's; the hook is not asked again."""
_REFERENCE = re.compile(r"[0-9A-Za-z-]{1,40}")
_COUNT = re.compile(r"[0-9]")

_UNHEARD: Mapping[str, Unheard] = {
    "busy": Unheard.BUSY,
    "no-answer": Unheard.NO_ANSWER,
    "canceled": Unheard.NO_ANSWER,  # ended while it rang, by us
    "failed": Unheard.FAILED,
    "completed": Unheard.NO_KEY,  # after a key as well: the ladder knows better by then, and nothing changes
}
_PICKED_UP = frozenset({"in-progress", "answered"})


def duty_blueprint(edge: Edge, line: DutyLine, mouth: Mouth, gate: SignatureGate) -> Blueprint:
    """The routes of the duty line below /twilio/, signed like all others. Raises KeyError for a missing line."""
    blueprint = Blueprint("duty", __name__, url_prefix="/twilio")
    gate.guard(blueprint)
    way_on = WayOn(mouth, edge.settings.public_url, edge.apology)
    routes = DutyRoutes(edge, line, mouth)

    def post(path: str, view: Callable[..., Response], instead: Callable[[], Response]) -> None:
        guarded = way_on.guarded(view, instead)
        blueprint.add_url_rule(
            path, view.__name__, guarded, methods=["POST"], provide_automatic_options=False, strict_slashes=True
        )

    post("/duty/<reference>/<int:order>", routes.picked_up, routes.once_more)
    post("/duty-key/<reference>/<int:order>", routes.key, routes.once_more)
    post("/duty-back/<reference>", routes.back, routes.ordinary)
    post("/duty-status/<reference>/<int:order>", routes.status, _unavailable)
    return blueprint


def duty_caller(line: DutyLine, origin: str) -> Callable[[], Response | None]:
    """The hook for /twilio/voice: a call of staff for whom a ticket waits is led to it, None for every other call.

    It never raises: whatever is wrong with the roster, the call is answered as anybody's.
    """

    def waiting() -> Response | None:
        if request.args.get(ORDINARY):
            return None
        try:
            reference = answer_duty.called_back(line, facts.caller_number(request.form.get("From")))
        except Exception as error:  # noqa: BLE001  # a caller is on the line, most likely not staff at all
            logger.error("not known whether a ticket waits for this caller: %s", where(error))
            return None
        if reference is None:
            return None
        response = VoiceResponse()
        response.redirect(f"{origin}/twilio/duty-back/{reference}", method="POST")
        return twiml(written(response))

    return waiting


class DutyRoutes:
    """Views of the duty line. Everything is said by Twilio's <Say>: it works while the own voice does not."""

    def __init__(self, edge: Edge, line: DutyLine, mouth: Mouth) -> None:
        self._edge = edge
        self._line = line
        self._mouth = mouth
        self._origin = edge.settings.public_url
        number = spoken.digits(line.script, STAFF_LANGUAGE, line.script.centre_number)
        # Rendered once: what is broken later cannot take it away.
        self._trouble = self._document((Line("duty.trouble", (("number", number),)),))
        mouth.text(ONE_MOMENT, STAFF_LANGUAGE)

    def picked_up(self, reference: str, order: int) -> Response:
        """Somebody, or a machine, picked up: the report is read and a key waited for. That acknowledges nothing."""
        _checked(reference)
        now = self._edge.clock.now()
        said = answer_duty.read_out(self._line, reference, order, facts.caller_number(request.form.get("To")), now)
        if said.then is Then.ASK:
            self._line.deeds.happened(reference, PickedUp(now, order))
        return self._reply(said, reference, order)

    def key(self, reference: str, order: int) -> Response:
        """A key, or none."""
        _checked(reference)
        key = Key(
            reference,
            order,
            facts.caller_number(request.form.get("From" if order == CALLED_BACK else "To")),
            facts.keys_pressed(request.form.get("Digits") or request.args.get("key")),
            wrong=_count("wrong"),
            held=_count("held") > 0,
        )
        return self._reply(answer_duty.pressed(self._line, key, self._edge.clock.now()), reference, order)

    def back(self, reference: str) -> Response:
        """Staff who missed the call rang the night line."""
        _checked(reference)
        number = facts.caller_number(request.form.get("From"))
        said = answer_duty.read_out(self._line, reference, CALLED_BACK, number, self._edge.clock.now())
        return self._reply(said, reference, CALLED_BACK)

    def status(self, reference: str, order: int) -> Response:
        """How a call to staff went. The ladder sorts out what comes late, twice or in the wrong order."""
        _checked(reference)
        status = request.form.get("CallStatus", "")
        if status not in _UNHEARD and status not in _PICKED_UP:
            return Response(status=204)
        if self._line.deeds.rung(reference, order) is None:
            logger.warning("the end of a call to staff was reported that the desk did not place")
            return Response(status=204)
        now = self._edge.clock.now()
        event = PickedUp(now, order) if status in _PICKED_UP else WentUnheard(now, order, _UNHEARD[status])
        self._line.deeds.happened(reference, event)
        return Response(status=204)

    def once_more(self) -> Response:
        """Something broke: the same address again with the key that was pressed, then how to make sure otherwise."""
        count = _count("try") + 1
        if count > TRIES:
            return twiml(self._trouble)
        kept = {"try": str(count)}
        kept |= {name: value for name in ("wrong", "held") if _COUNT.fullmatch(value := request.args.get(name, ""))}
        key = facts.keys_pressed(request.form.get("Digits") or request.args.get("key"))
        if key:
            kept["key"] = key if key in set("0123456789") else "0"  # a wrong key stays one; * breaks signatures
        response = VoiceResponse()
        self._mouth.say(response, ONE_MOMENT, STAFF_LANGUAGE)
        response.pause(length=1)
        response.redirect(f"{self._origin}{request.path}?{urlencode(kept)}", method="POST")
        return twiml(written(response))

    def ordinary(self) -> Response:
        """On as anybody's call: staff may ring for a matter of their own, and are never left without a way on."""
        response = VoiceResponse()
        self._to_reception(response)
        return twiml(written(response))

    def _reply(self, said: Said, reference: str, order: int) -> Response:
        called_back = order == CALLED_BACK
        if said.then in (Then.HANG_UP, Then.LEAVE):
            return twiml(self._document(said.lines, reception=called_back and said.then is Then.LEAVE))
        response = VoiceResponse()
        asked = {"held": "1"} if said.then is Then.ASK_AGAIN else {"wrong": str(said.wrong)} if said.wrong else {}
        query = f"?{urlencode(asked)}" if asked else ""
        gather = response.gather(
            input="dtmf",
            num_digits=1,
            finish_on_key="",
            timeout=KEY_S,
            action=f"{self._origin}/twilio/duty-key/{reference}/{order}{query}",
            method="POST",
        )
        self._say(gather, said.lines)
        if said.then is Then.ASK_AGAIN:
            self._say(response, (GOODBYE,))
            response.hangup()
        elif called_back:
            self._to_reception(response)
        else:
            self._say(response, (Line("duty.no_key"),))
            response.hangup()
        return twiml(written(response))

    def _document(self, lines: tuple[Line, ...], *, reception: bool = False) -> bytes:
        response = VoiceResponse()
        self._say(response, lines)
        if reception:
            self._to_reception(response)
        else:
            response.hangup()
        return written(response)

    def _to_reception(self, response: VoiceResponse) -> None:
        response.redirect(f"{self._origin}/twilio/voice?{ORDINARY}=1", method="POST")

    def _say(self, verbs: VoiceResponse | Gather, lines: tuple[Line, ...]) -> None:
        for line in lines:
            self._mouth.say(verbs, line, STAFF_LANGUAGE)


def _unavailable() -> Response:
    """Nobody hears the reply to a status callback; a call whose end is not known is given up by the ladder's clock."""
    return Response("not stored, try again", 503, mimetype="text/plain")


def _checked(reference: str) -> None:
    if not _REFERENCE.fullmatch(reference):
        abort(404)


def _count(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if _COUNT.fullmatch(given) else 0
