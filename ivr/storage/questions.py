"""What callers asked and no answer was found for, out of the stored turns."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, select

from ivr.domain.call import Spoke
from ivr.storage.codec import Codec
from ivr.storage.database import Transactions
from ivr.storage.tables import turns
from nlu.meaning import Intent

_EVENTS = select(turns.c.event).order_by(turns.c.at)


def unanswered(engine: Engine) -> Iterator[tuple[str, str]]:
    """Yields (language, text) of every question for which answers were looked for and none was near enough, the oldest
    first. Raises StoreUnavailable."""
    codec = Codec()
    with Transactions(engine).reading() as connection:
        for (text,) in connection.execute(_EVENTS):
            event = codec.event(text)
            if not isinstance(event, Spoke) or event.meaning is None or event.meaning.intent is Intent.UNCLEAR:
                continue
            if event.answers.candidates and event.answers.answer is None and not event.answers.choices:
                yield event.meaning.language, event.text
