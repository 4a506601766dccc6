"""A transport for the official client that refuses what Twilio's OpenAPI document refuses, and answers by script."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from twilio.http import HttpClient
from twilio.http.response import Response

SPEC = json.loads((Path(__file__).parent / "spec.json").read_text(encoding="utf-8"))
FORM = "application/x-www-form-urlencoded"
HOST = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it would have gone out."""

    method: str
    path: str
    form: Mapping[str, Any]
    query: Mapping[str, Any]
    timeout: float | None


@dataclass
class CheckedHttp(HttpClient):  # type: ignore[misc]  # the library ships no types
    """`answers`: (status, JSON body) one after the other, or an exception to raise; requests and 2xx are checked."""

    answers: list[tuple[int, Mapping[str, Any] | None] | Exception]
    asked: list[Asked] = field(default_factory=list)
    api: OpenAPI = field(default_factory=lambda: OpenAPI.from_dict(SPEC))

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # the library's signature
    ) -> Response:
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == HOST
        assert auth is not None
        basic = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        query = {key: value for key, value in (params or {}).items() if value is not None and value == value}
        query = {key: value for key, value in query.items() if not str(type(value)).endswith("Unset'>")}
        form = dict(data or {})
        body = urlencode(form, doseq=True).encode() if form else None
        asked = MockRequest(
            HOST,
            method.lower(),
            parts.path,
            args=query,
            headers=dict(headers or {}) | {"Authorization": basic},
            data=body,
            content_type=FORM if body else "",
        )
        self.api.validate_request(asked)
        _only_known_fields(method, parts.path, form)
        self.asked.append(Asked(method, parts.path, form, query, timeout))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        text = "" if content is None else json.dumps(content)
        if content is not None and status < 300:
            self.api.validate_response(asked, MockResponse(text.encode(), status_code=status))
        return Response(status, text, {})


def _only_known_fields(method: str, path: str, form: Mapping[str, Any]) -> None:
    """The document lets unknown fields pass; Twilio ignores them, which is worse."""
    if not form:
        return
    template = "/2010-04-01/Accounts/{AccountSid}/" + "/".join(
        "{Sid}.json" if index else step for index, step in enumerate(path.split("/")[4:])
    )
    known = SPEC["paths"][template][method.lower()]["requestBody"]["content"][FORM]["schema"]["properties"]
    assert set(form) <= set(known), set(form) - set(known)
