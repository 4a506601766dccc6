"""The duty roster, edited while the desk is open: a bad edit is told and recorded, the last good one stays in force."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from threading import Lock

from ivr.domain.roster import Crew, Person, Roster, crew, group_of, person_with
from ivr.storage.roster_reading import FILES, BadRoster, read_roster

__all__ = ["BadRoster", "RosterFiles", "read_roster"]

log = logging.getLogger(__name__)
NOBODY = Roster({}, {}, {}, otherwise="unknown")
"""What the desk goes by while no roster could ever be read: every report is an alarm at once."""


class RosterFiles:
    """The roster of `folder`, read again whenever one of its files has changed. May be asked from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._seen: tuple[object, ...] | None = None
        self._good: Roster | None = None
        self._problem: str | None = None

    def roster(self) -> Roster:
        """The roster as it stands in the files, or the last good one. Raises BadRoster while there never was one."""
        with self._lock:
            self._look()
            return read_roster(self._folder) if self._good is None else self._good  # the first raises: see _look

    @property
    def problem(self) -> str | None:
        """All that is wrong with the files as they stand, for whoever edits them; None when they are in order."""
        with self._lock:
            self._look()
            return self._problem

    def crew(self, category: str | None, at: datetime) -> Crew:
        """Who can be reached at `at` for a report of class `category`. Never fails over the files: see NOBODY."""
        roster = self._or_nobody()
        return crew(roster, group_of(roster, category), at)

    def person(self, named: str) -> Person | None:
        """By id."""
        return self._or_nobody().people.get(named)

    def with_number(self, number: str) -> Person | None:
        """Whose telephone this is; E.164 or as a Japanese telephone dials it."""
        return person_with(self._or_nobody(), number)

    def _or_nobody(self) -> Roster:
        try:
            return self.roster()
        except BadRoster:
            return NOBODY  # told in the log when it was found

    def _look(self) -> None:
        seen = tuple(_mark(self._folder / name) for name in FILES)
        if seen == self._seen:
            return
        self._seen = seen  # taken before reading: what is saved meanwhile is read next time
        try:
            self._good, self._problem = read_roster(self._folder), None
        except BadRoster as bad:
            self._problem = str(bad)
            log.error("%s", self._told(bad))

    def _told(self, bad: BadRoster) -> str:
        kept = "there is none to go by" if self._good is None else "the last good one stays in force"
        problems = "; ".join(f"{one.file.name}: {one.key}: {one.problem}" for one in bad.problems)
        return f"the duty roster cannot be used, {kept} (`mizumado duty check` says more): {problems}"


def _mark(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is edited, replaced or made readable; None when it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_ctime_ns
