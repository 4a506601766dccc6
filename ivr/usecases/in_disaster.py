"""What a turn knows of the disaster that is on: the switch, and the events that callers told of so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.domain.disaster import Disaster
from ivr.domain.incident import Rule
from ivr.ports import Incidents, Switches


@dataclass(frozen=True, slots=True)
class DisasterDesk:
    """The switch, the events, and how reports are counted together."""

    switches: Switches
    incidents: Incidents
    rule: Rule

    def at(self, instant: datetime) -> Disaster | None:
        """The disaster that is on, None on an ordinary day. Raises StoreUnavailable."""
        switch = self.switches.in_force(instant)
        if switch is None:
            return None
        known = self.incidents.open_since(instant - timedelta(hours=self.rule.disaster_hours))
        return Disaster(instant, switch, self.rule, tuple(known))
