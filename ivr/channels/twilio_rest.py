"""Twilio's REST client as this desk uses it: always a timeout, nothing from the environment, no numbers in its log."""

from __future__ import annotations

import logging

from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.settings import Settings

TIMEOUT_S = 8.0
TWILIO_API = "https://api.twilio.com"


def api_base(settings: Settings) -> str:
    """The one origin that is asked, and that is sent our credentials."""
    return (settings.twilio_api or TWILIO_API).rstrip("/")


def rest_client(settings: Settings, timeout_s: float = TIMEOUT_S, http: HttpClient | None = None) -> Client:
    """A client of our account. `http` replaces the transport in tests."""
    quiet = logging.Logger("twilio.quiet", level=logging.CRITICAL)  # the library logs parameters: whom we ring
    client = Client(
        settings.twilio_account_sid,
        settings.twilio_auth_token.get_secret_value(),
        http_client=http or TwilioHttpClient(timeout=timeout_s, logger=quiet),
        environment={"TWILIO_REGION": ""},  # not os.environ: TWILIO_EDGE and TWILIO_REGION would rewrite the host
    )
    client.api.base_url = api_base(settings)
    return client


def is_temporary(status: int, code: int | None) -> bool:
    """Whether the same request may succeed later: too many at once (429, code 20429), or trouble on their side."""
    return status in (408, 429) or status >= 500 or code == 20429
