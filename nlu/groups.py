"""Groups of digits and the marks between them, put together to the number that was meant: a beam over what they may be.

Laws: every reading has a cost; a whole number is worth more than any cost; of equal costs, what was said last wins.
A guess that another guess contradicts is none: such a number stays a part and is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Hamming, Levenshtein

from nlu.digits import Kind, Readings
from nlu.numbering import LOCAL, complete, domestic, groups_of, local, whole, with_zero

_BEAM = 24
_MOST = 48  # digits: a number said four times over
_REPEATED = 0.7
_SAME = 0.3  # the very same group
_AGAIN = 0.9  # begun anew without a word about it
_LATER = 1.6  # digits after a whole number that are no part of it
_GUESS = 1.0  # a cost from which a reading is a guess
_APART = 0.35  # nearer than this, two guesses contradict each other
_LOST_ZERO = 0.75
_LOST_PLUS = 0.85
_COUNTRY = "81"
_NO_CODE = 0.95
_MISHEARD_CODE = "099"
_STRAY = 2  # digits before a number that are no part of it
_LONG = 8  # digits after which "the last four are" speaks of what was said

_ECHO = 3  # digits at the end of a number said once more
_TEN, _MOBILE = 10, 11
_SHAPES = ((3, 4, 4), (3, 3, 4), (4, 3, 3), (3, 4))

PARTS = frozenset({Kind.LAST, Kind.MIDDLE, Kind.FIRST})
NAMED_AFTER = {Kind.LAST_AFTER: Kind.LAST, Kind.MIDDLE_AFTER: Kind.MIDDLE, Kind.FIRST_AFTER: Kind.FIRST}
"""Words that say after its digits which part they are: 5678 at the end."""
MARKS = PARTS | {Kind.FIX, Kind.MAYBE, Kind.AGAIN, Kind.NOT}


@dataclass(frozen=True, slots=True)
class Group:
    """Digits said in one go, with all that they may have been."""

    readings: Readings


Item = Group | Kind
"""A group, or a mark between groups: one of MARKS."""


@dataclass(frozen=True, slots=True)
class State:
    """Digits put together so far, where their groups begin, and which of them were said or spoken of last.

    `denied`: these last ones were said to be wrong ("not 0001"), what follows is right.
    """

    digits: str = ""
    starts: tuple[int, ...] = ()
    last: tuple[int, int] = (0, 0)
    cost: float = 0.0
    denied: bool = False

    def appended(self, said: str, cost: float) -> State:
        """With another group."""
        end = len(self.digits)
        return State(self.digits + said, (*self.starts, end), (end, end + len(said)), self.cost + cost)

    def replaced(self, start: int, end: int, said: str, cost: float) -> State:
        """With digits[start:end] said anew; what follows them stays."""
        starts = (*(at for at in self.starts if at < start), start, *(at for at in self.starts if at >= end))
        digits = self.digits[:start] + said + self.digits[end:]
        return State(digits, starts, (start, start + len(said)), self.cost + cost)

    def preceded(self, said: str, cost: float) -> State:
        """With the code of the area, said last."""
        size = len(said)
        return State(said + self.digits, (0, *(at + size for at in self.starts)), (0, size), self.cost + cost)

    def inserted(self, said: str) -> State | None:
        """With a group behind the first where that makes a number: the code and the end were said before it."""
        at = self.starts[1] if len(self.starts) > 1 else 0
        digits = self.digits[:at] + said + self.digits[at:]
        if not at or not complete(digits):
            return None
        starts = (*self.starts[:2], *(start + len(said) for start in self.starts[1:]))
        return State(digits, starts, (at, at + len(said)), self.cost)

    def pointed(self, start: int, end: int, cost: float) -> State:
        """With nothing new, but digits[start:end] spoken of."""
        return replace(self, last=(start, end), cost=self.cost + cost)

    def spans(self) -> tuple[tuple[int, int], ...]:
        """The groups as (start, end): as they were said, and as such a number is usually said."""
        said = tuple(zip(self.starts, (*self.starts[1:], len(self.digits)), strict=True))
        usual = groups_of(self.digits) if complete(self.digits) else ()
        return tuple(dict.fromkeys((*said, *usual)))


def put_together(items: Sequence[Item], *, guess: bool) -> str:
    """Returns the digits meant, whole with area code where they form a number. `guess`: a lost first 0 may be added."""
    plain = "".join(item.readings[0][0] for item in items if isinstance(item, Group))
    if complete(plain) and plain[:3] != plain[3:6] and not any(isinstance(item, Kind) for item in items):
        return plain
    beam = [State()]
    marks: frozenset[Kind] = frozenset()
    for item in items:
        if isinstance(item, Kind):
            marks |= {item}
            continue
        grown: dict[tuple[str, tuple[int, ...], tuple[int, int]], State] = {}
        for state in beam:
            for said, cost in item.readings:
                before = replace(state, cost=state.cost + cost) if cost else state
                for option in _after(before, said, marks) if said else (before,):
                    key = (option.digits, option.starts, option.last)
                    if len(option.digits) <= _MOST and (key not in grown or option.cost < grown[key].cost):
                        grown[key] = option
        beam = sorted(grown.values(), key=lambda state: (_hopeless(state), state.cost))[:_BEAM] or beam
        marks = frozenset()
    return domestic(_best(beam, guess=guess))


def _hopeless(state: State) -> bool:
    return len(state.digits) > 2 * _LONG


def _best(beam: Iterable[State], *, guess: bool) -> str:
    costs: dict[str, float] = {}
    plain = min(beam, key=lambda state: state.cost)
    for state in beam:
        for digits, cost in (
            (whole(domestic(state.digits)), 0.0),
            (with_zero(state.digits), _LOST_ZERO),
            (with_zero(state.digits.removeprefix(_COUNTRY)), _LOST_PLUS),
            (_mobile(state.digits), _NO_CODE),
        ):
            if complete(digits) and (guess or not cost):
                costs[digits] = min(costs.get(digits, 99.0), state.cost + cost)
    ranked = sorted(costs.items(), key=lambda item: item[1])
    if not ranked:
        return _said_once(plain.digits)
    if ranked[0][1] >= _LATER and complete(once := _said_once(plain.digits)):
        return once  # rather one stretch said twice than digits that belong to nothing
    contradicted = len(ranked) > 1 and ranked[0][1] >= _GUESS and ranked[1][1] - ranked[0][1] < _APART
    return plain.digits if contradicted else ranked[0][0]


def _mobile(digits: str) -> str:
    """Returns eleven digits as the mobile number that they were: 099… is heard for 090…, and has ten digits itself."""
    return digits[:2] + "0" + digits[3:] if len(digits) == _MOBILE and digits.startswith(_MISHEARD_CODE) else digits


def _said_once(digits: str) -> str:
    """Returns the whole number in digits that repeat it or its groups without a pause; `digits` where there is none."""
    for cut in range(1, len(digits) - LOCAL + 1):
        before, rest = digits[:cut], digits[cut:]
        if complete(whole(rest)) and rest.startswith(before):
            return whole(rest)  # begun anew
    for end in (_TEN, _MOBILE):
        number, rest = digits[:end], digits[end:]
        if complete(number) and len(rest) >= _ECHO and (number.endswith(rest) or number.startswith(rest)):
            return number
    once = {digits[:at] + digits[at + size :] for size, at in _doubled(digits)}
    whole_once = {whole(number) for number in once if complete(whole(number))}
    if len(whole_once) == 1:
        return whole_once.pop()
    for sizes in _SHAPES:
        number = _undoubled(digits, sizes)
        if complete(whole(number)):
            return whole(number)
    return digits


def _doubled(digits: str) -> Iterator[tuple[int, int]]:
    """Yields (size, start) of each stretch of two digits or more that is said twice on end."""
    for size in range(2, LOCAL + 1):
        for at in range(len(digits) - 2 * size + 1):
            if (at or size > len("09")) and digits[at : at + size] == digits[at + size : at + 2 * size]:
                yield size, at


def _undoubled(digits: str, sizes: tuple[int, ...]) -> str:
    """Returns `digits` with each group of `sizes` once where it was said twice; "" where they do not fit."""
    at, groups = 0, []
    for size in sizes:
        group = digits[at : at + size]
        at += 2 * size if digits[at + size : at + 2 * size] == group else size
        groups.append(group)
    return "".join(groups) if at == len(digits) else ""


def _after(state: State, said: str, marks: frozenset[Kind]) -> Iterator[State]:
    """Yields what may be meant when `said` follows, with the marks that stood between."""
    if not state.digits:
        yield state if Kind.NOT in marks else state.appended(said, 0.0)
    elif state.denied:
        yield state.replaced(*state.last, said, 0.0 if state.last[1] - state.last[0] == len(said) else 0.5)
    elif marks & {Kind.FIX, Kind.MAYBE} and not marks & (PARTS | {Kind.NOT}):
        yield from _corrected(state, said, sure=Kind.FIX in marks)
    elif marks & PARTS:
        yield from _part(state, said, marks, fixed=bool(marks & {Kind.FIX, Kind.MAYBE}))
    elif Kind.NOT in marks:
        yield from (replace(named, denied=True) for named in _named(state, said, 0.0))
        yield state.pointed(*state.last, 1.0)
    else:
        yield from _continued(state, said, again=Kind.AGAIN in marks)


def _continued(state: State, said: str, *, again: bool) -> Iterator[State]:
    digits, start = state.digits, state.starts[-1]
    if state.last[0] == 0 and len(state.starts) > 1 and not complete(digits) and (inserted := state.inserted(said)):
        yield inserted  # the end was said first, then how it begins
        return
    whole_already = complete(digits) or local(digits)
    if len(digits) < len("076") or digits[0] != "0" or not said.startswith(digits):
        yield state.appended(said, 0.6 if again else 0.0)
    before = digits[start:]
    if said.startswith(before) and (len(before) > 1 or len(said) > 1):
        yield state.replaced(start, len(digits), said, _REPEATED if said != before else _SAME)
    elif before.startswith(said) and len(said) > 1:
        yield state.pointed(start, len(digits), _REPEATED)
    if said[0] == "0" or whole_already or again:
        yield State(said, (0,), (0, len(said)), state.cost + (0.1 if again else _AGAIN))
    for restart in state.starts[1:-1]:
        # 090、1234の56、1234の5678: two groups once more
        if len(said) > 1 and digits[restart:].startswith(said) and restart < start:
            yield state.replaced(restart, len(digits), said, _AGAIN + 0.1)
        # 2、3、0…、2390: said digit by digit, then in one
        begun = digits[restart:]
        if 1 < len(begun) < len(said) and said.startswith(begun):
            yield state.replaced(restart, len(digits), said, _AGAIN)
    if len(digits) <= _STRAY and digits[0] != "0":
        yield State(said, (0,), (0, len(said)), state.cost + 1.2)  # 最後の6が9で、260の…
    if local(digits) and said.startswith("0") and complete(said + digits):
        yield state.preceded(said, _REPEATED)
    if whole_already:
        yield from _named(state, said, 0.5)
        yield state.pointed(*state.last, _LATER)


def _named(state: State, said: str, cost: float) -> Iterator[State]:
    """A group that stands in the number already: what follows is about it."""
    spans = [span for span in state.spans() if state.digits[slice(*span)] == said]
    if not spans and state.digits.endswith(said):
        spans = [(len(state.digits) - len(said), len(state.digits))]
    if not spans and state.digits.count(said) == 1:
        spans = [(state.digits.index(said), state.digits.index(said) + len(said))]
    for span in spans:
        yield state.pointed(*span, cost)


def _pointed(state: State, said: str, marks: frozenset[Kind]) -> Iterator[State]:
    """最後の6を…, 最初の90を…: digits of that part, spoken of to be corrected."""
    digits, size = state.digits, len(said)
    if size >= len(digits) or not (complete(digits) or local(digits)):
        return
    spans = state.spans()
    part = spans[-1] if Kind.LAST in marks else spans[0] if Kind.FIRST in marks else (0, 0)
    at = digits.rfind(said, *part) if Kind.LAST in marks else digits.find(said, *part)
    if at >= 0:
        yield state.pointed(at, at + size, 0.2)


def _corrected(state: State, said: str, *, sure: bool) -> Iterator[State]:
    digits, size = state.digits, len(said)
    yield state.appended(said, 1.3 if sure else 0.2)
    extra = 0.0 if sure else 0.4
    if said[0] == "0" or complete(digits) or local(digits):
        yield State(said, (0,), (0, size), state.cost + extra + (0.3 if said[0] == "0" and size > 1 else 0.6))
    ends = (*state.starts[1:], len(digits))
    for back, (start, end) in enumerate(zip(reversed(state.starts), reversed(ends), strict=True)):
        unlike = min(_unlike(digits[start:end], said), _unlike(digits[start:], said))
        yield replace(
            state.replaced(start, len(digits), said, extra + 0.1 * back + unlike),
            starts=(*(at for at in state.starts if at < start), start),
        )
    if size < len(digits):
        start = len(digits) - size
        yield state.replaced(start, len(digits), said, extra + 0.15 + 0.5 * _unlike(digits[start:], said))
    for start, end in {state.last, *state.spans()}:
        if end - start == size and end < len(digits):
            near = 0.0 if (start, end) == state.last else 0.3
            yield state.replaced(start, end, said, extra + near + _unlike(digits[start:end], said))


def _unlike(before: str, said: str) -> float:
    """How little a correction resembles what it corrects: people get one or two digits wrong."""
    if len(before) != len(said):
        # 731, no, 7321: one digit was left out
        one = len(said) - len(before) == 1 and len(before) > 1 and Levenshtein.distance(before, said) == 1
        return 0.15 if one else 0.5
    return 0.4 * float(Hamming.normalized_distance(before, said))


def _part(state: State, said: str, marks: frozenset[Kind], *, fixed: bool) -> Iterator[State]:
    digits, size = state.digits, len(said)
    out_of_order = Kind.MIDDLE in marks and state.last[1] < len(digits)
    yield state.appended(said, 1.4 if fixed or out_of_order else 0.0)
    if Kind.FIRST in marks and said.startswith("0") and digits[0] != "0" and len(said + digits) <= _MOBILE:
        yield state.preceded(said, 0.0 if complete(said + digits) else 0.3)
    if Kind.FIRST in marks and local(digits) and complete(f"0{said}{digits}"):
        yield state.preceded(f"0{said}", 0.1)  # the area code is seventy-six
    if Kind.MIDDLE in marks and (inserted := state.inserted(said)):
        yield inserted
    yield from _pointed(state, said, marks)
    if size >= len(digits):
        return
    cost = 0.1 if fixed or len(digits) >= _LONG else 0.6
    if Kind.LAST in marks:
        yield state.replaced(len(digits) - size, len(digits), said, cost)
    if Kind.FIRST in marks:
        yield state.replaced(0, size, said, cost)
    if Kind.MIDDLE in marks:
        for start, end in state.spans()[1:]:
            if end == len(digits) or start == 0:
                continue
            if end - start == size:
                yield state.replaced(start, end, said, cost)
            elif size < end - start:
                yield state.replaced(end - size, end, said, cost + 0.2)
