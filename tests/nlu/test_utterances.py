"""Utterances: a folder per writer, a file per class, a group per caller and scene; bad files are refused by name."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlu.labels import load_labels
from nlu.source import DATA_DIR, BadDataError
from nlu.utterances import SEEN, UNSEEN, read_utterances

LABELS = load_labels(DATA_DIR / "labels.yaml")
LEAST = {"ja": 3000, "en": 500, "zh": 500, "ko": 500}


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / SEEN / "writer_x" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_line_belongs_to_its_writer_its_class_and_its_group(tmp_path: Path) -> None:
    folder = _write(
        tmp_path / "ja", "road_leak.txt", "# note\n[walker: kerb]\nえーと、道から水が\n\n[driver: lid]\nふたから水\n"
    )
    first, second = read_utterances(folder, LABELS)
    assert (first.text, first.label, first.writer, first.language) == ("道から水が", "road_leak", "writer_x", "ja")
    assert first.group != second.group


def test_a_file_may_belong_to_two_classes(tmp_path: Path) -> None:
    folder = _write(tmp_path / "ja", "redirect_119+road_collapse.txt", "[a: b]\n人が穴に落ちた\n")
    assert read_utterances(folder, LABELS)[0].labels == ("redirect_119", "road_collapse")


def test_what_the_recogniser_heard_stands_beside_the_sentence(tmp_path: Path) -> None:
    folder = _write(tmp_path / "ja", "road_leak.txt", "[a: b]\n道から水が\n")
    _write(folder, "heard.tsv", "道から水が\tミチカラミズア\n")
    assert read_utterances(folder, LABELS)[0].heard == "ミチカラミズア"


def test_slots_are_filled_the_same_way_each_time(tmp_path: Path) -> None:
    folder = _write(tmp_path / "ja", "road_leak.txt", "[a: b]\n{town}の道から水が\n")
    (folder / "slots.yaml").write_text("town: [泉野町, 広岡]\n", encoding="utf-8")
    once, again = read_utterances(folder, LABELS), read_utterances(folder, LABELS)
    assert once == again
    assert "{" not in once[0].text


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("road_leek.txt", "[a: b]\n水\n", "road_leek"),
        ("road_leak.txt", "水が\n", "open a group"),
        ("road_leak.txt", "[a: b]\n{where}で水が\n", "where"),
    ],
)
def test_a_bad_file_is_refused_by_name(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(BadDataError, match=told):
        read_utterances(_write(tmp_path / "ja", name, text), LABELS)


@pytest.mark.parametrize("language", LEAST)
def test_there_is_enough_of_every_language_and_class(language: str) -> None:
    rows = read_utterances(DATA_DIR / language, LABELS)
    assert len(rows) >= LEAST[language]
    assert set(LABELS) == {row.label for row in rows}
    assert min(Counter(row.label for row in rows).values()) >= 10


@pytest.mark.parametrize("language", LEAST)
def test_no_unseen_caller_is_learnt_from(language: str) -> None:
    seen = read_utterances(DATA_DIR / language, LABELS)
    unseen = read_utterances(DATA_DIR / language, LABELS, UNSEEN)
    assert unseen
    assert not {row.writer for row in seen} & {row.writer for row in unseen}
    assert not {row.text for row in seen} & {row.text for row in unseen}
