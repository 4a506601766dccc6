"""Trains the small embedding model that the project ships: `python -m faq_index.train`, seeded, about a minute.

Contrastive learning (multiple negatives ranking, Henderson et al. 2017, arXiv:1705.00652): two sayings of one topic are
drawn together, those of all other topics in the batch pushed away. Both the surface and the katakana reading of every
saying are texts of their own, so either finds the topic.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from faq_index.corpus import load_corpus
from faq_index.embed import NGRAM_FILE, SHIPPED_MODEL, SentenceEmbedder
from faq_index.labelled import load_labelled
from faq_index.text import spaced_ngrams

UNKNOWN = "<unk>"
Forms = tuple[str, str]  # one saying: its surface, its katakana reading
Topics = dict[str, list[Forms]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was found to work on held-out calls; see docs/decisions/0004-static-embedding.md."""

    sizes: tuple[int, ...] = (1, 2, 3, 4)
    vocabulary: int = 6500
    dimensions: int = 64
    steps: int = 1200
    learning_rate: float = 0.02
    decoys: int = 60  # how many a step
    temperature: float = 0.2
    dropped: float = 0.3  # share of n-grams left out at random: what a recogniser got wrong
    seed: int = 20250401


def topics_as_texts(reading: Callable[[str], str]) -> Topics:
    """(surface, katakana reading) of every saying of each topic."""
    corpus = load_corpus()
    return {entry.id: [(said, reading(said)) for said in entry.sayings] for entry in corpus.entries}


def train(topics: Topics, decoys: list[Forms], recipe: Recipe) -> SentenceTransformer:
    """A SentenceTransformer(StaticEmbedding, Normalize). The same input gives the same weights on one thread.

    `decoys`: sayings of no topic; each step pushes the topics' sayings away from some of them.
    """
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)  # noqa: S311  # not a secret: it must repeat
    every = [text for sayings in topics.values() for forms in sayings for text in forms]
    every += [text for forms in decoys for text in forms]
    tokenizer = _vocabulary(every, recipe)
    numbers = {text: _ids(tokenizer, text, recipe) for text in every}
    module = StaticEmbedding(tokenizer, embedding_weights=_start(tokenizer, numbers, recipe))
    optimiser = torch.optim.Adam(module.parameters(), lr=recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, recipe.steps)

    def vectors(sayings: Sequence[Forms]) -> torch.Tensor:
        return _bag(module, [_thin(numbers[chance.choice(forms)], chance, recipe) for forms in sayings])

    for _ in range(recipe.steps):
        pairs = [chance.sample(sayings, 2) for sayings in topics.values()]
        one, other = vectors([pair[0] for pair in pairs]), vectors([pair[1] for pair in pairs])
        apart = vectors(chance.sample(decoys, min(recipe.decoys, len(decoys))))
        right = torch.arange(len(pairs))
        loss = sum(
            torch.nn.functional.cross_entropy(asked @ torch.cat([held, apart]).T / recipe.temperature, right)
            for asked, held in ((one, other), (other, one))
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[union-attr]  # sum() of two tensors is a tensor
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        module.embedding.weight[tokenizer.token_to_id(UNKNOWN)] = 0  # an unknown n-gram says nothing
    return SentenceTransformer(modules=[module, Normalize()], device="cpu")


def _vocabulary(texts: list[str], recipe: Recipe) -> Tokenizer:
    """The n-grams that most sayings share. One that stands in a single saying cannot tie two together."""
    counts = Counter(piece for text in texts for piece in set(spaced_ngrams(text, recipe.sizes).split()))
    kept = sorted((piece for piece, n in counts.items() if n > 1), key=lambda piece: (-counts[piece], piece))
    words = {UNKNOWN: 0} | {piece: i for i, piece in enumerate(kept[: recipe.vocabulary - 1], start=1)}
    tokenizer = Tokenizer(WordLevel(words, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    return tokenizer


def _ids(tokenizer: Tokenizer, text: str, recipe: Recipe) -> list[int]:
    return [i for i in tokenizer.encode(spaced_ngrams(text, recipe.sizes)).ids if i != 0]


def _start(tokenizer: Tokenizer, numbers: dict[str, list[int]], recipe: Recipe) -> torch.Tensor:
    """Random directions, long for rare n-grams (inverse document frequency): frequent ones say little at first."""
    found = Counter(i for ids in numbers.values() for i in set(ids))
    size = tokenizer.get_vocab_size()
    idf = torch.tensor([float(np.log(len(numbers) / (1 + found[i]))) for i in range(size)])
    return torch.randn(size, recipe.dimensions) * idf[:, None] * 0.1


def _thin(ids: list[int], chance: random.Random, recipe: Recipe) -> list[int]:
    return [i for i in ids if chance.random() > recipe.dropped] or ids


def _bag(module: Any, texts: Sequence[list[int]]) -> torch.Tensor:
    offsets = torch.tensor([0, *np.cumsum([len(text) for text in texts])[:-1].tolist()])
    vectors = module.embedding(torch.tensor([i for text in texts for i in text]), offsets)
    return torch.nn.functional.normalize(vectors)


def save(model: SentenceTransformer, recipe: Recipe, folder: Path) -> None:
    """Write the model as any sentence-transformers model, with the file that says how its texts are cut."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save(str(folder), create_model_card=False)
    (folder / "model.safetensors").chmod(0o644)  # the library writes it for its owner only
    (folder / NGRAM_FILE).write_text(json.dumps({"sizes": list(recipe.sizes)}) + "\n", encoding="utf-8")


def held_out_hits(folder: Path, topics: Topics, reading: Callable[[str], str]) -> tuple[float, float]:
    """Share of held-out calls whose nearest saying is of the right topic: by surface, and by reading alone."""
    embedder = SentenceEmbedder(folder)
    owners = [topic for topic, sayings in topics.items() for _ in sayings]
    calls = load_labelled().in_scope
    shares = []
    for form in (0, 1):
        rows = embedder.encode([forms[form] for sayings in topics.values() for forms in sayings])
        asked = embedder.encode([(text, reading(text))[form] for _, text in calls])
        nearest = (asked @ rows.T).argmax(axis=1)
        shares.append(float(np.mean([owners[row] == topic for row, (topic, _) in zip(nearest, calls, strict=True)])))
    return shares[0], shares[1]


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), default=SHIPPED_MODEL, show_default=True)
@click.option("--steps", type=click.IntRange(min=1), default=Recipe().steps, show_default=True)
def main(folder: Path, steps: int) -> None:
    """Train the shipped model anew and print how it does on held-out calls."""
    import pyopenjtalk

    def reading(text: str) -> str:
        return str(pyopenjtalk.g2p(text, kana=True))

    topics = topics_as_texts(reading)
    recipe = Recipe(steps=steps)
    decoys = [(text, reading(text)) for text in load_labelled().decoys]
    save(train(topics, decoys, recipe), recipe, folder)
    surface, sound = held_out_hits(folder, topics, reading)
    click.echo(f"held-out hit@1, this model alone: surface {surface:.3f}, reading {sound:.3f}")
    click.echo(f"{sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) / 1e6:.2f} MB in {folder}")


if __name__ == "__main__":
    main()
