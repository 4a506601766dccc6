"""Guards against text that nobody said: phrases recognisers invent on silence, and loops faster than anyone speaks.

On silence and noise Whisper models write what ended the videos they learned from, and sometimes one word for ever
(SYSTRAN/faster-whisper#850). Such a text is "nothing heard", never a wish of the caller.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

FASTEST_SPEECH = 14.0
"""Kana a second of sound; hurried Japanese stays under 10."""

_SPARE_KANA = 4  # a very short clip may be cut inside its last word
_LOOP_RATIO = 2.4  # compression ratio from which Whisper's own decoder takes a text for a loop
_UNLIKELY = -1.0  # mean log-probability under which it mistrusts a text
_CONVINCING = -0.5  # tones and noise taken for speech score -0.6 and less, a real short word mostly -0.1 to -0.4
_SILENT = 0.6  # probability of "no speech" from which it mistrusts one too
_LOOP = re.compile(r"(.{1,16}?)\1{3,}")


@dataclass(frozen=True, slots=True)
class Draft:
    """One clip as the model wrote it: text, seconds, the model's own three figures, and the voice detector's word."""

    text: str
    seconds: float
    no_speech_prob: float
    avg_logprob: float
    compression_ratio: float
    surely_speech: bool = True


@dataclass(frozen=True, slots=True)
class InventedPhrases:
    """Phrases in their bare form (see `bare`), of all languages given, the longest first."""

    phrases: tuple[str, ...]

    def is_all_of(self, text: str) -> bool:
        """True if the text is one or several of the phrases and nothing else."""
        rest = bare(text)
        while rest:
            found = next((phrase for phrase in self.phrases if rest.startswith(phrase)), None)
            if found is None:
                return False
            rest = rest[len(found) :]
        return True


def load_invented_phrases(*languages: str) -> InventedPhrases:
    """The phrases of `audio/data/invented_phrases/<language>.txt`, one a line, `#` for remarks.

    Raises FileNotFoundError, with what to do, for a language that has no list.
    """
    phrases: set[str] = set()
    for language in languages:
        source = files("audio") / "data" / "invented_phrases" / f"{language}.txt"
        if not source.is_file():
            raise FileNotFoundError(
                f"{source}: no list of invented phrases for {language!r}; add the file, even if empty"
            )
        lines = (line.partition("#")[0] for line in source.read_text(encoding="utf-8").splitlines())
        phrases.update(phrase for line in lines if (phrase := bare(line)))
    return InventedPhrases(tuple(sorted(phrases, key=len, reverse=True)))


def bare(text: str) -> str:
    """The text without width variants, punctuation, symbols and blanks, in lower case."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LNM")


def what_was_said(draft: Draft, invented: InventedPhrases) -> str:
    """The part of the draft that may be believed; empty when none may.

    A text longer than anyone can say in that time is a loop: its repetitions are folded and the rest is cut, so that
    what was really said before the loop is kept.
    """
    text = draft.text.strip()
    if draft.no_speech_prob > _SILENT and draft.avg_logprob < _UNLIKELY:
        return ""
    if not draft.surely_speech and draft.avg_logprob < _CONVINCING:
        return ""
    most = int(draft.seconds * FASTEST_SPEECH) + _SPARE_KANA
    if len(text) > most:
        text = _LOOP.sub(r"\1", text)[:most]
    if draft.compression_ratio > _LOOP_RATIO and draft.avg_logprob < _UNLIKELY:
        return ""
    return "" if invented.is_all_of(text) else text
