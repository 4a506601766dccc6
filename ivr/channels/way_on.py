"""What the caller hears when something here is broken: never an error, always a way on (wait, try again, apology)."""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Response, request
from twilio.twiml.voice_response import VoiceResponse
from werkzeug.exceptions import HTTPException

from ivr.channels.twiml import Mouth, written
from ivr.domain.call import Line
from ivr.ports import StoreUnavailable
from ivr.security.redaction import where

logger = logging.getLogger(__name__)

TRIES = 2
"""How often the same question is put to ourselves again before the caller hears the apology."""

LANGUAGE = "ja"  # the call's own language may be what could not be read
HOLD = Line("wait.again")
_CARRIED: Mapping[str, re.Pattern[str]] = {
    "RecordingSid": re.compile(r"RE[0-9a-fA-F]{32}"),
    "RecordingDuration": re.compile(r"[0-9]{1,5}"),
    "QueueResult": re.compile(r"[a-z-]{1,30}"),
    "DialCallStatus": re.compile(r"[a-z-]{1,30}"),
    "DialBridged": re.compile(r"true|false"),
}
"""Fields that a Redirect would lose and that hold no words or digits of the caller: they may travel in an address."""


def twiml(document: bytes) -> Response:
    """A TwiML reply. Never chunked: Twilio may cut a chunked document short (error 12100)."""
    response = Response(document, mimetype="text/xml")
    response.headers["Content-Type"] = "text/xml; charset=utf-8"
    response.headers["Content-Length"] = str(len(document))
    response.headers["Cache-Control"] = "no-store"
    return response


def field(name: str) -> str | None:
    """A field of the webhook: as posted, or as carried through a Redirect of ours."""
    posted = request.form.get(name)
    return posted if posted is not None else request.args.get(name)


class WayOn:
    """The fixed replies. They are rendered here, once, so that what is broken later cannot take them away.

    Raises KeyError at start-up when the script lacks one of the two lines.
    """

    def __init__(self, mouth: Mouth, origin: str, apology: Line) -> None:
        self._origin = origin
        self._mouth = mouth
        mouth.text(HOLD, LANGUAGE)
        sorry = VoiceResponse()
        mouth.say(sorry, apology, LANGUAGE)
        sorry.hangup()
        self._sorry = written(sorry)
        self._nothing = written(VoiceResponse())
        self._hangup = written(_hangup())

    def sorry(self) -> Response:
        """The last resort: the apology with where to ring, then the end."""
        return twiml(self._sorry)

    def nothing(self) -> Response:
        """An empty document: go on with what comes next."""
        return twiml(self._nothing)

    def hang_up(self) -> Response:
        return twiml(self._hangup)

    def try_again(self) -> Response:
        """Ask the caller to hold and come back to the same address, twice at most; then the apology."""
        tried = request.args.get("try", "0")
        count = int(tried) + 1 if tried in ("0", "1", "2") else TRIES + 1
        if count > TRIES:
            return self.sorry()
        kept = {"try": str(count)}
        kept |= {key: value for key in ("desk", "again") if (value := request.args.get(key))}
        for name, shape in _CARRIED.items():
            value = field(name)
            if value is not None and shape.fullmatch(value):
                kept[name] = value
        response = VoiceResponse()
        self._mouth.say(response, HOLD, LANGUAGE)
        response.pause(length=1)
        response.redirect(f"{self._origin}{request.path}?{urlencode(kept)}", method="POST")
        return twiml(written(response))

    def guarded(
        self, view: Callable[..., Response], instead: Callable[[], Response] | None = None
    ) -> Callable[..., Response]:
        """`view`, but any failure is logged without personal data and answered by `instead` (default: try again)."""
        lead_on = instead or self.try_again

        @functools.wraps(view)
        def guarded(**values: object) -> Response:
            try:
                return view(**values)
            except HTTPException:
                raise
            except StoreUnavailable as error:
                logger.error("%s: the store is unavailable (%s)", request.endpoint, where(error))
            except Exception as error:  # noqa: BLE001  # a caller is on the line: whatever it was, lead on
                logger.error("%s failed: %s", request.endpoint, where(error))
            return lead_on()

        return guarded


def _hangup() -> VoiceResponse:
    response = VoiceResponse()
    response.hangup()
    return response
