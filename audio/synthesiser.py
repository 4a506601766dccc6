"""The port of the voice: text in, sound out, and how a voice fails."""

from __future__ import annotations

from typing import Protocol

from audio.sound import Sound


class LanguageNotSpoken(Exception):
    """This voice does not speak that language. Permanent: take the next rung of the ladder."""


class SynthesisFailed(Exception):
    """This text could not be spoken (empty, or nothing in it has a sound)."""


class Synthesiser(Protocol):
    """A voice. `signature` changes whenever the same text would sound different: it is part of every cache key."""

    @property
    def signature(self) -> str: ...

    def speak(self, text: str, language: str) -> Sound:
        """`text` as sound. Raises LanguageNotSpoken, SynthesisFailed."""
        ...
