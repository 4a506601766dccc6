"""`python -m tests.bench.answers`: what one search costs, in the shipped FAQ and in one of 100,000 entries.

On one thread. The floor is what any search by vector pays: the product of one query with all vectors of the questions.
The large FAQ is put together from halves of shipped sayings; its reading is put together from theirs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import faiss
import numpy as np

from faq_index.bureau import BureauFaq, Item
from faq_index.corpus import Corpus
from faq_index.labelled import load_labelled
from ivr.minds import load_corpora, open_answers, open_embedder
from ivr.settings import read_settings
from nlu.reading import reading

ENTRIES = 100_000
GOAL_MS = 30.0
QUERIES = 400


def main() -> None:
    """Prints p50 and p99 in ms."""
    import torch

    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    settings, corpora = read_settings(), load_corpora()
    answers = open_answers(settings, corpora)
    for corpus in corpora:
        code = corpus.language
        calls = [text for _, text in load_labelled(code).in_scope]
        asked = [(text, reading(text) if code == "ja" else "", code) for text in calls]
        _print(f"shipped FAQ, {code}", *_timed(asked, lambda one: answers.search(*one)))
    embedder = open_embedder(settings)
    begun = time.monotonic()
    table, queries = large(corpora[0])
    faq = BureauFaq(table, embedder, reading_of_halves(corpora[0]))
    print(f"{len(table)} entries built in {time.monotonic() - begun:.0f} s")
    low, high = _timed(queries, faq.ranked)
    vectors = np.random.default_rng(1).normal(size=(ENTRIES, embedder.encode(["x"]).shape[1])).astype(np.float32)
    floor = _timed([embedder.encode([text])[0] for text in queries], lambda vector: int((vectors @ vector).argmax()))
    _print("100,000 entries", low, high)
    _print("  floor: bare product with 100,000 vectors", *floor)
    found = sum(faq.ranked(item.question, 1)[0] == item.id for item in table[:: ENTRIES // 200])
    print(f"p99 {high / floor[1]:.1f}× the floor; goal {GOAL_MS:.0f} ms: {'met' if high <= GOAL_MS else 'MISSED'}")
    print(f"of {len(table[:: ENTRIES // 200])} entries asked by their own words {found} come first")


def large(corpus: Corpus, entries: int = ENTRIES) -> tuple[list[Item], list[str]]:
    """Entries of two halves each, and queries: held-out calls."""
    chance = random.Random(1)
    halves = [half for text in _sayings(corpus) for half in _halves(text)]
    pairs = {(chance.choice(halves), chance.choice(halves)) for _ in range(entries + entries // 20)}
    answers = [entry.answer for entry in corpus.entries]
    items = [Item(str(i), "".join(pair), chance.choice(answers)) for i, pair in enumerate(sorted(pairs)[:entries])]
    calls = [text for _, text in load_labelled(corpus.language).in_scope]
    return items, (calls * (QUERIES // len(calls) + 1))[:QUERIES]


def reading_of_halves(corpus: Corpus) -> Callable[[str], str]:
    """The reading of what `large` made, without Open JTalk: it would take minutes."""
    known = {half: reading(half) for text in _sayings(corpus) for half in _halves(text)}
    known |= {entry.answer: reading(entry.answer) for entry in corpus.entries}

    def read(text: str) -> str:
        for cut in range(len(text), 0, -1):
            if text[:cut] in known and (cut == len(text) or text[cut:] in known):
                return known[text[:cut]] + known.get(text[cut:], "")
        return reading(text)

    return read


def _sayings(corpus: Corpus) -> Iterator[str]:
    return (text for entry in corpus.entries for text in entry.sayings)


def _halves(text: str) -> tuple[str, str]:
    return text[: len(text) // 2], text[len(text) // 2 :]


def _timed(asked: Iterable[object], run: Callable[[Any], object]) -> tuple[float, float]:
    spent = []
    every: Sequence[object] = list(asked)
    run(every[0])
    for one in every:
        start = time.perf_counter()
        run(one)
        spent.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(spent, 50)), float(np.percentile(spent, 99))


def _print(name: str, low: float, high: float) -> None:
    print(f"{name}: p50 {low:.2f} ms, p99 {high:.2f} ms")


if __name__ == "__main__":
    main()
