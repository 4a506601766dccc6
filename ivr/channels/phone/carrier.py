"""The carrier's REST side in a trial: it rings nobody, and keeps the recordings that the browser made."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import datetime

from audio import recording
from audio.mulaw import decode
from audio.sound import TELEPHONE_RATE, from_int16
from ivr.channels.twilio_requests import RECORDING_SID
from ivr.ports import RecordingUnavailable

MOST_RECORDINGS = 30
_KEPT_AT = "https://trial.invalid"  # nobody asks there: `fetch` looks at the id alone


class TrialCarrier:
    """The ports Telephone and Recordings. `rings` is told when a desk's telephone would ring."""

    def __init__(self, account: str, rings: Callable[[], None]) -> None:
        self._account, self._rings = account, rings
        self._lock = threading.Lock()
        self._kept: dict[str, bytes] = {}

    def keep(self, line: bytes) -> tuple[str, str]:
        """Keep what was said (µ-law, 8 kHz) as a recording; gives (RecordingSid, RecordingUrl).

        Raises RecordingUnavailable when there are too many.
        """
        wav = recording.to_telephone_wav(from_int16(decode(line), TELEPHONE_RATE))
        sid = f"RE{uuid.uuid4().hex}"
        with self._lock:
            if len(self._kept) >= MOST_RECORDINGS:
                raise RecordingUnavailable(f"more than {MOST_RECORDINGS} recordings in one trial")
            self._kept[sid] = wav
        return sid, f"{_KEPT_AT}/2010-04-01/Accounts/{self._account}/Recordings/{sid}"

    def fetch(self, url: str) -> bytes:
        """As `Recordings.fetch`, from memory."""
        found = RECORDING_SID.search(url)
        with self._lock:
            wav = self._kept.get(found[0]) if found else None
        if wav is None:
            raise RecordingUnavailable("no such recording in this trial")
        return wav

    def forget(self, sid: str) -> None:
        with self._lock:
            self._kept.pop(sid, None)

    def ring(  # the port's arguments
        self,
        number: str,  # noqa: ARG002
        answer_url: str,  # noqa: ARG002
        status_url: str,  # noqa: ARG002
        *,
        tried_at: datetime | None = None,  # noqa: ARG002
        others: Callable[[str], bool] = lambda _sid: False,  # noqa: ARG002
        answered: bool = False,  # noqa: ARG002
    ) -> str:
        """As `Telephone.ring`, but nobody's telephone rings."""
        self._rings()
        return f"CA{uuid.uuid4().hex}"

    def hang_up(self, sid: str) -> None:
        """As `Telephone.hang_up`: nothing rings."""

    def prepare_queue(self, name: str, max_size: int) -> None:
        """As `Telephone.prepare_queue`: there is no queue, the page plays the wait."""
