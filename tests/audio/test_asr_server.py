"""The recogniser's server in OpenAI's shape: what it answers, what it refuses, and how it says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import requests
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from audio.asr_server import MOST_BYTES, asr_app
from audio.hints import load_hints
from audio.recogniser import Recogniser
from audio.recording import to_telephone_wav
from audio.sound import Sound, silence
from audio.transcriber import Hint, ModelMissing, Transcript, TranscriptionFailed

KEY = "a-key-of-the-test"
SECOND = to_telephone_wav(Sound(np.full(8000, 0.1, np.float32), 8000))


class Echo:
    """A Worker that tells the hint; fails, or hears nothing, if told to."""

    name = "echo"

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self.heard = True
        self.may_answer = threading.Event()
        self.may_answer.set()

    def tend(self) -> None:
        if isinstance(self.failure, ModelMissing):
            raise self.failure

    def work(self, sound: Sound, hint: Hint | None, seconds: float) -> Transcript:
        self.may_answer.wait(5)
        if self.failure:
            raise self.failure
        text = f"ミズ {hint or ''}".strip() if self.heard else ""
        return Transcript(text, "ja", sound.duration_ms, 0.1, 0.2, -0.3, self.heard)

    def stop(self) -> None:
        pass


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def recogniser(echo: Echo) -> Iterator[Recogniser]:
    with Recogniser([echo], seconds=5, places=1, reserved=0) as made:
        yield made


@pytest.fixture
def client(recogniser: Recogniser) -> FlaskClient:
    return asr_app(recogniser, key=KEY).test_client()


def ask(client: FlaskClient, data: bytes | None = SECOND, *, key: str | None = KEY, **fields: str) -> TestResponse:
    parts = {name: (None, value) for name, value in {"model": "echo", **fields}.items()}
    files = {} if data is None else {"file": ("speech.wav", data)}
    sent = requests.Request("POST", "http://localhost", files={**parts, **files}).prepare()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.post(
        "/v1/audio/transcriptions", data=sent.body, content_type=sent.headers["Content-Type"], headers=headers
    )


def refusal(answer: TestResponse) -> tuple[int, str, str | None, str | None]:
    """Status, type, param and code of an error in OpenAI's shape."""
    error = answer.get_json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return answer.status_code, error["type"], error["param"], error["code"]


def test_json_text_and_verbose_json(client: FlaskClient) -> None:
    assert ask(client).get_json() == {"text": "ミズ"}
    plain = ask(client, response_format="text")
    assert (plain.get_data(as_text=True), plain.mimetype) == ("ミズ\n", "text/plain")
    verbose = ask(client, response_format="verbose_json", language="ja", temperature="0").get_json()
    assert (verbose["text"], verbose["language"], verbose["duration"]) == ("ミズ", "ja", 1.0)
    assert verbose["segments"][0]["avg_logprob"] == -0.3
    assert verbose["segments"][0]["no_speech_prob"] == 0.2


def test_nothing_heard_is_an_empty_text_without_segments(client: FlaskClient, echo: Echo) -> None:
    echo.heard = False
    assert ask(client).get_json() == {"text": ""}
    assert ask(client, response_format="verbose_json").get_json()["segments"] == []


def test_a_prompt_that_is_one_of_ours_is_understood_as_what_was_asked(client: FlaskClient) -> None:
    prompt = load_hints("ja").prompts[Hint.NUMBER]
    assert ask(client, prompt=prompt).get_json() == {"text": "ミズ number"}
    assert ask(client, prompt="anything else").get_json() == {"text": "ミズ"}


def test_the_model_goes_by_its_own_name_and_the_one_clients_ask_for(client: FlaskClient) -> None:
    assert ask(client, model="whisper-1").status_code == 200
    models = client.get("/v1/models", headers={"Authorization": f"Bearer {KEY}"}).get_json()
    assert [model["id"] for model in models["data"]] == ["echo"]


@pytest.mark.parametrize("key", [None, "", "wrong", KEY + "x", "鍵"])
def test_without_the_key_nothing_is_given(key: str | None, client: FlaskClient) -> None:
    assert refusal(ask(client, key=key))[0::3] == (401, "invalid_api_key")
    assert client.get("/v1/models").status_code == 401


def test_a_server_without_a_key_serves_whoever_reaches_it(recogniser: Recogniser) -> None:
    assert ask(asr_app(recogniser).test_client(), key=None).status_code == 200


@pytest.mark.parametrize(
    ("fields", "data", "expected"),
    [
        ({"model": ""}, SECOND, (400, "model")),
        ({"model": "whisper-9"}, SECOND, (404, "model")),
        ({"response_format": "srt"}, SECOND, (400, "response_format")),
        ({"language": "en"}, SECOND, (400, "language")),
        ({}, None, (400, "file")),
        ({}, b"", (400, "file")),
        ({}, b"no sound at all", (400, "file")),
        ({}, SECOND[:40], (400, "file")),
        ({}, to_telephone_wav(silence(301)), (400, "file")),
    ],
    ids=["no model", "other model", "format", "language", "no file", "empty", "text", "cut off", "too long"],
)
def test_what_is_wrong_is_named(
    fields: dict[str, str], data: bytes | None, expected: tuple[int, str], client: FlaskClient
) -> None:
    status, kind, param, _ = refusal(ask(client, data, **fields))
    assert ((status, param), kind) == (expected, "invalid_request_error")


def test_more_than_a_file_may_hold_is_refused(client: FlaskClient) -> None:
    assert refusal(ask(client, b"RIFF" + bytes(MOST_BYTES)))[0] == 413
    assert refusal(ask(client, b"RIFF" + bytes(MOST_BYTES + 200_000)))[0] == 413


def test_a_failing_and_a_closed_recogniser_are_told_as_passing(
    client: FlaskClient, echo: Echo, recogniser: Recogniser
) -> None:
    echo.failure = TranscriptionFailed("the recogniser's worker died over this sound")
    answer = ask(client)
    assert refusal(answer)[:2] == (503, "server_error")
    assert answer.headers["Retry-After"] == "1"
    assert client.get("/health").get_json() == {"status": "ok", "model": "echo"}
    recogniser.close()
    assert refusal(ask(client))[0] == 503
    assert client.get("/health").status_code == 503


def test_a_full_recogniser_is_told_as_too_many_requests(echo: Echo) -> None:
    echo.may_answer.clear()
    with Recogniser([echo], seconds=5, places=0, reserved=0) as recogniser:
        running = recogniser.submit(silence(1.0))
        while not running.running():
            time.sleep(0.001)
        answer = ask(asr_app(recogniser).test_client())
        echo.may_answer.set()
    assert refusal(answer) == (429, "rate_limit_error", None, "rate_limit_exceeded")


def test_unknown_addresses_and_methods_are_refused_in_the_same_shape(client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    assert refusal(client.get("/v1/nothing", headers=headers))[0] == 404
    assert refusal(client.get("/v1/audio/transcriptions", headers=headers))[0] == 405
    assert refusal(client.get("/anything"))[0] == 401
