"""The page for staff: what the desk does now and its tickets, for a browser on this machine only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.console.now import Now, as_date, now_blueprint
from ivr.domain.call import PhoneSource, Report
from ivr.domain.hours import TOKYO
from ivr.domain.ticket import Callback, Deed, Entry, Ticket, TicketStatus
from ivr.settings import read_settings
from ivr.storage.script_files import read_script
from nlu.meaning import Category, Place

PROMPTS = Path(__file__).parents[2] / "prompts"
AT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
REPORT = Report(
    form="emergency",
    urgent=True,
    category=Category.ROAD_LEAK,
    place=Place("泉野出町", town="泉野出町", chome=4, banchi="12-3"),
    situation="<script>alert(1)</script>水が出ている",
    phone="0760000001",
    phone_source=PhoneSource.CALLER_ID,
)
TICKET = Ticket("0001", "CA1", AT, AT, TicketStatus.NOTIFIED, False, REPORT)


@dataclass
class Shelf:
    tickets: Sequence[Ticket] = (TICKET,)

    def ticket(self, reference: str) -> Ticket | None:
        return next((ticket for ticket in self.tickets if ticket.reference == reference), None)

    def recent(self, limit: int = 50) -> Sequence[Ticket]:
        return self.tickets[:limit]

    def callbacks(self, limit: int = 50) -> Sequence[Callback]:
        return [Callback("0002", "CA2", "0760000002", None, AT, "zh")][:limit]

    def history(self, reference: str) -> Sequence[Entry]:
        return [
            Entry(AT, TicketStatus.OPEN, partial=True),
            Entry(AT, TicketStatus.NOTIFIED, False, Deed.TELL, "ladder"),
            Entry(AT, TicketStatus.NOTIFIED, False, None, "w1", f"held: <script>{reference}</script>"),
            Entry(AT, TicketStatus.ACKNOWLEDGED, False, Deed.ACKNOWLEDGE, "w2"),
        ]

    def reports(self, reference: str) -> int:
        return 20 if reference == "0001" else 1


NAMES = {"w2": "見本 水道当番 二"}


@dataclass
class Stopped:
    at: datetime = AT

    def now(self) -> datetime:
        return self.at


def client(shelf: Shelf | None = None, at: datetime = AT, deaf: str | None = None) -> FlaskClient:
    app = Flask("test", static_folder=None)
    script = read_script(PROMPTS, {"ja": {}})
    app.register_blueprint(now_blueprint(Now(read_settings(), script, shelf or Shelf(), Stopped(at), deaf, NAMES.get)))
    return app.test_client()


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (AT, "夜間"),
        (datetime(2026, 11, 24, 14, 0, tzinfo=TOKYO), "営業時間中"),
        (datetime(2027, 1, 1, 16, 10, tzinfo=TOKYO), "休業日"),
    ],
)
def test_the_page_says_who_is_on_duty(at: datetime, words: str) -> None:
    page = client(at=at).get("/").text
    assert words in page
    assert as_date(at) in page


def test_the_list_shows_no_personal_data_and_leads_to_the_ticket() -> None:
    page = client().get("/").text
    assert 'href="/tickets/0001"' in page
    assert "道路などの水もれ" in page
    for personal in ("0760000001", "0760000002", "泉野出町"):
        assert personal not in page


def test_the_ticket_shows_everything_and_speech_cannot_become_markup() -> None:
    page = client().get("/tickets/0001").text
    assert "泉野出町4丁目12の3" in page
    assert "0760000001" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_ticket_shows_what_was_done_with_it_by_whom() -> None:
    page = client().get("/tickets/0001").text
    for words in ("連絡済み・引受け待ち", "引受け", "見本 水道当番 二", "w1", "20件"):
        assert words in page


def test_a_ticket_that_is_one_more_report_of_an_event_leads_to_the_first_one() -> None:
    another = replace(TICKET, reference="0007", status=TicketStatus.DUPLICATE, same_as="0001")
    assert 'href="/tickets/0001"' in client(Shelf((another,))).get("/tickets/0007").text


def test_the_details_of_the_situation_are_shown_as_staff_call_them() -> None:
    gushing = replace(TICKET, report=replace(REPORT, details=(("flow", "gushing"),)))
    page = client(Shelf((gushing,))).get("/tickets/0001").text
    assert "水の出方" in page
    assert "噴き出し・大量" in page


def test_staff_see_in_japanese_which_language_a_caller_speaks() -> None:
    assert "お客さまの言葉" not in client().get("/tickets/0001").text
    korean = Shelf((replace(TICKET, report=replace(REPORT, language="ko")),))
    assert "韓国語" in client(korean).get("/tickets/0001").text
    page = client(korean).get("/").text
    assert "道路などの水もれ（韓国語）" in page
    assert "<td>中国語</td>" in page


def test_an_anonymous_partial_ticket_says_so() -> None:
    bare = replace(REPORT, category=None, place=None, phone=None, anonymous=True, situation=None)
    page = (
        client(Shelf((replace(TICKET, partial=True, report=bare, status=TicketStatus.OPEN),))).get("/tickets/0001").text
    )
    assert "匿名" in page
    assert "途中まで" in page
    assert "連絡前" in page


def test_an_empty_desk_says_what_to_do() -> None:
    assert "受け付けると、ここに" in client(Shelf(())).get("/").text


def test_a_desk_without_a_recogniser_says_so() -> None:
    assert "音声認識が使えません" in client(deaf="missing").get("/").text


def test_an_unknown_ticket_is_not_found() -> None:
    assert client().get("/tickets/9999").status_code == 404


@pytest.mark.parametrize(
    ("headers", "remote"),
    [
        ({"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1"),
        ({"Forwarded": "for=203.0.113.9"}, "127.0.0.1"),
        ({"Host": "desk.example.jp"}, "127.0.0.1"),
        ({}, "203.0.113.9"),
        ({}, "not an address"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/tickets/0001", "/static/mizumado.css"])
def test_nobody_from_elsewhere_sees_anything(path: str, headers: dict[str, str], remote: str) -> None:
    reply = client().get(path, headers=headers, environ_base={"REMOTE_ADDR": remote})
    assert reply.status_code == 403


def test_health_is_for_everybody_and_says_nothing() -> None:
    reply = client().get("/healthz", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert reply.get_json() == {"status": "ok"}


def test_pages_run_no_script_and_stay_out_of_caches_and_frames() -> None:
    headers = client().get("/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_this_machine_has_several_names(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 200
