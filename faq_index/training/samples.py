"""What the embedding model learns from: sayings in four languages, in the forms in which recognisers write them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from faq_index.corpus import DATA, Corpus, sentences
from faq_index.decoys import decoys_of
from faq_index.strict_yaml import read

PARAPHRASES = DATA / "paraphrases"
"""What callers of public offices ask, in several wordings; nothing of this FAQ."""
_SLIPS = 0.07  # share of letters that a recogniser gets wrong
_WRITTEN, _SPOKEN = 0.4, 0.3  # how often a Japanese saying is shown as written, as kana; else as kana with slips
_CONFUSED = (
    "カガ キギ クグ ケゲ コゴ サザ シジ スズ セゼ ソゾ タダ チジ ツズ テデ トド ハバ ヒビ フブ ヘベ ホボ パバ "
    "イエ ウオ ナマ ニミ ヌム ネメ ノモ ラダ リジ ルム レネ ロド ヤア ユウ ワア"
)
_SWAP = {a: b for pair in _CONFUSED.split() for a, b in (tuple(pair), tuple(pair[::-1]))}


@dataclass(frozen=True, slots=True)
class Sample:
    """`kana`: its reading, "" in languages other than Japanese. `topic`: what asks the same has the same; None where
    that is not known, OUTSIDE where it must be held apart from every topic."""

    text: str
    language: str
    topic: str | None
    kana: str = ""

    def form(self, chance: random.Random) -> str:
        """One of the ways in which it may arrive."""
        if not self.kana:
            return self.text if chance.random() < 2 * _WRITTEN else with_slips(self.text, chance)
        roll = chance.random()
        if roll < _WRITTEN:
            return self.text
        return self.kana if roll < _WRITTEN + _SPOKEN else with_slips(self.kana, chance)


OUTSIDE = ""


def with_slips(text: str, chance: random.Random) -> str:
    """`text` with letters lost, or (kana) confused with those that sound near."""
    out = []
    for letter in text:
        roll = chance.random()
        if roll < _SLIPS / 3:
            continue
        out.append(_SWAP.get(letter, letter) if roll < _SLIPS else letter)
    return "".join(out)


def samples(
    corpora: Sequence[Corpus],
    reading: Callable[[str], str],
    further: Iterable[tuple[str, str]] = (),
    paraphrases: Path = PARAPHRASES,
) -> list[Sample]:
    """Sayings, answers and decoys of the FAQ, the paraphrases, and `further` texts (language, text) of which only the
    teacher knows what they ask. Held-out calls are not among them."""
    found = [sample for corpus in corpora for sample in _of(corpus)]
    for path in sorted(paraphrases.glob("*.yaml")):
        for entry in read(path, _ParaphrasesModel).entries:
            topic = f"{path.stem} {entry.id}"
            found += [Sample(text, "ja", topic) for text in (entry.question, *entry.sayings)]
            found.append(Sample(entry.answer, "ja", None))
    found += [Sample(text, language, None) for language, text in further]
    return [
        Sample(one.text, one.language, one.topic, reading(one.text)) if one.language == "ja" else one
        for one in dict.fromkeys(found)
    ]


def lines_of(folder: Path) -> list[str]:
    """Every line of the .txt files in `folder` but comments, [headings], and lines with {slots} to be filled."""
    files = sorted(folder.rglob("*.txt"))
    lines = [line.strip() for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and line[0] not in "#[" and "{" not in line]


def _of(corpus: Corpus) -> list[Sample]:
    language = corpus.language
    said = [Sample(text, language, entry.id) for entry in corpus.entries for text in entry.sayings]
    told = {text: None for entry in corpus.entries for text in sentences(entry.answer, language)}
    apart = [Sample(text, language, OUTSIDE) for text in decoys_of(corpus)]
    return [*said, *(Sample(text, language, None) for text in told), *apart]


Text = Annotated[str, Field(min_length=1)]


class _ParaphraseModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Text
    question: Text
    answer: Text
    sayings: Annotated[list[Text], Field(min_length=1)]


class _ParaphrasesModel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    entries: Annotated[list[_ParaphraseModel], Field(min_length=1)]
