"""What the callers of the benches say, and how: sentences in phrases, some with pauses between them as people make."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import numpy as np

from audio.recording import decode, to_telephone_wav
from audio.sound import Sound, joined, silence, through_telephone
from ivr.channels.simulator.call_file import Answers, CallerTurn, CallFile, Context, Expect
from ivr.channels.simulator.caller_voice import Clip, Synthesiser
from ivr.domain.hours import TOKYO
from tests.bench.known_words import Phrase, Sentence

NIGHT = datetime(2026, 11, 24, 21, 10, tzinfo=TOKYO)
PAUSE_S = (0.4, 1.2)
OPEN = (
    "道路のアスファルトから|水が湧いています",
    "うちの前の道路から|水がふき出しているんですけど",
    "道路の割れ目から|水がふき出しているんです",
    "道路の継ぎ目から|水がふき出しとるんです",
    "道路が沈んで|段差になっています",
    "道の真ん中から|水が湧き出ています",
    "マンホールから|水があふれています",
)
PLACE = (
    "泉野出町四丁目の|12の3です",
    "藤江北二丁目の|30です",
    "笠舞三丁目の|7の11です",
    "石引一丁目の|3の9です",
    "東山三丁目の|2の9です",
    "有松二丁目|5番20号です",
    "弥生一丁目の|4の7です",
)
PHONE = (
    "ゼロキューゼロの|ゼロゼロゼロゼロの|ゼロゼロゼロイチです",
    "ゼロナナロクの|ゼロゼロゼロの|ゼロゼロゼロナナです",
    "ゼロハチゼロの|ゼロゼロゼロゼロの|イチニーサンヨンです",
    "ゼロキューゼロの|ゼロゼロゼロゼロの|ゼロゼロゼロゴーです",
)
NO = ("いいえ", "いいえ違います", "違います", "いや違います")


def night_calls(count: int) -> list[CallFile]:
    """Reports at night from withheld numbers: matter, place, telephone, a refused read-back, place, an accepted one."""
    return [
        CallFile(
            id=f"call-{index}",
            clock=NIGHT,
            expect=Expect(),
            desk="night",
            context=Context(),
            caller=(CallerTurn(say=OPEN[index % len(OPEN)]),),
            answers=Answers(
                place=PLACE[index % len(PLACE)],
                phone=PHONE[index % len(PHONE)],
                situation=OPEN[index % len(OPEN)],
                confirm=(NO[index % len(NO)], "はい"),
            ),
        )
        for index in range(count)
    ]


class PausingVoice:
    """Says "a|b": in `share` of the sentences with a pause at every bar, in the others at none.

    `sentences` are all it said so far, with where each phrase lies.
    """

    def __init__(self, synthesiser: Synthesiser, *, share: float, seed: int = 0) -> None:
        self._synthesiser, self._share = synthesiser, share
        self._dice = random.Random(seed)
        self.sentences: list[Sentence] = []
        self.paused = 0

    def say(self, text: str) -> Clip:
        phrases = text.split("|")
        pauses = len(phrases) > 1 and self._dice.random() < self._share
        if not pauses:
            phrases = ["".join(phrases)]
        self.paused += pauses
        parts: list[Sound] = []
        known: list[Phrase] = []
        at = 0
        for phrase in phrases:
            if parts:
                parts.append(silence(self._dice.uniform(*PAUSE_S)))
                at += len(parts[-1].samples)
            parts.append(trimmed(self._synthesiser.speak(phrase).at_rate(8000)))
            known.append(Phrase(phrase, at, at + len(parts[-1].samples)))
            at += len(parts[-1].samples)
        sound = through_telephone(joined(*parts))
        self.sentences.append(Sentence(sound.samples, tuple(known)))
        return Clip(to_telephone_wav(sound), sound.seconds)

    def from_file(self, path: Path) -> Clip:
        sound = decode(path.read_bytes())
        return Clip(to_telephone_wav(sound), sound.seconds)

    def silent(self, seconds: float) -> Clip:
        return Clip(to_telephone_wav(silence(seconds)), seconds)


def trimmed(sound: Sound) -> Sound:
    """Without the silence before and after it (below −50 dBFS)."""
    loud = np.flatnonzero(np.abs(sound.samples) > 10 ** (-50 / 20))
    return Sound(sound.samples[loud[0] : loud[-1] + 1].copy(), sound.rate) if len(loud) else sound
