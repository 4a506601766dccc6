"""Trains the static embedding: a vector for every piece; their sum says what the teacher says, and what asks the same.

The latter by multiple negatives ranking (Henderson et al. 2017, arXiv:1705.00652).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import WhitespaceSplit

from faq_index import pieces
from faq_index.embed import Vectors
from faq_index.training.samples import OUTSIDE, Sample

UNKNOWN = "<unk>"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was found to work on held-out calls; see docs/decisions."""

    vocabulary: int = 40_000
    dimensions: int = 256
    epochs: int = 12
    batch: int = 128
    topics: int = 64  # compared in a step
    apart: int = 32  # texts of no topic among them
    temperature: float = 0.1
    contrast: float = 0.3  # weight beside what the teacher says
    learning_rate: float = 0.005
    dropped: float = 0.3  # share of pieces left out at random: what a recogniser got wrong
    seed: int = 20250401


class Learner:
    """Samples with their teacher's vectors, and the model they teach. The same input gives the same weights."""

    def __init__(self, samples: Sequence[Sample], targets: Vectors, recipe: Recipe) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self._chance = random.Random(recipe.seed)  # noqa: S311  # not a secret: it must repeat
        self._samples, self._recipe = samples, recipe
        self._targets = torch.from_numpy(targets)
        self._vocabulary = vocabulary((text for one in samples for text in (one.text, one.kana)), recipe.vocabulary)
        self._bag = torch.nn.EmbeddingBag(len(self._vocabulary), targets.shape[1], mode="sum", padding_idx=0)
        torch.nn.init.normal_(self._bag.weight, std=0.05)
        topics: dict[str, list[int]] = {}
        for number, one in enumerate(samples):
            if one.topic:
                topics.setdefault(one.topic, []).append(number)
        self._topics = [numbers for numbers in topics.values() if len(numbers) > 1]
        self._outside = [number for number, one in enumerate(samples) if one.topic == OUTSIDE]

    def learn(self, say: Callable[[str], None] = lambda _: None) -> None:
        """All epochs."""
        recipe, order = self._recipe, list(range(len(self._samples)))
        optimiser = torch.optim.Adam(self._bag.parameters(), lr=recipe.learning_rate)
        steps = recipe.epochs * max(1, len(order) // recipe.batch)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.learning_rate, steps + 1, pct_start=0.1)
        for epoch in range(recipe.epochs):
            self._chance.shuffle(order)
            total = 0.0
            for start in range(0, max(1, len(order) - recipe.batch + 1), recipe.batch):
                loss = self._loss(order[start : start + recipe.batch])
                optimiser.zero_grad(set_to_none=False)
                loss.backward()  # type: ignore[no-untyped-call]  # torch does not say
                optimiser.step()
                schedule.step()
                total += float(loss.detach())
            say(f"epoch {epoch + 1} of {recipe.epochs}: loss {total * recipe.batch / max(len(order), 1):.3f}")

    def _loss(self, numbers: list[int]) -> torch.Tensor:
        recipe, chance = self._recipe, self._chance
        taught = (1 - (self._vectors(numbers) * self._targets[numbers]).sum(dim=1)).mean()
        drawn = chance.sample(self._topics, min(recipe.topics, len(self._topics)))
        pairs = [chance.sample(sayings, 2) for sayings in drawn]
        apart = chance.sample(self._outside, min(recipe.apart, len(self._outside)))
        one = self._vectors([pair[0] for pair in pairs])
        other = self._vectors([pair[1] for pair in pairs] + apart)
        right = torch.arange(len(pairs))
        ranked: torch.Tensor = torch.nn.functional.cross_entropy(one @ other.T / recipe.temperature, right)
        return taught + recipe.contrast * ranked

    def _vectors(self, numbers: Sequence[int]) -> torch.Tensor:
        bags = [self._thin(self._samples[number].form(self._chance)) for number in numbers]
        starts = torch.tensor([0, *np.cumsum([len(bag) for bag in bags])[:-1].tolist()])
        summed = self._bag(torch.tensor([piece for bag in bags for piece in bag]), starts)
        return torch.nn.functional.normalize(summed)

    def _thin(self, text: str) -> list[int]:
        known = [self._vocabulary[piece] for piece in pieces.spaced(text).split() if piece in self._vocabulary]
        return [piece for piece in known if self._chance.random() > self._recipe.dropped] or known or [0]

    def save(self, folder: Path) -> None:
        """Write it as any sentence-transformers model, float16, with the file that says how its texts are cut."""
        tokenizer = Tokenizer(WordLevel(self._vocabulary, unk_token=UNKNOWN))
        tokenizer.pre_tokenizer = WhitespaceSplit()
        weights = self._bag.weight.detach().clone()
        weights[0] = 0  # an unknown piece says nothing
        module = StaticEmbedding(tokenizer, embedding_weights=weights)
        folder.mkdir(parents=True, exist_ok=True)
        model = SentenceTransformer(modules=[module, Normalize()], device="cpu").half()
        model.save(str(folder), create_model_card=False)
        (folder / "model.safetensors").chmod(0o644)  # the library writes it for its owner only
        (folder / pieces.FILE).write_text(json.dumps(pieces.CUT) + "\n", encoding="utf-8")


def vocabulary(texts: Iterable[str], size: int) -> dict[str, int]:
    """The pieces that most texts share. One that stands in a single text cannot tie two together."""
    counts = Counter(piece for text in texts for piece in set(pieces.spaced(text).split()))
    kept = sorted((piece for piece, n in counts.items() if n > 1), key=lambda piece: (-counts[piece], piece))
    return {UNKNOWN: 0} | {piece: number for number, piece in enumerate(kept[: size - 1], start=1)}
