"""Labelled calls: held-out phrasings, and utterances out of scope. They set the thresholds of an index."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from faq_index.corpus import DATA
from faq_index.strict_yaml import read

Sayings = Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]


class _HeldOutModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    topics: dict[str, Sayings]


class _OutOfScopeModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    utterances: dict[str, Sayings]
    decoys: dict[str, Sayings]


@dataclass(frozen=True, slots=True)
class Labelled:
    """`in_scope`: (topic, text), never searched or trained on. `outside`: what no topic answers, the last `borrowed` of
    it in our own words; it stands in the index beside the topics, so that what is nearer to it than to any topic stays
    unanswered. Thresholds are set by one half of it while the other half is searched, and the other way round."""

    in_scope: tuple[tuple[str, str], ...]
    outside: tuple[str, ...]
    borrowed: int = 0

    @property
    def labelled_hash(self) -> str:
        """SHA-256 (hex) of all of it."""
        lists = [self.in_scope, self.outside, self.borrowed]
        return hashlib.sha256(json.dumps(lists, ensure_ascii=False).encode()).hexdigest()


NONE = Labelled((), ())


def load_labelled(language: str = "ja", folder: Path = DATA) -> Labelled:
    """Read heldout_<language>.yaml and out_of_scope_<language>.yaml. Raises DataError."""
    topics = read(folder / f"heldout_{language}.yaml", _HeldOutModel).topics
    outside = read(folder / f"out_of_scope_{language}.yaml", _OutOfScopeModel)
    said, borrowed = (
        [text for texts in part.values() for text in texts] for part in (outside.utterances, outside.decoys)
    )
    return Labelled(
        in_scope=tuple((topic, text) for topic, texts in topics.items() for text in texts),
        outside=(*said, *borrowed),
        borrowed=len(borrowed),
    )
