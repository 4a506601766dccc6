"""Makes what the FAQ must leave unanswered out of what it answers: the same words about another office's matter."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from faq_index.corpus import DATA, Corpus
from faq_index.strict_yaml import read

FILE = "other_matters.yaml"
_SEED = 20250401


class _MattersModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    ours: Annotated[list[str], Field(min_length=1)]
    others: Annotated[list[str], Field(min_length=1)]


class _FileModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    ja: _MattersModel
    en: _MattersModel
    zh: _MattersModel
    ko: _MattersModel


def decoys_of(corpus: Corpus, folder: Path = DATA) -> tuple[str, ...]:
    """One for every saying that names our matter; the same corpus gives the same. Raises DataError."""
    matters: _MattersModel = getattr(read(folder / FILE, _FileModel), corpus.language)
    edge = r"\b" if corpus.language == "en" else ""
    ours = re.compile(edge + "(?:" + "|".join(map(re.escape, matters.ours)) + ")" + edge, re.IGNORECASE)
    chance = random.Random(_SEED)  # noqa: S311  # not a secret: it must repeat
    made = []
    for entry in corpus.entries:
        for saying in entry.sayings:
            other = chance.choice(matters.others)
            if ours.search(saying):
                made.append(ours.sub(other.replace("\\", ""), saying))
    return tuple(made)
