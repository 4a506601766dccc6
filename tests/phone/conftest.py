"""A desk of this process with its browser telephone: real wiring, no recogniser, a store in a temporary folder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ivr import app as root
from ivr.channels.phone.booths import Booths
from ivr.minds import Minds, load_corpora, load_understanding, open_answers
from ivr.serving import add_phone
from ivr.settings import Settings, read_settings
from ivr.storage.sql import open_store

PAGE = "http://127.0.0.1"
OURS = {"Origin": PAGE, "Host": "127.0.0.1"}
NIGHT = {"at": "2026-11-24T21:10", "dialled": "night_line", "caller": "0760000001"}


@dataclass(frozen=True, slots=True)
class Here:
    """`told`: what the real desk's staff were told."""

    office: root.Office
    booths: Booths
    told: io.StringIO

    @property
    def browser(self) -> FlaskClient:
        return self.office.app.test_client()

    def begin(self, **wish: str) -> dict[str, str]:
        reply = self.browser.post("/phone/trials", json={**NIGHT, **wish}, headers=OURS)
        assert reply.status_code == 201, reply.text
        return dict(reply.get_json())


@pytest.fixture(scope="session")
def minds_for_keys() -> Minds:
    """Nobody hears, nobody speaks: what these tests look at needs neither."""
    settings = read_settings()
    corpora = load_corpora()
    return Minds(load_understanding(), open_answers(settings, corpora), corpora, None, None, None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings(
        database=f"sqlite:///{tmp_path / 'real.db'}",
        ears="keys",
        voice="say",
        twilio_api="http://127.0.0.1:9",
        notify="webhook",
        notify_webhook_url="http://127.0.0.1:9/real-staff",
        notify_webhook_secret="whsec_" + "c2VjcmV0" * 4,
    )


@pytest.fixture
def here(settings: Settings, minds_for_keys: Minds) -> Iterator[Here]:
    store = open_store(settings.database)
    told = io.StringIO()
    script = root.load_script(settings, *minds_for_keys.corpora)
    office = root.build_office(settings, minds_for_keys, script, store, root.SystemClock(), told)
    booths = add_phone(office, minds_for_keys)
    yield Here(office, booths, told)
    booths.close()
    office.stop()
    store.close()
