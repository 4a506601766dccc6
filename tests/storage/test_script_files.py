"""A broken script never meets a caller: start is refused with file, key and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.storage.script_files import read_calendar, read_script
from ivr.storage.yaml_files import BadScript

PROMPTS = Path(__file__).parents[2] / "prompts"
ANSWERS = {"ja": {"start": "見本の回答です。"}}


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PROMPTS, tmp_path / "prompts"))


def changed(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{name} no longer says {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_factory_script_is_whole(prompts: Path) -> None:
    script = read_script(prompts, ANSWERS)
    assert script.lines["ja"]["faq.start"] == "見本の回答です。"
    assert read_script(prompts, ANSWERS, {"ja": {"start": "見本の質問"}}).lines["ja"]["ask.start"] == "見本の質問"
    assert script.forms["emergency"].fields[0].name == "place"


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "problem"),
    [
        ("ja/told.yaml", "  goodbye:", "  goodbye: 「\n  : [", "line", "expected"),
        ("ja/told.yaml", "  hours:", "  goodbye: 二度目\n  hours:", "line", "duplicate"),
        ("ja/told.yaml", "  goodbye:", "  farewell:", "told.goodbye", "is missing"),
        ("ja/told.yaml", "  goodbye:", "  chat: 今日はよい天気です。\n  goodbye:", "told.chat", "spoken nowhere"),
        ("ja/told.yaml", "{opening}", "{tomorrow}", "told.hours", "{tomorrow} is not filled here"),
        ("ja/told.yaml", "{opening}", "{opening", "told.hours", "brace"),
        ("ja/word.yaml", "  today: 本日", "  today: '  '", "word.today", "is empty"),
        ("classes.yaml", "safety: safety.road}", "safety: safety.street}", "safety.street", "is missing"),
        ("ja/told.yaml", "approval: 見本（発注者の承認前）", "approved: yes", "approval", "required"),
        ("languages.yaml", "[ja, en, zh, ko]", "[ja, fr]", "languages.1", "Input should be"),
        ("languages.yaml", "[ja, en, zh, ko]", "[en, ja, zh, ko]", "languages.0", "is not ja"),
        ("languages.yaml", "[ja, en, zh, ko]", "[ja, en, en]", "languages", "stands twice"),
        ("languages.yaml", "ko: 韓国語", "fr: 仏語", "names.ko", "is missing"),
        ("menu.yaml", '"6": zh', '"6": ko', "zh", "has 0 keys"),
        ("menu.yaml", '"5": en', '"5": en\n"3": en', "3", "duplicate"),
        ("ko/language.yaml", "7번", "6번", "language.offer", "does not name key 7"),
        ("desks.yaml", "zh: 口译人员", "fr: interprète", "interpreter.names.zh", "is missing"),
        ("desks.yaml", "zh: 口译人员", "zh: 口译人员, fr: interprète", "interpreter.names.fr", "is no language"),
        ("names/en.yaml", "sounds: romaji", "sounds: morse", "sounds", "no sounds 'morse'"),
        ("names/en.yaml", 'said: "-cho"', 'says: "-cho"', "endings.3.said", "required"),
        ("en/told.yaml", "  goodbye:", "  farewell:", "told.goodbye", "is missing"),
        ("desks.yaml", "オペレーター, reach: queue", "オペレーター, reach: pigeon", "main.reach", "Input should be"),
        ("desks.yaml", "number: null", 'number: "0761234567"', "main.number", "pattern"),
        ("desks.yaml", "night_operator:", "somebody:", "night_operator", "is missing"),
        ("matters.yaml", "desk: billing\n", "desk: cellar\n", "billing.desk", "no desk 'cellar'"),
        ("matters.yaml", "rename:", "renaming:", "renaming", "Input should be"),
        ("matters.yaml", "rename: {desk: open_close, answer_first: false}\n", "", "rename", "is missing"),
        ("classes.yaml", "form: police", "form: fire", "police_fire_report.form", "no form 'fire'"),
        ("forms/emergency.yaml", "before_transfer: [place]", "before_transfer: [shoe]", "before_transfer", "shoe"),
        ("forms/emergency.yaml", "tries: 3", "tries: 0", "fields.0.tries", "greater than or equal"),
        ("forms/emergency.yaml", "ask: report.place,", "ask: report.plaza,", "report.plaza", "is missing"),
        ("menu.yaml", '"1": emergency', '"0": emergency', "0", "is not a key"),
        ("menu.yaml", '"2": start', '"2": dance', "2", "unknown 'dance'"),
        ("menu.yaml", '"2": start', '"2": fr', "2", "unknown 'fr'"),
        ("policy.yaml", "max_questions: 14", "max_questions: many", "max_questions", "integer"),
        ("policy.yaml", "max_questions: 14", "max_questions: 14\nmax_jokes: 3", "max_jokes", "Extra inputs"),
        ("numbers.yaml", '"0120328117"', '"117"', "centre", "pattern"),
        ("hours.yaml", 'opens: "8:45"', 'opens: "19:45"', "ordinary", "closes before it opens"),
        ("hours.yaml", 'opens: "8:45"', 'opens: "25:00"', "ordinary.opens", "valid time"),
        ("hours.yaml", '["01-01"', '["13-01"', "closed_days.13-01", "is not a day"),
        ("hours.yaml", "busy_days: []", "busy_days: [2027-05-01]", "busy_days.2027-05-01", "March or April"),
        ("hours.yaml", "busy_days: []", "busy_days: [2027-03-01, 2027-03-01]", "busy_days", "stands twice"),
    ],
)
def test_start_is_refused_with_file_key_and_remedy(
    prompts: Path, file: str, old: str, new: str, key: str, problem: str
) -> None:
    changed(prompts, file, old, new)
    with pytest.raises(BadScript) as refused:
        read_script(prompts, ANSWERS)
    message = str(refused.value)
    assert str(prompts / file.split("/", maxsplit=1)[0]) in message
    assert key in message
    assert problem in message
    assert refused.value.remedy


def special(*periods: str) -> str:
    rows = "".join(
        f"\n  - {{starts: {period.split()[0]}, ends: {period.split()[1]}, by: x, why: y}}" for period in periods
    )
    return f"special:{rows}"


@pytest.mark.parametrize(
    ("periods", "problem"),
    [
        (("2027-01-01T08:00 2027-01-01T12:00", "2027-01-01T11:59 2027-01-01T13:00"), "overlaps"),
        (("2027-01-01T12:00 2027-01-01T08:00",), "ends before it starts"),
    ],
)
def test_overlapping_hours_are_refused(prompts: Path, periods: tuple[str, ...], problem: str) -> None:
    changed(prompts, "hours.yaml", "special: []", special(*periods))
    with pytest.raises(BadScript, match=problem):
        read_calendar(prompts / "hours.yaml")


def test_periods_that_touch_are_fine_and_a_zone_may_be_given(prompts: Path) -> None:
    touching = special("2027-01-01T08:00 2027-01-01T12:00", "2027-01-01T12:00:00+09:00 2027-01-01T13:00:00+09:00")
    changed(prompts, "hours.yaml", "special: []", touching)
    assert len(read_calendar(prompts / "hours.yaml").special) == 2


def test_more_than_thirty_designated_days_a_year_are_refused(prompts: Path) -> None:
    days = ", ".join([f"2027-03-{day:02}" for day in range(1, 32)])
    changed(prompts, "hours.yaml", "busy_days: []", f"busy_days: [{days}]")
    with pytest.raises(BadScript, match="31 days in 2027"):
        read_calendar(prompts / "hours.yaml")


def test_a_missing_file_and_a_file_that_is_not_utf8_are_named(prompts: Path) -> None:
    (prompts / "menu.yaml").unlink()
    with pytest.raises(BadScript, match=r"menu\.yaml: the file is missing"):
        read_script(prompts, ANSWERS)
    (prompts / "menu.yaml").write_bytes("番号".encode("cp932"))
    with pytest.raises(BadScript, match="is not UTF-8"):
        read_script(prompts, ANSWERS)


def test_a_missing_language_is_named(prompts: Path) -> None:
    shutil.rmtree(prompts / "en")
    with pytest.raises(BadScript, match=r"en: has no lines.*remove en from languages"):
        read_script(prompts, ANSWERS)


def test_a_missing_form_is_named(prompts: Path) -> None:
    (prompts / "forms" / "callback.yaml").unlink()
    with pytest.raises(BadScript, match="callback"):
        read_script(prompts, ANSWERS)
