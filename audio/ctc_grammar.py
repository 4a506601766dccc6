"""What was most likely said if it was a sentence of a grammar: Viterbi over a CTC head's frames, and what that loses.

A grammar is data (`audio/data/hints/<language>.yaml`): classes of words, which class may follow which. Every path
through it is weighed exactly (CTC topology of Graves et al. 2006: a sign, repeated or not, blanks between, and one
blank at least between two equal signs), so nothing is lost to a beam.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLANK = 0
"""The class that is no sign; the others are `signs[class - 1]`."""

_WINDOW = 15  # frames of 40 ms
_NEVER = np.float32(-1e9)


@dataclass(frozen=True, slots=True)
class Grammar:
    """`words`: of each class; `then`: the classes that may follow it; `begins`, `ends`: where a sentence may.

    `least`: how many words of a class an answer has at least; `most_lost`: what it may lose, see `Reading.lost`.
    """

    words: Mapping[str, tuple[str, ...]]
    then: Mapping[str, tuple[str, ...]]
    begins: tuple[str, ...]
    ends: tuple[str, ...]
    least: Mapping[str, int]
    most_lost: float


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest sentence of a grammar: (class, word) in order.

    `lost`: the natural logarithm by which its path loses, in the worst 0.6 s, against the best path without a grammar,
    >= 0. In the worst stretch, not on the whole: ten digits must not outvote the three words behind them.
    """

    words: tuple[tuple[str, str], ...]
    lost: float

    @property
    def text(self) -> str:
        return "".join(word for _, word in self.words)


class GrammarReader:
    """One grammar over one alphabet. Build it once: a few hundred signs make a chain of as many nodes.

    `signs`: what the head's classes 1, 2, ... stand for. A word with another sign can never be said, and is left out.
    """

    def __init__(self, grammar: Grammar, signs: Sequence[str]) -> None:
        self._grammar = grammar
        number_of = {sign: index + 1 for index, sign in enumerate(signs)}
        self._words: list[str] = []
        labels: list[int] = []
        firsts: list[int] = []
        lasts: list[int] = []
        classes: list[str] = []
        for name, words in grammar.words.items():
            for word in words:
                if word and all(sign in number_of for sign in word):
                    firsts.append(len(labels))
                    labels += [number_of[sign] for sign in word]
                    lasts.append(len(labels) - 1)
                    self._words.append(word)
                    classes.append(name)
        self._labels = np.array(labels, dtype=np.intp)
        self._firsts, self._lasts = np.array(firsts, dtype=np.intp), np.array(lasts, dtype=np.intp)
        self._classes = classes
        self._first_nodes = frozenset(firsts)
        self._may_begin = np.array([name in grammar.begins for name in classes])
        self._may_end = np.array([name in grammar.ends for name in classes])
        self._word_of = np.repeat(np.arange(len(firsts)), self._lasts - self._firsts + 1)
        follows = [[first in grammar.then[last] for last in classes] for first in classes]
        after_blank = np.array(follows, dtype=bool).reshape(len(classes), len(classes))
        differ = self._labels[self._firsts][:, None] != self._labels[self._lasts][None, :]
        self._bar_blank = np.where(after_blank, np.float32(0), _NEVER)
        self._bar_sign = np.where(after_blank & differ, np.float32(0), _NEVER)
        self._repeated = np.zeros(len(labels), dtype=bool)  # the sign before it in its word is the same
        self._repeated[1:] = self._labels[1:] == self._labels[:-1]

    def answer(self, log_probs: Floats) -> Reading | None:
        """The likeliest sentence of the grammar, if it may be believed that one was said; else None."""
        reading = self.read(log_probs)
        if reading is None or reading.lost > self._grammar.most_lost:
            return None
        said = Counter(name for name, _ in reading.words)
        return reading if all(said[name] >= count for name, count in self._grammar.least.items()) else None

    def read(self, log_probs: Floats) -> Reading | None:
        """`log_probs`: shape (frames, classes). None when no sentence fits into so few frames."""
        nodes, spread = len(self._labels), self._firsts
        if not nodes:
            return None
        sign, blank = np.full(nodes, _NEVER), np.full(nodes, _NEVER)
        scores = log_probs[:, self._labels]
        came = np.zeros((len(log_probs), nodes), dtype=np.int32)  # to a sign: node, or node + nodes for its blank
        rested = np.zeros((len(log_probs), nodes), dtype=bool)  # a blank that comes after a blank
        silent = np.float32(0)  # nothing said yet
        own = np.arange(nodes, dtype=np.int32)
        before = np.maximum(own - 1, 0)
        for frame, emitted in enumerate(scores):
            from_sign = np.where(self._repeated, _NEVER, sign[before])
            from_blank = blank[before]
            source = np.where(from_sign >= from_blank, before, before + nodes)
            best = np.maximum(from_sign, from_blank)
            best[spread], source[spread] = self._entered(sign, blank, silent, nodes)
            stays = sign >= best
            came[frame] = np.where(stays, own, source)
            rests = blank >= sign
            rested[frame] = rests
            quiet = log_probs[frame, BLANK]
            blank = np.maximum(blank, sign) + quiet
            sign = np.maximum(sign, best) + emitted
            silent = silent + quiet
        return self._best(log_probs, sign, blank, came, rested)

    def _entered(
        self, sign: Floats, blank: Floats, silent: np.float32, nodes: int
    ) -> tuple[Floats, npt.NDArray[np.intp]]:
        """For each word: the best score with which its first sign is entered, and from where (-1: the beginning)."""
        by_sign = self._bar_sign + sign[self._lasts]
        by_blank = self._bar_blank + blank[self._lasts]
        rows = np.arange(len(self._lasts))
        end_sign, end_blank = by_sign.argmax(1), by_blank.argmax(1)
        best_sign, best_blank = by_sign[rows, end_sign], by_blank[rows, end_blank]
        source = np.where(best_sign >= best_blank, self._lasts[end_sign], self._lasts[end_blank] + nodes)
        best = np.maximum(best_sign, best_blank)
        begins = self._may_begin & (silent >= best)
        return np.where(begins, silent, best), np.where(begins, -1, source)

    def _best(
        self, log_probs: Floats, sign: Floats, blank: Floats, came: npt.NDArray[np.int32], rested: npt.NDArray[np.bool_]
    ) -> Reading | None:
        ends = self._lasts[self._may_end]
        final = np.maximum(sign[ends], blank[ends])
        if not len(final) or final.max() <= _NEVER / 2:
            return None
        last = int(ends[final.argmax()])
        words, path = self._walked_back(last, bool(blank[last] > sign[last]), came, rested)
        lost = log_probs.max(1) - log_probs[np.arange(len(path)), path]
        windows = np.convolve(lost, np.ones(min(_WINDOW, len(lost))), "valid")
        return Reading(tuple((self._classes[word], self._words[word]) for word in words), float(windows.max()))

    def _walked_back(
        self, node: int, in_blank: bool, came: npt.NDArray[np.int32], rested: npt.NDArray[np.bool_]
    ) -> tuple[list[int], npt.NDArray[np.intp]]:
        """The words, and the class of each frame, of the path that ends in this node (in the blank behind its sign)."""
        nodes, words = len(self._labels), []
        path = np.full(len(came), BLANK, dtype=np.intp)
        for frame in range(len(came) - 1, -1, -1):
            if in_blank:
                in_blank = bool(rested[frame, node])
                continue
            path[frame] = self._labels[node]
            source = int(came[frame, node])
            if source == node:
                continue
            if node in self._first_nodes:
                words.append(int(self._word_of[node]))
            if source < 0:
                break
            node, in_blank = source % nodes, source >= nodes
        return words[::-1], path


def log_softmax(logits: Floats) -> Floats:
    """Over the last axis, in natural logarithms."""
    shifted = logits - logits.max(-1, keepdims=True)
    normal: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return normal
