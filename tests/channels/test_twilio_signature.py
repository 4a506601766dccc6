"""Nothing below /twilio/ is served unless Twilio signed it."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from ivr.channels.twilio_signature import MALFORMED, MAX_BODY, MISMATCH, MISSING, SignatureGate, raw_target
from ivr.settings import Settings
from tests.channels.scripted_desk import (
    ORIGIN,
    SID,
    TOKEN,
    ScriptedDesk,
    Twilio,
    app_of,
    desk_settings,
    edge_of,
    sign,
)

FORM = {"CallSid": SID, "From": "+819012345678", "To": "+81761000000", "CallStatus": "ringing"}


def an_address_of(rule: str) -> str:
    examples = {"<int:seq>": "1", "<question>": "open", "<sid>": SID, "<desk>": "main"}
    for pattern, value in examples.items():
        rule = rule.replace(pattern, value)
    return rule


def signed_routes(app: Flask) -> list[str]:
    return [an_address_of(rule.rule) for rule in app.url_map.iter_rules() if rule.rule.startswith("/twilio")]


def test_every_route_below_twilio_refuses_the_unsigned_and_the_wrongly_signed() -> None:
    desk = ScriptedDesk()
    app = app_of(edge_of(desk))
    routes = signed_routes(app)
    assert len(routes) == 13
    for path in [
        *routes,
        "/twilio",
        "/twilio/",
        "/twilio/unknown",
        "/twilio/voice/",
        "/twilio%2Fvoice",
    ]:
        for headers in ({}, {"X-Twilio-Signature": "bm9uc2Vuc2U="}, {"X-Twilio-Signature": "é\u00ff"}):
            for method in ("POST", "GET", "PUT", "OPTIONS", "HEAD"):
                response = app.test_client().open(path, method=method, data=FORM, headers=headers)
                assert response.status_code == 403, (method, path)
    assert desk.events == []


def test_every_route_that_answers_is_signed_or_only_plays_sound() -> None:
    app = app_of(edge_of(ScriptedDesk()))
    others = [rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/twilio/")]
    assert all(rule.startswith(("/audio/", "/static/")) for rule in others)


def test_a_signed_request_to_an_unknown_route_is_404_and_a_signed_get_405() -> None:
    twilio = Twilio(app_of(edge_of(ScriptedDesk())))
    assert twilio.post("/twilio/unknown").status_code == 404
    assert twilio.post("/twilio/turn/x/open").status_code == 404
    assert twilio.post("/twilio/turn/1/unheard_of").status_code == 404
    signature = sign(f"{ORIGIN}/twilio/voice", {})
    assert twilio.client.get("/twilio/voice", headers={"X-Twilio-Signature": signature}).status_code == 405


@pytest.mark.parametrize(
    "form",
    [
        FORM,
        FORM | {"FromCity": "", "ToState": ""},
        FORM | {"SomethingNew": "値", "CallToken": "a b+c&d"},
        MultiDict([*FORM.items(), ("Repeated", "b"), ("Repeated", "a"), ("Repeated", "b")]),
    ],
    ids=["plain", "empty fields", "new fields", "repeated field"],
)
def test_all_fields_are_part_of_what_was_signed(form: dict[str, str] | MultiDict[str, str]) -> None:
    client = app_of(edge_of(ScriptedDesk())).test_client()
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", form)}
    assert client.post("/twilio/voice", data=form, headers=headers).status_code == 200
    changed = dict(form) | {"FromCity": "Kanazawa"}
    assert client.post("/twilio/voice", data=changed, headers=headers).status_code == 403


def test_the_signature_is_checked_for_the_public_origin_whatever_the_proxy_says() -> None:
    client = app_of(edge_of(ScriptedDesk())).test_client()
    good = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", FORM)}
    for proxy in (
        {"Host": "10.0.0.5:8080"},
        {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/x"},
    ):
        assert client.post("/twilio/voice", data=FORM, headers=good | proxy).status_code == 200
    wrong = {"X-Twilio-Signature": sign("https://elsewhere.example/twilio/voice", FORM)}
    response = client.post("/twilio/voice", data=FORM, headers=wrong | {"Host": "elsewhere.example"})
    assert response.status_code == 403


def test_the_default_port_may_stand_in_the_signed_address() -> None:
    client = app_of(edge_of(ScriptedDesk())).test_client()
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}:443/twilio/voice", FORM)}
    assert client.post("/twilio/voice", data=FORM, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("settings", "algorithm", "status"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "HMAC_SHA256", 200),
        ("key=webhooks_sharedkey_1", "HMAC_SHA1", 200),
        ("", "HMAC_SHA1", 200),
        ("", "HMAC_SHA256", 403),
        ("algorithm=HMAC_MD5", "HMAC_SHA1", 403),
    ],
)
def test_the_algorithm_is_the_one_the_request_names(settings: str, algorithm: str, status: int) -> None:
    client = app_of(edge_of(ScriptedDesk())).test_client()
    headers = {
        "X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", FORM, algorithm=algorithm),
        "X-Twilio-Webhooks-Signature-Settings": settings,
    }
    assert client.post("/twilio/voice", data=FORM, headers=headers).status_code == status


def test_a_refusal_is_logged_loudly_counted_and_tells_nothing_of_the_caller(caplog: pytest.LogCaptureFixture) -> None:
    gate = SignatureGate(desk_settings())
    client = app_of(edge_of(ScriptedDesk()), gate).test_client()
    with caplog.at_level(logging.INFO):
        client.post("/twilio/voice", data=FORM, headers={"Host": "wrong.example"})
        client.post("/twilio/voice", data=FORM, headers={"X-Twilio-Signature": sign(ORIGIN, FORM)})
    assert gate.refused == {MISSING: 1, MISMATCH: 1}
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "wrong.example" in caplog.text
    assert ORIGIN in caplog.text
    assert "9012345678" not in caplog.text


def test_without_a_token_every_webhook_is_refused_and_the_log_names_the_setting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = Settings(public_url=ORIGIN)  # type: ignore[call-arg]
    client = app_of(edge_of(ScriptedDesk(), settings)).test_client()
    for token in ("", TOKEN):
        headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", FORM, token)}
        assert client.post("/twilio/voice", data=FORM, headers=headers).status_code == 403
    assert "MIZUMADO_TWILIO_AUTH_TOKEN" in caplog.text


@pytest.mark.parametrize("target", [None, "http://elsewhere.example/twilio/voice"])
def test_a_request_whose_address_is_not_known_is_refused(target: str | None) -> None:
    gate = SignatureGate(desk_settings())
    client = app_of(edge_of(ScriptedDesk()), gate).test_client()
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", FORM)}
    environ = {"RAW_URI": target or "", "REQUEST_URI": ""}
    reply = client.post("/twilio/voice", data=FORM, headers=headers, environ_overrides=environ)
    assert reply.status_code == 403
    assert gate.refused == {MALFORMED: 1}


def test_a_check_that_breaks_is_a_refusal() -> None:
    class Broken(SignatureGate):
        def __init__(self) -> None:
            super().__init__(desk_settings())
            self._validator = None

    gate = Broken()
    client = app_of(edge_of(ScriptedDesk()), gate).test_client()
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", FORM)}
    assert client.post("/twilio/voice", data=FORM, headers=headers).status_code == 403
    assert gate.refused == {MALFORMED: 1}


def test_a_huge_body_is_413_even_when_signed() -> None:
    form = FORM | {"SpeechResult": "x" * 1024 * 1024}
    client = app_of(edge_of(ScriptedDesk())).test_client()
    headers = {"X-Twilio-Signature": sign(f"{ORIGIN}/twilio/voice", form)}
    assert client.post("/twilio/voice", data=form, headers=headers).status_code == 413
    assert MAX_BODY < 1024 * 1024


def test_a_body_that_is_not_utf8_is_never_a_500() -> None:
    client = app_of(edge_of(ScriptedDesk())).test_client()
    body = f"CallSid={SID}&SpeechResult=%FF%FE%80".encode() + b"\xff\xfe"
    urlencoded = "application/x-www-form-urlencoded"
    headers = {"X-Twilio-Signature": "x"}
    assert client.post("/twilio/voice", data=body, content_type=urlencoded, headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("environ", "target"),
    [
        ({"asgi.scope": {"raw_path": b"/a%2Fb", "query_string": b"c=%E6", "path": "/a/b"}}, "/a%2Fb?c=%E6"),
        ({"asgi.scope": {"raw_path": None, "query_string": b"", "path": "/a"}}, "/a"),
        ({"RAW_URI": "/a%7Eb?"}, "/a%7Eb?"),
        ({"REQUEST_URI": "/a?b"}, "/a?b"),
        ({"RAW_URI": "http://elsewhere.example/a"}, None),
        ({}, None),
    ],
)
def test_the_address_is_taken_as_it_came_over_the_wire(environ: dict[str, object], target: str | None) -> None:
    assert raw_target(environ) == target
