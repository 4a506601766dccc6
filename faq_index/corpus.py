"""The FAQ as data: loads and checks the entries that may be searched and spoken."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from faq_index.languages import LANGUAGES
from faq_index.strict_yaml import DataError, read
from faq_index.text import normalise

DATA = Path(__file__).parent / "data"
SAYINGS = "sayings"
"""Folder beside the FAQ files: sayings/<language>/<writer>.yaml, what further people would say, by topic."""

MIN_PHRASINGS = 8
MAX_SENTENCES = 3


def sentences(answer: str, language: str = "ja") -> tuple[str, ...]:
    """The spoken sentences of an answer, with their closing mark."""
    return tuple(part.strip() for part in LANGUAGES[language].sentence.findall(answer) if part.strip())


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
    answer: Text


class _CorpusModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    mark: Text
    language: Literal["ja", "en", "zh", "ko"]
    entries: Annotated[list[_EntryModel], Field(min_length=1)]


class _SayingsModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    topics: dict[str, Annotated[list[Text], Field(min_length=1)]]


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


def load_corpora(folder: Path = DATA) -> tuple[Corpus, ...]:
    """The FAQ in every language that has a file, Japanese first. Raises DataError."""
    return tuple(load_corpus(path) for code in LANGUAGES if (path := folder / f"{code}.yaml").exists())


def load_corpus(path: Path = DATA / "ja.yaml") -> Corpus:
    """Read the FAQ of one language, and what stands in the folder of sayings beside it.

    Raises DataError (file, entry, key, remedy) for the first kind of fault found. Rejected and retired entries are
    checked but left out, with their sayings: they are neither searched nor spoken.
    """
    model = read(path, _CorpusModel)
    for one in model.entries:
        _refuse_long(path, one, model.language)
    said = _sayings(path.parent / SAYINGS / model.language, {one.id for one in model.entries})
    entries = tuple(
        Entry(**{**one.model_dump(), "phrasings": tuple(one.phrasings)})
        for one in model.entries
        if one.approval not in ("rejected", "retired")
    )
    owners = _refuse_twins(path, entries)
    return Corpus(model.language, model.mark, tuple(_with_sayings(entry, said, owners) for entry in entries))


def _refuse_long(path: Path, entry: _EntryModel, language: str) -> None:
    where = f"{path}: entry {entry.id!r}, key 'answer'"
    parts, ear = sentences(entry.answer, language), LANGUAGES[language].ear
    if len(parts) > MAX_SENTENCES:
        raise DataError(
            f"{where}: {len(parts)} sentences; shorten it to at most {MAX_SENTENCES}, callers only hear it once"
        )
    for part in parts:
        if len(part) > ear:
            raise DataError(f"{where}: a sentence of {len(part)} characters; split it, at most {ear} each")


def _refuse_twins(path: Path, entries: tuple[Entry, ...]) -> dict[str, str]:
    """An id or a phrasing that stands twice would make the answer depend on the order of the file. Gives the topic of
    every phrasing, normalised."""
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
    return owner_of


Said = dict[str, list[tuple[Path, str]]]


def _sayings(folder: Path, known: set[str]) -> Said:
    """Topic → what further people say, with the file it stands in."""
    said: Said = {}
    for path in sorted(folder.glob("*.yaml")):
        for topic, texts in read(path, _SayingsModel).topics.items():
            if topic not in known:
                raise DataError(f"{path}: topic {topic!r}: there is no such entry; correct or remove it")
            said.setdefault(topic, []).extend((path, text) for text in texts)
    return said


def _with_sayings(entry: Entry, said: Said, owners: dict[str, str]) -> Entry:
    """What two people happen to say alike counts once; what belongs to another topic is refused."""
    own = {normalise(phrasing) for phrasing in entry.sayings}
    fresh: dict[str, str] = {}
    for path, text in said.get(entry.id, ()):
        key = normalise(text)
        owner = owners.setdefault(key, entry.id)
        if owner != entry.id:
            raise DataError(
                f"{path}: topic {entry.id!r}: {text!r} stands already in {owner!r}; keep it in the one that answers it"
            )
        if key not in own:
            fresh.setdefault(key, text)
    return replace(entry, phrasings=(*entry.phrasings, *fresh.values()))
