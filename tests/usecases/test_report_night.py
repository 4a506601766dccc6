"""The monthly report as data and as a table, and the duty log in words: what the bureau gets to read (R21)."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ivr.domain.disaster import Switch
from ivr.domain.duty_log import LogKind, LogLine
from ivr.domain.night_report import Month, NightReport
from ivr.domain.night_words import CHANGES, KEYS
from ivr.storage.night_words import FILE, read_night_words
from ivr.storage.switches import MemorySwitches
from ivr.storage.yaml_files import BadScript
from ivr.usecases.answer_duty import Refusal
from ivr.usecases.read_duty_log import LogRow, duty_log, log_row
from ivr.usecases.report_night import as_csv, as_json, csv_rows, lived, report_month
from tests.usecases.night_records import LEAK, NAMES, PROMPTS, SCRIPT, WORDS, Records, on

NOVEMBER = Month(2026, 11)
CALENDAR = SCRIPT.calendar


@pytest.fixture
def november() -> NightReport:
    return report_month(Records(), CALENDAR, NOVEMBER)


def row(rows: list[list[str]], head: str) -> list[str]:
    return next(cells for cells in rows if cells[:1] == [head])


# --- data ------------------------------------------------------------------------------------------


def test_the_report_as_data_is_plain_json_with_every_figure(november: NightReport) -> None:
    plain = json.loads(json.dumps(as_json(november)))
    assert plain == as_json(november)
    assert {key: plain[key] for key in ("month", "calls", "urgent", "not_urgent", "classes", "redirects")} == {
        "month": "2026-11",
        "calls": 4,
        "urgent": 1,
        "not_urgent": 3,
        "classes": {"road_leak": 1},
        "redirects": {"gas": 1},
    }
    assert plain["outcomes"] == {"told_hours": 1, "emergency_ticket": 1, "safety_redirect": 1, "none": 1}
    assert plain["seconds_to_ring"] == {"count": 1, "median": 3, "p95": 3, "longest": 3}
    assert plain["seconds_to_acknowledgement"] == {"count": 1, "median": 120, "p95": 120, "longest": 120}
    assert len(plain["days"]) == 30


def test_a_receipt_as_data_says_when_what_where_and_what_became_of_it(november: NightReport) -> None:
    assert as_json(november)["receipts"][1] == {
        "at": "2026-11-24T21:10:00+09:00",
        "dialled": "night_line",
        "reference": "0042",
        "urgent": True,
        "class": "road_leak",
        "town": "泉野出町",
        "language": "zh",
        "outcome": "emergency_ticket",
        "redirect": None,
        "status": "acknowledged",
        "handed_at": "2026-11-24T21:12:00+09:00",
        "rung_at": "2026-11-24T21:12:03+09:00",
        "acknowledged_at": "2026-11-24T21:14:00+09:00",
        "alarms": 1,
        "same_as": None,
        "incident": None,
    }


def test_a_month_of_nothing_has_no_waits() -> None:
    plain = as_json(report_month(Records((), ()), CALENDAR, NOVEMBER))
    assert plain["seconds_to_ring"] is plain["seconds_to_acknowledgement"] is None
    assert (plain["calls"], plain["receipts"]) == (0, [])


def test_calls_that_operators_answered_in_a_disaster_are_left_out() -> None:
    switches = MemorySwitches()
    begins = on(24, "20:00:00")
    switches.record(Switch(begins, begins + timedelta(hours=2), "見本の責任者", "見本", begins, extended=True))
    found = report_month(Records(), lived(CALENDAR, switches), NOVEMBER)
    assert [one.at for one in found.receipts] == [on(24, "18:00:00"), on(24, "23:00:00"), on(25, "02:00:00")]


# --- the table -------------------------------------------------------------------------------------


def test_the_table_opens_in_excel_as_utf_8(november: NightReport) -> None:
    data = as_csv(november, WORDS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") > 0
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert read == csv_rows(november, WORDS)


def test_the_table_has_the_sums_the_days_and_every_call_in_japanese(november: NightReport) -> None:
    rows = csv_rows(november, WORDS)
    assert row(rows, "受電") == ["受電", "4"]
    assert row(rows, "対応結果: 営業時間の案内") == ["対応結果: 営業時間の案内", "1"]
    assert row(rows, "他機関への案内: ガス会社") == ["他機関への案内: ガス会社", "1"]
    assert row(rows, "警報を出した通報") == ["警報を出した通報", "1", "0042"]
    assert row(rows, "連絡開始から引受けまで 最長（秒）") == ["連絡開始から引受けまで 最長（秒）", "120"]
    assert row(rows, "2026-11-24") == ["2026-11-24", "3", "1", "1", *["0"] * 9, "2"]
    assert row(rows, "合計") == ["合計", "4", "1", "1", *["0"] * 9, "3"]
    assert row(rows, "2026-11-24 21:10:00") == [
        "2026-11-24 21:10:00",
        "0042",
        "○",
        "道路などの水もれ",
        "泉野出町",
        "中国語",
        "緊急通報の受付",
        "引受け済み",
        "2026-11-24 21:12:00",
        "2026-11-24 21:12:03",
        "2026-11-24 21:14:00",
        "1",
        "",
    ]


def test_each_table_has_as_many_headings_as_cells(november: NightReport) -> None:
    rows = csv_rows(november, WORDS)
    for head, first in (("日", "2026-11-01"), ("受付", "2026-11-24 18:00:00")):
        assert len(row(rows, head)) == len(row(rows, first)), head


def test_a_class_that_was_not_understood_has_its_column_when_there_is_one() -> None:
    unknown = replace(LEAK, category=None)
    rows = csv_rows(report_month(Records((unknown,), ()), CALENDAR, NOVEMBER), WORDS)
    heads = row(rows, "日")
    assert row(rows, "合計")[heads.index("種別未定")] == "1"
    assert "種別未定" not in row(csv_rows(report_month(Records((LEAK,), ()), CALENDAR, NOVEMBER), WORDS), "日")


@pytest.mark.parametrize("town", ["=1+1", "+1", "-1", "@A1", "\t=1"])
def test_no_cell_is_computed_by_excel(town: str) -> None:
    found = report_month(Records((replace(LEAK, town=town),), ()), CALENDAR, NOVEMBER)
    text = as_csv(found, WORDS).decode("utf-8-sig")
    assert row(list(csv.reader(io.StringIO(text, newline=""))), "2026-11-24 21:10:00")[4] == "'" + town


# --- the duty log ----------------------------------------------------------------------------------


def log(since: str = "18:00:00", until: str = "08:45:00") -> list[LogRow]:
    lines = duty_log(Records(), CALENDAR, on(24, since), on(25, until))
    return [log_row(line, WORDS, NAMES.get) for line in lines]


def test_the_log_of_a_night_reads_from_its_begin_to_its_end() -> None:
    assert [(f"{row.at:%H:%M:%S}", row.reference, row.what, row.who, row.note) for row in log()] == [
        ("18:00:00", "", "受付", "", "営業時間の案内　森本町"),
        ("21:10:00", "0042", "受付", "", "道路などの水もれ　泉野出町　中国語での通話"),
        ("21:12:02", "0042", "連絡", "通知", ""),
        ("21:12:03", "0042", "電話呼出し", "見本当番 一", ""),
        ("21:12:09", "0042", "応答", "見本当番 一", ""),
        ("21:12:40", "0042", "引受けなし", "見本当番 一", "応答後、操作なし"),
        ("21:12:41", "0042", "電話呼出し", "gone", ""),
        ("21:13:00", "0042", "警報", "", "当番の応答なし"),
        ("21:13:30", "0042", "無効な操作", "", "登録のない電話から"),
        ("21:14:00", "0042", "引受け", "見本当番 二", ""),
        ("21:20:00", "0042", "通報者の連絡", "通報者", "悪化の連絡　受付番号 0043"),
        ("23:00:00", "", "受付", "", "他機関への案内"),
        ("00:10:00", "0042", "完了", "見本当番 二", ""),
        ("02:00:00", "", "受付", "", "対応結果の記録なし"),
    ]


def test_of_the_calls_of_the_day_the_log_has_the_urgent_ones() -> None:
    (only,) = log("17:00:00", "08:45:00")[:-14]
    assert (only.reference, only.note) == ("0041", "種別未定")


def test_a_span_has_its_begin_and_not_its_end() -> None:
    lines = duty_log(Records(), CALENDAR, on(24, "21:12:03"), on(24, "21:12:40"))
    assert [line.kind for line in lines] == [LogKind.RANG, LogKind.PICKED_UP]


def test_a_code_that_nobody_named_is_shown_as_it_is() -> None:
    line = LogLine(on(24, "21:00:00"), LogKind.REFUSED, "0042", None, "of-tomorrow")
    assert log_row(line, WORDS, NAMES.get).note == "of-tomorrow"


# --- the words -------------------------------------------------------------------------------------


def test_every_refusal_has_its_words() -> None:
    assert KEYS["refusals"] == {refusal.value for refusal in Refusal}
    assert KEYS["changes"] == set(CHANGES)


BROKEN = [
    (("kinds", "alarm"), None, "kinds.alarm: is missing"),
    (("kinds", "alrm"), "x", "kinds.alrm: is no key"),
    (("unheard",), None, "unheard: is missing"),
    (("more",), {"a": "b"}, "more: is no section"),
    (("log", "title"), " ", "log.title: is empty"),
    (("log", "other_note"), "x", "log.other_note: has no {reference}"),
]


@pytest.mark.parametrize(("path", "value", "words"), BROKEN)
def test_words_that_are_not_whole_are_refused_by_their_key(
    tmp_path: Path, path: tuple[str, ...], value: object, words: str
) -> None:
    yaml = YAML()
    data = yaml.load((PROMPTS / FILE).read_text(encoding="utf-8"))
    section = data if len(path) == 1 else data[path[0]]
    if value is None:
        del section[path[-1]]
    else:
        section[path[-1]] = value
    yaml.dump(data, tmp_path / FILE)
    with pytest.raises(BadScript) as bad:
        read_night_words(tmp_path, SCRIPT)
    assert words in str(bad.value)
