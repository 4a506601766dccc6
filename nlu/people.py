"""Who calls and for whom, and days as said: name, organization, date. Small on purpose: said, not resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nlu.source import pattern, read_mapping, strings

_MAX_NAME = 12  # characters; longer is a sentence, not a name


@dataclass(frozen=True, slots=True)
class People:
    """Patterns of people.yaml, over normalised text with hiragana or katakana."""

    introduced: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    not_names: re.Pattern[str]
    organization: re.Pattern[str]
    date: re.Pattern[str]

    def find_name(self, text: str, *, asked: bool) -> str | None:
        """Returns the name as said: introduced (〜と申します), or the whole reply when a name was `asked`."""
        match = self.introduced.search(text)
        if match:
            said = re.split(r"[、。,\s]", match["name"])[-1]
        elif asked:
            said = self.tail.sub("", text).strip(" 、。,.")
        else:
            return None
        said = self.lead.sub("", said).strip(" 、。,.")
        if not said or len(said) > _MAX_NAME or self.not_names.search(said):
            return None
        return said

    def find_organization(self, text: str) -> str | None:
        """Returns the police station, fire brigade or road office that was named."""
        match = self.organization.search(text)
        return match[0] if match else None

    def find_date(self, text: str) -> str | None:
        """Returns the day as said (来週の月曜日, 三月三十一日)."""
        match = self.date.search(text)
        return match[0] if match else None


def load_people(path: Path) -> People:
    """Reads people.yaml. Raises BadDataError."""
    data = read_mapping(path)
    return People(**{key: pattern(path, key, strings(path, data, key)) for key in People.__slots__})
