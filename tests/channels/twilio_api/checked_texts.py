"""As checked_http, for texts: Twilio's OpenAPI document of /Messages.json (messages.json, cut by trim.py)."""

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
from twilio.http.response import Response

from tests.channels.twilio_api.checked_http import FORM, HOST, Asked, CheckedHttp

SPEC = json.loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
(_PATH,) = SPEC["paths"]
_KNOWN = frozenset(SPEC["paths"][_PATH]["post"]["requestBody"]["content"][FORM]["schema"]["properties"])


@dataclass
class CheckedTexts(CheckedHttp):
    """`answers` and `asked` as in CheckedHttp."""

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
        query = {key: value for key, value in (params or {}).items() if isinstance(value, str | int)}
        form = {key: value for key, value in (data or {}).items() if isinstance(value, str)}
        signed = dict(headers or {}) | {"Authorization": "Basic " + base64.b64encode(":".join(auth).encode()).decode()}
        body = urlencode(form).encode() if form else None
        kind = FORM if body else ""
        asked = MockRequest(HOST, method.lower(), parts.path, args=query, headers=signed, data=body, content_type=kind)
        self.api.validate_request(asked)
        assert set(form) <= _KNOWN, "Twilio ignores unknown fields, which is worse than a refusal"
        self.asked.append(Asked(method, parts.path, form, query, timeout))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        text = json.dumps(content)
        if status < 300:
            self.api.validate_response(asked, MockResponse(text.encode(), status_code=status))
        return Response(status, text, {})
