"""<Connect><Stream>: the call goes on over a media stream, and afterwards where the desk says.

As under twilio.com/docs/voice/twiml/stream and /docs/api/errors/31921: when the desk closes the socket the action is
asked, or, without one, the verb behind </Connect>. The same is assumed when the stream is lost (31903).
"""

from __future__ import annotations

import asyncio
import uuid
import xml.etree.ElementTree as ET  # for its types
from dataclasses import dataclass, field
from urllib.parse import urljoin

from twilio.request_validator import RequestValidator

from ivr.channels.simulator.caller_voice import CallerVoice
from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.line import RefusedError, SignedLine
from ivr.channels.simulator.media_caller import MediaCaller
from ivr.channels.simulator.media_faults import LineQuality, departures
from ivr.channels.simulator.media_line import Ended, MediaLine, StreamAddress, Surroundings
from ivr.channels.simulator.media_measures import Measures
from ivr.channels.simulator.media_sound import LineNoise, Utterances
from ivr.channels.simulator.scripted import ScriptedCaller


@dataclass(slots=True)
class Connecting:
    """The streams of one call. `sid` is the call's."""

    sid: str
    line: SignedLine
    clock: SimulatedClock
    voice: CallerVoice
    script: ScriptedCaller
    quality: LineQuality = field(default_factory=LineQuality)
    measures: Measures = field(default_factory=Measures)
    _streams: int = 0

    def connect(self, verb: ET.Element, url: str) -> tuple[Ended, dict[str, str]]:
        """Play the caller on the stream; how it ended, and the fields of the action.

        Raises RefusedError, CannotPlayError, audio.recording.NotSound.
        """
        address = self._address(verb)
        stream, self._streams = self._streams, self._streams + 1
        dice = self.quality.chance("caller", stream)
        noise = LineNoise(dice.randrange(1 << 32))
        around = Surroundings(self.measures, lambda text: self.line.complain(url, text), self.clock.advance)
        with Utterances(self.voice, noise) as utterances:
            party = MediaCaller(self.script, self.line.desk.books.turns, self.sid, utterances, noise, dice)
            line = MediaLine(address, party, departures(self.quality, stream), self.quality.speed, around)
            ended = asyncio.run(line.run())
        self.script.stream_ended()
        fields = {"StreamSid": address.stream_sid}
        self._tell(verb[0], url, fields, "stream-error" if ended is Ended.LOST else "stream-stopped")
        return ended, fields

    def _tell(self, stream: ET.Element, url: str, fields: dict[str, str], event: str) -> None:
        """The status callbacks, all at the end: they may come late."""
        callback = stream.get("statusCallback")
        for happened in ("stream-started", event) if callback else ():
            self.line.tell(urljoin(url, callback), {**fields, "StreamEvent": happened})

    def _address(self, connect: ET.Element) -> StreamAddress:
        streams = list(connect)
        if len(streams) != 1 or streams[0].tag != "Stream":
            raise RefusedError("<Connect>: this carrier connects one <Stream>")
        desk, url = self.line.desk, streams[0].get("url", "")
        origin, base = (_as_socket(address) for address in (desk.origin, desk.base_url))
        if not url.startswith(origin + "/"):
            raise RefusedError(f"<Stream url={url!r}> is not on {origin}: only the desk itself can be reached here")
        return StreamAddress(
            url=base + url.removeprefix(origin),
            signature=RequestValidator(desk.auth_token).compute_signature(url, {}),
            parameters={entry.get("name", ""): entry.get("value", "") for entry in streams[0].iter("Parameter")},
            stream_sid=f"MZ{uuid.uuid4().hex}",
            call_sid=self.sid,
            account_sid=desk.account_sid,
        )


def _as_socket(origin: str) -> str:
    """http -> ws, https -> wss."""
    return "ws" + origin.removeprefix("http")
