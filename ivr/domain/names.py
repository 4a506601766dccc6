"""Japanese names in another language's letters: towns, lots and neighbouring cities. Tables: `prompts/names/`. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_SYLLABLE = 3  # kana of one entry of the table
_KANA = re.compile("[ぁ-ゖァ-ヺー]")
_O, _U = "おこそとのほもよろごぞどぼぽょを", "うくすつぬふむゆるぐずづぶぷゅ"
_LONG = {"う": frozenset(_O + _U), "お": frozenset("おことどほ")}
"""What lengthens the vowel of the kana before it; elsewhere お begins a word of its own (下鴛原, しも-おしはら)."""
_DOUBLED = "っ"
_HANGUL, _LAST_HANGUL, _FINALS = 0xAC00, 0xD7A3, 28  # the Unicode Standard 3.12: syllables by initial, vowel, final
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


@dataclass(frozen=True, slots=True)
class Sounds:
    """How kana are written in other letters. Long vowels are not written (Hepburn without macrons, Korean usage).

    `syllables`: up to three hiragana -> letters; `first`: the same at the beginning of a name; `finals`: kana that
    become the final consonant of the Hangul syllable before them -> its number; `capital`: names begin with one.
    """

    syllables: Mapping[str, str]
    first: Mapping[str, str]
    finals: Mapping[str, int]
    capital: bool

    def spelt(self, kana: str) -> str:
        """`kana` (hiragana or katakana) in these letters; what is no kana stays."""
        text = unicodedata.normalize("NFKC", kana).translate(_KATAKANA_TO_HIRAGANA)
        out, at = "", 0
        may_be_long = double = False
        while at < len(text):
            here = text[at]
            taken, letters = self._syllable(text, at, begins=not out)
            if may_be_long and text[at - 1] in _LONG.get(here, ()):
                taken, letters, may_be_long = 1, "", False
            elif here in self.finals:
                out, letters, may_be_long = self._closed(out, here), "", False
            elif here == _DOUBLED:
                letters, double, may_be_long = "", True, False
            else:
                letters = ("t" if letters.startswith("ch") else letters[:1]) + letters if double else letters
                double, may_be_long = False, True
            out, at = out + letters, at + taken
        return out[:1].upper() + out[1:] if self.capital else out

    def _syllable(self, text: str, at: int, *, begins: bool) -> tuple[int, str]:
        for length in range(LONGEST_SYLLABLE, 0, -1):
            key = text[at : at + length]
            if len(key) == length and begins and key in self.first:
                return length, self.first[key]
            if len(key) == length and key in self.syllables:
                return length, self.syllables[key]
        return 1, text[at]

    def _closed(self, out: str, kana: str) -> str:
        """`out` with its last Hangul syllable closed by the consonant of `kana`; unchanged where it is closed."""
        last = ord(out[-1]) if out else 0
        if not _HANGUL <= last <= _LAST_HANGUL or (last - _HANGUL) % _FINALS:
            return out
        return out[:-1] + chr(last + self.finals[kana])


@dataclass(frozen=True, slots=True)
class Ending:
    """A town that is written and read so at its end is said so there: 町, まち -> -machi."""

    written: str
    read: str
    said: str


@dataclass(frozen=True, slots=True)
class Names:
    """How one language says Japanese names: by their reading, or, where `characters` is given, by their writing.

    `letters`: readings of the characters a lot may begin with; `cities`: the municipalities around.
    """

    sounds: Sounds
    endings: tuple[Ending, ...]
    letters: Mapping[str, str]
    cities: Mapping[str, str]
    characters: Mapping[str, str]

    def town(self, name: str, read: str | None) -> str:
        """The town `name`, whose hiragana is `read`; as it is written where nothing better is known."""
        if self.characters:
            written = "".join(self.characters.get(character, character) for character in name)
            return written if read is None or not _KANA.search(written) else self.sounds.spelt(read)
        if read is None:
            return name
        for ending in self.endings:
            if name.endswith(ending.written) and read.endswith(ending.read):
                return self.sounds.spelt(read.removesuffix(ending.read)) + ending.said
        return self.sounds.spelt(read)

    def lot(self, banchi: str) -> str:
        """A lot number with the letters it begins with: 12-3, イ41 -> I41, 上丁30-1 -> Kamicho30-1."""
        letters = re.match(r"[^0-9]*", banchi)
        first = letters[0] if letters else ""
        if self.characters:
            first = "".join(self.characters.get(character, character) for character in first)
        said = self.sounds.spelt(self.letters.get(first, first))
        return f"{said} {banchi[len(first) :]}" if first else banchi

    def city(self, name: str) -> str:
        return self.cities.get(name, name)
