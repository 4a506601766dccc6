"""The words around towns that tell a town from a word or a person: patterns of places.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.source import BadDataError, pattern, strings


@dataclass(frozen=True, slots=True)
class Words:
    """`careful`: towns that are words too; `surnames`; `words`: towns without their 町 that are words or surnames.

    `number`: a chome or lot follows, `numbered`: that or another word of addresses; `careful_follows`: a word of place;
    `of`: a の that no relative follows; `stem`, `stem_asked`, `stem_numbered`: what else may follow a
    town without its 町; `with_part`, `without_part`: which of two towns it is;
    `end`: what may end a reply; `explained`: nothing is left over.
    """

    careful: frozenset[str]
    surnames: frozenset[str]
    words: frozenset[str]
    allowed_before: frozenset[str]
    breaks: frozenset[str]
    time_before: re.Pattern[str]
    toward: re.Pattern[str]
    toward_heard: re.Pattern[str]
    instead: re.Pattern[str]
    number: re.Pattern[str]
    numbered: re.Pattern[str]
    of: re.Pattern[str]
    of_heard: re.Pattern[str]
    facility: re.Pattern[str]
    careful_follows: re.Pattern[str]
    careful_heard: re.Pattern[str]
    stem: re.Pattern[str]
    stem_asked: re.Pattern[str]
    end: re.Pattern[str]
    explained: re.Pattern[str]
    person: re.Pattern[str]
    family: re.Pattern[str]
    near_words: re.Pattern[str]
    stem_numbered: re.Pattern[str]
    with_part: re.Pattern[str]
    without_part: re.Pattern[str]


def load_words(path: Path, data: Mapping[str, Any], towns: Mapping[str, object]) -> Words:
    """Returns the words of places.yaml (`data`, from `path`). Raises BadDataError."""
    careful, surnames = (frozenset(strings(path, data, key)) for key in ("careful", "surnames"))
    for name in careful | surnames:
        if name not in towns:
            raise BadDataError(path, name, "is not in towns.json; correct or remove it")
    follows, person = data.get("follows"), data.get("person")
    if not isinstance(follows, dict) or not isinstance(person, dict):
        raise BadDataError(path, "follows, person", "must be mappings; restore them")

    def one(key: str) -> re.Pattern[str]:
        return pattern(path, f"follows.{key}", strings(path, follows, key))

    return Words(
        careful=careful,
        surnames=surnames,
        words=frozenset(strings(path, data, "words")),
        allowed_before=frozenset(str(data.get("allowed_before", ""))),
        breaks=frozenset(str(data.get("breaks", ""))),
        toward=pattern(path, "toward", strings(path, data, "toward")),
        toward_heard=pattern(path, "toward_heard", strings(path, data, "toward_heard")),
        instead=pattern(path, "instead", strings(path, data, "instead")),
        time_before=pattern(path, "time_before", strings(path, data, "time_before")),
        number=one("number"),
        numbered=one("numbered"),
        of=one("of"),
        of_heard=one("of_heard"),
        facility=one("facility"),
        careful_follows=one("careful"),
        careful_heard=one("careful_heard"),
        stem=one("stem"),
        stem_asked=one("stem_asked"),
        end=one("end"),
        explained=one("explained"),
        person=pattern(path, "person.written", strings(path, person, "written")),
        family=pattern(path, "person.family", strings(path, person, "family")),
        stem_numbered=one("stem_numbered"),
        with_part=pattern(path, "with_part", strings(path, data, "with_part")),
        without_part=pattern(path, "without_part", strings(path, data, "without_part")),
        near_words=pattern(path, "near_words", strings(path, data, "near_words")),
    )
