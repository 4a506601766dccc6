"""The carrier's side of HTTP: signed webhooks, and everything about an answer that Twilio would refuse.

Signatures, delivery and limits as under twilio.com/docs/usage/security and /docs/usage/webhooks: 15 s for everything,
no redirects (they drop what the caller keyed), text/xml with a length, an answer that is TwiML.
"""

from __future__ import annotations

import time
import uuid
import xml.etree.ElementTree as ET  # parses our own desk's replies, checked by the linter first
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests

from ivr.channels.simulator.desk_ports import RunningDesk
from ivr.channels.simulator.twiml_lint import Where, lint

CONNECT_S, TOTAL_S = 5.0, 15.0
_SIGNATURE = "X-Twilio-Signature"
_GEO = ("City", "State", "Zip", "Country")
_SOUND_KINDS = ("mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff", "gsm", "x-gsm", "basic", "ulaw")


class RefusedError(Exception):
    """Twilio would not go on from here; the message says why. The call is lost."""


@dataclass(frozen=True, slots=True)
class Document:
    """A TwiML document that arrived, with the URL that relative URLs in it refer to."""

    root: ET.Element
    url: str


def identity(account_sid: str, sid: str, caller: str, called: str, direction: str = "inbound") -> dict[str, str]:
    """The fields of every request of a call; geography unknown (sent empty), and one field nobody has seen before."""
    numbers = {"From": caller, "To": called, "Caller": caller, "Called": called}
    return {
        "CallSid": sid,
        "AccountSid": account_sid,
        **numbers,
        "Direction": direction,
        "ApiVersion": "2010-04-01",
        **{f"{end}{name}": "" for end in numbers for name in _GEO},
        "NovelParameterOfTomorrow": "may appear any day",
    }


@dataclass(slots=True)
class SignedLine:
    """One leg's webhooks. `complaints` collects what Twilio would refuse or ignore without losing the call.

    `repeat`: send every webhook a second time, as after a lost answer, and expect the very same answer.
    """

    desk: RunningDesk
    fields: Mapping[str, str]
    complaints: list[str]
    repeat: bool = False
    status: str = "in-progress"
    _session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._session.trust_env = False  # the desk is here; a proxy of the environment is not asked

    def leg(self, fields: Mapping[str, str]) -> SignedLine:
        """Another leg's line to the same desk, complaining into the same list."""
        return SignedLine(self.desk, fields, self.complaints, self.repeat)

    def close(self) -> None:
        self._session.close()

    def ask(self, url: str, parameters: Mapping[str, str], where: Where = Where.CALL) -> Document:
        """POST a webhook and take its TwiML. Raises RefusedError."""
        absolute = urljoin(self.desk.origin + "/", url).partition("#")[0]
        fields = {**self.fields, "CallStatus": self.status, **parameters}
        answer = self._post(absolute, fields)
        self._check(answer, absolute)
        if self.repeat:
            again = self._post(absolute, fields, {"I-Twilio-Idempotency-Token": str(uuid.uuid4())})
            if (again.status_code, again.content) != (answer.status_code, answer.content):
                self.complain(absolute, "the same webhook sent again got another answer")
        for complaint in lint(answer.content, where, plain=self.desk.origin.startswith("http://")):
            self.complain(absolute, complaint)
        try:
            return Document(ET.fromstring(answer.content), absolute)  # noqa: S314  # our own desk's reply
        except ET.ParseError as error:
            raise RefusedError(f"{urlsplit(absolute).path}: not XML: {error}") from None

    def tell(self, url: str, parameters: Mapping[str, str]) -> None:
        """POST a status callback; a refusal is a complaint, the call goes on."""
        absolute = urljoin(self.desk.origin + "/", url).partition("#")[0]
        answer = self._post(absolute, {**self.fields, **parameters})
        if answer.status_code not in (200, 204):
            self.complain(absolute, f"a status callback was answered with {answer.status_code}")

    def fetch_sound(self, url: str) -> bytes:
        """The sound of a <Play>. Raises RefusedError."""
        absolute = urljoin(self.desk.origin + "/", url).partition("#")[0]
        answer = self._send("GET", absolute, {}, {})
        if answer.status_code != 200:
            raise RefusedError(f"<Play> {urlsplit(absolute).path}: answered with {answer.status_code}")
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind not in {f"audio/{name}" for name in _SOUND_KINDS}:
            raise RefusedError(
                f"<Play> {urlsplit(absolute).path}: {kind or 'no content type'} is no sound (error 12300)"
            )
        return answer.content

    def accepts_forgery(self, url: str) -> bool:
        """Whether the desk answers a webhook with a wrong signature, or with none, otherwise than by 403."""
        absolute = urljoin(self.desk.origin + "/", url)
        fields = {**self.fields, "CallStatus": "ringing"}
        forged: tuple[dict[str, str], ...] = ({_SIGNATURE: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, {})
        return any(self._send("POST", absolute, fields, headers).status_code != 403 for headers in forged)

    def complain(self, url: str, complaint: str) -> None:
        text = f"{urlsplit(url).path}: {complaint}"
        if text not in self.complaints:
            self.complaints.append(text)

    def _post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> requests.Response:
        from twilio.request_validator import RequestValidator

        signature = RequestValidator(self.desk.auth_token).compute_signature(url, dict(fields))
        return self._send("POST", url, fields, {**(headers or {}), _SIGNATURE: signature})

    def _send(self, method: str, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> requests.Response:
        path = urlsplit(url).path
        if not url.startswith(self.desk.origin + "/"):
            raise RefusedError(f"{url} is not on {self.desk.origin}: only the desk itself can be asked here")
        begun = time.monotonic()
        try:
            answer = self._session.request(
                method,
                self.desk.base_url + url.removeprefix(self.desk.origin),
                data=list(fields.items()) if method == "POST" else None,
                headers={"User-Agent": "TwilioProxy/1.1", **headers},
                allow_redirects=False,
                timeout=(CONNECT_S, TOTAL_S),
            )
        except requests.RequestException as error:
            raise RefusedError(f"{path}: no answer (error 11200): {type(error).__name__}") from error
        if time.monotonic() - begun > TOTAL_S:
            raise RefusedError(f"{path}: answered after more than {TOTAL_S:.0f} s (error 11205)")
        return answer

    def _check(self, answer: requests.Response, url: str) -> None:
        path = urlsplit(url).path
        if 300 <= answer.status_code < 400:
            raise RefusedError(f"{path}: redirect {answer.status_code}: what the caller keyed would be dropped")
        if answer.status_code != 200:
            raise RefusedError(f"{path}: answered with {answer.status_code}")
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind != "text/xml":
            raise RefusedError(f"{path}: content type {kind or 'missing'}, text/xml is needed (error 12300)")
        if "Content-Length" not in answer.headers:
            raise RefusedError(f"{path}: no Content-Length: a chunked document may be cut short (error 12100)")
