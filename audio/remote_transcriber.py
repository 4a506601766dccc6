"""Ears elsewhere: a recogniser behind OpenAI's `/v1/audio/transcriptions`, alone or as a Worker of our queue.

Whatever the server does ends in a Transcript or in a typed failure, in bounded time and memory. Nothing is sent in
which nobody speaks, and what comes back passes the guards against invented text like our own model's.
Source: OpenAI API reference, "Create transcription" (`verbose_json`).
"""

from __future__ import annotations

import io
import json
import time
import wave
from collections.abc import Mapping
from typing import Any

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from audio.invented import Draft, InventedPhrases, load_invented_phrases, what_was_said
from audio.recogniser import Recogniser
from audio.sound import Sound
from audio.spoken_clips import RATE, spoken_clips
from audio.transcriber import (
    NEVER_SAID,
    Hint,
    Transcript,
    TranscriptionFailed,
    TranscriptionRefused,
    nothing_heard,
)

PATH = "/v1/audio/transcriptions"

_MOST_ANSWER = 1_000_000  # bytes; an hour of speech is a tenth of it
_CONNECT_S = 3.0
_PASSING = frozenset({408, 409, 425, 429})  # of the 4xx: another try may succeed
_LONGEST_CLIP = 30.0  # seconds; only whether somebody speaks is of interest here


def connect_recogniser(
    url: str,
    *,
    model: str,
    seconds: float,
    key: str | None = None,
    workers: int = 4,
    places: int | None = None,
    reserved: int | None = None,
    language: str = "ja",
    prompts: Mapping[Hint, str] | None = None,
) -> Recogniser:
    """A Recogniser over a server's API, with as many requests at a time as `workers`. It is not asked before a job is.

    `url`: its origin, or its `.../v1`; `prompts`: what it is told to expect, by what was asked.
    """
    invented = load_invented_phrases(language)
    connections = [
        RemoteTranscriber(
            url, model=model, key=key, seconds=seconds, language=language, invented=invented, prompts=prompts
        )
        for _ in range(workers)
    ]
    return Recogniser(connections, seconds=seconds, places=places, reserved=reserved)


class RemoteTranscriber:
    """One connection to the server, for one thread at a time."""

    def __init__(
        self,
        url: str,
        *,
        model: str,
        key: str | None = None,
        seconds: float = 6.0,
        language: str = "ja",
        invented: InventedPhrases | None = None,
        prompts: Mapping[Hint, str] | None = None,
    ) -> None:
        self._address = url.rstrip("/").removesuffix("/v1") + PATH
        self._model, self._language, self._seconds = model, language, seconds
        self._invented = invented or load_invented_phrases(language)
        self._prompts = prompts or {}
        self._session = requests.Session()
        self._session.auth = _Bearer(key)

    @property
    def name(self) -> str:
        """The model's name as the server knows it."""
        return self._model

    def tend(self) -> None:
        """Nothing to start here: a server that is down fails job by job, and may be back for the next."""

    def stop(self) -> None:
        """A request ends by its own timeout; what it brings is thrown away."""

    def transcribe(self, sound: Sound, hint: Hint | None = None) -> Transcript:
        """As `Transcriber.transcribe`, within the deadline given at the start."""
        return self.work(sound, hint, self._seconds)

    def work(self, sound: Sound, hint: Hint | None, seconds: float) -> Transcript:
        """Raises TranscriptionFailed (late, down, 5xx, 429, unreadable) or TranscriptionRefused (other 4xx)."""
        started = time.monotonic()
        clips = spoken_clips(sound.at_rate(RATE).samples, _LONGEST_CLIP)
        if not clips:
            return nothing_heard(sound, self._language, time.monotonic() - started)
        try:
            answer = self._asked(sound, hint, started + seconds)
        except (requests.Timeout, ReadTimeoutError) as error:
            raise TranscriptionFailed(f"the recogniser's server took longer than {seconds:.1f} s") from error
        except (requests.RequestException, HTTPError) as error:
            why = type(error).__name__
            raise TranscriptionFailed(f"the recogniser's server cannot be reached ({why})") from error
        draft = _draft(answer, sound, all(clip.sure for clip in clips))
        text, taken = what_was_said(draft, self._invented), time.monotonic() - started
        if not text:
            return nothing_heard(sound, self._language, taken)
        return Transcript(
            text, self._language, sound.duration_ms, taken, draft.no_speech_prob, draft.avg_logprob, heard=True
        )

    def _asked(self, sound: Sound, hint: Hint | None, until: float) -> Mapping[str, Any]:
        """The server's answer, an object. Raises requests' errors, TranscriptionFailed, TranscriptionRefused."""
        fields = {"model": self._model, "language": self._language, "response_format": "verbose_json"}
        if hint and hint in self._prompts:
            fields["prompt"] = self._prompts[hint]
        left = max(0.05, until - time.monotonic())
        with self._session.post(
            self._address,
            data=fields,
            files={"file": ("speech.wav", _wav(sound), "audio/wav")},
            timeout=(min(_CONNECT_S, left), left),
            allow_redirects=False,  # a caller's voice goes to the address that was set and nowhere else
            stream=True,
        ) as response:
            status = response.status_code
            if 400 <= status < 500 and status not in _PASSING:
                raise TranscriptionRefused(f"the recogniser's server refused the sound or its sender ({status})")
            if status != requests.codes.ok:
                raise TranscriptionFailed(f"the recogniser's server answered {status}")
            return _object(_body(response, until))


class _Bearer(requests.auth.AuthBase):
    """The key in the header, and never another one found in the user's files."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request


def _body(response: requests.Response, until: float) -> bytes:
    """Raises TranscriptionFailed when it is too long, or drips in past the deadline."""
    body = b""
    # Whatever has come: `iter_content` would wait until a server that drips has filled a whole piece.
    while piece := response.raw.read1(64 * 1024, decode_content=True):
        body += piece
        if len(body) > _MOST_ANSWER:
            raise TranscriptionFailed(f"the recogniser's server answers more than {_MOST_ANSWER} bytes")
        if time.monotonic() > until:
            raise requests.Timeout
    return body


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise TranscriptionFailed("the recogniser's server answers something that is not JSON") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("text"), str):
        raise TranscriptionFailed('the recogniser\'s server answers without a "text"')
    return answer


def _draft(answer: Mapping[str, Any], sound: Sound, sure: bool) -> Draft:
    """Figures that the server does not give, or gives as something else, speak neither for nor against the text."""
    segments = answer.get("segments")
    told = [part for part in segments if isinstance(part, dict)] if isinstance(segments, list) else []
    return Draft(
        text=answer["text"],
        seconds=sound.seconds,
        no_speech_prob=max(_numbers(told, "no_speech_prob"), default=0.0),
        avg_logprob=max(NEVER_SAID, min(_numbers(told, "avg_logprob"), default=0.0)),
        compression_ratio=max(_numbers(told, "compression_ratio"), default=0.0),
        surely_speech=sure,
    )


def _numbers(parts: list[dict[str, Any]], key: str) -> list[float]:
    found = [part.get(key) for part in parts]
    return [float(one) for one in found if isinstance(one, int | float) and abs(one) < 1e6]


def _wav(sound: Sound) -> bytes:
    """16-bit WAV at the sound's own rate."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.rate)
        out.writeframes(sound.as_int16().astype("<i2").tobytes())
    return file.getvalue()
