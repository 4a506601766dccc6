"""Sayings that ask the same, from FAQ files of any language: they teach the encoder which wordings are one question."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nlu.source import BadDataError, read_mapping


def read_paraphrases(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Returns topic → sayings of all languages, from files with `entries` (id, question, phrasings, answer; an id
    that several files have is one topic) or `topics` (id → sayings). Raises BadDataError."""
    found: dict[str, list[str]] = {}
    for path in paths:
        table = read_mapping(path)
        for number, entry in enumerate(table.get("entries") or ()):
            sayings = [entry["question"], *entry.get("phrasings", entry.get("sayings", ())), entry["answer"]]
            found.setdefault(str(entry.get("id", f"{path.stem}/{number}")), []).extend(sayings)
        for topic, sayings in (table.get("topics") or {}).items():
            found.setdefault(str(topic), []).extend(sayings)
        if not found:
            raise BadDataError(path, "top level", "needs entries or topics")
    return found
