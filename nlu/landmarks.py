"""Landmarks: those everybody knows, and whatever is called by a common noun; written or heard, with where from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlu.reading import canonical
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings

FILE = "landmarks.yaml"
_NEVER = "(?!)"
_CROSSING, _OF = "交差点", "の"
# さくら保育園: hiragana only from the beginning of a word
_PREFIX = r"(?:[一-龥々ァ-ヺーA-Za-z0-9]{0,10}?|(?:(?<=[、。\sのは])|^)[ぁ-ん]{2,6}?)"
_PREFIX_HEARD = r"[ァ-ネハ-ヺー]{0,8}?"
_KANA = re.compile("[ァ-ヺー]+")
_LONG_NOUN = 5  # kana; only such nouns are spotted with slips


@dataclass(frozen=True, slots=True)
class Landmark:
    """`text` in usual writing, at [start, end). `known`: one by name; `wide`: a river or a road; `placed`: with where
    from it."""

    text: str
    start: int
    end: int
    known: bool
    wide: bool = False
    placed: bool = False


@dataclass(frozen=True, slots=True)
class Landmarks:
    """`readings`: known name → how it is said; `nouns`, `tails`: written → heard, as patterns of landmarks.yaml;
    `spot`: whatever has a word of where from it, but for what is `cut` before it, and `no_spot`; `end_of`: others."""

    readings: Mapping[str, tuple[str, ...]]
    areas: Mapping[str, str]
    wide: frozenset[str]
    by_tail: re.Pattern[str]
    with_tail: re.Pattern[str]
    known: re.Pattern[str]
    area: re.Pattern[str]
    noun: re.Pattern[str]
    noun_heard: re.Pattern[str]
    tail: re.Pattern[str]
    noun_readings: Mapping[str, str]
    nouns: tuple[tuple[str, re.Pattern[str]], ...]
    tails: tuple[tuple[str, re.Pattern[str]], ...]
    lead: re.Pattern[str]
    lead_heard: re.Pattern[str]
    near: frozenset[str]
    spot: re.Pattern[str]
    cut: re.Pattern[str]
    no_spot: re.Pattern[str]
    home: re.Pattern[str]
    end_of: re.Pattern[str]
    spot_heard: re.Pattern[str]
    no_spot_heard: re.Pattern[str]

    def known_in(self, text: str) -> list[Landmark]:
        """Returns the landmarks in `text` that are known by name, as written, with what is said of where from them."""
        return [self.written_as(text, match.start(), match.end()) for match in self.known.finditer(text)]

    def written_as(self, text: str, start: int, end: int) -> Landmark:
        """Returns what stands at [start, end) of `text` as a landmark, with what is said about where from it."""
        whole, name = text[start : self._with_tail(text, end)], text[start:end]
        return Landmark(
            whole, start, end, known=True, wide=name in self.wide and whole == name, placed=len(whole) > len(name)
        )

    def spots_in(self, text: str, *, at_home: bool, asked: bool) -> list[Landmark]:
        """Returns whatever has a word of where from it behind it: もとの寮の向かい, 青い屋根の家の隣.

        `at_home`: whether 家の前 is one; not where nothing tells whose house. `asked`: whether a place was asked; if
        not, only what lies close to something is meant.
        """
        found = []
        for match in self.spot.finditer(text):
            head = match["head"]
            cuts = [cut.end() for cut in self.cut.finditer(head)]
            at = cuts[-1] if cuts else 0
            at += len(self.lead.match(head[at:])[0])  # type: ignore[index]  # matches nothing at least
            start, end = match.start() + at, self._with_tail(text, match.start("where"))
            at_home_only = not at_home and self.home.fullmatch(head[at:])
            near = asked or match["where"] in self.near
            named = near and head[at:] and not (at_home_only or self.no_spot.fullmatch(head[at:]))
            if named and not self.with_tail.search(text[start:end]):
                found.append(Landmark(text[start:end], start, end, known=False, placed=True))
        others = self.end_of.finditer(text)
        return [*found, *(Landmark(one[0], one.start(), one.end(), known=False, placed=True) for one in others)]

    def named_in(self, text: str) -> list[Landmark]:
        """Returns what is called by a common noun in written `text`: 三池の公民館の前 → 公民館の前."""
        found = []
        for match in self.noun.finditer(text):
            start = match.start() + len(self.lead.match(match[0])[0])  # type: ignore[index]  # matches nothing at least
            whole = text[start : self._with_tail(text, match.end())]
            if not self.with_tail.search(whole):
                found.append(Landmark(whole, start, match.end(), known=False, placed=len(whole) > match.end() - start))
        found += [
            Landmark(match[0], match.start(), match.end(), known=False, placed=True)
            for match in self.by_tail.finditer(text)
            if not self.no_spot.fullmatch(match[0].split(_OF)[0])
        ]
        return found

    def areas_in(self, text: str) -> list[Landmark]:
        """Returns the areas, wider than a town, that are named in `text` with a word of place behind them."""
        return [Landmark(match[0], match.start(), match.end(), known=True) for match in self.area.finditer(text)]

    def _with_tail(self, text: str, end: int) -> int:
        return self.tail.match(text, end).end()  # type: ignore[union-attr]  # matches nothing at least

    def noun_heard_as(self, name: str, kana: str, start: int, end: int) -> list[Landmark]:
        """Returns the common noun `name` heard at [start, end) of `kana` as a landmark; none if it may be who calls."""
        found = self.heard_as(name, kana, start, end, known=False)
        return [] if self.with_tail.search(found.text) else [found]

    def heard_as(self, name: str, kana: str, start: int, end: int, *, known: bool) -> Landmark:
        """Returns the landmark `name`, heard at [start, end) of `kana`, with what follows it, in usual writing."""
        tail, _ = self.tail_heard(kana, end)
        return Landmark(name + tail, start, end, known=known, wide=name in self.wide and not tail)

    def tail_heard(self, kana: str, end: int) -> tuple[str, int]:
        """Returns what is said at `end` of `kana` of where from a landmark (の前), in writing, and its end."""
        said = ""
        for _ in range(2):
            joint = re.compile("ノ?").match(kana, end)
            at = joint.end() if joint else end
            for written, heard in self.tails:
                match = heard.match(kana, at)
                if match:
                    said += ("の" if at > end else "") + written
                    end = match.end()
                    break
            else:
                break
        return said, end

    def nouns_heard(self, kana: str, own_names: Mapping[str, str]) -> list[Landmark]:
        """Returns what a common noun calls in `kana`, in usual writing. `own_names`: reading → writing of towns."""
        found = []
        for match in self.noun_heard.finditer(kana):
            before = match["before"] or ""
            before = before[self.lead_heard.match(before).end() :]  # type: ignore[union-attr]  # matches nothing at least
            name = next(written for written, heard in self.nouns if heard.match(kana, match.start("noun")))
            tail, _ = self.tail_heard(kana, match.end("noun"))
            start = match.start("noun") - len(before)
            whole = own_names.get(canonical(before), before) + name + tail
            if not self.with_tail.search(whole):
                found.append(Landmark(whole, start, match.end("noun"), known=False))
        return found

    def spots_heard(self, kana: str) -> list[Landmark]:
        """Returns whatever has a word of where from it behind it, what it is in katakana: ポンプジョーの横."""
        found = []
        for match in self.spot_heard.finditer(kana):
            tail, end = self.tail_heard(kana, match.end("head"))
            if tail and not self.no_spot_heard.search(match["head"]):
                found.append(Landmark(match["head"] + tail, match.start(), end, known=False, placed=True))
        return found

    def names(self) -> list[tuple[str, str]]:
        """(reading, writing) of the landmarks known by name."""
        return [(canonical(reading), name) for name, readings in self.readings.items() for reading in readings]

    @staticmethod
    def is_crossing(name: str) -> bool:
        """Tells whether a landmark is a crossing (香林坊交差点)."""
        return name.endswith(_CROSSING)

    def is_crossing_of(self, name: str, towns: Mapping[str, object]) -> bool:
        """Tells whether a landmark is nothing but a town's name and a common noun: 香林坊 の 交差点."""
        return self.is_crossing(name) and name.removesuffix(_CROSSING) in towns

    def long_nouns(self) -> list[tuple[str, str]]:
        """(reading, writing) of the common nouns long enough to be recognised with a slip."""
        return [(kana, name) for name, kana in self.noun_readings.items() if len(kana) >= _LONG_NOUN]


def load_landmarks(path: Path) -> Landmarks:
    """Reads landmarks.yaml. Raises BadDataError."""
    data = read_mapping(path)
    tables = {key: _table(path, data.get(key), key) for key in ("known", "areas", "nouns", "tails")}
    readings = {name: tuple(said) if isinstance(said, list) else (str(said),) for name, said in tables["known"].items()}
    for name, said in readings.items():
        if not all(_KANA.fullmatch(reading) for reading in said):
            raise BadDataError(path, name, "needs its reading in katakana, or a list of readings")
    nouns, tails = ({k: str(v) for k, v in tables[key].items()} for key in ("nouns", "tails"))
    follows, lead, lead_heard = (strings(path, data, key) for key in ("area_follows", "lead", "lead_heard"))
    weak = set(strings(path, data, "weak_tails"))
    # 寺 and 橋 begin many words: nothing but where from it stands behind them
    short = rf"(?:{_any(n for n in nouns if len(n) == 1)})(?={_any(tails)}|[^一-龥]|$)"
    heard = "|".join(f"(?:{how})" for how in nouns.values())
    tail = rf"(?:の?(?:{_any(tails)})側?){{0,2}}"
    return Landmarks(
        readings=readings,
        wide=frozenset(strings(path, data, "wide")),
        by_tail=re.compile(rf"(?:{'|'.join(strings(path, data, 'by_tail'))})(?:の?(?:{_any(tails)})側?){{1,2}}"),
        with_tail=re.compile(f"(?:{_any(strings(path, data, 'with_tail'))})$"),
        areas={name: str(said) for name, said in tables["areas"].items()},
        known=re.compile(rf"(?:{_any(readings)})"),
        area=re.compile(rf"(?:{_any(tables['areas'])})(?={'|'.join(follows)})"),
        noun=re.compile(
            rf"{_PREFIX}(?:{_any(n for n in nouns if len(n) > 1)}|{short})(?!町|の?[0-9一二三四五六七八九十]+丁目)"
        ),
        noun_heard=re.compile(rf"(?:(?<=[、。\sノワ])|^)(?P<before>{_PREFIX_HEARD})(?P<noun>{heard})"),
        tail=re.compile(tail),
        noun_readings={name: how.split("|")[0] for name, how in nouns.items() if _KANA.fullmatch(how.split("|")[0])},
        nouns=_patterns(path, nouns),
        tails=_patterns(path, tails),
        lead=re.compile(f"(?:{'|'.join(lead)})*"),
        lead_heard=re.compile(f"(?:.*(?:{'|'.join(lead_heard)}))?"),
        near=frozenset(strings(path, data, "near_tails")),
        spot=re.compile(rf"(?P<head>[^、。,.!?…\s]{{1,18}}?)の(?P<where>{_any(set(tails) - weak)})(?![一-龥々])"),
        cut=pattern(path, "cut", strings(path, data, "cut")),
        no_spot=pattern(path, "no_spot", strings(path, data, "no_spot")),
        home=pattern(path, "home", strings(path, data, "home")),
        end_of=pattern(path, "end_of", strings(path, data, "end_of")),
        spot_heard=pattern(path, "spot_heard", strings(path, data, "spot_heard")),
        no_spot_heard=pattern(path, "no_spot_heard", strings(path, data, "no_spot_heard")),
    )


def _patterns(path: Path, words: Mapping[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((written, sound_pattern(path, written, (heard,))) for written, heard in words.items())


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or _NEVER


def _table(path: Path, value: object, key: str) -> dict[str, object]:
    if not isinstance(value, dict) or not value:
        raise BadDataError(path, key, "must be a mapping of writing: reading")
    return {str(name): said for name, said in value.items()}
