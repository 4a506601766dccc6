"""Guards on the whole: what nobody remembers to check by hand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ivr import ports
from ivr.cli import main
from ivr.serving import route_table
from ivr.settings import PREFIX, Settings
from ivr.storage.script_files import read_script

ROOT = Path(__file__).parents[2]
PACKAGES = ("ivr", "nlu", "faq_index", "audio")
README = (ROOT / "README.md").read_text(encoding="utf-8")
JAPANESE = re.compile(r"[ぁ-んァ-ヶー一-龠々、。]{8,}")
MOST_LINES = 400
OURS = re.compile(r"^(ivr|nlu|faq_index|audio)/")


def is_sentence(text: str) -> bool:
    """A run of eight or more Japanese characters with some grammar in it; tables of kana and patterns are none."""
    return any(len(re.findall("[ぁ-ん]", run)) >= 4 and re.search("[一-龠]", run) for run in JAPANESE.findall(text))


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in README
    assert Settings.model_fields[name].description


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name: str) -> None:
    assert f"`mizumado {name}" in README
    assert isinstance(main, click.Group)
    assert main.commands[name].help


def test_every_route_of_the_telephone_is_signed_and_nothing_else_takes_posts(tmp_path: Path) -> None:
    """The signature is checked for everything below /twilio/ (tests/channels), loopback and Origin for everything below
    /phone (tests/phone); no other address takes a POST."""
    for methods, path, _ in route_table(tmp_path):
        if "POST" in methods:
            assert path.startswith(("/twilio/", "/phone/")), path
        else:
            assert methods == "GET", path


def test_no_sentence_for_callers_or_staff_stands_in_python() -> None:
    """Words live in prompts/, faq_index/data/, nlu/data/ and templates. Docstrings may quote; code may not."""
    for path in modules():
        if "training" in path.parts:
            continue  # a grammar that makes up sentences for a recogniser to learn from
        tree = ast.parse(path.read_text(encoding="utf-8"))
        quoted = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quoted:
                assert not is_sentence(node.value), f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"


def test_every_file_begins_with_its_one_job() -> None:
    for path in modules():
        text = path.read_text(encoding="utf-8")
        assert text == "" or text.startswith('"""'), path.relative_to(ROOT)


def test_no_file_grows_out_of_hand() -> None:
    for path in modules():
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= MOST_LINES, f"{path.relative_to(ROOT)} has {lines} lines: one job each?"


def test_the_clock_is_read_only_at_the_edge() -> None:
    allowed = {"ivr/app.py"}
    for path in modules():
        name = path.relative_to(ROOT).as_posix()
        if name not in allowed and "training" not in path.parts:
            assert not re.search(r"datetime\.(now|utcnow|today)\(|time\.time\(", path.read_text("utf-8")), name


def test_every_port_is_met_by_a_contract_test() -> None:
    """A Protocol of ports.py is named in a test of the adapters that fill it."""
    protocols = [name for name, value in vars(ports).items() if getattr(value, "_is_protocol", False)]
    protocols.remove("Protocol") if "Protocol" in protocols else None
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert set(protocols) >= {"Turns", "Tickets", "Notices", "Notifier", "Telephone", "Recordings"}
    for name in protocols:
        assert re.search(rf"\b{name}\b", tests), f"no test names the port {name}"


def test_every_line_of_every_language_is_whole() -> None:
    """Every line in every language, with the same slots where they are values of the call."""
    script = read_script(ROOT / "prompts", {"ja": {}})
    assert list(script.lines) == ["ja", "en", "zh", "ko"]
    for language, lines in script.lines.items():
        assert lines.keys() == script.lines["ja"].keys(), language


SAMPLES = {
    "ja": "見本（発注者の承認前）",
    "en": "Sample (not yet approved by the bureau)",
    "zh": "样本（发包方批准前）",
    "ko": "견본(발주자 승인 전)",
}


@pytest.mark.parametrize("language", SAMPLES)
def test_a_sample_is_marked_as_a_sample(language: str) -> None:
    for path in (ROOT / "prompts" / language).glob("*.yaml"):
        assert f"approval: {SAMPLES[language]}" in path.read_text(encoding="utf-8"), path.name


def test_no_caller_is_told_weekdays_only() -> None:
    """The centre is open on Saturdays, Sundays and holidays."""
    for path in [*(ROOT / "prompts").rglob("*.yaml"), ROOT / "faq_index" / "data" / "ja.yaml"]:
        text = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
        assert "平日" not in text or path.name == "ja.yaml", path.name


def test_the_lines_of_callers_are_short_enough_for_the_ear() -> None:
    """Sentences of about 40 characters; a menu may be longer, sentence by sentence it is not. Letters take room."""
    script = read_script(ROOT / "prompts", {"ja": {}})
    for language, longest in (("ja", 52), ("en", 105), ("zh", 40), ("ko", 56)):
        for key, text in script.lines[language].items():
            for sentence in re.split(r"[。.?？]", re.sub(r"\{[^}]*\}", "", text)):
                assert len(sentence) <= longest, f"{language}: {key}: {sentence}"
