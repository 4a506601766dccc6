"""The command `mizumado`: each command reads its arguments, calls one thing, and prints. Logs go to standard error."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from ivr.security.redaction import NumbersMasked
from ivr.settings import HOME, PREFIX, BadSettings, Settings, read_settings

log = logging.getLogger("mizumado")
EMBEDDED_MODELS = HOME / "audio" / "models"

JSON_FLAG = click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))


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
    from faq_index.embed import ModelError
    from faq_index.index import IndexUnusable
    from faq_index.strict_yaml import DataError
    from ivr.channels.simulator.read_calls import CallFileError
    from ivr.notify.printed import BadNoticeWords
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
        CallFileError,
        DataError,
        IndexUnusable,
        ModelError,
        ModelMissing,
        NotSound,
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


# --- the desk ------------------------------------------------------------------------------------


@main.command()
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


@main.command()
def check() -> None:
    """Read and check settings, words, answers and data without opening the desk."""
    from audio.readings import load_readings
    from faq_index.corpus import load_corpus
    from faq_index.labelled import load_labelled
    from ivr.app import READINGS, load_script
    from ivr.notify.printed import load_notice_words
    from nlu import understand

    settings = read_settings()
    corpus = load_corpus()
    load_labelled()
    script = load_script(settings, corpus)
    load_notice_words()
    load_readings(READINGS)
    understand.load()
    lines = sum(len(language) for language in script.lines.values())
    click.echo(
        f"settings, {lines} lines, {len(script.forms)} forms, {len(script.desks)} desks and "
        f"{len(corpus.entries)} answers are in order"
    )


@main.group()
def index() -> None:
    """The FAQ index."""


@index.command("build")
@click.option("--if-needed", is_flag=True, help="only when there is none or it belongs to another FAQ")
def index_build(if_needed: bool) -> None:
    """Build the FAQ index anew from the approved answers."""
    from faq_index.corpus import load_corpus
    from faq_index.index import IndexUnusable
    from ivr.app import build_index, open_index

    settings, corpus = read_settings(), load_corpus()
    if if_needed:
        try:
            open_index(settings, corpus)
        except IndexUnusable:
            pass
        else:
            click.echo("the FAQ index is up to date", err=True)
            return
    build_index(settings, corpus)
    click.echo(f"the FAQ index of {len(corpus.entries)} topics is built", err=True)


@main.command("settings")
def show_settings() -> None:
    """Every setting: its environment variable, what it is for, and its value now (secrets hidden)."""
    settings = read_settings()
    for name, field in Settings.model_fields.items():
        click.echo(f"{PREFIX + name.upper():32} {field.description}\n{'':32} = {getattr(settings, name)}")


@main.command()
def routes() -> None:
    """Every address the desk answers, as a table."""
    from tempfile import TemporaryDirectory

    from ivr.serving import route_table

    with TemporaryDirectory(prefix="mizumado-") as folder:
        for methods, path, name in route_table(Path(folder)):
            click.echo(f"{methods:5} {path:42} {name}")


@main.command()
@click.argument("reference", required=False)
def tickets(reference: str | None) -> None:
    """The latest tickets, or one ticket whole (place, telephone, situation)."""
    from ivr.storage.sql import open_store

    store = open_store(read_settings().database)
    try:
        if reference is None:
            for ticket in store.tickets.recent(20):
                category = ticket.report.category or "-"
                click.echo(f"{ticket.reference}  {ticket.opened_at:%Y-%m-%d %H:%M}  {category:22} {ticket.status}")
            return
        found = store.tickets.ticket(reference)
        if found is None:
            raise click.ClickException(f"there is no ticket {reference}")
        click.echo(_ticket_text(found))
    finally:
        store.close()


def _place_parts(place: Any) -> tuple[Any, ...]:
    return place.town, place.chome, place.banchi, place.landmark, place.out_of_city


def _ticket_text(ticket: Any) -> str:
    report = ticket.report
    place = report.place
    rows = {
        "reference": ticket.reference,
        "class": report.category,
        "place": place
        and " ".join(str(part) for part in (place.town, place.chome, place.banchi, place.landmark) if part),
        "as said": place and place.said,
        "telephone": report.phone or ("withheld" if report.anonymous else None),
        "situation": report.situation,
        "status": f"{ticket.status}{' (partial)' if ticket.partial else ''}",
    }
    return "\n".join(f"{name:10} {value}" for name, value in rows.items() if value)


@main.command()
def diagram() -> None:
    """The dialogue as a Mermaid state diagram, drawn by running it."""
    from faq_index.corpus import load_corpus
    from ivr.app import load_script
    from ivr.diagram import draw

    click.echo(draw(load_script(read_settings(), load_corpus())))


# --- calls without a telephone -------------------------------------------------------------------


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


@main.command()
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


@main.command("demo")
@FILES
def show_demo(files: tuple[Path, ...]) -> None:
    """Take the calls of FILES with sound, and show how each goes."""
    from ivr.demo import demo

    logging.getLogger().setLevel(logging.ERROR)
    sys.exit(0 if demo(files, read_settings(), sys.stdout) else 1)


# --- its parts, one by one -----------------------------------------------------------------------


@main.command()
@click.option("--jsonl", "file", type=click.File(encoding="utf-8"), help='lines of {"id", "text"}')
@click.argument("text", required=False)
def understand(file: TextIO | None, text: str | None) -> None:
    """What sentences mean: one JSON line each."""
    from ivr.rows import meaning_row
    from nlu import understand as nlu

    understanding = nlu.load()
    for row in _rows(file, text):
        _print_row(meaning_row(row.get("id"), understanding.understand(str(row["text"]))))


@main.command("faq")
@click.option("--jsonl", "file", type=click.File(encoding="utf-8"), help='lines of {"id", "text"}')
@click.argument("text", required=False)
def faq_search(file: TextIO | None, text: str | None) -> None:
    """Which approved answer sentences would get: one JSON line each; topic null = none."""
    from faq_index.corpus import load_corpus
    from ivr.app import open_index
    from ivr.rows import ranking_row
    from nlu.reading import reading

    found = open_index(read_settings(), load_corpus())
    for row in _rows(file, text):
        words = str(row["text"])
        _print_row(ranking_row(row.get("id"), found.search(words, reading(words))))


def _rows(file: TextIO | None, text: str | None) -> Iterator[dict[str, Any]]:
    if file is None:
        if text is None:
            raise click.UsageError("give a sentence, or --jsonl FILE")
        yield {"id": None, "text": text}
        return
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.ClickException(f"{file.name}: line {number}: is not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise click.ClickException(f'{file.name}: line {number}: needs an object with "text"')
        yield row


def _print_row(row: dict[str, Any]) -> None:
    click.echo(json.dumps(row, ensure_ascii=False))


@main.command()
@FILES
@JSON_FLAG
def transcribe(files: tuple[Path, ...], as_json: bool) -> None:
    """What the recogniser hears in WAV files (8 or 16 kHz)."""
    from audio.recording import decode
    from audio.transcriber import TranscriptionFailed
    from ivr.app import open_recogniser

    with open_recogniser(read_settings()) as recogniser:
        for path in files:
            try:
                heard = recogniser.transcribe(decode(path.read_bytes()))
            except TranscriptionFailed as error:
                raise click.ClickException(f"{path}: {error}") from error
            if as_json:
                _print_row({"file": str(path), "text": heard.text, "language": heard.language, "ms": heard.duration_ms})
            else:
                click.echo(f"{path}: {heard.text or '(nothing heard)'}  [{recogniser.name}]")


@main.command("serve-asr")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", default=8090, show_default=True, help="port to listen on")
def serve_asr(host: str, port: int) -> None:
    """Open the recogniser to other programs, as OpenAI's /v1/audio/transcriptions."""
    from audio.asr_server import serve_until_told
    from ivr.app import own_recogniser

    logging.getLogger().setLevel(logging.INFO)
    settings = read_settings()
    key = settings.asr_key.get_secret_value() if settings.asr_key else None
    if key is None and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.ClickException(f"set {PREFIX}ASR_KEY: without it whoever reaches {host} could use this server")
    with own_recogniser(settings) as recogniser:
        log.info("the recogniser (%s) is open on http://%s:%d", recogniser.name, host, port)
        serve_until_told(recogniser, host, port, key=key)


if __name__ == "__main__":
    main()
