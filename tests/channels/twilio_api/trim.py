"""Cut Twilio's OpenAPI document down to what the desk asks for: `python trim.py twilio_api_v2010.json > spec.json`.

Source: npm package @twilio/cli-core (MIT), src/services/twilio-api/twilio_api_v2010.json. Get it with
`npm pack @twilio/cli-core@8.3.2` in an empty folder and unpack the archive.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
PATHS = ("/Calls.json", "/Calls/{Sid}.json", "/Queues.json", "/Queues/{Sid}.json", "/Recordings/{Sid}.json")
NOTE = (
    "Part of Twilio's OpenAPI document, from @twilio/cli-core 8.3.2. MIT License, Copyright (C) 2022, Twilio, Inc.; "
    "the licence stands in LICENSE beside this file. Changed by trim.py: paths left out, descriptions left out, "
    "arrays in forms are repeated fields, and `uri` fields may be relative, as Twilio's API has them."
)


def trimmed(spec: dict[str, Any]) -> dict[str, Any]:
    """The document with only PATHS and the schemas they refer to, both patches applied."""
    paths = {ACCOUNT + path: spec["paths"][ACCOUNT + path] for path in PATHS}
    schemas = {name: spec["components"]["schemas"][name] for name in sorted(_referred(paths, spec))}
    kept = {
        "openapi": spec["openapi"],
        "info": {**spec["info"], "description": NOTE},
        "servers": spec.get("servers", [{"url": "https://api.twilio.com"}]),
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": spec["components"]["securitySchemes"]},
    }
    info = kept.pop("info")
    return {"info": info, **_patched(kept)}


def _referred(part: Any, spec: dict[str, Any]) -> set[str]:
    """The names of all schemas reachable from `part`."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name and name not in found:
                found.add(name)
                waiting.append(spec["components"]["schemas"][name])
    return found


def _patched(node: Any) -> Any:
    if isinstance(node, list):
        return [_patched(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    out = {
        key: _patched(value)
        for key, value in node.items()
        if not (key == "description" and isinstance(value, str)) and not key.startswith("x-") and key != "examples"
    }
    if "responses" in out:
        for response in out["responses"].values():
            response["description"] = ""  # OpenAPI requires one
    if out.get("format") == "uri":
        out["format"] = "uri-reference"
    form = out.get("application/x-www-form-urlencoded")
    if isinstance(form, dict):
        arrays = [name for name, field in form["schema"].get("properties", {}).items() if field.get("type") == "array"]
        if arrays:
            form["encoding"] = {name: {"style": "form", "explode": True} for name in arrays}
    return out


if __name__ == "__main__":
    document = trimmed(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    print()
