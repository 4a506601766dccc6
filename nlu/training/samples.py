"""What models learn from: every utterance in the forms that recognisers write it in, with slips."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from nlu.labels import Labels
from nlu.reading import reading
from nlu.utterances import Utterance

_SLIPS = 0.07  # share of letters that a recogniser gets wrong in a noisy copy
_CONFUSED = (
    "カガ キギ クグ ケゲ コゴ サザ シジ スズ セゼ ソゾ タダ チジ ツズ テデ トド ハバ ヒビ フブ ヘベ ホボ パバ "
    "イエ ウオ ナマ ニミ ヌム ネメ ノモ ラダ リジ ルム レネ ロド ヤア ユウ ワア"
)
_SWAP = {a: b for pair in _CONFUSED.split() for a, b in (tuple(pair), tuple(pair[::-1]))}
_JOINTS = {"ja": "、", "zh": "，", "en": ", ", "ko": ", "}


@dataclass(frozen=True, slots=True)
class Sample:
    """One form of an utterance. `label` its class, `urgent`, `redirect` (0 none, else place in REDIRECTS)."""

    text: str
    label: str
    urgent: bool
    redirect: int
    group: str
    language: str
    form: str


REDIRECTS = ("none", "119", "110", "gas")
WRITTEN, SPOKEN, SLIPS, HEARD = "written", "spoken", "slips", "heard"


def forms(utterance: Utterance, labels: Labels, chance: random.Random) -> list[Sample]:
    """Returns the utterance as written; in Japanese also in kana, in kana with slips, and as it was really heard."""
    texts = {WRITTEN: utterance.text}
    if utterance.language == "ja":
        kana = reading(utterance.text)
        texts |= {SPOKEN: kana, SLIPS: misheard(kana, chance)}
        if utterance.heard:
            texts[HEARD] = utterance.heard
    else:
        texts[SLIPS] = misheard(utterance.text, chance)
    return [sample(text, utterance, labels, form) for form, text in texts.items() if text]


def sample(text: str, utterance: Utterance, labels: Labels, form: str) -> Sample:
    """Returns `text`, a form of `utterance`, with what it teaches."""
    kinds = [labels[name] for name in utterance.labels]
    redirect = next((REDIRECTS.index(kind.redirect.value) for kind in kinds if kind.redirect), 0)
    urgent = any(kind.kind == "urgent" for kind in kinds)
    return Sample(text, utterance.label, urgent, redirect, utterance.group, utterance.language, form)


def misheard(text: str, chance: random.Random) -> str:
    """Returns `text` with letters lost, doubled or (kana) confused with those that sound near."""
    out = []
    for letter in text:
        roll = chance.random()
        if roll < _SLIPS / 3:
            continue
        out.append(_SWAP.get(letter, letter) if roll < _SLIPS else letter)
    return "".join(out)


def joined(first: Sample, second: Sample) -> Sample:
    """Two matters in one breath: urgent when one of them is, of the class of that one; else of the first."""
    leading = first if first.urgent or first.redirect or not (second.urgent or second.redirect) else second
    return Sample(
        first.text.rstrip("。、. ") + _JOINTS[first.language] + second.text,
        leading.label,
        first.urgent or second.urgent,
        first.redirect or second.redirect,
        first.group,
        first.language,
        first.form,
    )


def dev_groups(rows: Sequence[Utterance], share: float, seed: int) -> set[str]:
    """Returns the groups kept aside to choose and calibrate by: of each class and language, about `share`."""
    chance = random.Random(seed)  # noqa: S311 (reproducible, not secret)
    of: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups = of.setdefault((row.language, row.label), [])
        if row.group not in groups:
            groups.append(row.group)
    kept: set[str] = set()
    for groups in of.values():
        ordered = sorted(groups)
        chance.shuffle(ordered)
        kept.update(ordered[: max(1, round(share * len(ordered))) if len(ordered) > 1 else 0])
    return kept
