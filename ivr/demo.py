"""Takes a few calls end to end and shows them as they go: sound in, sound out, what was understood, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.journal import Journal, TicketFacts
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.read_calls import read_calls
from ivr.channels.simulator.run import Mode, Result, run_files
from ivr.domain.hours import tokyo
from ivr.settings import Settings
from ivr.stage import stage_for

LINE = LineQuality(speed=2.0)
SPEAKERS = {"desk": "desk  ", "caller": "heard "}


def demo(paths: Sequence[Path], settings: Settings, out: TextIO) -> bool:
    """Play the calls of `paths` with sound over signed HTTP; print them to `out`. True when all went as expected."""
    calls = {call.id: call for call in read_calls(paths)}
    out.write(
        "mizumado demo: callers' voices are synthesised and sent live, as 8 kHz µ-law frames over a media socket; "
        f"faster-whisper hears them.\nThe desk answers on the same socket and by signed webhooks, at {LINE.speed:.0f} "
        f"times the speed of life. Speech model: {Path(settings.asr_model).name} ({settings.asr_model}).\nloading …\n"
    )
    out.flush()
    good = True
    for result in run_files(paths, Mode.STREAM, stage_for(settings, out), quality=LINE):
        out.write(told(calls[result.id], result))
        out.flush()
        good = good and result.passed
    out.write(f"\n{'all' if good else 'NOT all'} {len(calls)} calls ended as they should\n")
    return good


def told(call: CallFile, result: Result) -> str:
    """One call as a person can follow it."""
    lines = [f"\n── {call.title}", f"   {tokyo(call.clock):%Y-%m-%d %H:%M}, the caller dials the {call.desk} number"]
    lines += [f"   caller says  {turn.say}" for turn in call.caller if turn.say]
    journal = result.journal
    if journal is not None:
        lines += [f"     {SPEAKERS[who]} {words}" for who, words in journal.dialogue]
        lines += _came_of(journal)
    lines += [f"   NOT AS EXPECTED: {reason}" for reason in result.reasons]
    return "\n".join(lines) + "\n"


def _came_of(journal: Journal) -> list[str]:
    ways = (journal.category, journal.transfer_to, *journal.faq_topics)
    lines = [f"   outcome      {journal.outcome} {' '.join(way for way in ways if way)}"]
    if journal.ticket is not None:
        lines.append(f"   ticket       {_ticket(journal.ticket)}")
    return lines


def _ticket(ticket: TicketFacts) -> str:
    place = "".join(str(part) for part in (ticket.town, ticket.chome and f" {ticket.chome}-", ticket.banchi) if part)
    return f"{ticket.reference}: {ticket.category}, place {place}, telephone {ticket.phone} ({ticket.phone_source})"
