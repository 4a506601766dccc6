"""Twilio's side of HTTP in a trial: the usual fields, signed with the trial's token, into the trial's own desk.

What is signed and served is the real code path; only the wire is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from twilio.request_validator import RequestValidator
from werkzeug.test import Client
from werkzeug.wrappers import Response

from ivr.channels.twilio_requests import GONE

TARGET = re.compile(r"/(twilio|audio|tickets)/[A-Za-z0-9_./-]{1,200}(\?[A-Za-z0-9_.=&%+-]{1,400})?")
"""Addresses our own documents name."""

FROM_PAGE: Mapping[str, re.Pattern[str]] = {
    "Digits": re.compile(r"[0-9*#]{0,32}|hangup"),
    "SpeechResult": re.compile(r"[^\0]{0,400}", re.DOTALL),
    "RecordingSid": re.compile(r"RE[0-9a-f]{32}"),
    "RecordingUrl": re.compile(r"https://trial\.invalid/[A-Za-z0-9/.-]{1,150}"),
    "RecordingDuration": re.compile(r"[0-9]{1,4}"),
    "QueueResult": re.compile(r"[a-z-]{1,30}"),
    "QueueTime": re.compile(r"[0-9]{1,5}"),
    "QueuePosition": re.compile(r"[0-9]{1,3}"),
    "DialCallStatus": re.compile(r"[a-z-]{1,20}"),
    "DialBridged": re.compile(r"true|false"),
    "StreamSid": re.compile(r"MZ[0-9a-f]{32}"),
    "ErrorCode": re.compile(r"[0-9]{5}"),
    "ErrorUrl": re.compile(r"http://[A-Za-z0-9_.:/?=&\[\]-]{1,400}"),
    "CallStatus": re.compile(r"in-progress|completed"),
}
"""What only the caller's end can know. Everything else about a call is filled in here."""


class BadFields(ValueError):
    """The page sent something no carrier would."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The fields every webhook of one call carries."""

    sid: str
    account: str
    caller: str
    number: str

    def fields(self, status: str) -> dict[str, str]:
        return {
            "CallSid": self.sid,
            "AccountSid": self.account,
            "ApiVersion": "2010-04-01",
            "Direction": "inbound",
            "From": self.caller,
            "Caller": self.caller,
            "To": self.number,
            "Called": self.number,
            "CallStatus": status,
            "FromCity": "",
            "ToCity": "",
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """`kind`: its content type."""

    status: int
    kind: str
    body: bytes


class Relay:
    """`origin`: the desk's public address, which the addresses in its documents begin with."""

    def __init__(self, app: Callable[..., Any], origin: str, facts: CallFacts, token: str) -> None:
        self._client = Client(app, Response)
        self._origin, self._facts = origin, facts
        self._validator = RequestValidator(token)

    def post(self, target: str, given: Mapping[str, str]) -> Reply:
        """A webhook. `given`: what the page knows. Raises BadFields."""
        for name, value in given.items():
            if name not in FROM_PAGE or not FROM_PAGE[name].fullmatch(value):
                raise BadFields(name)
        fields = {**self._facts.fields("ringing" if target == "/twilio/voice" else "in-progress"), **given}
        signature = self._validator.compute_signature(self._origin + _known(target), fields)
        headers = {"X-Twilio-Signature": signature}
        return _reply(self._client.post(target, data=fields, headers=headers, environ_base=_HERE))

    def get(self, target: str) -> Reply:
        """Sound, or a page of the desk's. Raises BadFields."""
        return _reply(self._client.get(_known(target), environ_base=_HERE))

    @staticmethod
    def ends(given: Mapping[str, str]) -> bool:
        """Whether the caller has left with this."""
        return given.get("CallStatus") in GONE


_HERE = {"REMOTE_ADDR": "127.0.0.1"}  # the page was looked at before


def _known(target: str) -> str:
    if not TARGET.fullmatch(target) or "//" in target or ".." in target:
        raise BadFields("address")
    return target


def _reply(response: Any) -> Reply:
    return Reply(response.status_code, response.headers.get("Content-Type", "text/plain"), response.get_data())
