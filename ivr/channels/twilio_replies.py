"""What a webhook brings as the reply to a question: keys, words, a recording, or nothing."""

from __future__ import annotations

from flask import request

from ivr.channels import twilio_requests as facts
from ivr.channels.edge import Edge
from ivr.channels.twilio_rest import api_base
from ivr.channels.way_on import field
from ivr.domain.call import EarsFailed, Event, Pressed, Question, Spoke, StayedSilent
from ivr.domain.languages import JAPANESE


def reply_heard(edge: Edge, sid: str, seq: int, question: Question) -> Event:
    """The reply to `question`, which turn `seq` of a call put. A recording is read by our own recogniser."""
    now = edge.clock.now()
    if keys := facts.keys_pressed(request.form.get("Digits")):
        return Pressed(now, keys)
    if words := facts.words_spoken(request.form.get("SpeechResult")):
        return Spoke(now, words)
    recording = recording_brought()
    if recording is None or field("RecordingDuration") == "0":
        return StayedSilent(now)
    asked = edge.turns.turn(sid, seq)
    if edge.turns.turn(sid, seq + 1) is not None:
        return StayedSilent(now)  # repeated: the stored reply is given whatever this is, so nothing is transcribed
    if edge.hear is None:
        return EarsFailed(now, "no recogniser", recording)
    # After a Redirect of ours only the id is left of the recording; its address follows from that.
    settings = edge.settings
    address = f"{api_base(settings)}/2010-04-01/Accounts/{settings.twilio_account_sid}/Recordings/{recording}"
    language = asked.call.language if asked is not None else JAPANESE
    return edge.hear(request.form.get("RecordingUrl") or address, recording, now, question, language)


def recording_brought() -> str | None:
    """The id of the recording this webhook brings, None if it brings none."""
    sid = field("RecordingSid")
    if sid is not None and facts.RECORDING_SID.fullmatch(sid):
        return sid
    in_url = facts.RECORDING_SID.search(field("RecordingUrl") or "")
    return in_url[0] if in_url else None
