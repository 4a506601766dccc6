"""Where: town, chome, lot, landmark, or another municipality, as far as it was said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nlu.address import only_lot, spoken_chome, spoken_lot, written_chome, written_lot
from nlu.gazetteer import Gazetteer, Hit, load_gazetteer
from nlu.meaning import Expecting, Place
from nlu.reading import canonical, reading
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings

_KANJI = re.compile(r"[一-鿿々]")
_KANA_ONLY = re.compile(r"[ぁ-ゖァ-ヺー・、。,.!?\s]*")
_PERSON = re.compile(r"(?:さん|様|サン(?!チョー)|サマ|と申|といい|と言い|トモー|トイー)")
_ALLOWED_BEFORE = frozenset("市県内旧元")
_HEARD_AFTER = re.compile(r"(?:ノ|デ|ニ|カラ|マデ|エ|ヤケド|$)")
_CLOSING = re.compile(r"(?:デス|ヤケド|ノ(?!マ)|デ|ニ|$)")
_SHORT_SOUND = 4  # kana; shorter readings hide in ordinary words
_SIMILAR_ASKED, _SIMILAR = 78.0, 86.0  # percent of phonemes in agreement
_WINDOW = 10  # kana before 〜丁目 in which the town is looked for
_FULL_STOP = "。"
_SAID = 60  # characters kept for the operator's eye


@dataclass(frozen=True, slots=True)
class Places:
    """The gazetteer and the words around addresses (places.yaml)."""

    gazetteer: Gazetteer
    out_of_city: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]
    careful: frozenset[str]
    follows: re.Pattern[str]
    careful_follows: re.Pattern[str]
    landmark: re.Pattern[str]
    landmark_heard: re.Pattern[str]
    letters: str
    lot_named: re.Pattern[str]
    polite: re.Pattern[str]

    def find(self, text: str, kana: str, expecting: Expecting, *, guess: bool = True) -> Place | None:
        """Returns the place in normalised `text` whose reading is `kana`; None when none was said.

        `guess`: whether a town may be found by similar sound; not where the caller said something else altogether.
        By sound alone no name reaches across a full stop: …ワイテイマス。イズミノデマチ… is no 増泉 (マスイズミ).
        """
        sentences = [part for part in text.split(_FULL_STOP) if part] if _KANA_ONLY.fullmatch(text) else []
        if len(sentences) > 1:
            found = (self._find(part, part, expecting, guess=guess) for part in reversed(sentences))
            with_town = next((place for place in found if place is not None and place.town), None)
            if with_town is not None:
                return replace(with_town, said=text[:_SAID])
        return self._find(text, kana, expecting, guess=guess)

    def _find(self, text: str, kana: str, expecting: Expecting, *, guess: bool) -> Place | None:
        asked = expecting is Expecting.PLACE
        lot_asked = asked or (expecting is Expecting.YES_NO and bool(self.lot_named.search(text)))
        sound = canonical(kana)
        chome = written_chome(text) or spoken_chome(kana)
        other = self._other_city(text, sound)
        hit, written = self._town(text, sound, expecting, has_chome=chome is not None, guess=guess)
        if hit and other and (other[1] <= hit.start or not written):
            hit = None
        landmark = self._landmark(text, kana, hit, written=written)
        lot = self._lot(text, kana, hit, written=written, asked=lot_asked)
        if hit is None and chome is None and landmark is None and (lot is None or not lot_asked) and other is None:
            return None
        said = text[:_SAID]
        if hit is None:
            return Place(said, None, None, chome[0] if chome else None, lot, landmark, other[0] if other else None)
        certain, candidates = self._certainty(hit, written=written, has_chome=chome is not None)
        town = self.gazetteer.towns[candidates[0]] if candidates else hit.town
        return Place(said, town.name, town.yomi, chome[0] if chome else None, lot, landmark, None, certain, candidates)

    def _other_city(self, text: str, sound: str) -> tuple[str, int] | None:
        for name, written, heard in self.out_of_city:
            match = written.search(text)
            if match and not _PERSON.match(text, match.end()):
                return name, match.start()
            if _KANA_ONLY.fullmatch(text) and (match := heard.search(sound)):
                return name, match.start()
        return None

    def _town(
        self, text: str, sound: str, expecting: Expecting, *, has_chome: bool, guess: bool
    ) -> tuple[Hit | None, bool]:
        """Returns the town and whether it stood in writing. The last one counts: people correct themselves."""
        asked = expecting is Expecting.PLACE
        written = [hit for hit in self.gazetteer.written(text) if self._plausible(text, hit, expecting)]
        if written:
            return max(written, key=lambda hit: (self._numbered(text, hit), hit.start)), True
        if expecting in (Expecting.NAME, Expecting.PHONE):
            return None, False
        kana_only = bool(_KANA_ONLY.fullmatch(text))
        if not (kana_only or asked or has_chome):
            return None, False
        heard = [
            hit
            for hit in self.gazetteer.heard(sound)
            if self._plausible_sound(sound, hit, asked=asked, kana_only=kana_only)
        ]
        best = max(heard, key=lambda hit: (spoken_at(sound, hit.end), hit.end - hit.start), default=None)
        if not (asked or has_chome) or (best and _closed(sound, best.end)):
            return best, False
        similar = self._similar(text, sound, asked=asked) if guess and not only_lot(sound) else None
        if best is None or (similar and similar.end - similar.start > best.end - best.start + 1):
            # イズミノマジヨンチョーメ: a long name with a slip explains more than the short name inside it
            return similar, False
        return best, False

    def _unexplained(self, text: str, sound: str) -> str:
        """Returns `sound` without politeness and landmark: 郵便局の前 is no town, whatever it sounds like."""
        landmark = self._landmark(text, sound, None, written=False)
        before, said, after = sound.partition(canonical(reading(landmark))) if landmark else (sound, "", "")
        return self.polite.sub("", f"{before}{after if spoken_chome(after) else ''}" if said else sound)

    def _similar(self, text: str, sound: str, *, asked: bool) -> Hit | None:
        heard = self._unexplained(text, sound)
        number = spoken_chome(heard)
        end = number[1] if number else min(len(heard), 2 * _WINDOW)
        window = heard[max(0, end - _WINDOW) if number else 0 : end].removesuffix("ノ")
        hit = self.gazetteer.similar(window, _SIMILAR_ASKED if asked else _SIMILAR)
        if hit is None:
            return None
        start = max(0, sound.find(window[hit.start : hit.end]))
        return replace(hit, start=start, end=start + hit.end - hit.start)

    def _plausible(self, text: str, hit: Hit, expecting: Expecting) -> bool:
        """A name inside another word (泉 in 温泉), or a person's name, is no town."""
        before, after = text[: hit.start], text[hit.end :]
        if _PERSON.match(after):
            return False
        if self.follows.match(after):
            return not before or not _KANJI.match(before[-1]) or before[-1] in _ALLOWED_BEFORE
        if len(hit.town.name) <= 2 or hit.town.name in self.careful:
            if before and _KANJI.match(before[-1]) and before[-1] not in _ALLOWED_BEFORE:
                return False
            if after and _KANJI.match(after[0]):
                return False
            if expecting is Expecting.NAME:
                return False
        if hit.town.name in self.careful and expecting is not Expecting.PLACE:
            return len(hit.town.name) > 1 and bool(self.careful_follows.match(after))
        return True

    def _plausible_sound(self, sound: str, hit: Hit, *, asked: bool, kana_only: bool) -> bool:
        length = hit.end - hit.start
        if spoken_at(sound, hit.end):
            return length > 1
        if asked:
            return length >= 3 or hit.start == 0
        if not kana_only or not hit.exact:
            return False
        if length <= _SHORT_SOUND and hit.town.name in self.careful:
            return False
        return length > _SHORT_SOUND or (length == _SHORT_SOUND and bool(_HEARD_AFTER.match(sound, hit.end)))

    def _numbered(self, text: str, hit: Hit) -> bool:
        return bool(self.follows.match(text[hit.end :]))

    def _certainty(self, hit: Hit, *, written: bool, has_chome: bool) -> tuple[bool, tuple[str, ...]]:
        if written:
            return True, ()
        names = hit.candidates or (hit.town.name, *self.gazetteer.near.get(hit.town.name, ()))
        if has_chome:
            # a chome was said: towns that have none drop out while one that has remains
            names = tuple(n for n in names if self.gazetteer.towns[n].chome) or names
        if len(names) == 1 and hit.exact:
            return True, () if names[0] == hit.town.name else names
        return False, names

    def _landmark(self, text: str, kana: str, hit: Hit | None, *, written: bool) -> str | None:
        # never in the town itself: 駅西新町 has no station, 寺町 is no temple
        start, end = (hit.start, hit.end) if hit and written else (0, 0)
        match = self.landmark.search(text[end:]) or self.landmark.search(text[:start])
        if match is None and _KANA_ONLY.fullmatch(text):
            after = _after(kana, canonical(kana), hit.end) if hit and hit.exact and not written else 0
            match = self.landmark_heard.search(kana, after) or self.landmark_heard.search(kana)
        return match[0].strip(" 、。のノ") if match else None

    def _lot(self, text: str, kana: str, hit: Hit | None, *, written: bool, asked: bool) -> str | None:
        end = max(written_chome(text)[2] if written_chome(text) else 0, hit.end if hit and written else 0)  # type: ignore[index]
        lot = written_lot(text[end:], self.letters, after_town=end > 0) if end or asked else None
        if lot or not _KANA_ONLY.fullmatch(text):
            return lot
        number = spoken_chome(kana)
        if number:
            return spoken_lot(kana[number[2] :], after_town=True)
        if hit and not written:
            at = _after(kana, canonical(kana), hit.end)
            return spoken_lot(kana[at:], after_town=True)
        return spoken_lot(kana, after_town=False) if asked else None


def _closed(sound: str, end: int) -> bool:
    """Tells whether a town name that ends at `end` leaves nothing unexplained before the number or the end."""
    return bool(_CLOSING.match(sound, end)) or spoken_at(sound, end)


def spoken_at(sound: str, end: int) -> bool:
    """Tells whether a chome follows position `end` of a canonical reading."""
    number = spoken_chome(sound[end : end + 8])
    return number is not None and number[1] <= 1


def _after(kana: str, sound: str, end: int) -> int:
    """Returns the index in `kana` where the canonical prefix sound[:end] is complete."""
    for index in range(end, len(kana) + 1):
        if len(canonical(kana[:index])) >= end and canonical(kana[:index]) == sound[:end]:
            return index
    return len(kana)


def load_places(folder: Path) -> Places:
    """Reads places.yaml and towns.json. Raises BadDataError."""
    path = folder / "places.yaml"
    data = read_mapping(path)
    pairs = data.get("near_pairs")
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise BadDataError(path, "near_pairs", "must be a list of [town, town]")
    gazetteer = load_gazetteer(folder / "towns.json", pairs)
    careful = frozenset(strings(path, data, "careful"))
    for name in careful.union(*pairs):
        if name not in gazetteer.towns:
            raise BadDataError(path, name, "is not in towns.json; correct or remove it")
    noun, tail, letters = (_table(path, data, key) for key in ("landmark_noun", "landmark_tail", "lot_letters"))
    return Places(
        gazetteer=gazetteer,
        out_of_city=tuple(
            (name, pattern(path, name, (str(row["surface"]),)), pattern(path, name, (str(row["sound"]),)))
            for name, row in _table(path, data, "out_of_city").items()
        ),
        careful=careful,
        follows=pattern(path, "address_follows", strings(path, data, "address_follows")),
        careful_follows=pattern(path, "careful_follows", strings(path, data, "careful_follows")),
        landmark=re.compile(rf"[^、。,\sのではがをにへと]{{0,12}}{noun['surface']}(?:{tail['surface']})?"),
        landmark_heard=re.compile(rf"(?:(?<=[、。\sノ])|^)[ァ-ヺー]{{0,8}}?{noun['sound']}(?:{tail['sound']})?"),
        letters=str(letters["surface"]),
        lot_named=pattern(path, "lot_named", strings(path, data, "lot_named")),
        polite=sound_pattern(path, "polite", strings(path, data, "polite")),
    )


def _table(path: Path, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = data.get(key)
    if not isinstance(table, dict) or not table:
        raise BadDataError(path, key, "must be a mapping")
    return table
