"""A place by sound alone: the town, its numbers, landmark and municipality in a kana text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlu.address import Chome, Grammar, Lot
from nlu.found import Findings, FoundTown, among, best_landmark, blanked, joined
from nlu.gazetteer import Gazetteer
from nlu.landmarks import Landmarks
from nlu.meaning import Expecting
from nlu.mentions import Mention, Mentions, What
from nlu.neighbours import Neighbours
from nlu.words import Words

_WEAKER, _STRONG = 5.0, 14.0  # bits: a town that is so much weaker than the best, or so strong, may still be meant
_A_REPLY = 48  # kana; a longer written reply without a number would have its town in writing
_CITY_STRONGER = 6.0  # bits: so much a municipality must be clearer than the town said before it


@dataclass(frozen=True, slots=True)
class Hearing:
    """Everything that can be heard. `own_names`: reading → writing of what may be named after a town."""

    mentions: Mentions
    numbers: Grammar
    gazetteer: Gazetteer
    landmarks: Landmarks
    neighbours: Neighbours
    own_names: Mapping[str, str]
    words: Words

    def listen(self, kana: str, expecting: Expecting, *, guess: bool, lot_asked: bool) -> Findings:
        """Returns what `kana` says of a place. `guess`: slips forgiven; `lot_asked`: numbers alone are a lot."""
        chomes = self.numbers.chomes(kana)
        mentions = self._heard(kana, chomes, expecting, guess=guess and not self.numbers.only_lot(kana))
        city = self._city(kana, mentions)
        covered = self._covered(kana, mentions)
        town = self._last([one for one in mentions if not _within(one, covered)], chomes, kana)
        if town and city and not self._beyond(kana, city, town, chomes):
            town = None
        ends, anchors = [chome.end for chome in chomes], [town.end] if town else []
        said = [*covered, *((one.start, one.end) for one in (town, *chomes) if one)]
        numbered = bool(ends or anchors or lot_asked)
        lot = self.numbers.last_lot(blanked(kana, said), anchors, ends, asked=lot_asked) if numbered else None
        return Findings(
            town=self._found(town, chomes, kana, asked=expecting is Expecting.PLACE) if town else None,
            chome=chomes[-1].value if chomes else None,
            lot=lot,
            landmark=self._landmark(
                kana, [one for one in mentions if not _overlaps(one, lot)], self._free(kana, said, lot, expecting)
            ),
            city=city.name.name if city else None,
        )

    def town(self, kana: str, expecting: Expecting) -> FoundTown | None:
        """Returns the town that `kana`, the reading of a written text, sounds like; never certain, its end unknown."""
        chomes = self.numbers.chomes(kana)
        if not chomes and (expecting is not Expecting.PLACE or len(kana) > _A_REPLY):
            return None
        town = self._last(self._heard(kana, chomes, expecting, guess=True), chomes, kana)
        if town is None or (town.name.stem and not chomes):
            return None
        found = self._found(town, chomes, kana, asked=expecting is Expecting.PLACE)
        return FoundTown(found.name, found.start, None, certain=False, candidates=found.candidates or (found.name,))

    def _heard(self, kana: str, chomes: Sequence[Chome], expecting: Expecting, *, guess: bool) -> list[Mention]:
        """What was heard, but for the towns that were taken back (広岡じゃなくて)."""
        if expecting in (Expecting.NAME, Expecting.PHONE) and not chomes:
            return []
        asked, least = expecting is Expecting.PLACE, self.mentions.evidence.least
        needed = min(least["number"] if chomes else least["placed"], least["asked"] if asked else least["placed"])
        numbers = [lot for chome in chomes if (lot := self.numbers.lot_at(kana, chome.end))]
        taken = [(lot.start, lot.end) for lot in numbers] + self.numbers.numbers_in(kana)
        found = self.mentions.spotted(kana, chomes, needed, asked=asked)
        return [
            one
            for one in found
            if (one.exact or (guess and not any(one.start < end and start < one.end for start, end in taken)))
            and not self._negated(kana, one)
            and (one.exact or one.name.official or one.name.what is not What.CITY or one.bits >= least["city"])
            and one.bits >= least[self._kind_of(one, chomes, kana, asked=asked)]
            and (asked or not self._surname(one, chomes, kana))
        ]

    def _negated(self, kana: str, one: Mention) -> bool:
        """Whether it is taken back, with its chome: カサマイイッチョーメジャナイ."""
        chome = self.numbers.chome.match(kana, one.end)
        return self.numbers.negated.match(kana, chome.end() if chome else one.end) is not None

    def _beyond(self, kana: str, city: Mention, town: Mention, chomes: Sequence[Chome]) -> bool:
        """Whether a town is said for itself, not as a part of a municipality."""
        if city.start > town.start:
            return city.bits <= town.bits + _CITY_STRONGER
        apart = any(sign in "、。" for sign in kana[city.end : town.start])
        return apart and town.name.name not in self.neighbours.only_after and self._numbered(town, chomes, kana)

    def _kind_of(self, one: Mention, chomes: Sequence[Chome], kana: str, *, asked: bool) -> str:
        """What stands by a name, and how much it needs to be believed therefore."""
        if any(one.end <= chome.start <= one.end + 1 for chome in chomes):
            return "number"
        return "asked" if asked else "placed" if self._placed(one, kana) else "otherwise"

    def _placed(self, one: Mention, kana: str) -> bool:
        """Whether it was said to the letter, with a word of place behind it: such a name needs less to be believed."""
        return one.exact and one.name.official and bool(self.words.careful_heard.match(kana, one.end))

    def _surname(self, one: Mention, chomes: Sequence[Chome], kana: str) -> bool:
        """Whether it may as well be somebody's name: nothing behind it speaks of a place."""
        if one.name.what is not What.TOWN or self._numbered(one, chomes, kana):
            return False
        if self.words.careful_heard.match(kana, one.end):
            return False
        if one.name.name in self.words.surnames:
            return not self.words.of_heard.match(kana, one.end)
        return one.name.stem or one.name.name in self.words.careful

    def _city(self, kana: str, mentions: Sequence[Mention]) -> Mention | None:
        border = self.neighbours.border_heard
        cities = (one for one in mentions if one.name.what is What.CITY and not border.match(kana, one.end))
        return next(cities, None)

    def _last(self, mentions: Sequence[Mention], chomes: Sequence[Chome], kana: str) -> Mention | None:
        """The town that counts: one with a number behind it before others, then the last; but none by mere chance."""
        towns = [one for one in mentions if one.name.what is What.TOWN]
        strongest = max((one.bits for one in towns), default=0.0)
        likely = [one for one in towns if one.bits >= min(strongest - _WEAKER, _STRONG)]
        there = [one for one in likely if not self.words.toward_heard.match(kana, one.end)] or likely
        return max(there, key=lambda one: (self._numbered(one, chomes, kana), one.start), default=None)

    def _numbered(self, one: Mention, chomes: Sequence[Chome], kana: str) -> bool:
        followed = any(one.end <= chome.start <= one.end + 1 for chome in chomes)
        return followed or self.numbers.lot_at(kana, one.end) is not None

    def _found(self, one: Mention, chomes: Sequence[Chome], kana: str, *, asked: bool) -> FoundTown:
        near = self.gazetteer.near.get(one.name.name, ())
        names = among(self.gazetteer, (*one.towns, *near), has_chome=bool(chomes))
        placed = self._kind_of(one, chomes, kana, asked=asked) != "otherwise"
        certain = one.sure and placed and names == (one.name.name,)
        return FoundTown(names[0], one.start, one.end, certain, () if certain else names)

    def _covered(self, kana: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
        """The stretches of landmarks known by name and what is said about them: no town lies there, and no lot."""
        known = [one for one in mentions if one.name.what is What.LANDMARK]
        return [(one.start, self.landmarks.tail_heard(kana, one.end)[1]) for one in known]

    def _free(self, kana: str, said: Sequence[tuple[int, int]], lot: Lot | None, expecting: Expecting) -> str:
        """What is left of a reply to the question where, in which any word may be a landmark."""
        if expecting is not Expecting.PLACE:
            return ""
        return blanked(kana, [*said, (lot.start, lot.end)] if lot else said)

    def _landmark(self, kana: str, mentions: Sequence[Mention], free: str) -> str | None:
        buildings = [one for one in mentions if one.name.what is What.LANDMARK or one.name.landmark]
        nouns = [one for one in mentions if one.name.what is What.NOUN]
        named = [one for one in mentions if one.name.what is not What.NOUN]
        known = [self.landmarks.heard_as(one.name.said, kana, one.start, one.end, known=True) for one in buildings]
        plain = [
            one
            for one in self.landmarks.nouns_heard(kana, self.own_names)
            if not any(one.start < other.end and other.start < one.end for other in named)
        ]
        slipped = [
            landmark
            for one in nouns
            for landmark in self.landmarks.noun_heard_as(one.name.name, kana, one.start, one.end)
        ]
        named_so = [*joined(known, kana), *plain, *slipped]
        return best_landmark(named_so or self.landmarks.spots_heard(free))


def _within(one: Mention, covered: Sequence[tuple[int, int]]) -> bool:
    return any(start <= one.start and one.end <= end for start, end in covered)


def _overlaps(one: Mention, lot: Lot | None) -> bool:
    return lot is not None and one.name.what is not What.TOWN and one.start < lot.end and lot.start < one.end
