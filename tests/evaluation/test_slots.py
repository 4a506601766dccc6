"""What counts as a place, a number and an act understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.evaluation.labelled import BadRows
from ivr.evaluation.proportion import Proportion
from ivr.evaluation.slots import act_figures, phone_figures, place_figures, read_acts, read_phones, read_places
from nlu.meaning import Act, Expecting, Intent, Level, Meaning, Phone, Place, Slots, Urgency

PLACES = """
{"text": "a", "town": "泉野町", "chome": 4, "banchi": "12-3", "landmark": "郵便局"}
{"text": "b", "town": "窪", "chome": null, "banchi": null}
{"text": "c", "town": null, "chome": null, "banchi": null, "out_of_city": "野々市市"}
{"text": "d", "town": null, "chome": null, "banchi": null}
"""
FOUND = {
    "a": Place("a", "泉野町", "", 4, "12-3", "郵便局の前"),
    "b": Place("b", "久保", "", certain=False, candidates=("久保", "窪")),
    "c": Place("c", out_of_city="野々市市"),
    "d": Place("d", "水落町"),
}


def _meaning(**slots: object) -> Meaning:
    return Meaning("", "", "ja", Intent.UNCLEAR, Urgency(Level.CALM, 0.0), Slots(**slots))  # type: ignore[arg-type]


def test_a_place_is_right_when_every_part_is(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text(PLACES.strip(), encoding="utf-8")
    found = place_figures(read_places(tmp_path / "p.jsonl"), lambda text, *_: _meaning(place=FOUND[text]))
    assert found.whole == Proportion(2, 4)
    assert (found.town, found.near, found.sure) == (Proportion(1, 2), Proportion(2, 2), Proportion(1, 2))
    assert (found.chome, found.banchi, found.landmark) == (Proportion(1, 1),) * 3
    assert found.landmark_invented == Proportion(0, 3)
    assert (found.out_of_city, found.invented) == (Proportion(1, 1), Proportion(1, 2))


@pytest.mark.parametrize(("heard", "right"), [("ユービンキョクノマエ", 1), ("郵便局", 1), ("ガッコー", 0)])
def test_a_landmark_is_right_by_writing_or_by_sound(tmp_path: Path, heard: str, right: int) -> None:
    (tmp_path / "p.jsonl").write_text(PLACES.strip().splitlines()[0], encoding="utf-8")
    meaning = _meaning(place=Place("a", "泉野町", "", 4, "12-3", heard))
    found = place_figures(read_places(tmp_path / "p.jsonl"), lambda *_: meaning)
    assert found.landmark == Proportion(right, 1)


def test_a_number_is_right_to_the_digit_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "n.jsonl").write_text(
        '{"text": "a", "digits": "0762000000"}\n{"text": "b", "digits": null}', encoding="utf-8"
    )
    heard = {"a": Phone("0762000000", complete=True), "b": Phone("076", complete=False)}
    right, wrong = phone_figures(read_phones(tmp_path / "n.jsonl"), lambda text, *_: _meaning(phone=heard[text]))
    assert (right, wrong) == (Proportion(2, 2), ())


def test_an_act_is_right_when_it_is_that_act_or_none(tmp_path: Path) -> None:
    (tmp_path / "acts.tsv").write_text("yes_no\tno\tなーん\nplace\tnone\t泉野町\n", encoding="utf-8")
    rows = read_acts(tmp_path / "acts.tsv")
    assert rows == [(Expecting.YES_NO, Act.NO, "なーん"), (Expecting.PLACE, None, "泉野町")]
    assert act_figures(rows, "ja", lambda *_: _meaning()) == Proportion(1, 2)


def test_a_bad_act_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "acts.tsv").write_text("yes_no\tperhaps\tさあ\n", encoding="utf-8")
    with pytest.raises(BadRows, match="line 1"):
        read_acts(tmp_path / "acts.tsv")
