"""A call file is read whole or refused with the file, the key and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ivr.channels.simulator.call_file import CallerTurn
from ivr.channels.simulator.duty import Manner
from ivr.channels.simulator.read_calls import CallFileError, read_calls, read_file

EVERYTHING = """
id: everything
title: every key of the format
clock: 2026-11-24T21:10:00+09:00
desk: night_line_daytime
lang: ko
channel: voice
context:
  season: busy
  queue: congested
  caller_id: "0765550100"
  previous_ticket: {id: 12, minutes_ago: 30, category: road_leak, phone: "0765550100", town: 泉野出町, status: open}
  duty: [no_answer, busy, voicemail, pass_on, have_it]
caller:
  - {say: "one"}
  - {dtmf: "1#"}
  - {silence_s: 8}
  - {hangup: true}
  - {audio: voice.wav, say: "two"}
answers: {place: a, phone: "0765550100", name: b, date: c, situation: d, confirm: e}
expect:
  outcome: emergency_ticket|transfer
  category: road_leak
  transfer_to: bureau_staff
  redirect: 119
  faq_topic: [start]
  reply_lang: ja
  max_turns: 4
  ticket: {town: 泉野出町, chome: 4, banchi: 5, landmark: x, phone: "0765550100", phone_source: caller_id,
           anonymous: true, partial: true, out_of_city: 野々市市, organization: y,
           action: cancel, status: acknowledged, must_have: [place, phone, situation]}
  duty: {rung: [w3], acknowledged_by: w3, alarm: false, texts: 1, must_hear: ["a.c"]}
  handover: [place, situation, phone]
  callback: {phone: "0765550100"}
  must_say: ["a.c"]
  must_not_say: ["d|e"]
carrier: {repeat_webhooks: true, reorder: true, repeat_status: true, queue_full: true, late_recordings: true}
"""
SMALL = 'id: small\nclock: 2026-11-24T21:10:00+09:00\nexpect: {outcome: transfer}\ncaller: [{say: "one"}]\n'


def written(folder: Path, text: str, name: str = "call.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key_of_the_format_is_taken(tmp_path: Path) -> None:
    (tmp_path / "voice.wav").touch()
    (call,) = read_file(written(tmp_path, EVERYTHING))
    assert call.clock.isoformat() == "2026-11-24T21:10:00+09:00"
    assert call.expect.redirect == "119"
    assert call.expect.ticket is not None
    assert call.expect.ticket.banchi == "5"
    assert call.context.previous_ticket is not None
    assert call.context.previous_ticket.minutes_ago == 30
    assert call.caller[1] == CallerTurn(dtmf="1#")
    assert call.caller[4].audio == tmp_path / "voice.wav"
    assert call.carrier.late_recordings
    assert call.context.duty == tuple(Manner)
    assert call.expect.duty is not None
    assert call.expect.duty.rung == ("w3",)


def test_json_lines_hold_one_call_a_line(tmp_path: Path) -> None:
    row = {"id": "a", "clock": "2026-11-24T21:10:00+09:00", "expect": {}, "caller": [{"say": "one"}]}
    lines = "\n".join([json.dumps(row), "", json.dumps(row | {"id": "b"})])
    assert [call.id for call in read_file(written(tmp_path, lines, "calls.jsonl"))] == ["a", "b"]


def test_staff_on_duty_have_it_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    (call,) = read_file(written(tmp_path, SMALL))
    assert call.context.duty == (Manner.HAVE_IT,)


def test_a_withheld_number_is_no_number(tmp_path: Path) -> None:
    (call,) = read_file(written(tmp_path, SMALL))
    assert call.context.digits is None


BROKEN = [
    ("unknown key", SMALL + "tilte: x\n", ("tilte", "not a key", "known: id")),
    ("unknown key inside", SMALL + "context: {quene: idle}\n", ("context.quene", "remove it")),
    ("duplicate key", SMALL + "id: again\n", ("duplicate key", "keep one")),
    ("missing key", "id: a\nexpect: {}\n", ("clock", "add it")),
    ("naive clock", SMALL.replace("+09:00", ""), ("clock", "+09:00")),
    ("number without quotes", SMALL + "context: {caller_id: 0765550100}\n", ("context.caller_id", "quotes")),
    ("two things at once", SMALL.replace('say: "one"', 'say: "one", dtmf: "1"'), ("caller.0", "exactly one")),
    ("nothing to do", SMALL.replace('{say: "one"}', "{}"), ("caller.0", "exactly one")),
    ("unknown outcome", SMALL.replace("transfer", "transfer|lost"), ("expect.outcome", "lost", "known")),
    ("unknown manner", SMALL + "context: {duty: [asleep]}\n", ("context.duty.0", "no_answer")),
    ("nobody on duty", SMALL + "context: {duty: []}\n", ("context.duty",)),
    ("unknown status", SMALL.replace("outcome: transfer", "ticket: {status: asleep}"), ("expect.ticket.status",)),
    ("unknown desk", SMALL + "desk: evening\n", ("desk", "night_line_daytime")),
    ("missing sound", SMALL.replace('say: "one"', "audio: gone.wav"), ("gone.wav", "relative to the call file")),
    ("no mapping", "- a\n", ("mapping",)),
    ("no YAML", "a: [", ("not valid YAML",)),
    ("a time for a key", SMALL + "carrier: {reorder: maybe}\n", ("carrier.reorder",)),
]


@pytest.mark.parametrize(("text", "parts"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_refused_with_file_key_and_remedy(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(CallFileError) as refusal:
        read_file(path)
    assert all(part in str(refusal.value) for part in (str(path), *parts)), str(refusal.value)


def test_a_bad_regular_expression_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL.replace("{outcome: transfer}", '{must_say: ["("]}'))
    with pytest.raises(CallFileError, match=r"expect\.must_say\.0: not a regular expression"):
        read_file(path)


@pytest.mark.parametrize(
    ("line", "part"), [('{"id": "a", "id": "b"}', "given twice: id"), ("{", "not a JSON object"), ("[1]", "mapping")]
)
def test_a_broken_json_line_is_named_by_its_number(tmp_path: Path, line: str, part: str) -> None:
    with pytest.raises(CallFileError, match=f"calls.jsonl:2: .*{part}"):
        read_file(written(tmp_path, "\n" + line, "calls.jsonl"))


def test_an_id_is_used_once(tmp_path: Path) -> None:
    paths = [written(tmp_path, SMALL, name) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(CallFileError, match=r"'small' is used by .*a\.yaml too"):
        read_calls(paths)


@pytest.mark.parametrize(("name", "part"), [("gone.yaml", "cannot be read"), ("call.txt", "unknown kind of file")])
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, part: str) -> None:
    written(tmp_path, SMALL, "call.txt")
    with pytest.raises(CallFileError, match=part):
        read_file(tmp_path / name)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    path.write_bytes("id: é".encode("latin-1"))
    with pytest.raises(CallFileError, match="UTF-8"):
        read_file(path)
