"""The rule of counting reports together: a mistake in it is told with file, key and remedy before the desk opens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.storage.incident_files import FILE, read_incidents
from ivr.storage.script_files import read_script
from ivr.storage.yaml_files import BadScript
from nlu.meaning import Category

PROMPTS = Path(__file__).parents[2] / "prompts"


NAMES = {f"report.event_{name}": "見本" for name in ("water", "sewer", "ground")}
LINES = {"ja": NAMES, "en": NAMES}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return Path(shutil.copy(PROMPTS / FILE, tmp_path / FILE))


def test_the_factory_rule_is_whole_and_names_lines_of_every_language() -> None:
    rule = read_incidents(PROMPTS / FILE, read_script(PROMPTS, {"ja": {}}).lines)
    water = rule.family(Category.ROAD_LEAK)
    assert water is not None
    assert water is rule.family(Category.NO_WATER_AREA)
    assert rule.family(Category.ROAD_COLLAPSE) is not water
    assert rule.family(Category.POLICE_FIRE_REPORT) is None
    assert rule.milestones == (5, 20, 100)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("[road_collapse]", "[road_collapse, road_leak]", "families.ground.classes", "road_leak belongs to water"),
        ("[road_collapse]", "[]", "families.ground.classes", "at least 1"),
        ("[road_collapse]", "[earthquake]", "families.ground.classes.0", "Input should be"),
        ("houses: [burst_pipe", "houses: [meter_leak", "houses", "meter_leak is in no family"),
        ("spread: [no_water_area", "spread: [meter_leak", "spread", "meter_leak is in no family"),
        ("spread: [no_water_area", "spread: [burst_pipe", "spread", "burst_pipe stands in houses too"),
        ("milestones: [5, 20, 100]", "milestones: [20, 5]", "milestones", "do not rise"),
        ("milestones: [5, 20, 100]", "milestones: [1, 5]", "milestones", "do not rise"),
        ("disaster_hours: 24", "disaster_hours: 2", "disaster_hours", "is shorter than hours"),
        ("minutes: 15", "minutes: -1", "minutes", "greater than or equal"),
        ("minutes: 15", "minuts: 15", "minut", ""),
        ("said: report.event_ground", "said: report.event_moon", "families.ground.said", "no line"),
    ],
)
def test_a_mistake_is_refused_with_its_place(path: Path, old: str, new: str, key: str, problem: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadScript) as caught:
        read_incidents(path, LINES)
    assert caught.value.file == path
    assert key in caught.value.key
    assert problem in caught.value.problem
    assert caught.value.remedy
