"""Is this reply complete for what was asked? So that nobody is cut off in an address, and nobody waits after a yes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nlu.meaning import Act, Expecting, Intent, Level, Meaning, Place
from nlu.reading import sound as sound_of
from nlu.source import DATA_DIR, pattern, read_mapping, strings

MORAE_OF_A_NOD = 8
"""A longer utterance than はいはい、なるほど says more than "I am listening"."""

_SMALL = frozenset("ァィゥェォャュョヮ")
_ENDS_IT = frozenset({Act.OPERATOR, Act.REPEAT, Act.STOP, Act.DECLINE, Act.UNKNOWN, Act.THIS_NUMBER})


class Completeness(StrEnum):
    COMPLETE = "complete"  # nothing is missing: answer
    OPEN = "open"  # may be over
    UNFINISHED = "unfinished"  # breaks off in the middle: wait


_OF_YES_NO = {Act.YES: Completeness.COMPLETE, Act.NO: Completeness.OPEN}  # after a no, people go on to correct


@dataclass(frozen=True, slots=True)
class Endings:
    """How utterances of one language end. Build with `load_endings`."""

    final: re.Pattern[str]
    soft: re.Pattern[str]
    unfinished: re.Pattern[str]
    backchannel: re.Pattern[str]

    def completeness(self, meaning: Meaning, expecting: Expecting) -> Completeness:
        """How complete an utterance is as a reply to what was asked. Pure; "" is OPEN."""
        sound = sound_of(meaning.text)
        ending = self._ending(sound)
        if meaning.act in _ENDS_IT:
            return Completeness.COMPLETE
        match expecting:
            case Expecting.YES_NO:
                return _OF_YES_NO.get(meaning.act, ending) if meaning.act is not None else ending
            case Expecting.PHONE:
                return _of_number(meaning, ending)
            case Expecting.PLACE:
                return _of_place(meaning.slots.place, ending)
            case Expecting.DETAIL if meaning.slots.details or meaning.slots.option or meaning.act is Act.YES:
                return Completeness.COMPLETE
            case Expecting.CHOICE if meaning.pick is not None:
                return Completeness.COMPLETE
            case Expecting.ANYTHING if not _has_a_matter(meaning):
                return Completeness.OPEN if ending is Completeness.COMPLETE else ending
        return ending

    def ends_a_sentence(self, meaning: Meaning) -> bool:
        """Whether it ends in a sentence-final form: what is said next begins a new sentence."""
        return self.final.search(sound_of(meaning.text)) is not None

    def is_backchannel(self, meaning: Meaning) -> bool:
        """Whether it only shows that the caller listens (はい, ええ), so that the one who speaks need not stop."""
        sound = sound_of(meaning.text)
        return morae(sound) <= MORAE_OF_A_NOD and self.backchannel.fullmatch(sound) is not None

    def _ending(self, sound: str) -> Completeness:
        if self.final.search(sound):
            return Completeness.COMPLETE
        if not sound or self.soft.search(sound):
            return Completeness.OPEN
        return Completeness.UNFINISHED if self.unfinished.search(sound) else Completeness.OPEN


def _has_a_matter(meaning: Meaning) -> bool:
    """Who only greets or says who is speaking (救急隊です) has not come to the matter yet."""
    return meaning.intent is not Intent.UNCLEAR or meaning.urgency.level is not Level.CALM or meaning.act is not None


def _of_number(meaning: Meaning, ending: Completeness) -> Completeness:
    """Ten or eleven digits are a number; fewer are the beginning of one, however they end."""
    if meaning.slots.phone is None:
        return ending
    return Completeness.COMPLETE if meaning.slots.phone.complete else Completeness.UNFINISHED


def _of_place(place: Place | None, ending: Completeness) -> Completeness:
    """A town with its whole number is enough; so is a finished sentence that surely names a place."""
    if place is not None and place.town and place.banchi and "-" in place.banchi:
        return Completeness.COMPLETE if ending is not Completeness.UNFINISHED else ending
    surely = place is not None and (place.certain or place.chome is not None or place.banchi is not None)
    return Completeness.OPEN if ending is Completeness.COMPLETE and not surely else ending


def morae(kana: str) -> int:
    """Morae of a canonical reading: small vowels and ゃゅょ belong to the sign before them."""
    return sum(sign not in _SMALL for sign in kana)


def load_endings(language: str = "ja", data_dir: Path | None = None) -> Endings:
    """Reads `data/<language>/endings.yaml`. Raises BadDataError."""
    path = (data_dir or DATA_DIR) / language / "endings.yaml"
    content = read_mapping(path)

    def at_the_end(key: str) -> re.Pattern[str]:
        return re.compile(f"(?:{pattern(path, key, strings(path, content, key)).pattern})$")

    return Endings(
        final=at_the_end("final"),
        soft=at_the_end("soft"),
        unfinished=at_the_end("unfinished"),
        backchannel=pattern(path, "backchannel", strings(path, content, "backchannel")),
    )
