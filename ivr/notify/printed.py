"""The notifier that prints: one readable notice in Japanese to a stream. Also the stand-in where no way is set up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ivr.domain.hours import tokyo
from ivr.domain.ticket import ALARMS, Notice
from ivr.ports import NotifyFailed
from nlu.meaning import Category

WORDS = Path(__file__).resolve().parent / "words" / "ja.yaml"
_FIELDS = {"reference": "", "category": "", "time": "", "link": "", "alarm": "", "reports": ""}
_TEMPLATES = ("notice", "alarm", "more")


class BadNoticeWords(ValueError):
    """The words of the notice cannot be used; the message names file, key and remedy."""


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """Templates with {reference} {category} {time} {link} {alarm} {reports}; `time`: a strftime format.

    `notice`: a new ticket; `alarm`: nobody has it, for a reason of `alarms`; `more`: others report the same event.
    """

    notice: str
    alarm: str
    more: str
    time: str
    unknown_category: str
    categories: Mapping[str, str]
    alarms: Mapping[str, str]

    def text(self, notice: Notice, link: str) -> str:
        template = self.alarm if notice.alarm else self.more if notice.reports > 1 else self.notice
        return template.format(
            alarm=self.alarms.get(notice.alarm or "", ""),
            reports=notice.reports,
            reference=notice.reference,
            category=self.categories.get(notice.category or "", self.unknown_category),
            time=tokyo(notice.opened_at).strftime(self.time),
            link=link,
        )


def load_notice_words(path: Path = WORDS) -> NoticeWords:
    """Read and check the words. Raises BadNoticeWords."""
    try:
        raw = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, YAMLError, UnicodeDecodeError) as error:
        raise BadNoticeWords(f"{path}: cannot be read ({error}); restore the file") from error
    if not isinstance(raw, dict):
        raise BadNoticeWords(f"{path}: must be keys and values; restore the file")
    for key in (*_TEMPLATES, "time", "unknown_category"):
        if not isinstance(raw.get(key), str):
            raise BadNoticeWords(f"{path}: {key}: is missing or no text; write it")
    categories = raw.get("categories")
    if not isinstance(categories, dict):
        raise BadNoticeWords(f"{path}: categories: is missing; name every urgent class there")
    missing = sorted({category.value for category in Category} - set(categories))
    if missing:
        raise BadNoticeWords(f"{path}: categories: {', '.join(missing)} has no name; add it")
    alarms = raw.get("alarms")
    if not isinstance(alarms, dict) or set(alarms) != ALARMS:
        raise BadNoticeWords(f"{path}: alarms: must say why for {', '.join(sorted(ALARMS))}, and for nothing else")
    for key in _TEMPLATES:
        try:
            raw[key].format(**_FIELDS)
        except (KeyError, IndexError, ValueError) as error:
            known = ", ".join(f"{{{name}}}" for name in _FIELDS)
            raise BadNoticeWords(f"{path}: {key}: bad field {error}; only {known} can be used") from error
    names = (*_TEMPLATES, "time", "unknown_category", "categories", "alarms")
    return NoticeWords(**{name: raw[name] for name in names})


class PrintedNotifier:
    """`link`: reference -> address of the ticket's page. Whole notices only, also from several threads."""

    name = "printed"

    def __init__(self, stream: TextIO, words: NoticeWords, link: Callable[[str], str]) -> None:
        self._stream = stream
        self._words = words
        self._link = link
        self._lock = threading.Lock()

    def tell(self, notice: Notice) -> None:
        text = self._words.text(notice, self._link(notice.reference))
        try:
            with self._lock:
                self._stream.write(text if text.endswith("\n") else text + "\n")
                self._stream.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream is closed
            raise NotifyFailed(f"could not print: {type(error).__name__}", permanent=False) from error
