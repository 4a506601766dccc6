"""A recogniser elsewhere that is slow, down, rude or broken: a transcript or a typed failure, in bounded time."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.remote_transcriber import RemoteTranscriber, connect_recogniser
from audio.sound import Sound, at_spoken_level, silence, through_telephone
from audio.transcriber import Hint, TranscriptionFailed, TranscriptionRefused

SECRET = "words-of-a-caller"
Reply = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers every request by `reply`; keeps what it was sent."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.reply: Reply = says({"text": "ミズガデテイマス"})
        self.requests: list[tuple[str, Message, bytes]] = []


def says(content: Any, status: int = 200) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", "http://127.0.0.1:9/elsewhere")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 100_000)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(400):
        handler.wfile.write(b" ")
        time.sleep(0.02)


def broken_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"text": "')
    handler.close_connection = True


def stalled(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    dumb(handler)


def in_pieces(handler: BaseHTTPRequestHandler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for piece in ('{"text":', ' "ミズ"}'):
        encoded = piece.encode()
        handler.wfile.write(f"{len(encoded):x}\r\n".encode() + encoded + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


def dumb(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(5)
    handler.rfile.read(1)


@contextmanager
def serving() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.requests.append((self.path, self.headers, body))
            try:
                server.reply(self)
            except OSError:  # the client has hung up
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        http.block_on_close = False
        server = Server(f"http://127.0.0.1:{http.server_port}")
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield server
        http.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def speech(caller_voice: PyOpenJTalkSynthesiser) -> Sound:
    return through_telephone(at_spoken_level(caller_voice.speak("水が出ています", "ja")))


def remote(server: Server, **options: Any) -> RemoteTranscriber:
    return RemoteTranscriber(server.origin, model="turbo", **{"seconds": 5.0, **options})


def test_the_sound_goes_as_wav_with_model_language_key_and_prompt(server: Server, speech: Sound) -> None:
    heard = remote(server, key="a-key", prompts={Hint.NUMBER: "ゼロ、イチ"}).transcribe(speech, Hint.NUMBER)
    assert (heard.text, heard.heard, heard.duration_ms) == ("ミズガデテイマス", True, speech.duration_ms)
    path, headers, body = server.requests[0]
    assert path == "/v1/audio/transcriptions"
    assert headers["Authorization"] == "Bearer a-key"
    for part in (b"RIFF", b"turbo", b"\r\n\r\nja\r\n", b"verbose_json", "ゼロ、イチ".encode()):
        assert part in body


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_an_address_may_be_given_with_or_without_its_version(ending: str, server: Server, speech: Sound) -> None:
    RemoteTranscriber(server.origin + ending, model="turbo").transcribe(speech)
    path, headers, body = server.requests[0]
    assert path == "/v1/audio/transcriptions"
    assert headers["Authorization"] is None
    assert b"prompt" not in body


def test_silence_is_not_sent_and_not_heard(server: Server) -> None:
    assert not remote(server).transcribe(silence(2.0)).heard
    assert server.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        {"text": ""},
        {"text": "ご視聴ありがとうございました"},
        {"text": "あ", "segments": [{"no_speech_prob": 0.9, "avg_logprob": -1.5}]},
    ],
    ids=["nothing", "an invented phrase", "by its own word silence"],
)
def test_what_the_server_invents_is_not_heard(answer: object, server: Server, speech: Sound) -> None:
    server.reply = says(answer)
    assert not remote(server).transcribe(speech).heard


@pytest.mark.parametrize("segments", [None, "x", [None, 3], [{"avg_logprob": "x"}], [{"no_speech_prob": 1e300}]])
def test_figures_that_are_none_are_left_out(segments: object, server: Server, speech: Sound) -> None:
    server.reply = says({"text": "ミズ", "segments": segments})
    assert remote(server).transcribe(speech).text == "ミズ"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 422])
def test_a_refusal_is_permanent(status: int, server: Server, speech: Sound) -> None:
    server.reply = says({"error": {"message": SECRET}, "text": SECRET}, status)
    with pytest.raises(TranscriptionRefused, match=str(status)) as failure:
        remote(server).transcribe(speech)
    assert SECRET not in str(failure.value)


@pytest.mark.parametrize("status", [302, 307, 408, 429, 500, 502, 503])
def test_what_may_pass_is_temporary_and_no_redirect_is_followed(status: int, server: Server, speech: Sound) -> None:
    server.reply = says({"text": SECRET}, status)
    with pytest.raises(TranscriptionFailed, match=str(status)) as failure:
        remote(server).transcribe(speech)
    assert not isinstance(failure.value, TranscriptionRefused)
    assert SECRET not in str(failure.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"text": 3}', b'{"words": []}', b"\xff\xfe", b"[" * 100_000],
    ids=["empty", "html", "list", "null", "number", "no text", "no utf-8", "deep"],
)
def test_an_answer_of_another_shape_is_a_failure(body: bytes, server: Server, speech: Sound) -> None:
    server.reply = says(body)
    with pytest.raises(TranscriptionFailed, match=r"not JSON|without a"):
        remote(server).transcribe(speech)


def test_an_endless_answer_is_cut(server: Server, speech: Sound) -> None:
    server.reply = endless
    with pytest.raises(TranscriptionFailed, match="more than 1000000 bytes"):
        remote(server).transcribe(speech)


def test_an_answer_that_comes_in_pieces_is_read_whole(server: Server, speech: Sound) -> None:
    server.reply = in_pieces
    assert remote(server).transcribe(speech).text == "ミズ"


def test_an_answer_that_breaks_off_is_a_failure(server: Server, speech: Sound) -> None:
    server.reply = broken_off
    with pytest.raises(TranscriptionFailed, match=r"cannot be reached|not JSON"):
        remote(server).transcribe(speech)


@pytest.mark.parametrize("reply", [dumb, dripping, stalled], ids=["says nothing", "drips", "stalls"])
def test_a_server_that_takes_too_long_is_a_failure_on_time(reply: Reply, server: Server, speech: Sound) -> None:
    server.reply = reply
    started = time.monotonic()
    with pytest.raises(TranscriptionFailed, match="longer than"):
        remote(server).work(speech, None, 0.3)
    assert time.monotonic() - started < 4


def test_a_server_that_is_not_there_is_a_temporary_failure(speech: Sound) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(TranscriptionFailed, match="cannot be reached") as failure:
        RemoteTranscriber(nobody, model="turbo").transcribe(speech)
    assert not isinstance(failure.value, TranscriptionRefused)


def test_behind_the_queue_it_keeps_deadlines_and_is_back_when_the_server_is(server: Server, speech: Sound) -> None:
    with connect_recogniser(server.origin, model="turbo", seconds=5.0, workers=2, places=1, reserved=0) as recogniser:
        server.reply = dumb
        with pytest.raises(TranscriptionFailed, match="longer than"):
            recogniser.transcribe_within(speech, 0.2)
        server.reply = says({"text": "ミズ"}, 500)
        with pytest.raises(TranscriptionFailed, match="500"):
            recogniser.transcribe(speech)
        server.reply = says({"text": "ミズ"})
        assert recogniser.transcribe(speech).text == "ミズ"
        assert recogniser.name == "turbo"
