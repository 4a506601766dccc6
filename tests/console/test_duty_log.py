"""The duty log as a page to print: a night or the span asked for, for a browser on this machine only (R21)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.console import duty_log
from ivr.console.duty_log import DutyLogDesk, duty_log_blueprint, read_sheet, sheet_file
from ivr.console.now import Now, now_blueprint
from ivr.settings import read_settings
from ivr.storage.memory import memory_store
from tests.usecases.night_records import LEAK, NAMES, SCRIPT, WORDS, Records, on

CSS = Path(duty_log.__file__).parent / "static" / "duty_log.css"
MORNING, EVENING = on(25, "09:30:00"), on(24, "22:00:00")


@dataclass
class Stopped:
    at: datetime = MORNING

    def now(self) -> datetime:
        return self.at


def desk(records: Records | None = None, at: datetime = MORNING) -> DutyLogDesk:
    return DutyLogDesk(records or Records(), lambda: SCRIPT.calendar, WORDS, NAMES.get, Stopped(at))


def client(records: Records | None = None, at: datetime = MORNING) -> FlaskClient:
    app = Flask("test", static_folder=None)
    clock = Stopped(at)
    app.register_blueprint(now_blueprint(Now(read_settings(), SCRIPT, memory_store().tickets, clock, None)))
    app.register_blueprint(duty_log_blueprint(desk(records, at)))
    return app.test_client()


def times(page: str) -> list[str]:
    return re.findall(r'<td class="at"><time[^>]*>([0-9:]+)</time>', page)


def test_in_the_morning_it_is_the_log_of_the_last_night() -> None:
    page = client().get("/duty-log").text
    assert "2026年11月24日（火）18:00" in page
    assert "2026年11月25日（水）08:45" in page
    assert (len(times(page)), times(page)[0], times(page)[-1]) == (14, "18:00:00", "02:00:00")
    assert "（途中）" not in page


def test_in_the_night_it_is_the_log_so_far() -> None:
    assert "（途中）" in client(at=EVENING).get("/duty-log").text


def test_a_line_has_its_time_number_what_who_and_more() -> None:
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client().get("/duty-log").text))
    assert "21:10:00 0042 ● 受付 道路などの水もれ 泉野出町 中国語での通話" in page
    assert "21:12:40 0042 引受けなし 見本当番 一 応答後、操作なし" in page
    assert "21:13:00 0042 ■ 警報 当番の応答なし" in page


def test_days_are_told_apart_and_there_is_room_for_seals_and_remarks() -> None:
    page = client().get("/duty-log").text
    assert re.findall(r'class="day"><th[^>]*>([^<]+)<', page) == ["2026年11月24日（火）", "2026年11月25日（水）"]
    for words in ("確認印", "記入者", "業務責任者", "発注者", "記事"):
        assert words in page


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-24T21:12&to=2026-11-24T21:14",
        "from=2026-11-24T21:12:00%2B09:00&to=2026-11-24T21:14:00%2B09:00",
        "from=2026-11-24T12:12:00Z&to=2026-11-24T12:14:00Z",
    ],
)
def test_a_span_is_given_in_japanese_time_or_with_its_zone(query: str) -> None:
    page = client().get(f"/duty-log?{query}").text
    assert times(page) == ["21:12:02", "21:12:03", "21:12:09", "21:12:40", "21:12:41", "21:13:00", "21:13:30"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-11-24T18:00", "両方"),
        ("to=2026-11-24T18:00", "両方"),
        ("from=yesterday&to=2026-11-24T18:00", "読み取れません"),
        ("from=0001-01-01T00:00Z&to=9999-12-31T23:59-23:00", "読み取れません"),
        ("from=2026-11-24T18:00&to=2026-11-24T18:00", "後の時刻"),
        ("from=2026-10-01T18:00&to=2026-11-24T18:00", "31日まで"),
        ("from=%3Cscript%3E&to=2026-11-24T18:00", "読み取れません"),
    ],
)
def test_a_span_that_is_none_is_told_and_the_last_night_is_shown(query: str, words: str) -> None:
    reply = client().get(f"/duty-log?{query}")
    assert reply.status_code == 400
    assert words in reply.text
    assert len(times(reply.text)) == 14
    assert "<script>" not in reply.text


def test_the_nights_before_and_after_are_one_step_away() -> None:
    def steps(path: str) -> dict[str, str]:
        found = re.findall(r'<a href="(/duty-log[^"]+)">(前|次)の夜', client().get(path).text)
        return {which: unescape(href) for href, which in found}

    first = steps("/duty-log")
    assert set(first) == {"前"}
    back = steps(first["前"])
    assert set(back) == {"前", "次"}
    assert len(times(client().get(back["次"]).text)) == 14


def test_an_empty_night_says_so() -> None:
    assert "記録はありません" in client(Records((), ())).get("/duty-log").text


def test_what_stands_in_the_store_cannot_become_markup() -> None:
    page = client(Records((replace(LEAK, town="<b>町</b>"),), ())).get("/duty-log").text
    assert "<b>町" not in page
    assert "&lt;b&gt;町" in page


@pytest.mark.parametrize(
    ("headers", "remote"),
    [
        ({"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1"),
        ({"Host": "desk.example.jp"}, "127.0.0.1"),
        ({}, "203.0.113.9"),
    ],
)
def test_nobody_from_elsewhere_sees_it(headers: dict[str, str], remote: str) -> None:
    reply = client().get("/duty-log", headers=headers, environ_base={"REMOTE_ADDR": remote})
    assert reply.status_code == 403
    assert "0042" not in reply.text


def test_the_page_runs_no_script_and_stays_out_of_caches_and_its_style_is_there() -> None:
    reply = client().get("/duty-log")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert "<script" not in reply.text
    assert "style=" not in reply.text
    assert 'href="/static/duty_log.css"' in reply.text
    with client().get("/static/duty_log.css") as style:
        assert style.status_code == 200


def test_the_file_needs_nothing_beside_it_and_says_the_same() -> None:
    found = desk()
    page = sheet_file(read_sheet(found, SCRIPT.calendar, on(24, "18:00:00"), on(25, "08:45:00")))
    assert times(page) == times(client().get("/duty-log").text)
    assert CSS.read_text(encoding="utf-8") in page
    assert not re.search(r'(?:href|src)="', page)


def test_the_paper_is_a4_and_leaves_out_what_is_for_the_screen() -> None:
    css = CSS.read_text(encoding="utf-8")
    assert "size: A4" in css
    assert ".bar, .skip, .choose { display: none; }" in css.partition("@media print")[2]
