"""The details of a report that a caller tells in passing: how the water comes out, whether cars can pass …

Nothing here knows what a detail means: names, options and their words are data. What is not said surely is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.meaning import Act
from nlu.source import DATA_DIR, BadDataError, pattern, read_mapping, sound_pattern, strings

FILE = "details.yaml"
MOST_NUMBERS = 3
"""Nobody keeps more options in mind than that on the telephone."""

Told = tuple[tuple[str, str], ...]
"""(detail, option) pairs, sorted, each detail once."""
Join = Callable[[Path, str, tuple[str, ...]], re.Pattern[str]]
_SAID, _WEAK = "said", "weak"


@dataclass(frozen=True, slots=True)
class Option:
    """How one option of one detail is told. `weak` words count only where no other option of the detail is told."""

    detail: str
    name: str
    said: re.Pattern[str]
    weak: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Details:
    """All details of one language; every pattern runs over `nlu.acts.plain_of` an utterance. Build with `load_details`.

    `denied_before` and `denied_after`: what takes words back, just before or after them. `acts` and `numbers`: how a
    reply sounds that is nothing but yes, no, or the number of an option.
    """

    options: tuple[Option, ...]
    denied_before: re.Pattern[str]
    denied_after: re.Pattern[str]
    acts: tuple[tuple[Act, re.Pattern[str]], ...]
    numbers: tuple[tuple[int, re.Pattern[str]], ...]

    @property
    def known(self) -> Mapping[str, frozenset[str]]:
        """Detail → the options that have words."""
        names = {option.detail for option in self.options}
        return {name: frozenset(one.name for one in self.options if one.detail == name) for name in names}

    def find(self, plain: str) -> Told:
        """Returns what an utterance tells surely.

        Of two options of one detail the later one counts: callers correct themselves, and tell first what was; of two
        that begin at once the longer one. Pure; never raises.
        """
        found: dict[str, tuple[tuple[bool, int, int], str]] = {}
        for option in self.options:
            for rank in self._places(option, plain):
                if option.detail not in found or rank > found[option.detail][0]:
                    found[option.detail] = (rank, option.name)
        return tuple(sorted((detail, name) for detail, (_, name) in found.items()))

    def _places(self, option: Option, plain: str) -> Iterator[tuple[bool, int, int]]:
        """Yields where an option is told: whether in words of its own, from where and up to where."""
        for own, words in ((True, option.said), (False, option.weak)):
            for match in words.finditer(plain):
                before, after = plain[: match.start()], plain[match.end() :]
                if not (self.denied_before.search(before) or self.denied_after.match(after)):
                    yield own, match.start(), match.end()

    def number(self, plain: str) -> int | None:
        """Returns the number of an option (from 1) where a reply is nothing else."""
        return next((number for number, words in self.numbers if words.fullmatch(plain)), None)

    def act(self, plain: str) -> Act | None:
        """Returns yes or no where a reply is nothing else: "there are none" is a no to "is anyone hurt?"."""
        return next((act for act, words in self.acts if words.fullmatch(plain)), None)


def load_details(folder: Path) -> Details:
    """Reads details.yaml in the folder of one language. Raises BadDataError."""
    path = folder / FILE
    data = read_mapping(path)
    join = sound_pattern if folder.name == "ja" else pattern
    before, after = (strings(path, data, key) for key in ("denied_before", "denied_after"))
    replies = _table(path, "replies", data.get("replies"))
    return Details(
        options=tuple(
            _option(path, detail, name, words, join)
            for detail, options in _table(path, "details", data.get("details")).items()
            for name, words in _table(path, f"details.{detail}", options).items()
        ),
        denied_before=pattern(path, "denied_before", tuple(f"(?:{item})\\Z" for item in before)),
        denied_after=join(path, "denied_after", after),
        acts=tuple((act, _alone(path, replies, act.value, join)) for act in (Act.NO, Act.YES)),
        numbers=tuple((number, _alone(path, replies, number, join)) for number in range(1, MOST_NUMBERS + 1)),
    )


@lru_cache(maxsize=8)
def shipped(language: str) -> Details:
    """The shipped details of `language`. Raises BadDataError."""
    return load_details(DATA_DIR / language)


def _option(path: Path, detail: str, name: str, words: Any, join: Join) -> Option:
    key = f"details.{detail}.{name}"
    rows = _table(path, key, words)
    if not rows or not set(rows) <= {_SAID, _WEAK}:
        raise BadDataError(path, key, f"must be a mapping with {_SAID}, {_WEAK} or both")
    said, weak = (strings(path, rows, kind) if kind in rows else () for kind in (_SAID, _WEAK))
    return Option(detail, name, join(path, f"{key}.{_SAID}", said), join(path, f"{key}.{_WEAK}", weak))


def _alone(path: Path, replies: Mapping[Any, Any], key: str | int, join: Join) -> re.Pattern[str]:
    """How a reply sounds that is nothing else, openers and tails aside."""
    openers, tails = ("|".join(strings(path, replies, part)) for part in ("openers", "tails"))
    words = strings(path, {str(key): replies.get(key)}, str(key))
    return join(path, f"replies.{key}", tuple(f"(?:{openers})*(?:{item})(?:{tails})*" for item in words))


def _table(path: Path, key: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise BadDataError(path, key, "must be a mapping")
    return value
