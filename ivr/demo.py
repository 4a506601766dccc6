"""Takes a few calls end to end and shows them as they go: sound in, sound out, what was understood, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ruamel.yaml import YAML

from ivr.channels.simulator.call_file import CallFile
from ivr.channels.simulator.duty import DutyFacts, LegFacts
from ivr.channels.simulator.journal import Journal, TicketFacts
from ivr.channels.simulator.media_faults import LineQuality
from ivr.channels.simulator.read_calls import read_calls
from ivr.channels.simulator.run import Mode, Result, run_files
from ivr.domain.hours import tokyo
from ivr.settings import HOME, Settings
from ivr.stage import stage_for

LINE = LineQuality(speed=2.0)
SPEAKERS = {"desk": "desk  ", "caller": "heard "}
WORDS = HOME / "ivr" / "channels" / "simulator" / "data" / "demo_words.yaml"


@dataclass(frozen=True, slots=True)
class DemoWords:
    """What staff do (`did`: by Manner) and how a ticket stands (`status`: by TicketStatus), as the bureau says it."""

    did: Mapping[str, str]
    status: Mapping[str, str]


def load_demo_words(path: Path = WORDS) -> DemoWords:
    return DemoWords(**YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def demo(paths: Sequence[Path], settings: Settings, out: TextIO) -> bool:
    """Play the calls of `paths` with sound over signed HTTP; print them to `out`. True when all went as expected."""
    calls, words = {call.id: call for call in read_calls(paths)}, load_demo_words()
    out.write(
        "mizumado demo: callers' voices are synthesised and sent live, as 8 kHz µ-law frames over a media socket; "
        f"faster-whisper hears them.\nThe desk answers on the same socket and by signed webhooks, at {LINE.speed:.0f} "
        f"times the speed of life. Speech model: {Path(settings.asr_model).name} ({settings.asr_model}).\nloading …\n"
    )
    out.flush()
    good = True
    for result in run_files(paths, Mode.STREAM, stage_for(settings, out), quality=LINE):
        out.write(told(calls[result.id], result, words))
        out.flush()
        good = good and result.passed
    out.write(f"\n{'all' if good else 'NOT all'} {len(calls)} calls ended as they should\n")
    return good


def told(call: CallFile, result: Result, words: DemoWords) -> str:
    """One call as a person can follow it."""
    lines = [f"\n── {call.title}", f"   {tokyo(call.clock):%Y-%m-%d %H:%M}, the caller dials the {call.desk} number"]
    lines += [f"   caller says  {turn.say}" for turn in call.caller if turn.say]
    journal = result.journal
    if journal is not None:
        lines += [f"     {SPEAKERS[who]} {said}" for who, said in journal.dialogue]
        lines += _came_of(journal)
        lines += _duty(journal.duty, words) if journal.duty else []
    lines += [f"   NOT AS EXPECTED: {reason}" for reason in result.reasons]
    return "\n".join(lines) + "\n"


def _came_of(journal: Journal) -> list[str]:
    ways = (journal.category, journal.transfer_to, *journal.faq_topics)
    lines = [f"   outcome      {journal.outcome} {' '.join(way for way in ways if way)}"]
    if journal.ticket is not None:
        lines.append(f"   ticket       {_ticket(journal.ticket)}")
    return lines


def _duty(duty: DutyFacts, words: DemoWords) -> list[str]:
    """The telephones that rang, and what became of the ticket."""
    lines = [
        "   the caller has hung up: the desk rings staff on duty (invented people and numbers), until somebody has it"
    ]
    for leg in duty.legs:
        lines += _leg(leg, words)
    holder = next((leg.name for leg in duty.legs if leg.person == duty.acknowledged_by), None)
    lines.append(f"   ticket       {duty.reference}: {words.status[duty.status]}{f', {holder}' if holder else ''}")
    more = f"{duty.texts} sent" + (f", {duty.alarms} alarm(s): nobody has it" if duty.alarms else "")
    return [*lines, f"   texts        {more}"]


def _leg(leg: LegFacts, words: DemoWords) -> list[str]:
    heard = [f"     staff hear  {line}" for line in leg.heard]
    did = f"     staff do    {words.did[leg.manner]}"
    before = leg.key_after if leg.key else len(heard)
    return [f"     rings       {leg.name} ({leg.person})", *heard[:before], did, *heard[before:]]


def _ticket(ticket: TicketFacts) -> str:
    place = "".join(str(part) for part in (ticket.town, ticket.chome and f" {ticket.chome}-", ticket.banchi) if part)
    return f"{ticket.reference}: {ticket.category}, place {place}, telephone {ticket.phone} ({ticket.phone_source})"
