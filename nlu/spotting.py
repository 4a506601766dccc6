"""Spotting known names in kana, slips of the recogniser forgiven: which name, where, and how many bits speak for it.

Each kana of a stretch is weighed as a slip of the name's kana against ordinary speech (nlu.slips): a noisy channel with
a garbage model, as in keyword spotting (Rose & Paul 1990). Positions are those of the kana text, punctuation included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlu.reading import canonical
from nlu.slips import NUMBER, Floats, Slips

_STOPS = frozenset("。!?")
_NEVER = np.float32(-1e6)
_LONGEST = 16  # kana of a name; none is longer
_WINDOW = 22  # kana in which a name is looked for: the longest, and what slips may add
_LEAST_SHARE = 0.3  # of a name's pairs of kana that must stand in the window, in any order
_MOST_WEIGHED = 36  # names
_PAUSE_INSIDE = np.float32(-1.0)  # bits

Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Spotted:
    """`word`: the name's number in the list, at [start, end) of the text. `bits` for it; `exact`: to the letter."""

    word: int
    start: int
    end: int
    bits: float
    exact: bool


class Heard:
    """A kana text as it is searched: every position as it stands, and as a long vowel where it may be one."""

    def __init__(self, kana: str, slips: Slips) -> None:
        self.kana = kana
        self.long = _with_long_vowels(kana)
        self.numbers = np.array([NUMBER.get(sign, -1) for sign in kana], dtype=np.intp)
        self.longs = np.array([NUMBER.get(sign, -1) for sign in self.long], dtype=np.intp)
        self.lengthens = self.numbers != self.longs
        before = np.concatenate([[-1], self.longs[:-1]])
        self.usual: Floats = np.where(self.longs >= 0, slips.usual[before, self.longs], 0.0).astype(np.float32)
        self.added: Floats = np.where(
            self.longs >= 0, np.maximum(slips.added[self.numbers], slips.added[self.longs]), _PAUSE_INSIDE
        ).astype(np.float32)
        self.stop = np.array([sign in _STOPS for sign in kana], dtype=bool)

    def is_at(self, name: str, start: int, end: int) -> bool:
        """Tells whether [start, end) is `name` (canonical) to the letter."""
        pairs = zip(name, self.kana[start:end], self.long[start:end], strict=False)
        return end - start == len(name) and all(kana in (sign, long) for kana, sign, long in pairs)


def _with_long_vowels(kana: str) -> str:
    """Returns `kana` with ー for each vowel that lengthens the kana before it; the length stays."""
    pairs = (kana[at - 1 : at + 1] for at in range(1, len(kana)))
    return kana[:1] + "".join("ー" if canonical(pair)[1:] == "ー" else pair[1] for pair in pairs)


class Spotter:
    """A list of names (canonical kana) to be spotted. Build it once; pure."""

    def __init__(self, names: Sequence[str], slips: Slips) -> None:
        self.names = tuple(name[:_LONGEST] for name in names)
        self.slips = slips
        numbers = np.full((len(self.names), _LONGEST), -1, dtype=np.intp)
        for row, name in enumerate(self.names):
            numbers[row, : len(name)] = [NUMBER[kana] for kana in name]
        self._lengths = np.array([len(name) for name in self.names], dtype=np.intp)
        here = numbers >= 0
        # bits of hearing each kana at each place of each name, over losing that place; the last row: what is no kana
        lost = np.where(here, slips.lost[numbers], 0.0)
        heard = np.where(here[None], slips.heard.T[:, numbers] - lost[None], _NEVER)
        self._heard: Floats = np.concatenate([heard, np.full((1, *numbers.shape), _NEVER)]).astype(np.float32)
        self._lost: Floats = lost.sum(1).astype(np.float32)
        self._loses: Floats = lost.astype(np.float32)
        pairs = [_pairs(name) for name in self.names]
        kinds = sorted(set().union(*pairs)) if pairs else []
        self._kind = {pair: index for index, pair in enumerate(kinds)}
        self._has = np.zeros((len(kinds), len(self.names)), dtype=np.uint8)
        for row, own in enumerate(pairs):
            self._has[[self._kind[pair] for pair in own], row] = 1
        self._pairs = self._has.sum(0).astype(np.float32)

    def spot(
        self, heard: Heard, enter: Floats, leave: Floats, prior: Floats, at_least: float, most: int
    ) -> list[Spotted]:
        """Returns each name once, where it fits best, the likeliest first: `most` of them, with `at_least` bits.

        `enter[i]`, `leave[i]`: bits for a name that begins (ends) at position i, shape (len + 1,); `prior`: for a name.
        """
        rows, begins = self._likely(heard)
        if not len(rows):
            return []
        best, ends = self._weighed(heard, rows, begins, enter, leave)
        best = best + prior[rows]
        found = []
        for at in np.argsort(-best, kind="stable")[:most]:
            if best[at] < at_least:
                break
            row, end = int(rows[at]), int(ends[at])
            start = self._start(heard, row, end, enter)
            found.append(Spotted(row, start, end, float(best[at]), heard.is_at(self.names[row], start, end)))
        return found

    def _likely(self, heard: Heard) -> tuple[Ints, Ints]:
        """The names that share enough pairs of kana with a window of the text, and where that window begins."""
        texts = (heard.kana,) if heard.kana == heard.long else (heard.kana, heard.long)
        known = sorted(
            {
                (at, self._kind[first + second])
                for text in texts
                for step in (1, 2)
                for at, (first, second) in enumerate(zip(text, text[step:], strict=False))
                if first + second in self._kind
            }
        )
        if not known:
            return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
        places = sorted({at for at, _ in known})
        line = {at: index for index, at in enumerate(places)}
        shares = np.zeros((len(places) + 1, len(self.names)), dtype=np.uint8)
        for at, pair in known:
            shares[line[at] + 1] += self._has[pair]
        # a window from each place that has a pair; sums may run over, their differences do not
        sums = shares.cumsum(0, dtype=np.uint8)
        until = np.searchsorted(places, np.array(places) + _WINDOW - 4)
        windows = sums[until] - sums[: len(places)]
        best = windows.argmax(0)
        share = windows[best, np.arange(len(self.names))] / self._pairs
        rows = np.flatnonzero(share >= _LEAST_SHARE)
        if len(rows) > _MOST_WEIGHED:
            rows = rows[np.argpartition(-share[rows], _MOST_WEIGHED)[:_MOST_WEIGHED]]
        return rows, np.maximum(np.array(places)[best[rows]] - 2, 0)

    def _weighed(self, heard: Heard, rows: Ints, begins: Ints, enter: Floats, leave: Floats) -> tuple[Floats, Ints]:
        """For each name its best bits and where it then ends: Viterbi over its window, all names at once."""
        count, size = len(rows), len(heard.kana)
        width = int(self._lengths[rows].max())
        last = np.arange(count), self._lengths[rows]
        state = np.full((count, width + 1), _NEVER, dtype=np.float32)
        moved = state.copy()
        best, ends = np.full(count, _NEVER, dtype=np.float32), np.zeros(count, dtype=np.intp)
        before = np.concatenate([[0.0], heard.usual.cumsum()]).astype(np.float32)  # bits of ordinary speech so far
        for step in range(min(_WINDOW, size)):
            at = np.minimum(begins + step, size - 1)
            state[:, 0] = enter[at] + before[at]
            fits = self._heard[heard.numbers[at], rows, :width]
            if heard.lengthens[at].any():
                fits = np.maximum(fits, self._heard[heard.longs[at], rows, :width])
            np.add(state[:, :-1], fits, out=moved[:, 1:])
            state += heard.added[at][:, None]
            state[last] = _NEVER  # nothing is added behind a name
            np.maximum(state[:, 1:], moved[:, 1:], out=state[:, 1:])
            np.maximum.accumulate(state, axis=1, out=state)
            state[heard.stop[at] | (begins + step >= size)] = _NEVER
            here = state[last] + (leave[at + 1] - before[at + 1])
            better = here > best
            best[better], ends[better] = here[better], at[better] + 1
        return best + self._lost[rows], ends

    def _start(self, heard: Heard, row: int, end: int, enter: Floats) -> int:
        """Where the name that ends at `end` begins: the same weighing, backwards, of one name."""
        size = len(self.names[row])
        first = max(0, end - _WINDOW)
        numbers, longs = heard.numbers[first:end], heard.longs[first:end]
        fits = (
            np.maximum(self._heard[numbers, row, :size], self._heard[longs, row, :size]) - heard.usual[first:end, None]
        )
        added = (heard.added[first:end] - heard.usual[first:end]).tolist()
        # bits from here to the end, by how many kana of the name are done
        column = [0.0] * (size + 1)
        found, most = end, float(_NEVER)
        for at in range(end - 1, first - 1, -1):
            if heard.stop[at]:
                break
            fit, extra = fits[at - first].tolist(), added[at - first]
            now = [float(_NEVER)] * (size + 1)
            for done in range(size - 1, -1, -1):
                now[done] = max(column[done + 1] + fit[done], column[done] + extra, now[done + 1])
            column = now
            if column[0] + enter[at] > most:
                found, most = at, column[0] + float(enter[at])
        return found


def _pairs(kana: str) -> set[str]:
    """Neighbours, and kana with one between."""
    return {first + second for step in (1, 2) for first, second in zip(kana, kana[step:], strict=False)}
