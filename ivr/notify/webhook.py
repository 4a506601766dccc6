"""The notifier that posts: one signed JSON document per notice, after the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: headers `webhook-id`
(the same for every try of one notice: receivers drop repetitions), `webhook-timestamp` (seconds since 1970) and
`webhook-signature` = "v1," + base64(HMAC-SHA256(key, "<id>.<timestamp>.<body>")).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable

import requests

from ivr.domain.hours import tokyo
from ivr.domain.ticket import Notice
from ivr.ports import Clock, NotifyFailed

TIMEOUT_S = 5.0
OPENED, UNACKNOWLEDGED, REPORTED_AGAIN = "ticket.opened", "ticket.unacknowledged", "ticket.reported_again"
_BASE64_KEY = "whsec_"
_MAY_SUCCEED_LATER = frozenset({408, 409, 425, 429})


class WebhookNotifier:
    """`secret`: any text, or a key as `whsec_<base64>`; `link`: reference -> address of the ticket's page.

    Raises ValueError for a `whsec_` secret that is not base64.
    """

    name = "webhook"

    def __init__(
        self, url: str, secret: str, link: Callable[[str], str], clock: Clock, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._url = url
        self._key = signing_key(secret)
        self._link = link
        self._clock = clock
        self._timeout_s = timeout_s

    def tell(self, notice: Notice) -> None:
        """Post it. Raises NotifyFailed: permanent for a refusal or redirect, temporary for silence or trouble there."""
        body = document(notice, self._link(notice.reference))
        message = f"notice-{notice.id}"
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": message,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature(self._key, message, timestamp, body),
        }
        try:
            # Redirects are not followed: the signed notice is for the configured receiver only. The body is not read.
            with requests.post(
                self._url, data=body, headers=headers, timeout=self._timeout_s, allow_redirects=False, stream=True
            ) as response:
                status = response.status_code
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
            raise NotifyFailed("the webhook's address cannot be used", permanent=True) from None
        except requests.RequestException as error:
            # `from None`: the library's message holds the address, which may hold a token.
            raise NotifyFailed(f"the receiver did not answer: {type(error).__name__}", permanent=False) from None
        if not 200 <= status < 300:
            raise NotifyFailed(
                f"the receiver answered {status}", permanent=status < 500 and status not in _MAY_SUCCEED_LATER
            )


def document(notice: Notice, link: str) -> bytes:
    """The JSON that is posted: reference, class, time and a link; nothing of the caller (DOMAIN, art. 9-4)."""
    data: dict[str, object] = {"reference": notice.reference, "category": notice.category, "link": link}
    kind = OPENED
    if notice.alarm:
        kind, data["reason"] = UNACKNOWLEDGED, notice.alarm
    elif notice.reports > 1:
        kind, data["reports"] = REPORTED_AGAIN, notice.reports
    content = {"type": kind, "timestamp": tokyo(notice.opened_at).isoformat(timespec="seconds"), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signature(key: bytes, message: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature`, scheme v1."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signing_key(secret: str) -> bytes:
    """The key's bytes. Raises ValueError for a `whsec_` secret that is not base64."""
    if not secret.startswith(_BASE64_KEY):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_BASE64_KEY), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook secret that begins with whsec_ must go on in base64") from error
