"""The command `mizumado`: each command reads its arguments, calls one thing, and prints. Logs go to standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any

import click

from ivr.cli import answers, calls, desk, disaster, duty, measure, night, parts, tickets
from ivr.security.redaction import NumbersMasked
from ivr.settings import BadSettings


class DeskGroup(click.Group):
    """Whatever is wrong with settings, data or models is said in one sentence with its remedy, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _mistakes() as error:
            raise click.ClickException(str(error)) from error


def _mistakes() -> tuple[type[Exception], ...]:
    from audio.readings import BadReadings
    from audio.recording import NotSound
    from audio.transcriber import ModelMissing
    from faq_index.answers import IndexUnusable
    from faq_index.embed import ModelError
    from faq_index.strict_yaml import DataError
    from ivr.channels.simulator.read_calls import CallFileError
    from ivr.evaluation.labelled import BadRows
    from ivr.notify.printed import BadNoticeWords
    from ivr.ports import StoreUnavailable
    from ivr.storage.database import BadDatabase
    from ivr.storage.yaml_files import BadScript
    from nlu.source import BadDataError

    return (
        BadSettings,
        BadScript,
        BadDatabase,
        BadDataError,
        BadNoticeWords,
        BadReadings,
        BadRows,
        CallFileError,
        DataError,
        IndexUnusable,
        ModelError,
        ModelMissing,
        NotSound,
        StoreUnavailable,
    )


@click.group(cls=DeskGroup)
@click.option("--verbose", is_flag=True, help="say more of what is being done")
def main(verbose: bool) -> None:
    """The telephone desk of a water and sewer bureau. Settings are environment variables: see `mizumado settings`."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    for handler in logging.getLogger().handlers:
        handler.addFilter(NumbersMasked())
    for chatty in ("bm25s", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


for command in (
    *desk.COMMANDS,
    *calls.COMMANDS,
    *parts.COMMANDS,
    *answers.COMMANDS,
    *measure.COMMANDS,
    *disaster.COMMANDS,
    *duty.COMMANDS,
    *night.COMMANDS,
    *tickets.COMMANDS,
):
    main.add_command(command)
