"""The whole making: all models of understanding from all utterances but a tenth, which calibrates and measures them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from nlu.encoder import load_encoder
from nlu.features import load_concepts
from nlu.judgement import BY_SOUND, CALIBRATION, EVEN, WRITTEN, Heads, Judgement, load_heads, save_heads
from nlu.labels import Labels, load_labels
from nlu.ngrams import WEIGHTS, save_ngrams, training_stamp
from nlu.reading import reading
from nlu.training import linear
from nlu.training.base import Base, load_base, write_pieces
from nlu.training.calibrate import calibrate, report
from nlu.training.learn import Plan, learn
from nlu.training.network import EncoderNet, Reader, export
from nlu.training.samples import REDIRECTS, SLIPS, Sample, dev_groups, forms
from nlu.utterances import Utterance, read_utterances

LANGUAGES = ("ja", "en", "zh", "ko")
DEV_SHARE, SEED = 0.1, 20250401
Say = Callable[[str], None]
Begin = Callable[[list[str]], Base]


def ship(
    data: Path,
    folder: Path,
    topics: Sequence[Sequence[str]],
    plan: Plan,
    say: Say,
    *,
    begin: Begin = load_base,
) -> None:
    """Trains from `data` (the folder of languages) into `folder`; `topics`: sayings that ask the same, by topic.

    The groups kept aside stay so: what is shipped is what was measured. `begin`: gives the weights to begin with.
    """
    labels = load_labels(data / "labels.yaml")
    chance = random.Random(SEED)  # noqa: S311 (reproducible, not secret)
    rows = [row for language in LANGUAGES for row in read_utterances(data / language, labels)]
    every = [(row, forms(row, labels, chance)) for row in rows]
    aside = dev_groups(rows, DEV_SHARE, SEED)
    say(f"{len(rows)} utterances, {len({row.group for row in rows})} groups, {len(aside)} of them kept aside")
    seen = [(row, found) for row, found in every if row.group not in aside]
    _train(seen, topics, labels, plan, folder, data, say, begin)
    calibration = {}
    for language in LANGUAGES:
        held = [
            one
            for row, found in every
            if row.group in aside and row.language == language
            for one in found
            if one.form != SLIPS
        ]
        if not held:
            continue
        model = judgement(data, folder, language, labels)
        calibration[language] = calibrate(model, held)
        model = replace(model, calibration=calibration[language])
        for line in report(model, held):
            say(line)
    table = {language: {form: asdict(one) for form, one in found.items()} for language, found in calibration.items()}
    (folder / CALIBRATION).write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def judgement(data: Path, folder: Path, language: str, labels: Labels) -> Judgement:
    """Returns the judgement of `language` with even weights, from freshly written files."""
    from nlu.ngrams import load_ngrams

    load_heads.cache_clear()
    return Judgement(
        language,
        load_ngrams(data / language),
        load_encoder(folder),
        load_heads(folder),
        load_concepts(data / language / "concepts.yaml"),
        tuple(labels.kind(name) == "urgent" for name in labels),
        {name: label.redirect for name, label in labels.items() if label.redirect},
        {WRITTEN: EVEN, BY_SOUND: EVEN},
    )


def _train(
    rows: Sequence[tuple[Utterance, list[Sample]]],
    topics: Sequence[Sequence[str]],
    labels: Labels,
    plan: Plan,
    folder: Path,
    data: Path,
    say: Say,
    begin: Begin,
) -> None:
    names = list(labels)
    _fit_linear(rows, names, data, say)
    texts = [one.text for _, found in rows for one in found] + [text for sayings in topics for text in sayings]
    base = begin(texts)
    folder.mkdir(parents=True, exist_ok=True)
    reader = Reader(write_pieces(base.pieces, folder / "pieces.json"))
    net = EncoderNet(base)
    say(f"{len(base.pieces)} pieces, {len(texts)} texts")
    heads = learn(net, reader, [found for _, found in rows], labels, topics, plan, say)
    export(net, folder)
    layers = (heads.classes, heads.urgent, heads.redirect)
    save_heads(
        folder / "heads.npz",
        Heads(
            tuple(names),
            REDIRECTS,
            np.concatenate([8.0 * layer.weight.detach().numpy().T for layer in layers], axis=1),
            np.concatenate([layer.bias.detach().numpy() for layer in layers]),
        ),
    )


def refit(data: Path, say: Say) -> None:
    """Fits the linear layers of all languages anew, from every utterance; encoder and calibration stay."""
    labels = load_labels(data / "labels.yaml")
    chance = random.Random(SEED)  # noqa: S311 (reproducible, not secret)
    rows = [row for language in LANGUAGES for row in read_utterances(data / language, labels)]
    _fit_linear([(row, forms(row, labels, chance)) for row in rows], list(labels), data, say)


def _fit_linear(rows: Sequence[tuple[Utterance, list[Sample]]], names: list[str], data: Path, say: Say) -> None:
    for language in LANGUAGES:
        samples = [one for row, found in rows if row.language == language for one in found]
        if samples:
            concepts = load_concepts(data / language / "concepts.yaml")
            model = linear.fit(samples, [linear.values_of(one, concepts) for one in samples], names)
            save_ngrams(data / language / WEIGHTS, model, training_stamp(data / language))
            say(f"{language}: {len(samples)} samples, {len(model.rows)} features")


def topics_of(entries: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Returns each topic's sayings, the Japanese ones also in kana."""
    return [
        [*sayings, *(reading(text) for text in sayings if any("ぁ" <= char <= "ん" for char in text))]
        for sayings in entries.values()
        if len(sayings) > 1
    ]
