"""Nothing under /twilio/ is served unless Twilio signed it: validation before routing, 403 otherwise (fail closed)."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Request, abort, request
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)
from werkzeug.exceptions import HTTPException

from ivr.security.redaction import where
from ivr.settings import PREFIX, Settings

logger = logging.getLogger(__name__)

PROTECTED = "twilio"
MAX_BODY = 64 * 1024  # bytes; a webhook of Twilio's has about 1 KB, a minute of recognised speech not 10
MALFORMED, MISSING, MISMATCH = "malformed", "missing", "mismatch"


class SignatureGate:
    """Checks X-Twilio-Signature as Twilio's "Webhooks Security" says; `refused` counts refusals by reason."""

    def __init__(self, settings: Settings) -> None:
        self._origin = settings.public_url
        self._validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
        self._token_given = settings.token_given
        self._lock = threading.Lock()
        self._refused: Counter[str] = Counter()

    @property
    def refused(self) -> Mapping[str, int]:
        """How many requests were refused so far, by reason: missing, mismatch, malformed."""
        with self._lock:
            return dict(self._refused)

    def guard(self, blueprint: Blueprint) -> None:
        """Refuse every unsigned request below /twilio/, to routes that exist and to others, whatever the method."""
        blueprint.before_app_request(self._admit)

    def _admit(self) -> None:
        if request.path.strip("/").split("/")[0] != PROTECTED:
            return
        request.max_content_length = MAX_BODY
        reason = self.reason_to_refuse(request)
        if reason is None:
            return
        with self._lock:
            self._refused[reason] += 1
        remedy = "" if self._token_given else f"; no {PREFIX}TWILIO_AUTH_TOKEN is set, so every webhook is refused"
        # Host and scheme are what goes wrong behind a proxy, and one wrong host refuses every call.
        logger.warning(
            "REFUSED a webhook (signature %s): signatures are checked against %s, the request came for %s%s",
            reason,
            self._origin,
            request.host[:100].encode("ascii", "replace").decode(),
            remedy,
        )
        abort(403)

    def reason_to_refuse(self, asked: Request) -> str | None:
        """None for a request that Twilio signed, else why not. Raises RequestEntityTooLarge (413)."""
        signature = asked.headers.get(SIGNATURE_HEADER, "")
        if not signature:
            return MISSING
        target = raw_target(asked.environ)
        if target is None:
            return MALFORMED
        algorithm = get_signature_algorithm(asked.headers.get(SIGNATURE_SETTINGS_HEADER))
        try:
            # The MultiDict itself, all fields: empty ones and ones added by Twilio tomorrow are signed too.
            valid = self._validator.validate(self._origin + target, asked.form, signature, algorithm=algorithm)
        except HTTPException:
            raise
        except Exception as error:  # noqa: BLE001  # whatever went wrong, an unchecked request is not let in
            logger.warning("a signature could not be checked: %s", where(error))
            return MALFORMED
        return None if valid else MISMATCH


def raw_target(environ: Mapping[str, Any]) -> str | None:
    """Path and query exactly as they came over the wire, since that is what Twilio signed; None if not a path.

    WSGI's PATH_INFO is already decoded (%E6… and %2F are lost), so the server's own record is used: `asgi.scope`
    (a2wsgi under uvicorn), RAW_URI (gunicorn, werkzeug) or REQUEST_URI (werkzeug, uwsgi). A bare trailing "?" is kept
    by the last two only; Twilio never sends one unless a configured URL ends in it.
    """
    scope = environ.get("asgi.scope")
    if scope is not None:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope.get("query_string", b"")
        target = path.decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
    else:
        target = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    return target if target.startswith("/") else None
