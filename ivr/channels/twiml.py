"""Voice actions -> TwiML. Pure: the same stored turn gives the same bytes, so a repeated webhook hears the same.

The law of this file: a document never runs out while the caller is on the line. Every verb that may fall through
(Gather, Record) is followed by a Redirect to its own action, which then reports silence; every turn ends in Gather,
Record, Enqueue, Dial or Hangup. Verbs and attributes: Twilio's TwiML voice reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, VoiceResponse

from ivr.channels.edge import Hints
from ivr.channels.spoken_audio import ClipAddresses
from ivr.channels.stream.token import Ticket, token_of
from ivr.domain.call import Ask, Ears, HangUp, Line, Question, Say, State, TakeMessage, Transfer
from ivr.domain.listening import MESSAGE_PAUSE_S, Listenings
from ivr.domain.script import DeskEntry
from ivr.ports import StoredTurn

MAX_TWIML = 64 * 1024  # bytes, Twilio's limit for a document
MAX_SAY = 3000  # characters; Twilio takes 4096 in one <Say>
MAX_HINTS = 4000  # characters in all; Twilio takes 500 entries of 100
DIAL_TIMEOUT_S = 25
MEDIA_PATH = "/twilio/media"
ADMISSION = "token"
"""The <Parameter> that lets a media socket in: an address must carry no query string (error 31920)."""
SAY_LANGUAGES = {"ja": "ja-JP", "en": "en-US", "zh": "cmn-CN", "ko": "ko-KR"}
GATHER_LANGUAGES = {"ja": "ja-JP", "en": "en-US", "zh": "cmn-Hans-CN", "ko": "ko-KR"}
SAY_VOICES = {"en": "Polly.Joanna-Neural", "zh": "Polly.Zhiyu-Neural", "ko": "Polly.Seoyeon-Neural"}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


class TwimlTooLong(ValueError):
    """The document would be larger than Twilio accepts."""


def written(response: VoiceResponse) -> bytes:
    """The document as UTF-8. Raises TwimlTooLong."""
    document = str(response).encode()
    if len(document) > MAX_TWIML:
        raise TwimlTooLong(f"{len(document)} bytes of TwiML; Twilio takes {MAX_TWIML}")
    return document


@dataclass(frozen=True, slots=True)
class Mouth:
    """How a line becomes a verb: <Play> of the own voice for the languages in `own`, Twilio's <Say> for the others."""

    text: Callable[[Line, str], str]
    say_voice: str
    own: frozenset[str]
    clips: ClipAddresses

    def speaks(self, lines: tuple[Line, ...], language: str) -> bool:
        """Whether the own voice can say all of `lines` in a call in `language`."""
        return all(line.spoken_in(language) in self.own for line in lines)

    def speak(self, verbs: VoiceResponse | Gather, line: Line, language: str, clip: str) -> None:
        """Add `line` to `verbs`; `clip` is the address of its sound if its slots are filled with a call's values."""
        language = line.spoken_in(language)
        if language not in self.own:
            self.say(verbs, line, language)
        elif line.slots:
            verbs.play(clip)
        else:
            verbs.play(self.clips.line(line, language, self.text(line, language)))

    def say(self, verbs: VoiceResponse | Gather, line: Line, language: str) -> None:
        """Add `line` as <Say>: needs nothing of ours but the words."""
        language = line.spoken_in(language)
        text = _NOT_XML.sub("", self.text(line, language))
        for start in range(0, len(text), MAX_SAY):
            verbs.say(
                text[start : start + MAX_SAY],
                voice=SAY_VOICES.get(language, self.say_voice),
                language=SAY_LANGUAGES.get(language, "ja-JP"),
            )


@dataclass(frozen=True, slots=True)
class TurnTwiml:
    """Renders turns. `caller_id`: our own number shown to desks that are dialled, None = the caller's.

    `media_key` seals the tokens of media sockets; None: nobody listens to live sound here, recordings take its place.
    """

    origin: str
    mouth: Mouth
    desks: Mapping[str, DeskEntry]
    hints: Hints
    listening: Listenings
    caller_id: str | None = None
    media_key: bytes | None = None

    def live(self, turn: StoredTurn) -> bool:
        """Whether the question of `turn` is put and answered over a media socket: the own voice says all of it."""
        call = turn.call
        lines = tuple(line for one in turn.actions if isinstance(one, Ask) for line in one.lines)
        ours = call.language in self.mouth.own and self.mouth.speaks(lines, call.language)
        return self.media_key is not None and call.ears is Ears.STREAM and ours

    def turn(self, turn: StoredTurn, before: Line | None = None) -> bytes:
        """The whole turn; `before` is a line of the channel's own to say first. Raises TwimlTooLong."""
        response = VoiceResponse()
        if before is not None:
            self.mouth.say(response, before, turn.call.language)
        spoken = 0
        closed = False
        for action in turn.actions:
            if isinstance(action, Say):
                spoken = self._speak(response, turn, action.lines, spoken)
            elif isinstance(action, Ask | TakeMessage | Transfer | HangUp):
                self._close(response, turn, action, spoken)
                closed = True
                break
        if not closed:
            self._stay(response, turn)
        return written(response)

    def once_more(self, turn: StoredTurn, count: int) -> bytes:
        """Only what `turn` waited for: its question again, or the waiting queue. `count` travels in the addresses."""
        response = VoiceResponse()
        spoken = 0
        for action in turn.actions:
            if isinstance(action, Say):
                spoken += len(action.lines)
            elif isinstance(action, Ask | TakeMessage | Transfer | HangUp):
                self._close(response, turn, action, spoken, f"?again={count}")
                return written(response)
        self._stay(response, turn)
        return written(response)

    def _stay(self, response: VoiceResponse, turn: StoredTurn) -> None:
        """A turn that changed nothing for the ear: back to the open question, unless the call is over."""
        if turn.call.state is State.ENDED:
            response.hangup()
        else:
            response.redirect(f"{self.origin}/twilio/fallback", method="POST")

    def _speak(self, verbs: VoiceResponse | Gather, turn: StoredTurn, lines: tuple[Line, ...], first: int) -> int:
        """Speak the lines; `first` is the index of the first of them in the turn. Gives the next index."""
        for index, line in enumerate(lines, first):
            clip = self.mouth.clips.of_turn(turn.call.sid, turn.seq, str(index))
            self.mouth.speak(verbs, line, turn.call.language, clip)
        return first + len(lines)

    def _close(
        self,
        response: VoiceResponse,
        turn: StoredTurn,
        action: Ask | TakeMessage | Transfer | HangUp,
        spoken: int,
        suffix: str = "",
    ) -> None:
        match action:
            case Ask():
                self._ask(response, turn, action, spoken, suffix)
            case TakeMessage():
                self._take_message(response, turn, action, spoken, suffix)
            case Transfer():
                self._transfer(response, turn, action, spoken, suffix)
            case HangUp():
                response.hangup()

    def _connect(self, response: VoiceResponse, turn: StoredTurn, again: int) -> None:
        """The question goes over the media socket, which speaks it. When that closes, the action says how to go on."""
        assert self.media_key is not None  # noqa: S101 - `live` was asked
        suffix = f"?again={again}" if again else ""
        ended = f"{self.origin}/twilio/stream{suffix}"
        connect = response.connect(action=ended, method="POST")
        stream = connect.stream(
            url=f"ws{self.origin.removeprefix('http')}{MEDIA_PATH}",
            status_callback=f"{self.origin}/twilio/stream_status",
            status_callback_method="POST",
        )
        stream.parameter(name=ADMISSION, value=token_of(self.media_key, turn.call.sid, Ticket(turn.seq, again)))
        response.redirect(ended, method="POST")

    def _ask(self, response: VoiceResponse, turn: StoredTurn, ask: Ask, spoken: int, suffix: str) -> None:
        if self.live(turn):
            self._connect(response, turn, int(suffix.removeprefix("?again=") or 0))
            return
        reply = f"{self.origin}/twilio/turn/{turn.seq}/{ask.question.value}{suffix}"
        listening = self.listening[ask.question]
        keys = {"num_digits": listening.keys, "finish_on_key": listening.finish, "action": reply, "method": "POST"}
        if turn.call.ears is Ears.GATHER:
            gather = response.gather(
                input="dtmf speech",
                timeout=listening.start_s,
                language=GATHER_LANGUAGES.get(turn.call.language, "ja-JP"),
                speech_timeout="auto",
                profanity_filter=False,  # the default masks words, and an address may sound like one
                action_on_empty_result=True,
                hints=self._hints(turn.call.language, ask.question),
                **keys,
            )
            self._speak(gather, turn, ask.lines, spoken)
        elif turn.call.ears is Ears.KEYS:
            gather = response.gather(input="dtmf", timeout=listening.start_s, action_on_empty_result=True, **keys)
            self._speak(gather, turn, ask.lines, spoken)
        else:
            gather = response.gather(input="dtmf", timeout=listening.key_gap_s, **keys)
            self._speak(gather, turn, ask.lines, spoken)
            response.record(
                action=reply,
                method="POST",
                timeout=listening.pause_s,
                max_length=listening.longest_s,
                play_beep=False,
                trim="do-not-trim",  # trimming takes first syllables with it
            )
        response.redirect(reply, method="POST")  # an empty recording, or a Gather that Twilio could not run

    def _hints(self, language: str, question: Question) -> str | None:
        text = ""
        for hint in self.hints.get(language, {}).get(question, ())[:500]:
            longer = f"{text},{hint[:100]}" if text else hint[:100]
            if len(longer) > MAX_HINTS:
                break
            text = longer
        return text or None

    def _take_message(
        self, response: VoiceResponse, turn: StoredTurn, action: TakeMessage, spoken: int, suffix: str
    ) -> None:
        self._speak(response, turn, action.lines, spoken)
        done = f"{self.origin}/twilio/message/{turn.seq}{suffix}"
        response.record(
            action=done,
            method="POST",
            timeout=MESSAGE_PAUSE_S,
            max_length=action.seconds,
            finish_on_key="#",
            play_beep=True,
            trim="do-not-trim",
        )
        response.redirect(done, method="POST")  # nobody spoke: an empty recording has no action

    def _transfer(self, response: VoiceResponse, turn: StoredTurn, action: Transfer, spoken: int, suffix: str) -> None:
        self._speak(response, turn, action.lines if not suffix else (), spoken)
        desk = self.desks.get(action.desk)
        ended = f"{self.origin}/twilio/queue/{turn.seq}{suffix}"
        if desk is not None and desk.reach == "queue":
            waiting = f"{self.origin}/twilio/wait/{turn.seq}"
            response.enqueue(desk.id, action=ended, method="POST", wait_url=waiting, wait_url_method="POST")
        elif desk is not None and desk.number is not None:
            dial = response.dial(action=ended, method="POST", timeout=DIAL_TIMEOUT_S, caller_id=self.caller_id)
            whisper = f"{self.origin}/twilio/whisper/{turn.call.sid}/{turn.seq}"
            dial.number(desk.number, url=whisper, method="POST")
        else:  # a desk nobody can reach: the caller comes straight back, and hears what happens next
            response.redirect(ended, method="POST")
