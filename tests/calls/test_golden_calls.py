"""The golden calls: every file is a requirement, and comes out alike in words, over signed HTTP and by sound."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.read_calls import read_calls
from ivr.channels.simulator.run import Mode, Result, as_row, as_text, run_files
from ivr.domain.outcome import OutcomeKind
from ivr.settings import read_settings
from ivr.stage import stage_for

FILES = tuple(sorted(Path(__file__).parent.glob("*/*.yaml")))
LANGUAGES = ("ja", "en", "zh", "ko")
BY_SOUND = ("night-road-leak-becomes-a-ticket", "question-about-hours-is-answered")
ALIKE = ("outcome", "category", "transfer_to", "redirect", "turns", "ticket", "handover", "callback", "faq_topic")
"""What must not depend on the way a call came in."""


def played(files: tuple[Path, ...], mode: Mode, **settings: Any) -> dict[str, Result]:
    """The results of all calls by their id, on a desk of its own."""
    return {result.id: result for result in run_files(files, mode, stage_for(read_settings(**settings), io.StringIO()))}


@pytest.fixture(scope="module")
def calls() -> list[CallFile]:
    return read_calls(FILES)


@pytest.fixture(scope="module")
def in_words() -> Mapping[str, Result]:
    return played(FILES, Mode.TEXT)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_call_comes_to_what_is_required(file: Path, in_words: Mapping[str, Result]) -> None:
    result = in_words[file.stem]
    assert result.passed, f"\n{as_text(result)}"


def test_every_call_comes_to_the_same_over_the_real_server(in_words: Mapping[str, Result]) -> None:
    over_http = played(FILES, Mode.GATHER, voice="say")  # our own voice is proved below; here it only costs time
    assert over_http.keys() == in_words.keys()
    differing = {name: (facts(over_http[name]), facts(result)) for name, result in in_words.items()}
    assert [name for name, (one, other) in differing.items() if one != other] == []
    assert [as_text(result) for name, result in over_http.items() if result.reasons != in_words[name].reasons] == []


def facts(result: Result) -> dict[str, Any]:
    """What came of a call, without the ticket's serial number."""
    row = as_row(result)
    ticket = {key: value for key, value in (row["ticket"] or {}).items() if key != "reference"}
    return {**{name: row[name] for name in ALIKE}, "ticket": ticket, "duty": row.get("duty")}


def test_a_leak_and_a_question_are_understood_by_sound() -> None:
    by_name = {file.stem: file for file in FILES}
    results = played(tuple(by_name[name] for name in BY_SOUND), Mode.RECORD)
    assert [as_text(result) for result in results.values() if not result.passed] == []
    assert tuple(results) == BY_SOUND


def test_every_file_is_named_after_the_requirement_it_holds(calls: list[CallFile]) -> None:
    assert [call.id for call in calls] == [file.stem for file in FILES]
    assert [call.id for call in calls if not call.title or call.title.isascii()] == []
    assert [file for file, call in zip(FILES, calls, strict=True) if file.parent.name != call.lang] == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_calls_by_day_and_by_night_that_end_in_every_way_that_matters(
    calls: list[CallFile], language: str
) -> None:
    own = [call for call in calls if call.lang == language]
    assert len(own) >= 10
    assert {"day", "night"} <= {call.desk for call in own}
    ends = {kind for call in own for kind in (call.expect.outcome or "").split("|")}
    assert ends >= {
        "emergency_ticket",
        "told_hours",
        "faq_answered",
        "transfer",
        "callback_registered",
        "safety_redirect",
    }
    assert [call.id for call in own if call.expect.reply_lang != language] == []


def test_every_way_a_call_can_end_is_required_somewhere(calls: list[CallFile]) -> None:
    required = {kind for call in calls for kind in (call.expect.outcome or "").split("|")}
    assert required == {kind.value for kind in OutcomeKind}


def test_every_number_a_caller_can_dial_is_dialled_by_day_and_by_night(calls: list[CallFile]) -> None:
    assert {call.desk for call in calls} == {"day", "night", "night_line_daytime"}
    night = {call.desk for call in calls if call.clock.hour >= 20}
    assert night >= {"day", "night"}


def test_no_call_may_hear_that_the_desk_is_open_on_weekdays_only(calls: list[CallFile]) -> None:
    weekdays = {"ja": "平日", "en": "(?i)weekday", "zh": "工作日|平日", "ko": "평일"}
    assert [call.id for call in calls if weekdays[call.lang] not in call.expect.must_not_say] == []
