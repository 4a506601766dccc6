"""Who may use the browser telephone: a page of this host on this machine; and what it must not send."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ivr.channels.phone.admission import foreign, stranger
from ivr.channels.phone.wish import WITHHELD, BadWish, wish_of
from ivr.serving import asgi
from tests.phone.conftest import NIGHT, OURS, Here

FORWARDED = {"X-Forwarded-For": "203.0.113.9"}
PATHS = ["/phone", "/phone/static/phone.js", "/phone/static/words.json", "/phone/{trial}/tickets/0001"]
POSTS = [
    "/phone/trials",
    "/phone/{trial}/say",
    "/phone/{trial}/recording",
    "/phone/{trial}/end",
    "/phone/{trial}/twilio/voice",
]


@pytest.mark.parametrize("path", [*PATHS, *POSTS])
@pytest.mark.parametrize(
    ("headers", "remote"),
    [
        (FORWARDED, "127.0.0.1"),
        ({"Host": "desk.example.jp", "Origin": "http://desk.example.jp"}, "127.0.0.1"),
        ({}, "203.0.113.9"),
    ],
)
def test_nobody_from_elsewhere_reaches_anything(here: Here, path: str, headers: dict[str, str], remote: str) -> None:
    trial = here.begin()
    address = path.format(trial=trial["id"])
    ask = here.browser.post if path in POSTS else here.browser.get
    reply = ask(address, headers={**OURS, **headers}, environ_base={"REMOTE_ADDR": remote})
    assert reply.status_code == 403
    assert here.booths.trial(trial["id"]) is not None


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:9999", "http://localhost"])
@pytest.mark.parametrize("path", POSTS)
def test_only_our_own_page_may_post(here: Here, path: str, origin: str | None) -> None:
    trial = here.begin()
    headers = {"Host": "127.0.0.1", **({"Origin": origin} if origin is not None else {})}
    assert here.browser.post(path.format(trial=trial["id"]), headers=headers).status_code == 403
    assert here.booths.trial(trial["id"]) is not None


@pytest.mark.parametrize("path", POSTS[1:4:2] + POSTS[4:])
def test_a_trial_nobody_knows_is_not_found(here: Here, path: str) -> None:
    reply = here.browser.post(path.format(trial="x" * 24), headers=OURS, json={"text": "x"})
    assert reply.status_code in (204, 404)
    assert reply.status_code == 204 or "終わって" in reply.get_json()["message"]


def scope(**headers: str) -> dict[str, Any]:
    named = {"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080", **headers}
    return {
        "client": ("127.0.0.1", 5),
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items() if value],
    }


def test_a_socket_is_opened_by_our_own_page_only() -> None:
    assert foreign(scope()) is None
    assert foreign(scope(origin="http://evil.example")) is not None
    assert foreign(scope(origin="")) is not None
    assert foreign(scope(x_forwarded_for="203.0.113.9")) is not None
    assert foreign(scope(host="desk.example.jp", origin="http://desk.example.jp")) is not None
    assert foreign({**scope(), "client": ("203.0.113.9", 5)}) is not None
    assert foreign({**scope(), "query_string": b"token=x"}) is not None
    assert stranger(scope(origin="")) is None


def events_of(here: Here, path: str, **headers: str) -> tuple[int, str]:
    """Status and body of an event stream that is read until it ends, or until its first second is over."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.3)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        application = asgi(here.office.app, events=here.booths.events)
        await application({"type": "http", "method": "GET", "path": path, **scope(**headers)}, receive, send)

    asyncio.run(run())
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


def test_events_are_numbered_and_go_on_where_the_page_lost_them(here: Here) -> None:
    trial = here.begin()
    known = here.booths.trial(trial["id"])
    assert known is not None
    for text in ("a", "b", "c"):
        known.feed.tell("heard", text=text)
    status, body = events_of(here, f"/phone/{trial['id']}/events")
    assert status == 200
    assert [line for line in body.splitlines() if line.startswith("id:")] == ["id: 1", "id: 2", "id: 3"]
    _, rest = events_of(here, f"/phone/{trial['id']}/events", last_event_id="2")
    assert '"text": "c"' in rest
    assert '"text": "b"' not in rest
    assert not known.feed.attended
    assert events_of(here, f"/phone/{trial['id']}/events", x_forwarded_for="203.0.113.9")[0] == 403
    known.feed.close()


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"at": "yesterday"}, "bad_time"),
        ({"at": "1999-01-01T00:00"}, "bad_time"),
        ({"at": None}, "bad_time"),
        ({"dialled": "police"}, "bad_dialled"),
        ({"caller": "12345"}, "bad_caller"),
        ({"caller": "090-1234-567x"}, "bad_caller"),
        ({"caller": 5}, "bad_caller"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_japanese(here: Here, wish: dict[str, Any], code: str) -> None:
    reply = here.browser.post("/phone/trials", json={**NIGHT, **wish}, headers=OURS)
    assert reply.status_code == 422
    assert reply.get_json()["error"] == code
    assert "。" in reply.get_json()["message"]


def test_a_wish_is_read_as_japanese_time_and_as_the_carrier_sends_numbers() -> None:
    assert wish_of({**NIGHT, "caller": "090-1234-5678"}).caller == "+819012345678"
    assert wish_of({**NIGHT, "caller": ""}).caller == WITHHELD
    assert wish_of(NIGHT).at.isoformat() == "2026-11-24T21:10:00+09:00"
    with pytest.raises(BadWish):
        wish_of("no object")


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "+819000000000"},
        {"CallSid": "CA" + "0" * 32},
        {"Digits": "12a"},
        {"RecordingUrl": "http://127.0.0.1/x"},
    ],
)
def test_the_page_cannot_say_what_only_the_carrier_knows(here: Here, fields: dict[str, str]) -> None:
    trial = here.begin()
    reply = here.browser.post(f"/phone/{trial['id']}/twilio/voice", data=fields, headers=OURS)
    assert reply.status_code == 422


@pytest.mark.parametrize("text", ["", "  ", "あ" * 201, 5, None])
def test_words_that_cannot_be_said_are_refused(here: Here, text: object) -> None:
    trial = here.begin()
    reply = here.browser.post(f"/phone/{trial['id']}/say", json={"text": text}, headers=OURS)
    assert reply.status_code == 422
    assert reply.get_json()["message"]


def test_typed_words_come_as_bare_mulaw(here: Here) -> None:
    trial = here.begin()
    reply = here.browser.post(f"/phone/{trial['id']}/say", json={"text": "はい、そうです"}, headers=OURS)
    assert reply.status_code == 200
    assert 0.8 < len(reply.data) / 8000 < 4
    assert not reply.data.startswith(b"RIFF")


def test_the_page_runs_files_of_ours_only_and_stays_out_of_frames(here: Here) -> None:
    reply = here.browser.get("/phone", headers={"Host": "127.0.0.1:8080"})
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "ws://127.0.0.1:8080" in policy
    assert reply.headers["Cache-Control"] == "no-store"
    assert "<script>" not in reply.text
    assert " style=" not in reply.text
