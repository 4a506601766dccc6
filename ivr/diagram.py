"""Draws the dialogue as a Mermaid state diagram, by running it: never by hand, so it cannot go stale."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from faq_index.candidates import Candidate, Ranking
from ivr.domain.call import (
    Arrived,
    Call,
    Dialled,
    EarsFailed,
    Event,
    HungUp,
    LeftMessage,
    NobodyAnswered,
    PersonAnswered,
    Pressed,
    Spoke,
    State,
    StayedSilent,
    TalkEnded,
)
from ivr.domain.dialog import step
from ivr.domain.earlier import EarlierReport
from ivr.domain.hours import TOKYO
from ivr.domain.script import Script
from nlu.meaning import Act, Category, Intent, Level, Meaning, Pick, Place, Slots, Urgency

DAY = datetime(2026, 11, 24, 14, 0, tzinfo=TOKYO)
NIGHT = datetime(2026, 11, 24, 21, 0, tzinfo=TOKYO)
MOST_CALLS = 600


def draw(script: Script) -> str:
    """The states met from every opening, by day and by night, with the events that lead from one to another."""
    ways: defaultdict[tuple[State, State], set[str]] = defaultdict(set)
    for start, at in _openings(script):
        ways[State.RINGING, start.state].add("Arrived")
        for before, label, after in _walk(script, start, at):
            if before is not after:
                ways[before, after].add(label)
    lines = ["stateDiagram-v2", f"    [*] --> {State.RINGING.value}"]
    lines += [f"    {a.value} --> {b.value}: {', '.join(sorted(by))}" for (a, b), by in sorted(ways.items())]
    return "\n".join([*lines, f"    {State.ENDED.value} --> [*]"])


def _openings(script: Script) -> Iterator[tuple[Call, datetime]]:
    for at, dialled in ((DAY, Dialled.CENTRE), (NIGHT, Dialled.CENTRE), (NIGHT, Dialled.NIGHT_LINE)):
        for caller_id in ("0760000000", None):
            yield step(script, Call("CA"), Arrived(at, dialled, caller_id, "0001")).call, at


def _walk(script: Script, start: Call, at: datetime) -> Iterator[tuple[State, str, State]]:
    queue, seen = deque([start]), {start}
    while queue and len(seen) < MOST_CALLS:
        call = queue.popleft()
        for label, event in _events(at):
            after = step(script, call, event).call
            yield call.state, label, after.state
            if after not in seen:
                seen.add(after)
                queue.append(after)


def _events(at: datetime) -> Iterator[tuple[str, Event]]:
    urgent, unsure = Urgency(Level.URGENT, 0.9, Category.ROAD_LEAK), Urgency(Level.UNSURE, 0.4)
    place = Slots(place=Place("x", town="x", banchi="1"))
    yield "Spoke: urgent", _spoke(at, urgency=urgent)
    yield "Spoke: may be urgent", _spoke(at, urgency=unsure)
    yield "Spoke: question", _spoke(at, intent=Intent.QUESTION, topic="start")
    yield "Spoke: question with two answers", _spoke(at, intent=Intent.QUESTION, choices=("start", "stop"))
    yield "Spoke: first", _spoke(at, pick=Pick.FIRST)
    yield "Spoke: matter", _spoke(at, intent=Intent.START)
    earlier = EarlierReport("0001", at, Category.ROAD_LEAK, place.place, "0760000000")
    change = _spoke(at, urgency=Urgency(Level.URGENT, 0.9, Category.REPAIR_CANCEL_CHANGE))
    yield "Spoke: change of an earlier report", replace(change, earlier=(earlier,))
    yield "Spoke: place", _spoke(at, slots=place)
    yield "Spoke: not understood", _spoke(at)
    for act in (Act.YES, Act.NO, Act.OPERATOR, Act.STOP, Act.DECLINE):
        yield f"Spoke: {act.value}", _spoke(at, act=act)
    yield "Pressed 0", Pressed(at, "0")
    yield "Pressed 1", Pressed(at, "1")
    for event in (StayedSilent(at), LeftMessage(at, "RE", 9), EarsFailed(at, "late"), PersonAnswered(at)):
        yield type(event).__name__, event
    for last in (NobodyAnswered(at, "timeout"), TalkEnded(at), HungUp(at)):
        yield type(last).__name__, last


def _spoke(
    at: datetime,
    *,
    urgency: Urgency | None = None,
    intent: Intent = Intent.UNCLEAR,
    act: Act | None = None,
    slots: Slots | None = None,
    topic: str | None = None,
    choices: tuple[str, ...] = (),
    pick: Pick | None = None,
) -> Spoke:
    calm = Urgency(Level.CALM, 0.0)
    meaning = Meaning("x", "x", "ja", intent, urgency or calm, slots or Slots(), act, pick=pick)
    return Spoke(at, "x", meaning, Ranking((Candidate(topic, 1.0),), topic, 1.0) if topic else Ranking(choices=choices))
