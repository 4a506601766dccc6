"""Details are data: what does not fit together is refused with file, key and remedy; old rows are still read."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.domain.call import Report
from ivr.storage.codec import Codec
from ivr.storage.script_files import read_script
from ivr.storage.yaml_files import BadScript
from nlu.details import MOST_NUMBERS, shipped
from nlu.meaning import Category

PROMPTS = Path(__file__).parents[2] / "prompts"
ANSWERS = {"ja": {"start": "見本の回答です。"}}
LEAK = Report("emergency", True, Category.ROAD_LEAK, details=(("flow", "gushing"), ("traffic", "blocked")))


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem"),
    [
        ("classes.yaml", "details: [flow, traffic", "details: [mood, traffic", "road_leak.details", "no detail 'mood'"),
        ("details.yaml", "    oozing:", "    dripping:", "flow.dripping", "has no words in ja"),
        (
            "details.yaml",
            'severity: 3, reply: "no"',
            'severity: 3, reply: "yes"',
            "traffic",
            "two options are called yes",
        ),
        (
            "details.yaml",
            "  options:\n",
            "  options:\n    more: {name: 見本}\n",
            "flow.options",
            "too many for the ear",
        ),
        ("details.yaml", "severity: 4", "severity: 5", "people.options.danger.severity", "less than or equal"),
        ("details.yaml", "question: detail.flow", "question: detail.flaw", "detail.flaw", "is missing"),
        ("ko/detail.yaml", "  flow:", "  flows:", "detail.flow", "is missing"),
        ("policy.yaml", "detail_questions: 1", "detail_questions: 9", "detail_questions", "less than or equal"),
        ("listening.yaml", "  detail: {", "  detail: {keys: 3, ", "questions.detail", "takes 3 keys"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_desk_opens(
    tmp_path: Path, file: str, old: str, new: str, key: str, problem: str
) -> None:
    folder = Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} no longer says {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadScript) as refused:
        read_script(folder, ANSWERS)
    assert key in str(refused.value)
    assert problem in str(refused.value)
    assert refused.value.remedy


def test_every_class_names_known_details_and_every_option_has_words_in_every_language() -> None:
    script = read_script(PROMPTS, ANSWERS)
    assert {name for entry in script.classes.values() for name in entry.details} <= set(script.details)
    for language in script.lines:
        for detail in script.details.values():
            assert {option.id for option in detail.options} <= shipped(language).known[detail.id], language


def test_a_question_names_no_more_options_than_a_caller_can_keep_in_mind() -> None:
    asked = [detail for detail in read_script(PROMPTS, ANSWERS).details.values() if detail.question is not None]
    assert asked
    assert all(len(detail.options) <= MOST_NUMBERS for detail in asked)


def test_a_report_of_before_there_were_details_is_read_and_one_with_them_comes_back_the_same() -> None:
    codec = Codec()
    row = json.loads(codec.report_text(LEAK))
    del row["details"]
    assert codec.report(json.dumps(row)) == replace(LEAK, details=())
    assert codec.report(codec.report_text(LEAK)) == LEAK
