"""Whose turn it is: one caller's sound against one question, without a clock, a socket or a thread.

Laws of this file:
1. Time is media time, ms since the socket's first frame; every input that has a time brings it.
2. Every input gives the commands that follow from it; nothing happens in between.
3. What was said is never dropped: it is the reply, or held until a safety line is over, or shown to be no speech.
4. The reply timer starts when playback has ended (by mark), never while the desk still speaks.
5. `clear` is sent once for an interruption; then the desk is silent until it is told to speak.

Speculative recognition: at `SPECULATE_MS` of silence the clip is recognised while patience goes on. How long the pause
must then be depends on what the text still lacks for the question (`Listening`). New speech is appended.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from audio.endpoint import Voiced
from ivr.channels.stream.orders import (
    AskToWait,
    Clear,
    Commands,
    Drop,
    GiveUp,
    Keys,
    NoReply,
    Reading,
    Recognise,
    Reply,
    SpeakOn,
)
from ivr.domain.listening import Listening
from nlu.completeness import Completeness

SPECULATE_MS = 190
"""Silence after which a clip is worth recognising: six windows of 32 ms."""

PRE_ROLL_MS = 500
"""Sound before the first voiced window that belongs to the clip: no first syllable is lost (PAINS 6)."""

BARGE_IN_MS = 700
"""Speech over the desk's own that is longer is no backchannel, whatever it says: it interrupts at once."""

NEARLY_OVER_MS = 1000
"""A short yes this close to the end of a question answers it (PAINS 8)."""

NOTHING_MS = 640  # of silence after a sound that turned out to be no speech
NOD_MS = 400  # of silence after which a backchannel is over
MARK_LATE_MS = 3000  # a mark that is so late will not come: playback counts as over
KEY_GAP_MS = 3000  # between two keys of one number
CHUNK_MS = 6000  # longer speech is recognised in pieces, cut in pauses
FULL_STOP = "。"  # between sentences of one reply: nothing is read across it
FILLER_MS = 4000  # dead air until the caller is asked for a moment
FEWEST_MORAE = 2  # fewer over the desk's own voice interrupt nothing
FEWEST_MORAE_OF_A_TAIL = 6  # begun before the question was put: お願いします is the end of the last reply


@dataclass(slots=True)
class _Utterance:
    """What the caller is saying. Times in media ms; `job` is the recognition that covers it up to `asked_for`.

    `over`: it is as long as a reply may be; what follows is nobody's. `barged_in`: its length alone stopped the desk.
    """

    begin: int
    last: int
    voiced: int = 0
    over_desk: bool = False
    chunk: int = 0
    heard_to: int = 0
    before: str = ""
    job: int | None = None
    asked_for: int | None = None
    reading: Reading | None = None
    read_for: int | None = None
    failures: int = 0
    waited: bool = False
    over: bool = False
    barged_in: bool = False


@dataclass(slots=True)
class _Playback:
    """What the desk is saying: estimated end, and the stretches that may not be interrupted."""

    ends: int = 0
    guarded: list[tuple[int, int]] = field(default_factory=list)
    said_all: bool = False

    def is_guarded(self, now: int) -> bool:
        return any(begin <= now < end for begin, end in self.guarded)


class TurnTaking:
    """Begin with `ask`; then feed it windows, results, marks and keys."""

    def __init__(self) -> None:
        self.now = 0
        self._listening: Listening | None = None
        self._playback: _Playback | None = None
        self._utterance: _Utterance | None = None
        self._held: Reply | None = None
        self._keys = ""
        self._keyed_at = 0
        self._waiting_from = 0
        self._interrupted = False
        self._gone = False
        self._asked_at = 0
        self._jobs = 0

    @property
    def open(self) -> bool:
        """Whether a reply is awaited."""
        return self._listening is not None

    @property
    def speaking(self) -> bool:
        """Whether the desk speaks, as far as we know."""
        return self._playback is not None

    # --- the desk ---------------------------------------------------------------------------------

    def ask(self, listening: Listening) -> Commands:
        """A question is put: its lines follow by `speak`, then `said_all`."""
        self._listening, self._asked_at = listening, self.now
        self._playback = _Playback(ends=self.now)
        self._held, self._keys, self._interrupted = None, "", False
        return []

    def speak(self, duration_ms: int, *, guarded: bool) -> None:
        """One line was sent to be played, behind those before it. `guarded`: it may not be interrupted."""
        if self._playback is None:
            self._playback = _Playback(ends=self.now)
        begin = max(self.now, self._playback.ends)
        self._playback.ends = begin + duration_ms
        if guarded:
            self._playback.guarded.append((begin, self._playback.ends))

    def said_all(self) -> None:
        """Every line of the question was sent; the mark of the last one will tell that it was heard."""
        if self._playback is not None:
            self._playback.said_all = True

    def played(self) -> Commands:
        """The last line's mark came back: the caller has heard everything."""
        if self._playback is None:
            return []
        self._playback = None
        self._waiting_from = self.now
        if self._held is not None and self._utterance is None:
            return self._reply(self._held)
        return self._due_keys() + self._decide()

    def wait_on(self, listening: Listening) -> Commands:
        """The reply changed nothing: the same question stays open, and the caller has his time again."""
        self._listening, self._waiting_from = listening, self.now
        return []

    # --- the caller -------------------------------------------------------------------------------

    def window(self, now: int, voiced: Voiced, length_ms: int = 32) -> Commands:
        """The window of sound that ends at `now`."""
        self.now = now
        if voiced is Voiced.YES or (voiced is Voiced.DOUBTFUL and not self.speaking):
            commands = self._voiced(now, length_ms, sure=voiced is Voiced.YES)
        else:
            commands = self._unvoiced()
        if self._playback is not None and self._playback.said_all and now > self._playback.ends + MARK_LATE_MS:
            commands += self.played()
        return commands + self._due_keys()

    def key(self, digit: str) -> Commands:
        """A key was pressed. It stops the desk's voice, but not a safety line."""
        if self._listening is None:
            return []
        commands: Commands = []
        if self._playback is not None and not self._playback.is_guarded(self.now):
            commands += self._clear()
        commands += self._forget_utterance()
        self._keys, self._keyed_at = self._keys + digit, self.now
        return commands + self._due_keys()

    def recognised(self, job: int, reading: Reading) -> Commands:
        """The result of a recognition; one that was overtaken by more speech changes nothing."""
        heard = self._utterance
        if heard is None or heard.job != job:
            return []
        heard.job, heard.reading, heard.read_for = None, reading, heard.asked_for
        return self._decide()

    def failed(self, job: int, why: str) -> Commands:
        """A recognition failed: once more, then the ears count as failed."""
        heard = self._utterance
        if heard is None or heard.job != job:
            return []
        heard.job, heard.asked_for = None, None
        heard.failures += 1
        if heard.failures < 2:
            return []
        self._utterance, self._listening = None, None
        return [GiveUp(why)]

    def left(self) -> Commands:
        """The caller is gone, or the socket: what was being said is read to its end all the same."""
        self._gone, self._playback = True, None
        heard = self._utterance
        if heard is None or self._listening is None:
            return []
        if heard.reading is not None and heard.read_for == heard.last:
            return self._decide()
        return self._recognise(heard)

    # --- inside -----------------------------------------------------------------------------------

    def _voiced(self, now: int, length_ms: int, *, sure: bool) -> Commands:
        heard = self._utterance
        commands: Commands = []
        if heard is None:
            begin = now - length_ms
            heard = self._utterance = _Utterance(begin, now, over_desk=self.speaking, chunk=begin)
        elif heard.reading is not None and heard.read_for == heard.last:
            self._begin_a_piece(heard, heard.reading, now - length_ms)
        if heard.over:
            return []
        if heard.job is not None:
            commands.append(Drop(heard.job))
            heard.job = None
        heard.last, heard.reading, heard.waited = now, None, False
        heard.voiced += length_ms if sure else 0
        if self._may_interrupt() and heard.voiced >= BARGE_IN_MS:
            heard.barged_in = True
            commands += self._clear()
        if self._listening is not None and now - heard.begin >= self._listening.longest_s * 1000:
            heard.over = True
            commands += self._recognise(heard)
        return commands

    def _begin_a_piece(self, heard: _Utterance, reading: Reading, now: int) -> None:
        """New speech after a pause: behind a finished sentence, or a long piece, it is recognised on its own."""
        if reading.text and (reading.sentence or heard.last - heard.chunk >= CHUNK_MS):
            heard.before += reading.text + (FULL_STOP if reading.sentence else "")
            heard.chunk, heard.heard_to = now, heard.last

    def _unvoiced(self) -> Commands:
        heard = self._utterance
        if heard is None:
            return self._silent()
        silence = self.now - heard.last
        if self._listening is None:
            return []
        if silence >= SPECULATE_MS and heard.asked_for != heard.last:
            return self._recognise(heard)
        if heard.job is not None and silence >= FILLER_MS and not heard.waited:
            heard.waited = True
            return [AskToWait()]
        return self._decide()

    def _silent(self) -> Commands:
        if self._listening is None or self.speaking or self._keys:
            return []
        if self.now - self._waiting_from < self._listening.start_s * 1000:
            return []
        self._listening = None
        return [NoReply()]

    def _recognise(self, heard: _Utterance) -> Commands:
        if heard.job is not None:
            return []
        self._jobs += 1
        heard.job, heard.asked_for = self._jobs, heard.last
        begin = max(0, heard.chunk - PRE_ROLL_MS, heard.heard_to)
        return [Recognise(self._jobs, begin, self.now, heard.before)]

    def _decide(self) -> Commands:
        """Is the turn over, now that this much silence has passed and the text is known?"""
        heard = self._utterance
        if heard is None or self._listening is None or heard.reading is None or heard.read_for != heard.last:
            return []
        reading, silence = heard.reading, self.now - heard.last
        if not heard.before + reading.text:
            return self._was_nothing() if silence >= NOTHING_MS else []
        if heard.barged_in and reading.backchannel and not self._gone:
            return self._was_nothing() if silence >= NOD_MS else []  # はい、はい、はい: he listens, so go on
        commands: Commands = []
        if self._playback is not None:
            if self._playback.is_guarded(self.now):
                return self._hold(heard, silence)
            if self._is_nod(heard, reading):
                return self._nod(heard, silence)
            commands += self._clear()
        if silence < self._patience(heard, self._listening):
            return commands
        return commands + self._reply(Reply(heard.before + reading.text, heard.last))

    def _patience(self, heard: _Utterance, listening: Listening) -> int:
        assert heard.reading is not None  # noqa: S101 - `_decide` has looked
        if heard.over or self._gone:
            return 0
        return {
            Completeness.COMPLETE: listening.complete_ms,
            Completeness.OPEN: listening.patience_ms,
            Completeness.UNFINISHED: listening.unfinished_ms,
        }[heard.reading.completeness]

    def _is_nod(self, heard: _Utterance, reading: Reading) -> bool:
        """Whether it leaves the turn to the desk. The tail of the reply before must say more to count as a new one."""
        tail = heard.begin < self._asked_at
        fewest = FEWEST_MORAE_OF_A_TAIL if tail else FEWEST_MORAE
        return reading.backchannel or reading.morae < fewest or (tail and reading.answers)

    def _nod(self, heard: _Utterance, silence: int) -> Commands:
        """A backchannel over the desk's voice: an answer when the question is as good as put, else nothing."""
        assert self._playback is not None and heard.reading is not None  # noqa: S101, PT018 - `_decide` has looked
        nearly_over = self._playback.said_all and self._playback.ends - heard.last <= NEARLY_OVER_MS
        if nearly_over and heard.reading.answers:
            return self._clear() + self._reply(Reply(heard.reading.text, heard.last))
        if silence >= NOD_MS:
            self._utterance = None
        return []

    def _hold(self, heard: _Utterance, silence: int) -> Commands:
        """A safety line is not interrupted; what was said over it is the reply when everything has been heard."""
        assert self._listening is not None and heard.reading is not None  # noqa: S101, PT018 - `_decide` has looked
        if silence >= self._listening.patience_ms:
            self._utterance = None
            if not heard.reading.backchannel:
                self._held = Reply(heard.before + heard.reading.text, heard.last)
        return []

    def _was_nothing(self) -> Commands:
        self._utterance = None
        if not self._interrupted:
            return []
        self._interrupted = False
        return [SpeakOn()]

    def _may_interrupt(self) -> bool:
        return self._playback is not None and not self._playback.is_guarded(self.now)

    def _clear(self) -> Commands:
        self._playback, self._interrupted = None, True
        self._waiting_from = self.now
        return [Clear()]

    def _forget_utterance(self) -> Commands:
        heard, self._utterance = self._utterance, None
        return [Drop(heard.job)] if heard is not None and heard.job is not None else []

    def _reply(self, reply: Reply) -> Commands:
        self._utterance, self._held, self._listening = None, None, None
        return [reply]

    def _due_keys(self) -> Commands:
        """The keys, when they are enough: as many as asked for, ended by the finishing key, or left alone."""
        if self._listening is None or not self._keys or self.speaking:
            return []
        listening, keys = self._listening, self._keys
        if listening.finish and listening.finish in keys:
            keys = keys[: keys.index(listening.finish)]
        elif len(keys) < listening.keys and self.now - self._keyed_at < KEY_GAP_MS:
            return []
        self._keys, self._listening = "", None
        return [Keys(keys)]
