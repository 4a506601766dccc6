"""Labelled calls: held-out phrasings and utterances out of scope. They set the thresholds of an index."""

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
    """`in_scope`: (topic, text). `out_of_scope`: texts. Neither is ever searched or trained on.

    `decoys`: other utterances out of scope. They stand in the index beside the topics, so that what is nearer to them
    than to any topic stays unanswered, and the shipped model learned to hold them apart.
    """

    in_scope: tuple[tuple[str, str], ...]
    out_of_scope: tuple[str, ...]
    decoys: tuple[str, ...]

    @property
    def labelled_hash(self) -> str:
        """SHA-256 (hex) of all three lists."""
        lists = [self.in_scope, self.out_of_scope, self.decoys]
        return hashlib.sha256(json.dumps(lists, ensure_ascii=False).encode()).hexdigest()


def load_labelled(
    held_out: Path = DATA / "heldout_ja.yaml", out_of_scope: Path = DATA / "out_of_scope_ja.yaml"
) -> Labelled:
    """Read both files. Of the utterances, every other one of each kind joins the decoys. Raises DataError."""
    topics = read(held_out, _HeldOutModel).topics
    outside = read(out_of_scope, _OutOfScopeModel)
    halves = [text for texts in outside.utterances.values() for text in texts[0::2]]
    return Labelled(
        in_scope=tuple((topic, text) for topic, texts in topics.items() for text in texts),
        out_of_scope=tuple(text for texts in outside.utterances.values() for text in texts[1::2]),
        decoys=tuple(halves + [text for texts in outside.decoys.values() for text in texts]),
    )
