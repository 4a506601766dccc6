"""A place in writing: by the names that stand there, by other characters of the same sound, or else by sound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlu.address import Chome, Grammar, Lot
from nlu.found import Findings, FoundTown, among, best_landmark, blanked, joined, longest
from nlu.gazetteer import Gazetteer, Kind, Written
from nlu.hearing import Hearing
from nlu.homophones import Homophone, Homophones
from nlu.kanji import coarse
from nlu.landmarks import Landmark, Landmarks
from nlu.meaning import Expecting
from nlu.neighbours import City, Neighbours
from nlu.words import Words

_KANJI = re.compile(r"[一-鿿々]")
_KANA = re.compile(r"[ぁ-ゖァ-ヺー]{3,}町?$")
_TOWN_END = re.compile("町|台|丘|チョー|(?<=[^0-9一二三四五六七八九十])の")
_TOWNS_PEOPLE = "内会"
_TOWN, _PREFECTURE, _TOPIC = "町", "県", "は"
_PAUSE = re.compile("[、。]")
_NUMERAL = re.compile("[0-9一二三四五六七八九十百]")
_SHORT = 3  # characters, kana; a shorter name is a surname or a word as well
_LONG_BEFORE = 6  # characters
_LOOKED_AT = 120  # characters; of a longer text only what stands near numbers is tried with other characters
_NEAR_NUMBER = 14  # characters


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that can be read."""

    gazetteer: Gazetteer
    landmarks: Landmarks
    neighbours: Neighbours
    homophones: Homophones
    hearing: Hearing
    numbers: Grammar
    words: Words

    def look(self, text: str, kana: str, expecting: Expecting, *, guess: bool, lot_asked: bool) -> Findings:
        """Returns what `text`, whose reading is `kana`, says of a place. `guess`: towns may be found by sound, too."""
        chomes = self.numbers.chomes(text)
        known = self._known(text, chomes)
        # 何番やったかな、六十の五: whatever else was said, there is an answer
        guess = guess or (lot_asked and self.numbers.last_lot(text, [], [], asked=False) is not None)
        city = self._city(text, asked=expecting is Expecting.PLACE)
        written = self._town(text, known, expecting)
        if written and city and city.start < written.start and not self._beyond(text, city, written):
            written = None
        town = self._as_written(self._told_apart(written, text), text, expecting) if written else None
        if guess and city is None and not self._explained(text, written) and self._may_sound(text, chomes, expecting):
            town = self._by_sound(text, kana, known, expecting, written) or town
        ends, anchors = [chome.end for chome in chomes], self._behind(town, text, chomes, known)
        said = [*_spans(known), *((chome.start, chome.end) for chome in chomes)]
        said += [(town.start, town.end)] if town and town.end else []
        numbered = bool(ends or anchors or lot_asked)
        return Findings(
            town=town,
            chome=chomes[-1].value if chomes else None,
            lot=self.numbers.last_lot(blanked(text, said), anchors, ends, asked=lot_asked) if numbered else None,
            landmark=self._landmark(text, known, written, city, asked=expecting is Expecting.PLACE),
            city=city.municipality if city else None,
        )

    def _known(self, text: str, chomes: Sequence[Chome]) -> list[Landmark]:
        """The landmarks known by name; none is part of a town's name (上近江町) or a number behind a chome."""
        towns, lots = self.gazetteer.written(text), [self.numbers.lot_at(text, chome.end) for chome in chomes]
        return [
            one
            for one in self.landmarks.known_in(text)
            if not any(town.start <= one.start and one.end <= town.end for town in towns)
            and not any(_overlaps(one, lot) for lot in lots)
        ]

    def _city(self, text: str, *, asked: bool) -> City | None:
        """The first municipality, one of a prefecture before the prefecture."""
        found = []
        for city in self.neighbours.written(text):
            after = text[city.end :]
            if self.words.person.match(after) or self.numbers.negated.match(after):
                continue
            if city.certain_word or asked or self.words.careful_follows.match(after):
                found.append(city)
        return min(found, key=lambda city: (city.municipality.endswith(_PREFECTURE), city.start), default=None)

    def _beyond(self, text: str, city: City, town: Written) -> bool:
        """Whether a town is said for itself after a municipality, not as a part of it: 野々市の隣です、西泉二丁目."""
        apart = _PAUSE.search(text, city.end, town.start) is not None
        return apart and town.town.name not in self.neighbours.only_after and self._numbered(text, town)

    def _numbered(self, text: str, town: Written) -> bool:
        """Whether a chome or a lot follows."""
        return bool(self.words.number.match(text, town.end)) or self.numbers.lot_at(text, town.end) is not None

    # --- by the names that stand there ---------------------------------------------------------

    def _town(self, text: str, known: Sequence[Landmark], expecting: Expecting) -> Written | None:
        """The town that stands in writing, one with a number before others; the last: people correct themselves."""
        towns = [
            town
            for town in (*self.gazetteer.written(text), *self.gazetteer.halved(text))
            if self._plausible(text, town, expecting) and not self._is_landmark(town, known)
        ]
        there = [town for town in towns if not self.words.toward.match(text[town.end :])] or towns
        return max(
            there,
            key=lambda town: (
                self._numbered(text, town),
                bool(self.words.numbered.match(text, town.end)),
                town.kind is not Kind.STEM,
                not self.words.facility.match(text, town.end),
                not text.startswith(_TOPIC, town.end),
                town.start,
            ),
            default=None,
        )

    def _is_landmark(self, town: Written, known: Sequence[Landmark]) -> bool:
        """A town within a landmark's name (西金沢駅) was not said; but a crossing lies in the town it is named for."""
        for one in known:
            if one.start <= town.start and town.end <= one.end:
                own = one.start == town.start and town.kind is Kind.OFFICIAL
                return not (own and self.landmarks.is_crossing(one.text))
        return False

    def _plausible(self, text: str, town: Written, expecting: Expecting) -> bool:
        """A name inside another word (泉 in 温泉), or a person's name, is no town."""
        before, after, name = text[: town.start][-1:], text[town.end :], town.town.name
        chome = self.numbers.chome.match(after)
        if self.words.with_part.match(text, town.start):
            return False
        if self.words.person.match(after) or self.numbers.negated.match(after[chome.end() :] if chome else after):
            return False
        surname = name in self.words.surnames
        if surname and self.words.family.match(after):
            return False
        joined = bool(_KANJI.match(before)) and before not in self.words.allowed_before
        joined = joined and not self.words.time_before.search(text[: town.start])
        long = town.kind is Kind.OFFICIAL and len(name) > _SHORT
        if self.words.numbered.match(after):
            return long or not joined
        if joined and not long:
            return False
        if town.kind is Kind.STEM:
            return self._stem_plausible(text, town, expecting)
        short = town.end - town.start < _SHORT or surname or name in self.words.careful
        if after.startswith(_TOWNS_PEOPLE) and text[town.start : town.end - 1] in self.words.words:
            return False
        if short and (expecting is Expecting.NAME or self._goes_on(after)):
            return False
        if expecting is Expecting.PLACE or not (surname or name in self.words.careful):
            return True
        if self.words.careful_follows.match(after) or self.words.instead.search(text[: town.start]):
            return True
        return surname and (bool(self.words.of.match(after)) or _afterthought(text, town))

    def _goes_on(self, after: str) -> bool:
        return bool(_KANJI.match(after)) and not self.words.facility.match(after)

    def _stem_plausible(self, text: str, town: Written, expecting: Expecting) -> bool:
        asked = expecting is Expecting.PLACE
        if text[town.start : town.end] in self.words.words or expecting is Expecting.NAME:
            return asked and town.start == 0 and self._opens(text, town)
        follows = self.words.end if asked or town.end - town.start >= _SHORT else self.words.careful_follows
        more = self.words.stem_asked if asked else self.words.stem
        return bool(follows.match(text, town.end) or more.match(text, town.end))

    def _opens(self, text: str, town: Written) -> bool:
        """Whether a reply that begins with a name goes on with its lot: 岸川、トの十二番."""
        follows = self.words.stem_numbered.match(text, town.end) is not None
        return follows and self.numbers.last_lot(text[town.end :], [], [], asked=False) is not None

    def _told_apart(self, town: Written, text: str) -> Written:
        """Of towns that differ by a part the one that the caller means: 鞍月に東が付くほう, 大桑の、町は付かん."""
        name, towns = town.town.name, self.gazetteer.towns
        others = [name.removesuffix(_TOWN)] if self.words.without_part.search(text) else []
        for match in self.words.with_part.finditer(text):
            part = match["part"] or match["town"]
            others += [name + part, part + name, name.removesuffix(_TOWN) + part] if part not in name else []
        return next((replace(town, town=towns[other]) for other in others if other in towns), town)

    def _as_written(self, town: Written, text: str, expecting: Expecting) -> FoundTown:
        """What stands there is certain; not a name without its 町 that others share, nor what is named after a town."""
        name, stem = town.town.name, town.town.name.removesuffix("町")
        rivals = [other for other in self.gazetteer.towns if other.startswith(stem)] if town.kind is Kind.STEM else []
        candidates = among(self.gazetteer, [name, *rivals], has_chome=bool(self.numbers.chomes(text)))
        asked = expecting is Expecting.PLACE
        surname = name in self.words.surnames and not asked and not self._placed(text, town)
        word = town.kind is Kind.STEM and stem in self.words.words
        certain = len(candidates) == 1 and not (surname or word or self.words.facility.match(text, town.end))
        return FoundTown(candidates[0], town.start, town.end, certain, () if certain else candidates)

    def _placed(self, text: str, town: Written) -> bool:
        """Whether what follows can only follow a place."""
        return bool(self.words.numbered.match(text, town.end) or self.words.careful_follows.match(text, town.end))

    # --- by sound ------------------------------------------------------------------------------

    def _explained(self, text: str, town: Written | None) -> bool:
        """Whether nothing between the town and its number is left over, as in 泉の出町四丁目, 高尾第二丁目."""
        if town is None:
            return False
        after = text[town.end :]
        whole = town.kind is Kind.OFFICIAL and town.town.name.endswith(_TOWN) and not _KANJI.match(after)
        return bool(self.words.explained.match(after)) or (whole and not self.numbers.corrections.search(after))

    def _may_sound(self, text: str, chomes: Sequence[Chome], expecting: Expecting) -> bool:
        if expecting in (Expecting.NAME, Expecting.PHONE):
            return False
        return expecting is Expecting.PLACE or bool(chomes) or bool(self.words.near_words.search(text))

    def _by_sound(
        self, text: str, kana: str, known: Sequence[Landmark], expecting: Expecting, instead_of: Written | None
    ) -> FoundTown | None:
        """A town written with other characters of its sound; or, where no characters fit, one that sounds like it."""
        found = self._homophone(blanked(text, _spans(known)), kana, expecting, instead_of)
        if found or known:
            return found
        heard = self.hearing.town(kana, expecting)
        if (
            heard
            and instead_of
            and len(self.gazetteer.official[heard.name]) <= len(self.gazetteer.official[instead_of.town.name])
        ):
            return None
        return heard

    def _homophone(self, text: str, kana: str, expecting: Expecting, instead_of: Written | None) -> FoundTown | None:
        said, asked = coarse(kana), expecting is Expecting.PLACE
        begin = instead_of.end if instead_of else 0
        found = [
            one
            for start in self._starts(text)
            for one in self.homophones.at(text, start)
            if one.end > begin and self._homophone_plausible(one, text, said, asked=asked)
            if instead_of is None or self._outdoes(one, instead_of, text)
        ]
        wholes = [(one.start, one.end) for one in found if one.kind in (Kind.OFFICIAL, Kind.LOOSE) and not one.slips]
        found = [one for one in found if not any(one.start == start and one.end < end for start, end in wholes)]
        ranked = sorted(found, key=lambda one: self._rank(one, text, said), reverse=True)
        if not ranked:
            return None
        best = ranked[0]
        same = [one.town for one in ranked if one.end == best.end and one.slips <= best.slips + 1]
        candidates = among(self.gazetteer, same, has_chome=bool(self.numbers.chomes(text)))
        return FoundTown(candidates[0], best.start, best.end, certain=False, candidates=candidates)

    def _starts(self, text: str) -> list[int]:
        near = range(len(text))
        if len(text) > _LOOKED_AT:
            spans = [range(max(0, one.start - _NEAR_NUMBER), one.start) for one in self.numbers.chomes(text)]
            near = range(_LOOKED_AT)
            return sorted({at for span in (near, *spans) for at in span if self._may_begin(text, at)})
        return [at for at in near if self._may_begin(text, at)]

    def _may_begin(self, text: str, at: int) -> bool:
        before = text[at - 1 : at]
        if not before or before in self.words.allowed_before or before in self.words.breaks:
            return True
        return not _KANJI.match(before) and bool(_KANJI.match(text[at]))

    def _outdoes(self, one: Homophone, town: Written, text: str) -> bool:
        """Whether other characters tell more than a town that is written: a longer name, a number, a correction."""
        numbered = bool(self.words.number.match(text, one.end)) and not self._numbered(text, town)
        return one.start <= town.start or numbered or self.numbers.corrections.search(text, town.end) is not None

    def _homophone_plausible(self, one: Homophone, text: str, said: str, *, asked: bool) -> bool:
        after, written = text[one.end :], text[one.start : one.end]
        if self.words.person.match(after) or self.numbers.negated.match(after):
            return False
        if self.words.number.match(after):
            return not _NUMERAL.match(after) or not _NUMERAL.match(one.last)
        if _KANA.match(written) and len(one.key) > _SHORT and not one.slips and (asked or one.kind is Kind.OFFICIAL):
            return bool(self.words.end.match(after))
        if one.kind is Kind.STEM or len(one.key) < _SHORT:
            return False
        # without a number the whole reading must be as it was read, or a long name must share a character
        like = coarse(one.key) in said or (asked and one.alike > 0 and len(one.key) > _SHORT)
        return like and bool((self.words.end if asked else self.words.careful_follows).match(after))

    def _rank(self, one: Homophone, text: str, said: str) -> tuple[bool, int, float, int, bool]:
        numbered = bool(self.words.number.match(text, one.end))
        likeness = (coarse(one.key) in said) - one.slips
        return numbered, one.end - one.start, likeness, one.alike, one.kind is Kind.OFFICIAL

    def _part(self, text: str, city: City | None) -> list[tuple[int, int]]:
        """The municipality, and the part of it that is named behind it: 津幡の中橋 is no bridge."""
        if city is None:
            return []
        parts = (part for part in self.neighbours.only_after if text.startswith(f"の{part}", city.end))
        longest = max(parts, key=len, default="")
        return [(city.start, city.end + (1 + len(longest) if longest else 0))]

    # --- numbers and landmarks -----------------------------------------------------------------

    def _behind(
        self, town: FoundTown | None, text: str, chomes: Sequence[Chome], known: Sequence[Landmark]
    ) -> list[int]:
        """Where the lot of a town may begin: behind it, or if it was only heard, behind a 町 or の that has one."""
        if town is None:
            return []
        if town.end is not None:
            return [town.end]
        free = blanked(text, _spans(known))
        ends = (match.end() for match in _TOWN_END.finditer(free)) if not chomes else iter(())
        return next(([end] for end in ends if self.numbers.lot_at(free, end)), [])

    def _landmark(
        self, text: str, known: Sequence[Landmark], town: Written | None, city: City | None, *, asked: bool
    ) -> str | None:
        # no part of a town's name is a landmark, but a building may be named after one: 三馬小学校
        towns = [one for one in self.gazetteer.written(text) if one.kind is Kind.OFFICIAL or one == town]
        said = [(one.start, one.end) for one in towns if not self.words.facility.match(text, one.end)]
        free = blanked(text, [*said, *self._part(text, city)])
        buildings = [one for one in self.neighbours.written(text) if city and one.name in self.neighbours.landmarks]
        beyond = [self.landmarks.written_as(text, one.start, one.end) for one in buildings]
        known = joined([*known, *beyond], text)
        at_home = town is not None
        spots = self.landmarks.spots_in(free, at_home=at_home, asked=asked) if asked or at_home else []
        found = longest([*known, *self.landmarks.named_in(free), *self.landmarks.areas_in(free), *spots])
        return best_landmark(found, town.end if town else 0)


def _overlaps(one: Landmark, lot: Lot | None) -> bool:
    return lot is not None and one.start < lot.end and lot.start < one.end


def _spans(known: Sequence[Landmark]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in known]


def _afterthought(text: str, town: Written) -> bool:
    """メーターから水が出とる、黒田: nothing but a name, after all that was to be said."""
    before = text[: town.start].rstrip(" 、")
    return len(before) > _LONG_BEFORE and before != text[: town.start] and text[town.end :] in ("", "。")
