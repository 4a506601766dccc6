"""`mizumado serve` as a process: it opens, refuses what is unsigned, serves without a model, and ends when told."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import requests
from twilio.request_validator import RequestValidator

from ivr.domain.hours import TOKYO

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-test"
CALL = {
    "CallSid": "CA" + "7" * 32,
    "AccountSid": "AC" + "7" * 32,
    "From": "+81760000001",
    "To": "+815000000002",
    "CallStatus": "ringing",
    "FromCity": "",
}


@contextmanager
def served(folder: Path, **environment: str) -> Iterator[tuple[str, Path]]:
    """A desk of its own on a free port; gives its address and the file of its log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    log = folder / "log"
    settings = {
        "MIZUMADO_PORT": str(port),
        "MIZUMADO_PUBLIC_URL": origin,
        "MIZUMADO_DATABASE": f"sqlite:///{folder / 'desk.db'}",
        "MIZUMADO_TWILIO_AUTH_TOKEN": TOKEN,
        "MIZUMADO_TWILIO_API": "http://127.0.0.1:9",  # nobody listens there: nothing leaves this machine
        "MIZUMADO_NIGHT_NUMBERS": "+815000000002",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ivr.cli", "serve"],
            cwd=ROOT,
            env={**os.environ, **settings, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(600):
            try:
                requests.get(f"{origin}/healthz", timeout=5)
                break
            except requests.ConnectionError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
        yield origin, log
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM), log.read_text()


def post(origin: str, path: str, fields: dict[str, str]) -> requests.Response:
    signature = RequestValidator(TOKEN).compute_signature(f"{origin}{path}", fields)
    return requests.post(f"{origin}{path}", data=fields, headers={"X-Twilio-Signature": signature}, timeout=20)


def always_closed(folder: Path) -> Path:
    """The script of a bureau that opens in a week: the real clock runs here, and what is asked depends on the hour."""
    opens = datetime.now(TOKYO) + timedelta(days=7)
    prompts = Path(shutil.copytree(ROOT / "prompts", folder / "prompts"))
    hours = prompts / "hours.yaml"
    every = (datetime(2024, 1, 1, tzinfo=TOKYO) + timedelta(days=day) for day in range(366))  # a leap year
    days = [f'"{day:%m-%d}"' for day in every if f"{day:%m-%d}" != f"{opens:%m-%d}"]
    text = hours.read_text(encoding="utf-8")
    text = re.sub(r"^closed_days:.*$", f"closed_days: [{', '.join(days)}]", text, flags=re.MULTILINE)
    hours.write_text(re.sub(r"^busy_days:.*$", "busy_days: []", text, flags=re.MULTILINE), encoding="utf-8")
    return prompts


def test_the_desk_without_a_model_names_the_setting_and_serves_by_keys(tmp_path: Path) -> None:
    night = {"MIZUMADO_PROMPTS": str(always_closed(tmp_path))}
    with served(tmp_path, MIZUMADO_ASR_MODEL=str(tmp_path / "no-model"), **night) as (origin, log):
        assert requests.post(f"{origin}/twilio/voice", data=CALL, timeout=20).status_code == 403
        greeting = post(origin, "/twilio/voice", CALL)
        assert greeting.status_code == 200
        assert 'input="dtmf"' in greeting.text
        assert "<Record" not in greeting.text
        pressed = post(origin, "/twilio/turn/1/menu", {**CALL, "Digits": "1"})
        assert "<Record" in pressed.text  # an emergency by keys alone is recorded for staff
        assert post(origin, "/twilio/status", {**CALL, "CallStatus": "completed"}).status_code == 204
        for _ in range(100):
            if "受付番号" in log.read_text(encoding="utf-8"):
                break
            time.sleep(0.1)
        words = log.read_text(encoding="utf-8")
        assert "MIZUMADO_ASR_MODEL" in words
        assert "【緊急受付】" in words
        assert "760000001" not in words
        page = requests.get(origin, timeout=20).text
        assert "0001" in page
        assert "760000001" not in page
