"""Commands about tickets: the latest ones, one of them whole, and what is done with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ivr.settings import read_settings

if TYPE_CHECKING:
    from ivr.domain.ticket import Entry, Ticket
    from ivr.storage.sql import Store

DEEDS = ("acknowledge", "release", "dispatch", "close", "cancel", "mark_duplicate", "reopen")


@click.command()
@click.argument("reference", required=False)
@click.option("--transcript", is_flag=True, help="also what was said in the call")
def tickets(reference: str | None, transcript: bool) -> None:
    """The latest tickets, or one ticket whole (place, telephone, situation) with its history and recordings."""
    with _store() as store:
        if reference is None:
            for ticket in store.tickets.recent(20):
                category = ticket.report.category or "-"
                click.echo(f"{ticket.reference}  {ticket.opened_at:%Y-%m-%d %H:%M}  {category:22} {ticket.status}")
            return
        found = store.tickets.ticket(reference)
        if found is None:
            raise click.ClickException(f"there is no ticket {reference}")
        click.echo(_ticket_text(found))
        for entry in store.tickets.history(reference):
            click.echo(_entry_text(entry))
        if transcript:
            for line in _said(store, found):
                click.echo(line)


@click.command()
@click.argument("deed", type=click.Choice(DEEDS))
@click.argument("reference")
@click.option("--by", "who", required=True, help="who does it: the code of a person of the duty roster, or a name")
@click.option("--note", help="why, for the record")
@click.option("--same-as", help="with mark_duplicate: the ticket that is about the same event")
def ticket(deed: str, reference: str, who: str, note: str | None, same_as: str | None) -> None:
    """Do something with a ticket; the life of a ticket decides whether it can be done. A ladder hears of it."""
    from ivr.app import SystemClock
    from ivr.domain.ticket import Deed
    from ivr.ports import StoreUnavailable

    if (deed == Deed.MARK_DUPLICATE) != (same_as is not None):
        raise click.ClickException("--same-as goes with mark_duplicate, and only with it")
    with _store() as store:
        if same_as is not None and (same_as == reference or store.tickets.ticket(same_as) is None):
            raise click.ClickException(f"there is no other ticket {same_as} that it could be the same as")
        try:
            done = store.deeds.do(reference, Deed(deed), who=who, at=SystemClock().now(), note=note, same_as=same_as)
        except StoreUnavailable as error:
            raise click.ClickException(f"the store cannot be written, nothing was done, try again: {error}") from error
    if done.ticket is None:
        raise click.ClickException(f"there is no ticket {reference}")
    if not done.done:
        holder = f", held by {done.ticket.holder}" if done.ticket.holder else ""
        raise click.ClickException(f"ticket {reference} is {done.ticket.status}{holder}: {deed} cannot be done with it")
    click.echo(f"{reference} {done.ticket.status}")


@contextmanager
def _store() -> Iterator[Store]:
    from ivr.storage.sql import open_store

    store = open_store(read_settings().database)
    try:
        yield store
    finally:
        store.close()


def _ticket_text(ticket: Ticket) -> str:
    report = ticket.report
    place = report.place
    rows: dict[str, Any] = {
        "reference": ticket.reference,
        "class": report.category,
        "place": place
        and " ".join(str(part) for part in (place.town, place.chome, place.banchi, place.landmark) if part),
        "as said": place and place.said,
        "telephone": report.phone or ("withheld" if report.anonymous else None),
        "situation": report.situation,
        "status": f"{ticket.status}{' (partial)' if ticket.partial else ''}",
        "held by": ticket.holder,
        "same as": ticket.same_as,
        "recordings": " ".join(report.recordings),
    }
    return "\n".join(f"{name:10} {value}" for name, value in rows.items() if value)


def _entry_text(entry: Entry) -> str:
    what = entry.deed or ("refused" if entry.note else "report")
    parts = (f"{entry.at:%Y-%m-%d %H:%M:%S}", f"{what:14}", str(entry.status), entry.who, entry.note)
    return "  ".join(part for part in parts if part)


def _said(store: Store, ticket: Ticket) -> Iterator[str]:
    """The call of the ticket as words."""
    from ivr.domain.call import Pressed, Spoke

    for event, _turn in store.turns.history(ticket.call_sid):
        match event:
            case Spoke(text=text, question=question):
                yield f"{event.at:%H:%M:%S}  {question or '-':16} {text}"
            case Pressed(keys=keys):
                yield f"{event.at:%H:%M:%S}  {'keys':16} {keys}"
            case _:
                pass


COMMANDS = (tickets, ticket)
