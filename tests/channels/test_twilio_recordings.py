"""Recordings are fetched from our own account at the carrier, within their time and size, and from nowhere else."""

from __future__ import annotations

import base64

import pytest

from ivr.channels.twilio_recordings import MOST_BYTES, TwilioRecordings
from ivr.channels.twilio_rest import rest_client
from ivr.ports import RecordingUnavailable
from tests.channels.loopback import Loopback
from tests.channels.scripted_desk import ACCOUNT, RECORDING, RECORDING_URL, TOKEN, desk_settings

PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}"


def recordings_at(origin: str | None = None, within_s: float = 2.0) -> TwilioRecordings:
    settings = desk_settings(twilio_api=origin)
    return TwilioRecordings(settings, rest_client(settings), within_s, sleep=lambda _: None)


def test_a_recording_is_fetched_as_wav_with_our_credentials() -> None:
    with Loopback([(200, b"RIFF")]) as carrier:
        assert recordings_at(carrier.origin).fetch(carrier.origin + PATH) == b"RIFF"
        assert carrier.asked == [f"GET {PATH}.wav"]
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        assert carrier.headers[0]["Authorization"] == f"Basic {expected}"


def test_a_recording_that_is_not_there_yet_is_asked_for_again() -> None:
    with Loopback([(404, b""), (404, b""), (200, b"RIFF")]) as carrier:
        assert recordings_at(carrier.origin).fetch(carrier.origin + PATH) == b"RIFF"
        assert len(carrier.asked) == 3


@pytest.mark.parametrize(
    "replies",
    [
        [(404, b"")],
        [(401, b"")],
        [(403, b"")],
        [(500, b"")],
        [(302, b"", {"Location": "http://127.0.0.1:1/secret"})],
        [(200, b"\0" * (MOST_BYTES + 1))],
        ["hang"],
        ["drop"],
        ["drip"],
    ],
    ids=["never there", "401", "403", "500", "redirect", "too big", "no answer", "dropped", "endless"],
)
def test_a_recording_that_cannot_be_had_is_a_typed_failure_in_its_time(replies: list[object]) -> None:
    with Loopback(replies) as carrier, pytest.raises(RecordingUnavailable):
        recordings_at(carrier.origin, within_s=0.4).fetch(carrier.origin + PATH)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "RE" + "0" * 32,
        RECORDING_URL.replace("https", "http"),
        RECORDING_URL.replace("api.twilio.com", "api.twilio.com.example.jp"),
        RECORDING_URL.replace("api.twilio.com", "api.twilio.com:8443"),
        RECORDING_URL.replace("api.twilio.com", "user@api.twilio.com"),
        RECORDING_URL.replace("api.twilio.com", "169.254.169.254"),
        RECORDING_URL.replace(ACCOUNT, "AC" + "2" * 32),
        RECORDING_URL.replace("/Recordings/", "/Recordings/../Calls/"),
        RECORDING_URL + "?x=y",
        RECORDING_URL + "#x",
        RECORDING_URL + ".exe",
        RECORDING_URL[:-1],
        "file:///etc/passwd",
        "http://[",
        f"https://api.twilio.com@evil.example.jp{PATH}",
    ],
)
def test_no_other_address_is_ever_asked(url: str) -> None:
    with pytest.raises(RecordingUnavailable):
        recordings_at().id_of(url)


@pytest.mark.parametrize("ending", ["", ".wav", ".mp3", ".json"])
def test_the_carriers_ways_of_writing_the_address_are_understood(ending: str) -> None:
    assert recordings_at().id_of(RECORDING_URL + ending) == RECORDING
