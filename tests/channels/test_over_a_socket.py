"""The edge behind uvicorn and a2wsgi, as it is served: signatures are checked against what came over the wire."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests
import uvicorn
from a2wsgi import WSGIMiddleware

from tests.channels.scripted_desk import ORIGIN, SID, ScriptedDesk, app_of, edge_of, sign

FORM = {"CallSid": SID, "From": "+819012345678", "To": "+81761000000", "CallStatus": "ringing", "FromCity": ""}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    app = WSGIMiddleware(app_of(edge_of(ScriptedDesk())), workers=2)
    config = uvicorn.Config(app, log_level="critical", lifespan="off", proxy_headers=False, http="h11", ws="none")
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
    app.executor.shutdown()


def post(served: str, target: str, signed_for: str, headers: dict[str, str] | None = None) -> requests.Response:
    """POST exactly `target`, bytes as they stand, signed for `signed_for`."""
    with requests.Session() as session:
        asked = session.prepare_request(requests.Request("POST", served, data=FORM, headers=headers))
        asked.url = served + target
        asked.headers["X-Twilio-Signature"] = sign(ORIGIN + signed_for, FORM)
        return session.send(asked, allow_redirects=False, timeout=10)


@pytest.mark.parametrize(
    "target",
    [
        "/twilio/voice",
        "/twilio/voice?try=1&desk=main",
        "/twilio/%76oice",
        "/twilio/turn/1/%6Fpen",
        "/twilio/voice?x=%E6%B0%B4&y=%7E%2F%27%20+",
        "/twilio/voice?x=a%2Bb",
    ],
)
def test_percent_escapes_are_signed_as_they_were_sent(served: str, target: str) -> None:
    reply = post(served, target, target)
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert reply.headers["Content-Length"] == str(len(reply.content))
    assert "Transfer-Encoding" not in reply.headers


@pytest.mark.parametrize(
    ("target", "signed_for"),
    [
        ("/twilio/%76oice", "/twilio/voice"),
        ("/twilio/voice", "/twilio/%76oice"),
        ("/twilio/voice?x=%7E", "/twilio/voice?x=~"),
        ("/twilio/voice", "/twilio/voice/"),
        ("/twilio/voice", "/twilio/status"),
        ("//twilio/voice", "/twilio/voice"),
        ("/%74wilio/voice", "/twilio/voice"),
    ],
)
def test_another_way_of_writing_the_address_is_another_signature(served: str, target: str, signed_for: str) -> None:
    assert post(served, target, signed_for).status_code == 403


def test_the_proxys_headers_change_nothing(served: str) -> None:
    proxy = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "ftp", "Host": "10.0.0.5"}
    assert post(served, "/twilio/voice", "/twilio/voice", proxy).status_code == 200


def test_a_megabyte_is_refused_and_the_next_caller_served(served: str) -> None:
    form = FORM | {"SpeechResult": "x" * 1024 * 1024}
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", form)}
    try:
        status = requests.post(f"{served}/twilio/voice", data=form, headers=headers, timeout=10).status_code
    except requests.ConnectionError:
        status = 413  # refused before the body was read to its end
    assert status == 413
    assert post(served, "/twilio/voice", "/twilio/voice").status_code == 200
