"""The port Recordings over Twilio: fetch a recording of our own account, and nothing else; delete it after use."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client
from urllib3.exceptions import HTTPError

from ivr.channels.twilio_requests import RECORDING_SID
from ivr.channels.twilio_rest import api_base
from ivr.ports import RecordingUnavailable
from ivr.security.redaction import where
from ivr.settings import Settings

logger = logging.getLogger(__name__)

MOST_BYTES = 5 * 1024 * 1024  # 16-bit 8 kHz: over five minutes
RETRY_S = 0.25  # a recording is announced before it can be fetched
CONNECT_S = 2.0
_CHUNK = 64 * 1024
_NOT_YET = 404


class TwilioRecordings:
    """`within_s`: how long `fetch` may take in all, retries included."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        within_s: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = api_base(settings)
        self._account = settings.twilio_account_sid
        self._auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
        self._client = client
        self._within_s = within_s if within_s is not None else settings.asr_deadline_s / 2
        self._sleep = sleep

    def fetch(self, url: str) -> bytes:
        """The WAV behind `url`. Raises RecordingUnavailable: not ours, not there in time, refused, too big.

        The address that is asked is built anew from the recording's id, so no other host ever gets our credentials
        and no webhook can make the desk fetch anything else.
        """
        address = f"{self._base}/2010-04-01/Accounts/{self._account}/Recordings/{self.id_of(url)}.wav"
        until = time.monotonic() + self._within_s
        while True:
            data = self._attempt(address, until)
            if data is not None:
                return data
            if time.monotonic() + RETRY_S >= until:
                raise RecordingUnavailable(f"not there after {self._within_s:.1f} s")
            self._sleep(RETRY_S)

    def id_of(self, url: str) -> str:
        """The RE… id in an address of a recording of our account. Raises RecordingUnavailable for any other address."""
        try:
            parts = urlsplit(url)
        except ValueError:
            raise RecordingUnavailable("the address is malformed") from None
        path = re.fullmatch(
            rf"/2010-04-01/Accounts/{self._account}/Recordings/({RECORDING_SID.pattern})(?:\.wav|\.mp3|\.json)?",
            parts.path,
        )
        if f"{parts.scheme}://{parts.netloc}" != self._base or path is None or parts.query or parts.fragment:
            raise RecordingUnavailable("the address is not one of our recordings at the carrier")
        return path[1]

    def forget(self, recording: str) -> None:
        """Delete recording RE… at the carrier; one that is gone already is fine. Raises RecordingUnavailable."""
        try:
            self._client.recordings(recording).delete()
        except TwilioRestException as error:
            if error.status != _NOT_YET:
                raise RecordingUnavailable(f"not deleted: HTTP {error.status}, code {error.code}") from error
        except (TwilioException, requests.RequestException) as error:
            raise RecordingUnavailable(f"not deleted: {type(error).__name__}") from error

    def _attempt(self, address: str, until: float) -> bytes | None:
        """The bytes, or None when the recording is not there yet."""
        left = max(0.05, until - time.monotonic())
        try:
            with requests.get(
                address, auth=self._auth, timeout=(min(CONNECT_S, left), left), stream=True, allow_redirects=False
            ) as response:
                if response.status_code == _NOT_YET:
                    return None
                if response.status_code != requests.codes.ok:
                    raise RecordingUnavailable(f"the carrier answered {response.status_code}")
                return _read(response, until)
        except (requests.RequestException, HTTPError) as error:
            raise RecordingUnavailable(f"the carrier did not answer: {type(error).__name__}") from error


def _read(response: requests.Response, until: float) -> bytes:
    """The body. `read1` gives what has arrived; a full chunk may take for ever to arrive from a slow sender."""
    data = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        data += chunk
        if len(data) > MOST_BYTES:
            raise RecordingUnavailable(f"more than {MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise RecordingUnavailable("still coming when its time was over")
    return bytes(data)


class ForgetLater:
    """Deletes recordings behind the caller's back, one after another, best effort.

    Not durable: what a crash leaves behind stays at the carrier until it is deleted there.
    """

    def __init__(self, forget: Callable[[str], None]) -> None:
        self._forget = forget
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forget-recordings")

    def __call__(self, recording: str) -> None:
        """Returns at once and never raises."""
        try:
            self._worker.submit(self._try, recording)
        except RuntimeError as error:  # closing down
            logger.warning("a recording was not deleted: %s", where(error))

    def close(self) -> None:
        """Finish what was asked for, take no more."""
        self._worker.shutdown(wait=True)

    def _try(self, recording: str) -> None:
        try:
            self._forget(recording)
        except RecordingUnavailable as error:
            logger.warning("recording %s was not deleted at the carrier: %s", recording, error)
