"""Trains encoder and heads together: what class, is it urgent, whom to redirect to, and which sayings ask the same."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from nlu.labels import Labels
from nlu.training.network import EncoderNet, Heads, Reader
from nlu.training.samples import HEARD, REDIRECTS, SLIPS, SPOKEN, WRITTEN, Sample, joined

Say = Callable[[str], None]
_FORM_ODDS = {WRITTEN: 5, SPOKEN: 2, SLIPS: 2, HEARD: 3}
_JOINED = 0.12
_TEMPERATURE = 0.07
_PORTIONS = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how hard. `topics`: how many topics of paraphrases a step compares."""

    epochs: int = 10
    batch: int = 64
    rate: float = 1e-3
    dense_share: float = 0.3
    topics: int = 16
    paraphrase_weight: float = 0.3
    seed: int = 20250401


def learn(
    net: EncoderNet,
    reader: Reader,
    utterances: Sequence[Sequence[Sample]],
    labels: Labels,
    topics: Sequence[Sequence[str]],
    plan: Plan,
    say: Say,
    each: Callable[[int], None] = lambda _: None,
) -> Heads:
    """Trains on `utterances`, each a list of its forms, and on `topics`, each a list of sayings that ask the same."""
    torch.manual_seed(plan.seed)
    chance = random.Random(plan.seed)  # noqa: S311 (reproducible, not secret)
    names = list(labels)
    heads = Heads(net.dense["d3"].shape[1], len(names), len(REDIRECTS))
    optimiser = torch.optim.AdamW(
        [
            {"params": net.pieces.parameters(), "lr": plan.rate},
            {"params": net.dense.parameters(), "lr": plan.rate * plan.dense_share},
            {"params": heads.parameters(), "lr": plan.rate * 3},
        ],
        weight_decay=0.01,
    )
    steps = plan.epochs * (len(utterances) // plan.batch + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [group["lr"] for group in optimiser.param_groups], total_steps=max(steps + 1, 20), pct_start=0.1
    )
    begun = time.monotonic()
    for epoch in range(plan.epochs):
        net.train()
        heads.train()
        order = list(range(len(utterances)))
        chance.shuffle(order)
        total = 0.0
        for start in range(0, len(order), plan.batch):
            batch = [_draw(utterances[i], utterances, chance) for i in order[start : start + plan.batch]]
            loss = _matter_loss(net, heads, reader, batch, names)
            if topics:
                loss = loss + plan.paraphrase_weight * _paraphrase_loss(net, reader, topics, plan.topics, chance)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_([*net.parameters(), *heads.parameters()], 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        net.eval()
        heads.eval()
        say(f"epoch {epoch + 1} of {plan.epochs}: loss {total / len(order):.3f}, {time.monotonic() - begun:.0f} s")
        each(epoch)
    return heads


def _draw(forms: Sequence[Sample], every: Sequence[Sequence[Sample]], chance: random.Random) -> Sample:
    one = _form(forms, chance)
    if chance.random() < _JOINED:
        for _ in range(4):
            other = next((s for s in every[chance.randrange(len(every))] if s.form == one.form), None)
            if other is not None and other.language == one.language and len(other.text) < 60:
                return joined(one, other) if chance.random() < 0.5 else joined(other, one)
    return one


def _form(forms: Sequence[Sample], chance: random.Random) -> Sample:
    return chance.choices(forms, [_FORM_ODDS[form.form] for form in forms])[0]


def _matter_loss(net: EncoderNet, heads: Heads, reader: Reader, batch: Sequence[Sample], names: list[str]) -> Tensor:
    classes, urgent, redirect = heads(vectors(net, reader, [s.text for s in batch]))
    by_class = nn.functional.cross_entropy(
        classes, torch.tensor([names.index(s.label) for s in batch]), label_smoothing=0.05
    )
    by_urgency = nn.functional.binary_cross_entropy_with_logits(
        urgent, torch.tensor([0.98 if s.urgent else 0.02 for s in batch])
    )
    by_redirect = nn.functional.cross_entropy(redirect, torch.tensor([s.redirect for s in batch]), label_smoothing=0.02)
    return by_class + by_urgency + by_redirect


def _paraphrase_loss(
    net: EncoderNet, reader: Reader, topics: Sequence[Sequence[str]], count: int, chance: random.Random
) -> Tensor:
    """Multiple negatives ranking (Henderson et al. 2017): two sayings of a topic against those of all others."""
    drawn = chance.sample(range(len(topics)), min(count, len(topics)))
    pairs = [chance.sample(list(topics[i]), 2) for i in drawn]
    both = vectors(net, reader, [pair[side] for side in (0, 1) for pair in pairs])
    one, other = both[: len(pairs)], both[len(pairs) :]
    right = torch.arange(len(pairs))
    likeness = one @ other.T / _TEMPERATURE
    return (nn.functional.cross_entropy(likeness, right) + nn.functional.cross_entropy(likeness.T, right)) / 2


def vectors(net: EncoderNet, reader: Reader, texts: Sequence[str]) -> Tensor:
    """Returns the unit vectors (n, D) of texts, read in portions of like length: padding is most of the work else."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    size = -(-len(order) // _PORTIONS)
    portions = [order[start : start + size] for start in range(0, len(order), size)]
    found = torch.cat([net(*reader([texts[i] for i in portion]))[1] for portion in portions])
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return found[back]
