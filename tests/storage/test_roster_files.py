"""An edit of the duty roster takes effect at once; a bad one is told and recorded, and the last good roster stays."""

from __future__ import annotations

import logging
import os
import random
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

from ivr.domain.hours import TOKYO
from ivr.domain.roster import gaps
from ivr.ports import Rosters
from ivr.storage.roster_files import BadRoster, RosterFiles, read_roster
from ivr.storage.script_files import read_script
from ivr.usecases.answer_duty import DutyPeople
from nlu.meaning import Category

PROMPTS = Path(__file__).parents[2] / "prompts"
FILES = ("people.yaml", "groups.yaml", "shifts.yaml", "roster.yaml")
NIGHT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
FIRST_ENTRY = "{first: 2026-11-01, last: 2027-12-31, shift: day, group: water, people: [w1, w2]}"
NUMBER = "+819000000001"


@pytest.fixture
def duty(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROMPTS / "duty", tmp_path / "duty"))


def changed(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} no longer says {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def entry(**values: str) -> str:
    """The first entry of the sample with other values."""
    whole = {"first": "2026-11-01", "last": "2027-12-31", "shift": "day", "group": "water", "people": "[w1, w2]"}
    return "{" + ", ".join(f"{key}: {value}" for key, value in (whole | values).items()) + "}"


def test_the_sample_takes_every_class_and_leaves_no_hour_of_the_year_without_somebody() -> None:
    roster = read_roster(PROMPTS / "duty")
    assert list(roster.groups) == ["water", "sewer", "industrial_water"]
    assert {one for group in roster.groups.values() for one in group.categories} == set(Category)
    for group in roster.groups:
        assert gaps(roster, group, date(2026, 11, 2), date(2027, 12, 31)) == ()


def test_the_sample_says_that_it_is_one_and_holds_nobodys_number() -> None:
    for name in FILES:
        assert (PROMPTS / "duty" / name).read_text(encoding="utf-8").startswith("# 見本（発注者の承認前）")
    assert all(person.phone is None for person in read_roster(PROMPTS / "duty").people.values())


def test_the_script_is_read_as_before_with_the_roster_beside_it() -> None:
    assert "duty" not in read_script(PROMPTS, {"ja": {}}).lines


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem"),
    [
        # an unknown group, person, shift, class
        ("roster.yaml", FIRST_ENTRY, entry(group="gas"), "entries.0.group", "no group 'gas'"),
        ("roster.yaml", FIRST_ENTRY, entry(shift="dawn"), "entries.0.shift", "no shift 'dawn'"),
        ("roster.yaml", FIRST_ENTRY, entry(people="[w1, w9]"), "entries.0.people.1", "no person 'w9'"),
        ("roster.yaml", "supervisor: sv", "supervisor: w9", "supervisor", "no person 'w9'"),
        ("groups.yaml", "otherwise: water", "otherwise: gas", "otherwise", "no group 'gas'"),
        ("groups.yaml", "[i1, i2]", "[i1, i9]", "groups.industrial_water.members.1", "no person 'i9'"),
        ("groups.yaml", "[road_leak,", "[gas_leak,", "groups.water.categories.0", "Input should be"),
        # what is missing
        ("roster.yaml", "supervisor: sv", "", "supervisor", "required"),
        ("roster.yaml", "supervisor: sv", "supervisor: null", "supervisor", "valid string"),
        ("groups.yaml", "otherwise: water", "", "otherwise", "required"),
        ("roster.yaml", FIRST_ENTRY, entry(people="[]"), "entries.0.people", "at least 1"),
        ("people.yaml", "name: 水道当番 一", 'name: ""', "w1.name", "at least 1"),
        ("people.yaml", "phone: null, ", "", "w1.phone", "required"),
        # what no calendar and no clock has
        ("roster.yaml", FIRST_ENTRY, entry(first="2026-02-30"), "entries.0.first", "not a day of the calendar"),
        ("roster.yaml", FIRST_ENTRY, entry(last='"2027-02-29"'), "entries.0.last", "not a day of the calendar"),
        ("roster.yaml", FIRST_ENTRY, entry(first="20261101"), "entries.0.first", "is not a day"),
        ("roster.yaml", FIRST_ENTRY, entry(first="2026-11-01T09:00:00"), "entries.0.first", "is not a day"),
        ("roster.yaml", FIRST_ENTRY, entry(last="2026-10-31"), "entries.0", "ends before it begins"),
        ("shifts.yaml", 'ends: "18:00"', 'ends: "8:45"', "day", "ends when it begins"),
        ("shifts.yaml", 'ends: "18:00"', 'ends: "24:00"', "day.ends", "not a time"),
        ("shifts.yaml", 'ends: "18:00"', "ends: 1800", "day.ends", "not a time"),
        # people and numbers
        ("roster.yaml", FIRST_ENTRY, entry(people="[w1, w2, w1]"), "entries.0.people", "w1 stands twice"),
        ("groups.yaml", "[w1, w2, w3, w4]", "[w1, w1]", "groups.water.members", "w1 stands twice"),
        ("people.yaml", "phone: null", 'phone: "09000000001"', "w1.phone", "E.164"),
        ("people.yaml", "phone: null", 'phone: "+8109000000001"', "w1.phone", "E.164"),
        ("people.yaml", "phone: null", 'phone: "+８１９０００００００１"', "w1.phone", "E.164"),
        ("people.yaml", "phone: null", "phone: +819000000001", "w1.phone", "valid string"),
        # codes, not names
        ("people.yaml", "w1:", "水道当番:", "key 1", "is not a code"),
        ("people.yaml", "w1:", "090:", "key 1", "is not a code"),
        ("roster.yaml", FIRST_ENTRY, entry(people="[水道当番]"), "entries.0.people.0", "pattern"),
        # two that contradict each other
        ("groups.yaml", "categories: []", "categories: [road_leak]", "industrial_water", "taken by water already"),
        ("roster.yaml", FIRST_ENTRY, f"{FIRST_ENTRY}\n  - {FIRST_ENTRY}", "entries.1", "meets entries.0"),
        # what is not even the file it should be
        ("people.yaml", "w2:", "w1:", "line 4", "a key stands twice"),
        ("people.yaml", "w2:", "w2: [", "line", "expected"),
        ("roster.yaml", FIRST_ENTRY, entry(people="[w1], note: x"), "entries.0.note", "Extra inputs"),
        ("roster.yaml", FIRST_ENTRY, "today", "entries.0", "valid dictionary"),
    ],
)
def test_an_impossible_roster_is_refused_with_file_key_and_remedy(
    duty: Path, file: str, old: str, new: str, key: str, problem: str
) -> None:
    changed(duty, file, old, new)
    with pytest.raises(BadRoster) as refused:
        read_roster(duty)
    told = [str(one) for one in refused.value.problems if str(duty / file) in str(one) and key in one.key]
    assert any(problem in one for one in told), str(refused.value)
    assert all(one.remedy for one in refused.value.problems)


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ((1, 7), (8, 14), False),  # they touch
        ((1, 7), (7, 13), True),
        ((1, 7), (7, 14), False),  # the shorter one counts
        ((1, 7), (1, 7), True),
        ((1, 1), (1, 1), True),
    ],
)
def test_two_entries_over_as_many_days_may_not_meet(
    duty: Path, first: tuple[int, int], second: tuple[int, int], refused: bool
) -> None:
    rows = [entry(first=f"2026-12-{begin:02}", last=f"2026-12-{end:02}") for begin, end in (first, second)]
    changed(duty, "roster.yaml", FIRST_ENTRY, f"{FIRST_ENTRY}\n  - {rows[0]}\n  - {rows[1]}")
    if refused:
        with pytest.raises(BadRoster, match=r"entries\.2: meets entries\.1"):
            read_roster(duty)
    else:
        assert len(read_roster(duty).entries) == 8


def test_entries_of_two_groups_or_two_shifts_never_contradict_each_other(duty: Path) -> None:
    rows = [entry(shift=shift, group=group) for group in ("water", "sewer") for shift in ("day", "night")]
    (duty / "roster.yaml").write_text("supervisor: sv\nentries:\n  - " + "\n  - ".join(rows), encoding="utf-8")
    assert len(read_roster(duty).entries) == 4


def test_two_people_may_not_have_the_same_number(duty: Path) -> None:
    for _ in range(2):
        changed(duty, "people.yaml", "phone: null", f'phone: "{NUMBER}"')
    with pytest.raises(BadRoster, match=r"w2\.phone: is the number of w1 too"):
        read_roster(duty)


def test_everything_that_is_wrong_is_told_at_once_and_each_thing_once(duty: Path) -> None:
    changed(duty, "people.yaml", "phone: null", "phone: 119")
    changed(duty, "shifts.yaml", '"18:00", ends: "8:45"', '"18:00", ends: "18:00"')
    changed(duty, "groups.yaml", "otherwise: water", "")
    changed(duty, "groups.yaml", "[s1, s2, s3]", "[s1, s9]")
    changed(duty, "roster.yaml", "supervisor: sv", "")
    changed(duty, "roster.yaml", FIRST_ENTRY, entry(first="2026-02-30"))
    changed(duty, "roster.yaml", "[i2, i1]", "[i9]")
    with pytest.raises(BadRoster) as refused:
        read_roster(duty)
    assert sorted((one.file.name, one.key) for one in refused.value.problems) == [
        ("groups.yaml", "groups.sewer.members.1"),
        ("groups.yaml", "otherwise"),
        ("people.yaml", "w1.phone"),
        ("roster.yaml", "entries.0.first"),
        ("roster.yaml", "entries.5.people.0"),
        ("roster.yaml", "supervisor"),
        ("shifts.yaml", "night"),
    ]
    assert len(str(refused.value).splitlines()) == 7


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "text", ["", "- 1\n", "just words", "first: !!int x", "a: !!float", "\t", "{", "a: " + "[" * 2000]
)
def test_a_file_that_is_something_else_altogether_is_told_once(duty: Path, name: str, text: str) -> None:
    (duty / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRoster) as refused:
        read_roster(duty)
    assert {one.file.name for one in refused.value.problems} == {name}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("text", ["? [a]\n: 1", "a: &a [*a]", "1: 2", "~: x"])
def test_keys_and_values_that_only_yaml_knows_are_refused(duty: Path, name: str, text: str) -> None:
    (duty / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRoster) as refused:
        read_roster(duty)
    assert name in {one.file.name for one in refused.value.problems}


def test_a_missing_file_and_one_that_is_not_utf8_are_told(duty: Path) -> None:
    (duty / "shifts.yaml").unlink()
    (duty / "people.yaml").write_bytes("当番".encode("cp932"))
    with pytest.raises(BadRoster) as refused:
        read_roster(duty)
    assert [(one.file.name, one.problem) for one in refused.value.problems] == [
        ("people.yaml", "is not UTF-8"),
        ("shifts.yaml", "the file is missing"),
    ]


def test_whatever_is_damaged_in_the_files_is_told_and_never_anything_else(duty: Path) -> None:
    chance = random.Random(18)
    told = 0
    for _ in range(150):
        name = chance.choice(FILES)
        text = (PROMPTS / "duty" / name).read_text(encoding="utf-8")
        begin = chance.randrange(len(text))
        scrap = chance.choice(
            ["", ":", "[", "}", "- ", "\n", '"', "#", "0", "null", "&x ", "*x", "!!", "　", "2026-02-30"]
        )
        damaged = text[:begin] + scrap + text[begin + chance.randrange(6) :]
        (duty / name).write_text(damaged, encoding="utf-8")
        try:
            read_roster(duty)
        except BadRoster as bad:
            told += len(bad.problems) > 0
        (duty / name).write_text(text, encoding="utf-8")
    assert told > 75


# --- edited while the desk is open ------------------------------------------------------------------


def test_it_fills_the_ports_of_the_ladder_and_of_the_duty_line(duty: Path) -> None:
    changed(duty, "people.yaml", "phone: null", f'phone: "{NUMBER}"')
    files = RosterFiles(duty)
    rosters: Rosters = files
    people: DutyPeople = files
    found = rosters.crew("sewer_overflow", NIGHT)
    assert (found.group, [one.id for one in found.on_duty]) == ("sewer", ["s3", "s1"])
    assert rosters.crew(None, NIGHT).group == "water"
    assert people.with_number("09000000001") == people.person("w1") is not None
    assert people.with_number("09000000009") is None
    assert people.person("nobody") is None


def test_an_edit_takes_effect_at_once(duty: Path) -> None:
    files = RosterFiles(duty)
    before = files.roster()
    assert files.roster() is before, "without an edit nothing is read again"
    changed(duty, "roster.yaml", "[w3, w4]", "[w4, w3]")
    assert [one.id for one in files.crew("road_leak", NIGHT).on_duty] == ["w4", "w3"]


def test_an_edit_that_keeps_size_and_time_of_the_file_is_seen_when_the_file_was_replaced(duty: Path) -> None:
    files = RosterFiles(duty)
    files.roster()
    path = duty / "roster.yaml"
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    other = duty / "roster.yaml.new"
    other.write_text(path.read_text(encoding="utf-8").replace("[w3, w4]", "[w4, w3]"), encoding="utf-8")
    os.utime(other, ns=times)
    other.replace(path)
    assert [one.id for one in files.crew("road_leak", NIGHT).on_duty] == ["w4", "w3"]


def test_a_bad_edit_is_told_once_and_the_last_good_roster_stays(duty: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = RosterFiles(duty)
    good = files.roster()
    assert files.problem is None
    changed(duty, "roster.yaml", "[w3, w4]", "[w8, w9]")
    with caplog.at_level(logging.ERROR):
        assert files.roster() is good
        assert files.roster() is good
        assert "no person 'w8'" in str(files.problem)
        assert "no person 'w9'" in str(files.problem)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the last good one stays in force" in caplog.text
    assert "roster.yaml: entries.1.people.0: no person 'w8'" in caplog.text
    changed(duty, "roster.yaml", "[w8, w9]", "[w7, w4]")
    files.roster()
    assert len(caplog.records) == 2, "another edit, another record"
    changed(duty, "roster.yaml", "[w7, w4]", "[w4]")
    assert [one.id for one in files.crew("road_leak", NIGHT).on_duty] == ["w4"]
    assert files.problem is None


def test_a_file_taken_away_changes_nothing_until_it_is_back(duty: Path) -> None:
    files = RosterFiles(duty)
    good = files.roster()
    away = (duty / "people.yaml").rename(duty / "away.yaml")
    assert files.roster() is good
    assert "the file is missing" in str(files.problem)
    away.rename(duty / "people.yaml")
    assert files.problem is None


def test_a_roster_that_was_never_good_is_refused_and_a_report_is_an_alarm(duty: Path) -> None:
    (duty / "roster.yaml").unlink()
    files = RosterFiles(duty)
    for _ in range(2):
        with pytest.raises(BadRoster, match="the file is missing"):
            files.roster()
    found = files.crew("road_leak", NIGHT)
    assert (found.on_duty, found.everyone, found.supervisor) == ((), (), None)
    assert files.person("w1") is None
    assert files.with_number(NUMBER) is None
    shutil.copy(PROMPTS / "duty" / "roster.yaml", duty)
    assert len(files.crew("road_leak", NIGHT).on_duty) == 2


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("people.yaml", "w1: {name: 水道当番 一, phone: null", 'w1: {name: 金沢花子, phone: "09000000001"'),
        ("people.yaml", "w1: {name: 水道当番 一, phone: null", "金沢花子: {name: 金沢花子, phone: 09000000001"),
        (
            "people.yaml",
            "w1: {name: 水道当番 一, phone: null",
            'w1: {name: 金沢花子, phone: "+819000000001", 金沢花子: x',
        ),
        ("people.yaml", "phone: null", f'phone: "{NUMBER}", phone: "{NUMBER}"'),
        ("people.yaml", "name: 水道当番 一", "name: 金沢花子, name: 水道当番 一"),
        ("people.yaml", "name: 水道当番 一", "name: *金沢花子"),
        ("people.yaml", "name: 水道当番 一", "name: !金沢花子 x"),
        ("groups.yaml", "[w1, w2, w3, w4]", "[金沢花子]"),
        ("groups.yaml", "[road_leak,", "[金沢花子,"),
        ("roster.yaml", "supervisor: sv", "supervisor: 金沢花子"),
        ("roster.yaml", "supervisor: sv", 'supervisor: "09000000001"'),
        ("roster.yaml", "supervisor: sv", "supervisor: sv\n金沢花子: sv"),
        ("roster.yaml", FIRST_ENTRY, entry(people="[金沢花子, 09000000001]")),
        ("roster.yaml", FIRST_ENTRY, entry(first="金沢花子")),
    ],
)
def test_no_name_and_no_number_reaches_the_log_or_the_message(
    duty: Path, caplog: pytest.LogCaptureFixture, file: str, old: str, new: str
) -> None:
    files = RosterFiles(duty)
    files.roster()
    changed(duty, file, old, new)
    with caplog.at_level(logging.DEBUG):
        problem = files.problem
    assert problem is not None
    assert caplog.records
    for personal in ("金沢", "水道当番", "9000000001"):
        assert personal not in caplog.text
        assert personal not in problem
