"""A telephone that rings nobody: staff on duty answer in-process, as text mode plays them. The fake of Telephone."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from ivr.channels.simulator.clock import SimulatedClock
from ivr.channels.simulator.duty import UNANSWERED, DutyLeg, DutyStaff, Manner
from ivr.domain.call import Line
from ivr.domain.escalation import PickedUp, Unheard, WentUnheard
from ivr.domain.languages import JAPANESE as STAFF_LANGUAGE
from ivr.ports import RingFailed
from ivr.usecases import answer_duty
from ivr.usecases.answer_duty import DutyLine, Key, Said, Then

_ADDRESS = re.compile(r"/twilio/duty/(?P<reference>[^/]+)/(?P<order>[0-9]+)")


class WordedTelephone:
    """`Telephone` and `Texts`. A call to staff is over when `ring` returns; any other number cannot be rung."""

    def __init__(self, staff: DutyStaff, line: DutyLine, clock: SimulatedClock) -> None:
        self._staff, self._line, self._clock = staff, line, clock

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        del status_url, tried_at, others, answered  # nothing is lost on the way here
        found = _ADDRESS.fullmatch(urlsplit(answer_url).path)
        leg = self._staff.rings(number) if found else None
        if found is None or leg is None:
            raise RingFailed("in text mode nobody but staff on duty has a telephone", permanent=True)
        try:
            self._answer(leg, found["reference"], int(found["order"]))
        finally:
            leg.over = True
        return f"CA{uuid.uuid4().hex}"

    def hang_up(self, sid: str) -> None:
        """Every call is over by the time it could be ended."""

    def prepare_queue(self, name: str, max_size: int) -> None:
        """Nobody waits in text mode."""

    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        del tried_at
        self._staff.texted(number, body)
        return f"SM{uuid.uuid4().hex}"

    def _answer(self, leg: DutyLeg, reference: str, order: int) -> None:
        deeds, now = self._line.deeds, self._clock.now()
        if leg.manner in UNANSWERED:
            why = Unheard.BUSY if leg.manner is Manner.BUSY else Unheard.NO_ANSWER
            deeds.happened(reference, WentUnheard(now, order, why))
            return
        said = answer_duty.read_out(self._line, reference, order, leg.number, now)
        deeds.happened(reference, PickedUp(now, order))
        self._hear(leg, *said.lines)
        if said.then is Then.ASK and (key := leg.presses()):
            said = answer_duty.pressed(self._line, Key(reference, order, leg.number, key), now)
            self._hear(leg, *said.lines)
        self._hear(leg, *_without_a_key(said))
        deeds.happened(reference, WentUnheard(now, order, Unheard.NO_KEY))  # "completed", after a key as well

    def _hear(self, leg: DutyLeg, *lines: Line) -> None:
        leg.heard.extend(self._line.script.text(line, STAFF_LANGUAGE) for line in lines)


def _without_a_key(said: Said) -> tuple[Line, ...]:
    """What is said to whoever presses nothing, as the telephone channel says it."""
    if said.then is Then.ASK_AGAIN:
        return (Line("duty.goodbye"),)
    return (Line("duty.no_key"),) if said.then is Then.ASK else ()
