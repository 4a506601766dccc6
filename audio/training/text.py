"""Word salad: sentences with grammar and no sense, so that a recogniser learns to listen and not to guess."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from audio.training.lexicon import Lexicon, Word

Random = random.Random

_WORDS = Path(__file__).with_name("data") / "ja.yaml"
_I_ROW = dict(zip("うくぐすつぬぶむる", "いきぎしちにびみり", strict=True))
_A_ROW = dict(zip("うくぐすつぬぶむる", "わかがさたなばまら", strict=True))
_TE = dict(
    zip("うくぐすつぬぶむる", ("って", "いて", "いで", "して", "って", "んで", "んで", "んで", "って"), strict=True)
)


@dataclass(frozen=True, slots=True)
class Town:
    """`name` as written, `reading` in hiragana."""

    name: str
    reading: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text to be spoken; `kind` names its pattern."""

    text: str
    kind: str


def load_towns(path: Path) -> list[Town]:
    """The gazetteer: a JSON list of {"name", "yomi", ...}. Raises ValueError naming what is wrong."""
    try:
        return [Town(row["name"], row["yomi"]) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a list of towns with 'name' and 'yomi' ({error}); correct it") from error


def hold_out(towns: Sequence[Town], count: int = 60, seed: int = 77) -> tuple[list[Town], list[Town]]:
    """(trained on, held out). Seed 77 holds out the towns that the interim model has not heard either."""
    order = list(range(len(towns)))
    random.Random(seed).shuffle(order)  # noqa: S311 - a reproducible draw, nothing secret
    held = [towns[index] for index in order[:count]]
    readings = {town.reading for town in held}
    return [town for town in towns if town.reading not in readings], held


def load_sentences(folder: Path) -> list[str]:
    """The domain's own sentences, one a line in *.txt; [headings], # remarks and blank lines are none."""
    lines = [line.strip() for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if line and line[0] not in "[#"]


class Salad:
    """Draws texts. The same `random` gives the same texts.

    `sentences` may hold {town}, {chome}, {name} and {phone}; they make up `known` of all texts.
    """

    def __init__(
        self, lexicon: Lexicon, towns: Sequence[Town], sentences: Sequence[str], random: Random, known: float = 0.1
    ) -> None:
        self._lexicon, self._towns, self._sentences, self._random = lexicon, towns, sentences, random
        content = YAML(typ="safe", pure=True).load(_WORDS.read_text(encoding="utf-8"))
        self._digits: Mapping[str, Sequence[str]] = content.pop("digit_readings")
        self._words: Mapping[str, Sequence[str]] = content
        rest = 1.0 - (known if sentences else 0.0)
        shares: dict[str, tuple[float, Callable[[], str]]] = {
            "known": (1.0 - rest, self.sentence),
            "phrases": (0.33 * rest, self.phrases),
            "words": (0.10 * rest, self.loose_words),
            "mixture": (0.12 * rest, self.mixture),
            "town": (0.16 * rest, self.town),
            "digits": (0.15 * rest, self.digits),
            "number": (0.08 * rest, self.number_phrase),
            "short": (0.06 * rest, self.short_reply),
        }
        self._kinds = list(shares)
        self._weights = [share for share, _ in shares.values()]
        self._draws = [draw for _, draw in shares.values()]

    def draw(self) -> Said:
        chosen = self._random.choices(range(len(self._kinds)), self._weights)[0]
        return Said(self._draws[chosen](), self._kinds[chosen])

    def sentence(self) -> str:
        """One of the domain's sentences, its slots filled with whatever comes."""
        sentence = self._random.choice(self._sentences)
        while "{" in sentence and "}" in sentence:
            before, _, rest = sentence.partition("{")
            slot, _, after = rest.partition("}")
            sentence = before + self._filled(slot) + after
        return (self._one("fillers") if self._chance(0.2) else "") + sentence

    def phrases(self) -> str:
        """Noun phrases with particles, a verb or a copula at the end."""
        head = self._one("fillers") if self._chance(0.12) else ""
        if self._chance(0.12):
            head += self._word(self._lexicon.adverbs)
        body = "".join(self._noun_phrase() + self._one("particles") for _ in range(self._random.choice((0, 1, 1, 2))))
        end = self._verb() + "。" if self._chance(0.75) else self._noun_phrase() + self._one("copulas")
        return head + body + end

    def loose_words(self) -> str:
        return self._random.choice(("", "、", "の")).join(
            self._noun() for _ in range(self._random.choice((1, 2, 3, 3)))
        )

    def mixture(self) -> str:
        """Pieces of everything, as when somebody starts anew in mid-sentence."""
        pieces: list[Callable[[], str]] = [
            lambda: self._noun_phrase() + self._one("particles"),
            lambda: self._verb() + "、",
            lambda: self.number() + self._one("particles"),
            lambda: self._random.choice(self._towns).name + self._one("particles"),
            lambda: self._one("fillers") + self._noun(),
            lambda: self._one("short_replies") + "、",
        ]
        return "".join(self._random.choice(pieces)() for _ in range(self._random.choice((1, 2, 3))))

    def town(self) -> str:
        """A town alone, in an address, or amid other words."""
        town, which = self._random.choice(self._towns).name, self._random.randrange(7)
        if which <= 1:
            return self._one("address_heads") + town + self._one("town_tails")
        if which == 2:
            return town + self.number()
        if which == 3:
            tail = self._random.choice(("です。", "", "になります。"))
            return self._one("address_heads") + town + self._address() + tail
        if which == 4:
            return self._noun_phrase() + self._one("particles") + town + self._one("particles") + self._verb()
        if which == 5:
            return town + "、" + self._random.choice(self._towns).name
        return self._one("fillers") + town + "の" + self._noun() + self._one("particles")

    def digits(self) -> str:
        """One to eleven digits, one by one, in groups, repeated digits included."""
        count = self._random.choice((1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 10, 10, 11))
        figures = [self._random.choice("0123456789")]
        while len(figures) < count:
            figures.append(figures[-1] if self._chance(0.12) else self._random.choice("0123456789"))
        return self._one("digit_heads") + self.spelt("".join(figures)) + self._one("digit_tails")

    def spelt(self, figures: str) -> str:
        """The figures as somebody reads them out, with one reading for each and pauses between groups."""
        reading = {d: r[0] if self._chance(0.7) else self._random.choice(r) for d, r in self._digits.items()}
        groups: list[str] = []
        while figures:
            size = self._random.choice((2, 3, 4, 4, 8))
            groups.append("".join(reading[figure] for figure in figures[:size]))
            figures = figures[size:]
        return self._one("digit_joints").join(groups)

    def number_phrase(self) -> str:
        head = self._random.choice(("", self._noun_phrase() + self._one("particles"), self._one("fillers")))
        tail = ("", "", "です。", self._one("particles"), self._one("particles") + self._verb())
        return head + self.number() + self._random.choice(tail)

    def number(self) -> str:
        """A date, a time, a sum, an address or a count."""
        pick, which = self._random.randint, self._random.randrange(7)
        if which == 0:
            return f"{self._one('eras')}{pick(1, 31)}年{pick(1, 12)}月{pick(1, 31)}日"
        if which == 1:
            minutes = self._random.choice(("", "半", f"{pick(1, 59)}分"))
            return f"{self._one('times_of_day')}{pick(0, 12)}時{minutes}{self._one('time_ends')}"
        if which == 2:
            return f"{self._random.choice((pick(1, 99) * 100, pick(1, 99) * 1000, pick(1, 99999)))}円"
        if which == 3:
            return self._address()
        if which == 4:
            return f"{pick(1, 12)}月{pick(1, 31)}日"
        return f"{self._random.choice((pick(1, 12), pick(1, 99), pick(1, 999)))}{self._one('counters')}"

    def short_reply(self) -> str:
        return (self._one("fillers") if self._chance(0.2) else "") + self._one("short_replies")

    def _filled(self, slot: str) -> str:
        if slot == "phone":
            return self.spelt("".join(self._random.choice("0123456789") for _ in range(10)))
        if slot == "name":
            return self._word(self._lexicon.names)
        return str(self._random.randint(1, 9)) if slot == "chome" else self._random.choice(self._towns).name

    def _address(self) -> str:
        pick, which = self._random.randint, self._random.randrange(4)
        if which == 0:
            return f"{pick(1, 9)}丁目{pick(1, 30)}番{pick(1, 25)}号"
        if which == 1:
            return f"{pick(1, 30)}の{pick(1, 25)}" + (f"の{pick(1, 20)}" if self._chance(0.4) else "")
        return f"{pick(1, 9)}丁目" if which == 2 else f"{pick(1, 400)}番地"

    def _noun(self) -> str:
        lexicon = self._lexicon
        kinds = (lexicon.common_nouns, lexicon.nouns, lexicon.action_nouns, lexicon.names)
        return self._word(self._random.choices(kinds, (0.35, 0.25, 0.2, 0.2))[0])

    def _noun_phrase(self) -> str:
        noun, which = self._noun(), self._random.random()
        if which < 0.15:
            return self._one("demonstratives") + noun
        if which < 0.25:
            return self._word(self._lexicon.adjective_stems) + "な" + noun
        if which < 0.33:
            return self._word(self._lexicon.adjectives) + noun
        return f"{noun}の{self._noun()}" if which < 0.5 else noun

    def _verb(self) -> str:
        """A verb in one of its forms with an ending, or a noun made a verb."""
        which = self._random.random()
        if which < 0.25:
            action = self._word(self._lexicon.action_nouns)
            return action + self._random.choice(("し" + self._one("polite_endings"), "して" + self._one("te_endings")))
        verb = self._random.choice(self._lexicon.verbs)
        stem, last, godan = verb.base[:-1], verb.base[-1], verb.conjugation.startswith("五段")
        if which < 0.55:
            return stem + (_I_ROW.get(last, "") if godan else "") + self._one("polite_endings")
        if which < 0.8:
            return stem + (_TE.get(last, "って") if godan else "て") + self._one("te_endings")
        if which < 0.9:
            return verb.base + self._one("plain_endings")
        return stem + (_A_ROW.get(last, "") if godan else "") + self._one("negative_endings")

    def _word(self, words: Sequence[Word]) -> str:
        return self._random.choice(words).base

    def _one(self, kind: str) -> str:
        return self._random.choice(self._words[kind])

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability
