"""The utterances people wrote for us: a folder per language, in it a folder per writer, in it a file per class."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlu.normalise import normalise, without_fillers
from nlu.source import BadDataError, read_mapping, strings

SEEN, UNSEEN = "utterances", "unseen"
"""Folders of what models learn from, and of what they are measured on: other writers, other scenes."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Utterance:
    """`text` normalised, slots filled; `labels`: its class, then others it is as well; `group` (one caller, one scene)
    and `writer` never span a split; `heard`: what the recogniser made of it, "" where it was not spoken."""

    text: str
    labels: tuple[str, ...]
    group: str
    writer: str
    language: str
    heard: str = ""

    @property
    def label(self) -> str:
        """The class that decides."""
        return self.labels[0]


def read_utterances(folder: Path, labels: Collection[str], part: str = SEEN) -> list[Utterance]:
    """Reads every utterance of `folder` (a language), with what was heard of it. Raises BadDataError.

    Files are `<part>/<writer>/<class>.txt` (several classes joined by +); what was heard stands in `heard.tsv` there.
    """
    slots = _slots(folder / "slots.yaml")
    found: list[Utterance] = []
    for path in sorted((folder / part).rglob("*.txt")):
        named = tuple(path.stem.split("+"))
        for label in named:
            if label not in labels:
                raise BadDataError(path, label, "no such class; add it to labels.yaml or rename the file")
        writer = path.parent.name
        heard = heard_of(path.parent / "heard.tsv")
        for group, line in _lines(path):
            spoken = fill(line, slots, folder)
            text = without_fillers(normalise(spoken))
            if text:
                found.append(
                    Utterance(
                        text,
                        named,
                        f"{folder.name}/{writer}/{path.stem}/{group}",
                        writer,
                        folder.name,
                        heard.get(spoken, ""),
                    )
                )
    return found


def fill(line: str, slots: dict[str, tuple[str, ...]], folder: Path) -> str:
    """Returns `line` with its {slots} filled, the same line always with the same values. Raises BadDataError."""

    def value(match: re.Match[str]) -> str:
        values = slots.get(match[1])
        if not values:
            raise BadDataError(folder / "slots.yaml", match[1], f"no values for this slot, used in: {line}")
        return values[zlib.crc32(f"{line}{match.start()}".encode()) % len(values)]

    return _SLOT.sub(value, line)


def written_lines(writer: Path, folder: Path) -> list[str]:
    """Returns the lines of one writer's folder with their slots filled as they are read: what is to be spoken."""
    slots = _slots(folder / "slots.yaml")
    return [fill(line, slots, folder) for path in sorted(writer.glob("*.txt")) for _, line in _lines(path)]


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    group = ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1]
        elif line and not line.startswith("#"):
            if not group:
                raise BadDataError(path, f"line {number}", "open a group first: [caller: topic]")
            yield group, line


def _slots(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    table = read_mapping(path)
    return {name: strings(path, table, name) for name in table}


def heard_of(path: Path) -> dict[str, str]:
    """Returns sentence → what the recogniser heard, as `audio.training hear` writes it; empty without the file."""
    if not path.exists():
        return {}
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2}
