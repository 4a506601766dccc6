"""Fits an index to labelled calls: how the searches are fused, when a topic is spoken, and when two are a choice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from faq_index.logistic import fit

Matrix = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]

NO_TOPIC = -1
MAX_ANSWERED_OUT_OF_SCOPE = 0.025
"""A wrong answer to somebody who asked something else costs more than one question back. The aim is 0.03 on calls that
set no threshold; what was fitted on few calls does a little worse on others."""
MAX_OFFERED_OUT_OF_SCOPE = 0.04
BORROWED = 0.15
"""Share of the callers out of scope who use our words about another matter (an estimate: the labelled ones are half of
all, written to be hard)."""
# A topic that was not meant is worse than a question back, and the caller still has to be helped afterwards.
WRONG_COSTS = 2.0
# An offer of two topics, neither of them meant, costs a "no" and a question back.
VAIN_COSTS = 1.0
CLOSE = 0.3
"""How far the second may be from the first in a choice: nobody is asked about what is far-fetched."""
APART = 0.1
"""How far the second must be from the first in an answer: whoever is asked about the two loses less than by the wrong
one (on held-out calls nearer than this, every fourth answer was wrong)."""
RIDGE = 1e-3
FOLDS = 5
_WEIGHTS = tuple((v, n) for v in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9) for n in (0.0, 0.1, 0.2, 0.3) if v + n < 0.95)
SIGNS, MARGIN = (1, 1, 1, -1, 1, -1, 1, -1, 1, -1, -1, 1), 1
"""Which way each column of evidence may speak (see `_evidence`), and which is the distance to the second. Left free,
what was written to be hard teaches that likeness speaks against a topic: it borrows whole sayings."""


@dataclass(frozen=True, slots=True)
class Judge:
    """How sure a decision is: logistic in the evidence; `least` is where it is taken. As it is made, it never is."""

    coefficients: tuple[float, ...] = (0.0,) * (len(SIGNS) + 1)
    least: float = 2.0

    def sure(self, evidence: Numbers) -> Numbers:
        """In [0, 1], shape (calls,)."""
        weights = np.array(self.coefficients)
        return np.asarray(1 / (1 + np.exp(-np.clip(evidence @ weights[:-1] + weights[-1], -50, 50))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores of different models lie in different ranges (cosines of E5 in 0.7–1.0), so `*_low` maps to 0 and `*_high`
    to 1. `answer`: is the best topic right; `offer`: is one of the best two."""

    vote_high: float = 1.0
    near_low: float = 0.0
    near_high: float = 1.0
    lexical_high: float = 1.0
    vote_weight: float = 0.6
    near_weight: float = 0.2
    answer: Judge = field(default_factory=Judge)
    offer: Judge = field(default_factory=Judge)

    def fuse(self, vote: Matrix, near: Matrix, lexical: Matrix) -> Matrix:
        """Scores in [0, 1], of the shape of all three."""
        voted = np.clip(vote / self.vote_high, 0, 1)
        close = np.clip((near - self.near_low) / (self.near_high - self.near_low), 0, 1)
        alike = np.clip(lexical / self.lexical_high, 0, 1)
        rest = 1 - self.vote_weight - self.near_weight
        return np.asarray(self.vote_weight * voted + self.near_weight * close + rest * alike, dtype=np.float32)

    def decide(self, calls: Scored) -> tuple[Matrix, Flags, Flags]:
        """The fused scores; which calls are answered with their best topic; which are offered their best two."""
        fused = self.fuse(calls.vote, calls.near, calls.lexical)
        evidence = _evidence(fused, calls)
        answered = _apart(evidence, self.answer.sure(evidence)) >= self.answer.least
        close = evidence[:, MARGIN] <= CLOSE
        return fused, answered, ~answered & close & (self.offer.sure(evidence) >= self.offer.least)


@dataclass(frozen=True, slots=True)
class Scored:
    """Raw scores of calls: shape (calls, topics + 1); the last column is what is out of scope. `strange`, `ours`: shape
    (calls,); how many of the words no saying uses, and how much the words are those of our callers (Gate)."""

    vote: Matrix
    near: Matrix
    lexical: Matrix
    strange: Numbers
    ours: Numbers


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of labelled calls, each of shape (calls,). `wanted`: the topic's column, or NO_TOPIC where no
    answer is right; `borrowed`: out of scope in our words; `group`: forms of one call have the same."""

    wanted: npt.NDArray[np.int64]
    borrowed: Flags
    group: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in [0, 1] on the labelled calls, decided by what was fitted to the others: best topic right; answered
    rightly; answered with another topic; answered although out of scope; not answered but offered the right topic as
    one of two; offered two others; offered although out of scope."""

    hit_at_1: float = 0.0
    answered_right: float = 0.0
    answered_wrong: float = 0.0
    answered_out_of_scope: float = 0.0
    offered_right: float = 0.0
    offered_wrong: float = 0.0
    offered_out_of_scope: float = 0.0


def calibrate(calls: Scored, known: Known) -> tuple[Calibration, Figures]:
    """Without calls of both kinds there is nothing to set: then nothing is answered."""
    inside = known.wanted != NO_TOPIC
    if not inside.any() or inside.all():
        return Calibration(), Figures()
    chosen = _fusion(calls, known, inside)
    fused = chosen.fuse(calls.vote, calls.near, calls.lexical)
    order = np.argsort(-np.pad(fused[:, :-1], ((0, 0), (0, 1))), axis=1, kind="stable")[:, :2]
    right = order[:, 0] == known.wanted
    among = (order == known.wanted[:, None]).any(axis=1)
    evidence, weights = _evidence(fused, calls), _weights(known, inside)
    answer, sure = _judge(evidence, right, weights, known.group)
    sure = _apart(evidence, sure)
    least = _least(sure, right, inside, weights, (MAX_ANSWERED_OUT_OF_SCOPE, WRONG_COSTS))
    answered = sure >= least
    close = evidence[:, MARGIN] <= CLOSE
    offer, sure_of_two = _judge(evidence, among, weights, known.group)
    least_of_two = _least(
        np.where(answered | ~close, -1.0, sure_of_two), among, inside, weights, (MAX_OFFERED_OUT_OF_SCOPE, VAIN_COSTS)
    )
    offered = ~answered & close & (sure_of_two >= least_of_two)
    outside = weights[~inside] / weights[~inside].sum()
    figures = Figures(
        hit_at_1=float(right[inside].mean()),
        answered_right=float((answered & right)[inside].mean()),
        answered_wrong=float((answered & ~right)[inside].mean()),
        answered_out_of_scope=float(outside @ answered[~inside]),
        offered_right=float((offered & among)[inside].mean()),
        offered_wrong=float((offered & ~among)[inside].mean()),
        offered_out_of_scope=float(outside @ offered[~inside]),
    )
    return replace(chosen, answer=replace(answer, least=least), offer=replace(offer, least=least_of_two)), figures


def _fusion(calls: Scored, known: Known, inside: Flags) -> Calibration:
    """The scales, and the weights by which most calls find their topic first (of equals: the higher it ranks)."""
    near_low = float(np.median(calls.near[~inside, :-1].max(axis=1)))
    # the floors keep the scales upright for a model that tells nothing apart
    high = {
        name: max(float(np.quantile(scores[inside, :-1].max(axis=1), 0.95)), low + 1e-3)
        for name, scores, low in (
            ("vote", calls.vote, 0.0),
            ("near", calls.near, near_low),
            ("lexical", calls.lexical, 0.0),
        )
    }
    best = (-1.0, Calibration())
    for vote, near in _WEIGHTS:
        tried = Calibration(high["vote"], near_low, high["near"], high["lexical"], vote, near)
        topics = tried.fuse(calls.vote, calls.near, calls.lexical)[inside, :-1]
        wanted = topics[np.arange(len(topics)), known.wanted[inside]]
        places = (topics > wanted[:, None]).sum(axis=1) + 1
        worth = float((places == 1).mean() + 0.1 * (1 / places).mean())
        best = max(best, (worth, tried), key=lambda pair: pair[0])
    return best[1]


def _evidence(fused: Matrix, calls: Scored) -> Numbers:
    """What a decision looks at, one row a call: the best score, its distance to the second, that to the third; all
    three searches of the best topic and of what is out of scope; what the words are."""
    topics = np.pad(fused[:, :-1], ((0, 0), (0, 2)))  # one topic alone has no second, two have no third
    order = np.argsort(-topics, axis=1, kind="stable")[:, :3]
    first, second, third = np.take_along_axis(topics, order, axis=1).T
    rows, best = np.arange(len(fused)), order[:, 0]
    searches = [scores[rows, place] for scores in (calls.vote, calls.near, calls.lexical) for place in (best, -1)]
    columns = [first, first - second, second - third, fused[:, -1], *searches, calls.strange, calls.ours / 10]
    return np.stack(columns, axis=1).astype(np.float64)


def _apart(evidence: Numbers, sure: Numbers) -> Numbers:
    """`sure`, but −1 for calls whose two best topics are nearer than APART."""
    return np.where(evidence[:, MARGIN] >= APART, sure, -1.0)


def _weights(known: Known, inside: Flags) -> Numbers:
    """Half for calls in scope, half for those out of scope, of which BORROWED for those in our words."""
    weights = np.zeros(len(inside))
    hard, easy = known.borrowed & ~inside, ~known.borrowed & ~inside
    share = BORROWED if hard.any() and easy.any() else float(hard.any())
    for part, whole in ((inside, 0.5), (hard, 0.5 * share), (easy, 0.5 * (1 - share))):
        weights[part] = whole / max(int(part.sum()), 1)
    return weights


def _judge(evidence: Numbers, right: Flags, weights: Numbers, group: npt.NDArray[np.int64]) -> tuple[Judge, Numbers]:
    """A judge fitted to all calls, and how sure judges are that were fitted to the others, shape (calls,)."""
    sure = np.zeros(len(right))
    for fold in range(FOLDS):
        left = group % FOLDS == fold
        if left.any() and not left.all():
            sure[left] = Judge(_fitted(evidence[~left], right[~left], weights[~left])).sure(evidence[left])
    return Judge(_fitted(evidence, right, weights)), sure


def _fitted(evidence: Numbers, right: Flags, weights: Numbers) -> tuple[float, ...]:
    """Of evidence that is first brought to one scale; the coefficients are those of the evidence as it is."""
    mean, spread = evidence.mean(axis=0), evidence.std(axis=0) + 1e-6
    found = fit((evidence - mean) / spread, right, weights, RIDGE, SIGNS)
    plain = found[:-1] / spread
    return (*(float(one) for one in plain), float(found[-1] - plain @ mean))


def _least(sure: Numbers, right: Flags, inside: Flags, weights: Numbers, limits: tuple[float, float]) -> float:
    """The lowest sureness worth acting on. `limits`: the share of calls out of scope that may be acted on, and what a
    wrong act costs beside a right one."""
    most, costs = limits
    order = np.argsort(-sure, kind="stable")
    share = weights[order] / weights[~inside].sum()
    outside = np.cumsum(np.where(inside[order], 0, share))
    worth = np.cumsum(np.where(inside[order], np.where(right[order], 1.0, -costs), 0.0))
    tied = np.append(sure[order][:-1] == sure[order][1:], False)  # no bound lies between equals
    worth[(outside > most) | (sure[order] <= 0) | tied] = -np.inf
    place = int(worth.argmax())
    if worth[place] <= 0:
        return 2.0
    # in the middle between this call and the next: the next one set no limit by an accident of its own
    after = sure[order[place + 1]] if place + 1 < len(order) else sure[order[place]]
    return float((sure[order[place]] + max(after, 0.0)) / 2)
