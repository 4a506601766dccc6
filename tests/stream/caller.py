"""A caller and a recogniser for the turn-taking machine: speech, pauses and results on a media clock of 32 ms."""

from __future__ import annotations

from dataclasses import dataclass, field

from audio.endpoint import Voiced
from ivr.channels.stream.orders import Commands, Drop, Reading, Recognise
from ivr.channels.stream.turn_taking import TurnTaking
from ivr.domain.call import Question
from ivr.storage.script_files import read_listening
from nlu.completeness import Completeness
from tests.channels.scripted_desk import PROMPTS

LISTENING = read_listening(PROMPTS / "listening.yaml")
WINDOW = 32

YES = Reading("はい", Completeness.COMPLETE, backchannel=True, morae=2, answers=True)
NO = Reading("いいえ", Completeness.COMPLETE, morae=3, answers=True)
NOD = Reading("ええ", Completeness.OPEN, backchannel=True, morae=2, answers=True)
PLACE = Reading("泉野出町四丁目12の3", Completeness.COMPLETE, morae=16)
HALF = Reading("泉野出町四丁目の", Completeness.UNFINISHED, morae=11)
LEAK = Reading("道路から水が出ています", Completeness.COMPLETE, morae=14, sentence=True)
PERHAPS = Reading("道路から水が出てるんですけど", Completeness.OPEN, morae=18)
NOISE = Reading("")


@dataclass
class Conversation:
    """Drives one machine. `takes_ms`: how long every recognition takes; `readings`: what they say, in order."""

    readings: list[Reading] = field(default_factory=list)
    takes_ms: int = 200
    machine: TurnTaking = field(default_factory=TurnTaking)
    commands: list[tuple[int, object]] = field(default_factory=list)
    _due: list[tuple[int, int]] = field(default_factory=list)

    def asked(self, question: Question = Question.OPEN, says_ms: int = 0, *, guarded: bool = False) -> Conversation:
        """A question that takes `says_ms` to say; 0: the caller has heard it already."""
        self._take(self.machine.ask(LISTENING[question]))
        if says_ms:
            self.machine.speak(says_ms, guarded=guarded)
        self.machine.said_all()
        if not says_ms:
            self._take(self.machine.played())
        return self

    def played(self) -> Conversation:
        self._take(self.machine.played())
        return self

    def speaks(self, ms: int, voiced: Voiced = Voiced.YES) -> Conversation:
        return self._windows(ms, voiced)

    def silent(self, ms: int) -> Conversation:
        return self._windows(ms, Voiced.NO)

    def presses(self, keys: str) -> Conversation:
        for key in keys:
            self._take(self.machine.key(key))
            self.silent(WINDOW)
        return self

    def leaves(self) -> Conversation:
        self._take(self.machine.left())
        for _, job in self._due:
            self._take(self.machine.recognised(job, self.readings.pop(0)))
        return self

    def of(self, kind: type) -> list[tuple[int, object]]:
        """(media ms, command) of this kind."""
        return [(at, command) for at, command in self.commands if isinstance(command, kind)]

    def kinds(self) -> list[str]:
        """What was commanded, without the recogniser's jobs."""
        return [type(c).__name__ for _, c in self.commands if type(c).__name__ not in ("Recognise", "Drop")]

    def _windows(self, ms: int, voiced: Voiced) -> Conversation:
        for _ in range(round(ms / WINDOW)):
            now = self.machine.now + WINDOW
            for at, job in [due for due in self._due if due[0] <= now]:
                self._due.remove((at, job))
                self._take(self.machine.recognised(job, self.readings.pop(0)))
            self._take(self.machine.window(now, voiced))
        return self

    def _take(self, commands: Commands) -> None:
        for command in commands:
            self.commands.append((self.machine.now, command))
            if isinstance(command, Recognise):
                self._due.append((self.machine.now + self.takes_ms, command.job))
            if isinstance(command, Drop):
                self._due = [due for due in self._due if due[1] != command.job]
