"""Commands that take calls without a telephone."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from ivr.cli.options import FILES, JSON_FLAG
from ivr.settings import Settings, read_settings


def line_options(command: Any) -> Any:
    """What makes the line of --mode stream faster or worse."""
    options = (
        click.option("--speed", type=float, default=1.0, help="line seconds a second; recognition looks slower by it"),
        click.option("--jitter", "jitter_ms", type=float, default=0.0, help="ms by which frames may be late"),
        click.option("--loss", type=float, default=0.0, help="share of frames that never arrive, 0 to below 1"),
        click.option("--cut-after", "cut_after_s", type=float, multiple=True, help="cut the 1st (2nd …) stream after"),
        click.option("--seed", type=int, default=0, help="the same seed, the same line and caller"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@FILES
@click.option("--mode", type=click.Choice(["text", "gather", "record", "stream"]), default="text", show_default=True)
@click.option("--server", "server_url", help="a desk that runs already (not in text mode); default: one of its own")
@JSON_FLAG
@line_options
def call(files: tuple[Path, ...], mode: str, server_url: str | None, as_json: bool, **line: Any) -> None:
    """Play call files against the desk: `text` in-process, the others over signed HTTP.

    `record` and `stream` have sound: recordings, or a media socket in real time. The last five options are of `stream`.
    """
    from ivr.channels.simulator.media_faults import LineQuality
    from ivr.channels.simulator.run import Mode, call_command
    from ivr.stage import stage_for

    try:
        quality = LineQuality(**line)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not click.get_current_context().find_root().params["verbose"]:
        logging.getLogger().setLevel(logging.ERROR)  # the simulator forges a webhook, and the desk says so loudly
    settings = settings_for_calls(mode)
    stage = stage_for(settings, sys.stderr)
    sys.exit(
        call_command(files, Mode(mode), stage, sys.stdout, as_json=as_json, server_url=server_url, quality=quality)
    )


def settings_for_calls(mode: str) -> Settings:
    """Simulated speech goes to no other company: gather needs no consent here."""
    if mode == "gather":
        return read_settings(ears="gather", cloud_speech_consent=True)
    return read_settings()


@click.command("demo")
@FILES
def show_demo(files: tuple[Path, ...]) -> None:
    """Take the calls of FILES with sound, and show how each goes."""
    from ivr.demo import demo

    logging.getLogger().setLevel(logging.ERROR)
    sys.exit(0 if demo(files, read_settings(), sys.stdout) else 1)


COMMANDS = (call, show_demo)
