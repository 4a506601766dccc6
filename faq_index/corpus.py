"""The FAQ as data: loads and checks the entries that may be searched and spoken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from faq_index.strict_yaml import DataError, read
from faq_index.text import normalise

DATA = Path(__file__).parent / "data"
SHIPPED_CORPUS = DATA / "ja.yaml"

MIN_PHRASINGS = 8
MAX_SENTENCES = 3
# An ear forgets the start of a sentence that is longer than this (DOMAIN: "under about 40 characters").
MAX_SENTENCE_CHARACTERS = 45
_SENTENCE = re.compile(r"[^。！？]+[。！？]?")


def sentences(answer: str) -> tuple[str, ...]:
    """The spoken sentences of an answer, with their closing mark."""
    return tuple(part.strip() for part in _SENTENCE.findall(answer) if part.strip())


def _spoken(answer: str) -> str:
    parts = sentences(answer)
    if len(parts) > MAX_SENTENCES:
        raise ValueError(f"{len(parts)} sentences; shorten it to at most {MAX_SENTENCES}, callers only hear it once")
    for part in parts:
        if len(part) > MAX_SENTENCE_CHARACTERS:
            raise ValueError(f"a sentence of {len(part)} characters; split it, at most {MAX_SENTENCE_CHARACTERS} each")
    return answer


Text = Annotated[str, Field(min_length=1)]
Desk = Literal["main", "open_close", "repair", "billing", "collections"]
Approval = Literal["sample", "draft", "approved", "rejected", "retired"]


class _EntryModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    category: Text
    priority: Literal["P1", "P2", "P3"]
    owner: Desk
    approval: Approval
    question: Text
    phrasings: Annotated[list[Text], Field(min_length=MIN_PHRASINGS)]
    answer: Annotated[Text, AfterValidator(_spoken)]


class _CorpusModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    mark: Text
    language: Text
    entries: Annotated[list[_EntryModel], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the FAQ. `answer` is spoken as it stands; `owner` is the desk that a caller is handed to."""

    id: str
    category: str
    priority: str
    owner: str
    approval: str
    question: str
    phrasings: tuple[str, ...]
    answer: str

    @property
    def sayings(self) -> tuple[str, ...]:
        """All that is searched: the canonical question first, then what callers say."""
        return (self.question, *self.phrasings)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All entries in the order of the file. `mark` is shown wherever an entry is shown before its approval."""

    language: str
    mark: str
    entries: tuple[Entry, ...]

    def by_id(self) -> Mapping[str, Entry]:
        """Entry of each topic id."""
        return {entry.id: entry for entry in self.entries}

    @property
    def corpus_hash(self) -> str:
        """SHA-256 (hex) of what is searched: ids and sayings. A new answer or approval does not make an index stale."""
        searched = [[entry.id, entry.sayings] for entry in self.entries]
        return hashlib.sha256(json.dumps([self.language, searched], ensure_ascii=False).encode()).hexdigest()


def load_corpus(path: Path = SHIPPED_CORPUS) -> Corpus:
    """Read the FAQ. Raises DataError (file, entry, key, remedy) for the first kind of fault found.

    Rejected and retired entries are checked but left out: they are neither searched nor spoken.
    """
    model = read(path, _CorpusModel)
    entries = tuple(
        Entry(**{**one.model_dump(), "phrasings": tuple(one.phrasings)})
        for one in model.entries
        if one.approval not in ("rejected", "retired")
    )
    _refuse_twins(path, entries)
    return Corpus(language=model.language, mark=model.mark, entries=entries)


def _refuse_twins(path: Path, entries: tuple[Entry, ...]) -> None:
    """An id or a phrasing that stands twice would make the answer depend on the order of the file."""
    owner_of: dict[str, str] = {}
    ids: set[str] = set()
    for entry in entries:
        if entry.id in ids:
            raise DataError(f"{path}: entry {entry.id!r}, key 'id': used twice; rename or merge one of them")
        ids.add(entry.id)
        for phrasing in entry.sayings:
            key = normalise(phrasing)
            if key in owner_of:
                raise DataError(
                    f"{path}: entry {entry.id!r}, key 'phrasings': {phrasing!r} stands already "
                    f"in entry {owner_of[key]!r}; keep it in the one that answers it"
                )
            owner_of[key] = entry.id
