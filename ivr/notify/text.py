"""What a text to staff says: class, reference and a link; nothing of the caller, who may be read on any lock screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from ivr.notify.printed import WORDS, BadNoticeWords, load_notice_words

MOST_CHARACTERS = 1600  # what the carrier takes in one text (TWILIO.md 6.6)
_FIELDS = {"reference": "", "category": "", "link": ""}
_KINDS = ("sms", "sms_alarm")


@dataclass(frozen=True, slots=True)
class TextWords:
    """`sms`, `sms_alarm`: templates with {reference} {category} {link}."""

    sms: str
    sms_alarm: str
    unknown_category: str
    categories: Mapping[str, str]

    def body(self, reference: str, category: str | None, link: str, *, alarm: bool = False) -> str:
        """The text about a report. `alarm`: nobody has it."""
        template = self.sms_alarm if alarm else self.sms
        name = self.categories.get(category or "", self.unknown_category)
        return template.format(reference=reference, category=name, link=link).strip()[:MOST_CHARACTERS]


def load_text_words(path: Path = WORDS) -> TextWords:
    """Read and check the words. Raises BadNoticeWords."""
    notice = load_notice_words(path)
    raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for key in _KINDS:
        if not isinstance(raw.get(key), str):
            raise BadNoticeWords(f"{path}: {key}: is missing or no text; write it")
        try:
            raw[key].format(**_FIELDS)
        except (KeyError, IndexError, ValueError) as error:
            known = ", ".join(f"{{{name}}}" for name in _FIELDS)
            raise BadNoticeWords(f"{path}: {key}: bad field {error}; only {known} can be used") from error
    return TextWords(raw["sms"], raw["sms_alarm"], notice.unknown_category, notice.categories)
