"""What staff decided and wrote, as values: lines, desks, forms, matters, classes, keys and hours."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.domain.call import Call, Line, Question
from ivr.domain.disaster import Disaster
from ivr.domain.hours import Calendar
from ivr.domain.listening import Listening, Listenings
from ivr.domain.names import Names
from nlu.meaning import Category, Intent


class UnknownLineError(KeyError):
    """A line that is not in the script. The checks at start-up make this impossible for a loaded script."""


@dataclass(frozen=True, slots=True)
class DeskEntry:
    """A desk callers can be handed to. `reach`: "queue" = wait in a queue, "dial" = its telephone is rung at once.

    `number` is E.164 or None; `name` is what staff and Japanese callers hear, `names` what others do, by language.
    """

    id: str
    name: str
    reach: str
    number: str | None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask for. `question` fixes how the reply is read; `tries` is how often it is put in all.

    `patience_ms`, `unfinished_ms`: how long this form waits in the reply (see Listening), None = as the question does.
    """

    name: str
    question: Question
    ask: str
    again: str
    tries: int
    patience_ms: int | None = None
    unfinished_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What to ask for which matter, in this order; `before_transfer`: what is asked before a person is rung by day."""

    id: str
    fields: tuple[Field, ...]
    before_transfer: tuple[str, ...]
    read_back: str | None
    done: str

    def field(self, name: str) -> Field | None:
        return next((entry for entry in self.fields if entry.name == name), None)


@dataclass(frozen=True, slots=True)
class Matter:
    """Where a matter that is not urgent goes by day.

    `answer_first`: try the approved answers before a person; `to_be_done`: topics that are no question but a wish when
    they come as this matter (a slip sent again), so that the desk gets the caller at once.
    """

    desk: str
    answer_first: bool
    to_be_done: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DetailOption:
    """One thing a detail can be. `name`: for staff; `severity`: 0 = as usual, DANGER = people are in danger.

    `reply`: what it is called in short, True = yes, False = no; `enough`: once it is known nothing more is asked.
    """

    id: str
    name: str
    severity: int = 0
    reply: bool | None = None
    enough: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail of a situation, its options in the order in which `question` names them; None: it is not asked."""

    id: str
    name: str
    question: str | None
    options: tuple[DetailOption, ...]

    def option(self, name: str) -> DetailOption | None:
        return next((option for option in self.options if option.id == name), None)


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """An urgent class: its name for staff, the form it needs and what keeps the caller safe.

    `details`: those that matter, the most important first; `severity`: how bad it is whatever its details are.
    """

    name: str
    form: str
    safety: str | None
    details: tuple[str, ...] = ()
    severity: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The ladders' lengths. `max_questions` is the exit of every loop; `reads_back_certain`: whether a place that is
    certain is read back, too. `detail_questions`: how many details a report is asked for, while with all that is still
    to be asked the call stays within `detail_within` questions.
    """

    misses_before_menu: int
    misses_before_person: int
    max_questions: int
    answers_at_night: bool
    reads_back_certain: bool = True
    detail_questions: int = 0
    detail_within: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """All that `step` may say and where it may send people.

    `lines`: by language; the first one is the language in which a call is answered. `menu` maps a key to a matter (an
    Intent), a language, "emergency" or "operator". `uninterruptible` are the lines that are spoken to their end
    whatever the caller does meanwhile: what keeps people safe. `names`: how a language says Japanese names;
    `language_names`: what staff call the languages. `disaster`: the one that is on in this turn (`in_disaster`).
    `details`: what may be told of a situation.
    """

    calendar: Calendar
    lines: Mapping[str, Mapping[str, str]]
    desks: Mapping[str, DeskEntry]
    forms: Mapping[str, Form]
    matters: Mapping[Intent, Matter]
    classes: Mapping[Category, ClassEntry]
    menu: Mapping[str, str]
    policy: Policy
    centre_number: str
    listening: Listenings
    uninterruptible: frozenset[str] = frozenset()
    names: Mapping[str, Names] = field(default_factory=dict)
    language_names: Mapping[str, str] = field(default_factory=dict)
    disaster: Disaster | None = None
    details: Mapping[str, Detail] = field(default_factory=dict)

    def in_disaster(self, disaster: Disaster | None) -> Script:
        """The script of one turn while `disaster` is on: its hours, and the fewest questions. None: an ordinary day."""
        if disaster is None:
            return self
        calendar = replace(self.calendar, special=(*self.calendar.special, *disaster.special))
        policy = replace(self.policy, reads_back_certain=False, detail_questions=0)
        return replace(self, disaster=disaster, calendar=calendar, policy=policy)

    def listening_to(self, call: Call) -> Listening:
        """How patiently the reply to the open question of `call` is waited for; its form may differ from the rule.

        Raises KeyError when no question is open.
        """
        if call.question is None:
            raise KeyError("no question is open")
        usual = self.listening[call.question]
        form = self.forms.get(call.report.form) if call.report is not None else None
        own = [field for field in form.fields if field.question is call.question] if form is not None else []
        if not own:
            return usual
        return replace(
            usual,
            patience_ms=own[0].patience_ms or usual.patience_ms,
            unfinished_ms=own[0].unfinished_ms or usual.unfinished_ms,
        )

    def text(self, line: Line, language: str) -> str:
        """The sentence as it is spoken. Raises UnknownLineError; a missing slot is a programming error (KeyError)."""
        language = line.spoken_in(language)
        try:
            template = self.lines[language][line.key]
        except KeyError:
            raise UnknownLineError(f"{language}:{line.key}") from None
        return template.format_map(dict(line.slots))


def slots_of(template: str) -> frozenset[str]:
    """The names in braces of a line. Raises ValueError when the braces do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
