"""Commands that open the desk, check it, and show what is in it."""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path

import click

from ivr.settings import HOME, PREFIX, Settings, read_settings

log = logging.getLogger("mizumado")
EMBEDDED_MODELS = HOME / "audio" / "models"


@click.command()
def serve() -> None:
    """Open the desk: webhooks, sound, notices, and the page for staff on this machine."""
    import uvicorn

    from ivr.serving import SERVER, open_office

    logging.getLogger().setLevel(logging.INFO)
    settings = read_settings()
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # uvicorn raises it again at its end: what is open gets closed
    log.info("loading words, understanding, answers, voice and recogniser …")
    with open_office(settings) as opened:
        _say_what_it_is(settings)
        uvicorn.run(
            opened.asgi,
            host=settings.host,
            port=settings.port,
            server_header=False,
            **SERVER,
        )


def _say_what_it_is(settings: Settings) -> None:
    where = f"http://{settings.host}:{settings.port}"
    log.info("the desk is open on %s; the carrier reaches it as %s", where, settings.public_url)
    if not settings.token_given:
        log.warning("no %sTWILIO_AUTH_TOKEN: every webhook is refused until there is one", PREFIX)
    if settings.ears in ("stream", "record"):
        log.info("speech model: %s", Path(settings.asr_model).name or "none")
        if Path(settings.asr_model).resolve().parent == EMBEDDED_MODELS:
            log.warning(
                "this model was trained on synthetic speech: for demonstration, tests and as a last resort. "
                "Set %sASR_MODEL to a real model before real people call",
                PREFIX,
            )


@click.command()
def check() -> None:
    """Read and check settings, words, answers and data without opening the desk."""
    from audio.readings import load_readings
    from faq_index.labelled import load_labelled
    from ivr.app import load_rule, load_script
    from ivr.minds import READINGS, load_corpora
    from ivr.notify.text import load_text_words
    from ivr.storage.ladder_file import read_ladder
    from ivr.storage.night_words import read_night_words
    from ivr.storage.roster_reading import read_roster
    from nlu import understand

    settings = read_settings()
    corpora = load_corpora()
    for corpus in corpora:
        load_labelled(corpus.language)
    script = load_script(settings, *corpora)
    load_rule(settings, script)
    read_night_words(settings.prompts, script)
    roster = read_roster(settings.duty)
    read_ladder(settings.duty)
    load_text_words()
    load_readings(READINGS)
    understand.load()
    lines = sum(len(language) for language in script.lines.values())
    click.echo(
        f"settings, {lines} lines, {len(script.forms)} forms, {len(script.desks)} desks, {len(roster.people)} people "
        f"on the duty roster and {sum(len(corpus.entries) for corpus in corpora)} answers are in order"
    )


@click.group()
def index() -> None:
    """The FAQ index."""


@index.command("build")
@click.option("--if-needed", is_flag=True, help="only when there is none or it belongs to another FAQ")
def index_build(if_needed: bool) -> None:
    """Build the FAQ index anew from the approved answers."""
    from faq_index.answers import IndexUnusable
    from ivr.minds import build_answers, load_corpora, open_answers

    settings, corpora = read_settings(), load_corpora()
    if if_needed:
        try:
            open_answers(settings, corpora)
        except IndexUnusable:
            pass
        else:
            click.echo("the FAQ index is up to date", err=True)
            return
    build_answers(settings, corpora)
    click.echo(f"the FAQ index is built: {', '.join(corpus.language for corpus in corpora)}", err=True)


@click.command("settings")
def show_settings() -> None:
    """Every setting: its environment variable, what it is for, and its value now (secrets hidden)."""
    settings = read_settings()
    for name, field in Settings.model_fields.items():
        click.echo(f"{PREFIX + name.upper():32} {field.description}\n{'':32} = {getattr(settings, name)}")


@click.command()
def routes() -> None:
    """Every address the desk answers, as a table."""
    from tempfile import TemporaryDirectory

    from ivr.serving import route_table

    with TemporaryDirectory(prefix="mizumado-") as folder:
        for methods, path, name in route_table(Path(folder)):
            click.echo(f"{methods:5} {path:42} {name}")


@click.command()
def diagram() -> None:
    """The dialogue as a Mermaid state diagram, drawn by running it."""
    from ivr.app import load_script
    from ivr.diagram import draw
    from ivr.minds import load_corpora

    click.echo(draw(load_script(read_settings(), *load_corpora())))


COMMANDS = (serve, check, index, show_settings, routes, diagram)
