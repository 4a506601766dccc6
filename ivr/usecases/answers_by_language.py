"""The approved answers of every language behind one port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from faq_index.candidates import Ranking


class OneLanguage(Protocol):
    """The answers of one language; `faq_index.index.FaqIndex` is one."""

    def search(self, text: str, reading: str) -> Ranking: ...


@dataclass(frozen=True, slots=True)
class AnswersByLanguage:
    """`Answers` over one index per language. A language that has none answers nothing: a person does."""

    indexes: Mapping[str, OneLanguage]

    def search(self, text: str, reading: str, language: str = "ja") -> Ranking:
        index = self.indexes.get(language)
        return index.search(text, reading) if index is not None else Ranking()
