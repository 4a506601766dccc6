"""Who calls: the name as it was said, the organization that was named. Words: data/<language>/people.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlu.organizations import FILE as ORGANIZATIONS
from nlu.organizations import Organizations, load_organizations
from nlu.source import BadDataError, pattern, read_mapping, strings

_MOST = 24  # characters; longer is a sentence, not a name
_ROUNDS = 4  # えーと、はい、わたし、…
_PATTERNS = ("piece", "fix", "lead", "tail", "shape", "not_names", "organization")
_EDGES = " 、。,.!?・-"


@dataclass(frozen=True, slots=True)
class People:
    """Patterns of people.yaml, over normalised text. `piece` parts a reply, `fix` ends what does not count."""

    introduced: tuple[re.Pattern[str], ...]
    piece: re.Pattern[str]
    fix: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    shape: re.Pattern[str]
    not_names: re.Pattern[str]
    spelled: re.Pattern[str]
    organization: re.Pattern[str]
    organizations: Organizations | None  # where there is an organizations.yaml: by sound as well

    def find_name(self, text: str, *, asked: bool) -> str | None:
        """Returns the name as said: introduced (〜と申します), or the reply when a name was `asked`. Never raises."""
        found = sorted((match.start(), match["name"]) for one in self.introduced for match in one.finditer(text))
        for _, candidate in reversed(found):
            if name := self._name(candidate):
                return name
        if not asked:
            return None
        for candidate in self._pieces(text):
            if not self.spelled.search(candidate) and (name := self._name(candidate)):
                return name
        return self._spelled(text)

    def _pieces(self, text: str) -> Iterator[str]:
        """Yields the pieces of a reply, those after a correction first."""
        yield from reversed([piece for part in self.fix.split(text)[1:] for piece in self.piece.split(part)[:1]])
        yield from self.piece.split(text)

    def _name(self, said: str) -> str | None:
        said = self.piece.split(said.strip(_EDGES))[-1]
        for _ in range(_ROUNDS):
            said = self.lead.sub("", said).strip(_EDGES)
        said = self.tail.sub("", said).strip(_EDGES)
        if not said or len(said) > _MOST or not self.shape.fullmatch(said) or self.not_names.search(said):
            return None
        return said

    def _spelled(self, text: str) -> str | None:
        """Returns the characters of a name that was only explained: 山川の山に長崎の崎 is 山崎."""
        signs = [m["sign"] for m in self.spelled.finditer(text) if m["sign"] in m["word"]]
        return "".join(signs) if len(signs) > 1 else None

    def find_organization(self, text: str, kana: str = "") -> str | None:
        """Returns the police station, fire brigade or road office that calls, in usual writing; `kana`: the reading."""
        if self.organizations is not None:
            return self.organizations.find(text, kana)
        match = self.organization.search(text)
        return match[0].strip() if match else None


def load_people(path: Path) -> People:
    """Reads people.yaml. Raises BadDataError."""
    data = read_mapping(path)
    introduced = tuple(pattern(path, "introduced", (one,)) for one in strings(path, data, "introduced"))
    spelled = pattern(path, "spelled", strings(path, data, "spelled"))
    if not all("name" in one.groupindex for one in introduced):
        raise BadDataError(path, "introduced", "must hold (?P<name>…) in each line")
    if not {"word", "sign"} <= set(spelled.groupindex):
        raise BadDataError(path, "spelled", "must hold (?P<word>…) and (?P<sign>…)")
    folder = path.parent
    organizations = load_organizations(folder) if (folder / ORGANIZATIONS).is_file() else None
    patterns = {key: _one(path, data, key) for key in _PATTERNS}
    return People(introduced=introduced, spelled=spelled, organizations=organizations, **patterns)


def _one(path: Path, data: Mapping[str, Any], key: str) -> re.Pattern[str]:
    return pattern(path, key, strings(path, data, key))
