"""`mizumado serve` as a process and a real browser before it: Chromium of this system, headless, without a network."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from audio.mulaw import decode
from ivr.trial_desk import TypedVoice

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
UP_WITHIN_S = 90
ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True, slots=True)
class Running:
    origin: str
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running_desk(folder: Path, port: int, **environment: str) -> Iterator[Running]:
    """The store is one of its own, and nothing leaves this machine."""
    origin = f"http://127.0.0.1:{port}"
    settings = {
        "MIZUMADO_PORT": str(port),
        "MIZUMADO_PUBLIC_URL": origin,
        "MIZUMADO_DATABASE": f"sqlite:///{folder / 'desk.db'}",
        "MIZUMADO_TWILIO_API": "http://127.0.0.1:9",
    }
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "ivr.cli", "serve"],
            cwd=ROOT,
            env={**os.environ, **settings, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + UP_WITHIN_S
        while True:
            try:
                requests.get(f"{origin}/healthz", timeout=5)
                break
            except requests.ConnectionError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
        yield Running(origin, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a desk that all tests share; at the end its log is looked at."""
    with running_desk(tmp_path_factory.mktemp("desk"), free_port()) as running:
        yield running.origin
        words = running.log.read_text(encoding="utf-8")
        assert "760000001" not in words, "nothing personal is logged"
        assert "【緊急受付】" not in words, "no notice of a trial reaches staff"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        pytest.skip(
            "no Chromium on this system: install the package chromium (deploy/browser does it as root on Debian)"
        )
    with sync_playwright() as running:
        yield running


Open = Callable[..., Page]


@pytest.fixture
def open_phone(desk: str, playwright: Playwright) -> Iterator[Open]:
    """Opens /phone in a browser of its own; at the end no script may have failed and no file may be missing.

    `hears`: a WAV that the microphone plays, once. `size`: of the window. `lost`: the origin of a desk that will be
    lost, instead of the one that all share.
    """
    troubles: list[str] = []
    with ExitStack() as closing:

        def open_(hears: Path | None = None, size: tuple[int, int] = (1280, 720), lost: str | None = None) -> Page:
            more = [f"--use-file-for-fake-audio-capture={hears}%noloop"] if hears is not None else []
            complaints = troubles if lost is None else []
            page = closing.enter_context(_page(playwright, [*ARGS, *more], size, complaints))
            page.goto(f"{lost or desk}/phone")
            return page

        yield open_
    assert troubles == []


@contextmanager
def _page(playwright: Playwright, args: list[str], size: tuple[int, int], troubles: list[str]) -> Iterator[Page]:
    browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
    try:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="ja-JP")
        page = context.new_page()

        def complain(message: Any) -> None:
            refused = "status of 422" in message.text  # an answer that the page shows
            if message.type in ("error", "warning") and not refused:
                troubles.append(message.text)

        page.on("console", complain)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        yield page
        context.close()
    finally:
        browser.close()


def caller_wav(path: Path, text: str, before_s: float, after_s: float) -> Path:
    """A caller who says `text` after `before_s` seconds of silence, as 8 kHz 16-bit WAV."""
    import wave

    speech = decode(TypedVoice()(text))
    quiet = [np.zeros(int(seconds * 8000), np.int16) for seconds in (before_s, after_s)]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(np.concatenate([quiet[0], speech.astype(np.int16), quiet[1]]).tobytes())
    return path
