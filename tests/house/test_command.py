"""The command `mizumado`: what it prints, and how it refuses."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """The command sets logging up for a process of its own: put back what the tests had."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment)


def test_check_reads_everything() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "are in order" in result.output


def test_a_broken_script_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "languages.yaml").write_text("languages: [ja]\nlanguages: [ja]\n", encoding="utf-8")
    result = run("check", MIZUMADO_PROMPTS=str(tmp_path))
    assert result.exit_code == 1
    assert "languages.yaml: line 2" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("MIZUMADO_PORT", "many", "MIZUMADO_PORT"),
        ("MIZUMADO_PUBLIC_URL", "https://Desk.example.jp/path", "MIZUMADO_PUBLIC_URL"),
        ("MIZUMADO_EARS", "gather", "MIZUMADO_CLOUD_SPEECH_CONSENT"),
        ("MIZUMADO_ASR_URL", "https://asr.example.com", "MIZUMADO_CLOUD_SPEECH_CONSENT"),
        ("MIZUMADO_EARS", "nose", "MIZUMADO_EARS"),
        ("MIZUMADO_NOTIFY", "webhook", "MIZUMADO_NOTIFY_WEBHOOK_URL"),
        ("MIZUMADO_NOTIFY", "pigeon", "pigeon"),
    ],
)
def test_a_bad_setting_refuses_to_start_and_says_which(name: str, value: str, words: str) -> None:
    result = run("check", **{name: value})
    assert result.exit_code == 1
    assert words in result.output


def test_settings_are_shown_and_secrets_are_not() -> None:
    result = run("settings", MIZUMADO_TWILIO_AUTH_TOKEN="very-secret-token")
    assert "MIZUMADO_TWILIO_AUTH_TOKEN" in result.output
    assert "very-secret-token" not in result.output


def test_understand_prints_the_documented_row(tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(
        '{"id": "a", "text": "泉野出町四丁目の道路のアスファルトから水が湧いています"}\n\n{"id": "b", "text": ""}\n',
        encoding="utf-8",
    )
    result = run("understand", "--jsonl", str(rows))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["id"], first["urgent"], first["category"]) == ("a", True, "road_leak")
    assert first["slots"]["place"]["town"] == "泉野出町"
    assert first["why"]
    assert second["urgent"] is False


def test_faq_prints_the_documented_row() -> None:
    result = run("faq", "検針は何か月ごとですか")
    row = json.loads(result.stdout)
    assert row["topic"] == "meter_cycle"
    assert len(row["candidates"]) == 5


@pytest.mark.parametrize("line", ["not json", "[1, 2]", '{"id": 1}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(line, encoding="utf-8")
    result = run("understand", "--jsonl", str(rows))
    assert result.exit_code == 1
    assert "line 1" in result.output


def test_transcribe_says_what_is_no_sound(tmp_path: Path) -> None:
    junk = tmp_path / "junk.wav"
    junk.write_text("no sound at all")
    result = run("transcribe", str(junk))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_missing_model_is_named_with_its_setting(tmp_path: Path) -> None:
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"RIFF")
    result = run("transcribe", str(sound), MIZUMADO_ASR_MODEL=str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert "MIZUMADO_ASR_MODEL" in result.output


def test_the_diagram_is_drawn_by_running_the_dialogue() -> None:
    result = run("diagram")
    assert result.output.startswith("stateDiagram-v2")
    assert "ringing --> open: Arrived" in result.output
    for state in ("clarify", "form", "read_back", "answered", "message", "waiting", "talking", "ended"):
        assert f" {state}" in result.output


def test_tickets_of_an_empty_store_and_an_unknown_one(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'desk.db'}"
    assert run("tickets", MIZUMADO_DATABASE=store).output == ""
    assert "there is no ticket 0007" in run("tickets", "0007", MIZUMADO_DATABASE=store).output


def test_a_call_file_with_a_wrong_key_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: bad\nclok: 2026-11-24T21:10:00+09:00\n", encoding="utf-8")
    result = run("call", str(bad))
    assert result.exit_code == 1
    assert "bad.yaml" in result.output
