"""What a person hears before taking a caller, in the words of the real script."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.channels.handover import handover_line
from ivr.domain.call import Call, Report
from ivr.domain.script import Script
from ivr.storage.script_files import read_script
from nlu.meaning import Category, Place
from tests.channels.scripted_desk import SID

PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.fixture(scope="module")
def script() -> Script:
    return read_script(PROMPTS, {"ja": {"start": "見本の回答です。", "meter_cycle": "見本の回答です。"}})


def test_what_is_known_is_said_and_the_rest_is_unknown(script: Script) -> None:
    place = Place("いずみので4の12の3", town="泉野出町", chome=4, banchi="12-3")
    report = Report("any", True, Category.ROAD_LEAK, place=place, phone="0761112233")
    desk = next(iter(script.desks))
    full = script.text(handover_line(script, Call(SID, report=report, caller_id="09012345678"), desk), "ja")
    assert "泉野出町" in full
    assert "0 7 6" in full
    assert "のお客さま" not in full
    bare = script.text(handover_line(script, Call(SID), "unheard-of"), "ja")
    unknown = script.lines["ja"]["word.unknown"]
    assert bare.count(unknown) >= 3


@pytest.mark.parametrize(("language", "name"), [("en", "英語"), ("zh", "中国語"), ("ko", "韓国語")])
def test_an_interpreter_hears_in_japanese_which_language_is_spoken(script: Script, language: str, name: str) -> None:
    call = Call(SID, language=language, report=Report("any", True, Category.ROAD_LEAK))
    said = script.text(handover_line(script, call, "interpreter"), "ja")
    assert f"{name}のお客さま、道路などの水もれ" in said
    assert "通訳の担当" in said


def test_the_details_are_told_by_the_names_staff_gave_them_and_nothing_where_there_are_none(script: Script) -> None:
    told = Report("any", True, Category.ROAD_LEAK, details=(("flow", "gushing"), ("traffic", "blocked")))
    said = script.text(handover_line(script, Call(SID, report=told), "repair"), "ja")
    assert "状況、水の出方は噴き出し・大量、通行は通れない。電話" in said
    bare = script.text(handover_line(script, Call(SID, report=Report("any", True)), "repair"), "ja")
    assert "状況" not in bare
