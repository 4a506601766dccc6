"""Commands for the parts of the desk, one by one: understanding, the recogniser."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TextIO

import click

from ivr.cli.options import FILES, JSON_FLAG, print_row, rows_of
from ivr.settings import PREFIX, read_settings

log = logging.getLogger("mizumado")


@click.command()
@click.option("--jsonl", "file", type=click.File(encoding="utf-8"), help='lines of {"id", "text", "lang"?}')
@click.argument("text", required=False)
def understand(file: TextIO | None, text: str | None) -> None:
    """What sentences mean: one JSON line each."""
    from ivr.rows import meaning_row
    from nlu import understand as nlu

    understanding = nlu.load()
    for row in rows_of(file, text):
        print_row(meaning_row(row.get("id"), understanding.understand(row["text"], spoken=row.get("lang"))))


@click.command()
@FILES
@JSON_FLAG
def transcribe(files: tuple[Path, ...], as_json: bool) -> None:
    """What the recogniser hears in WAV files (8 or 16 kHz)."""
    from audio.recording import decode
    from audio.transcriber import TranscriptionFailed
    from ivr.minds import open_recogniser

    with open_recogniser(read_settings()) as recogniser:
        for path in files:
            try:
                heard = recogniser.transcribe(decode(path.read_bytes()))
            except TranscriptionFailed as error:
                raise click.ClickException(f"{path}: {error}") from error
            if as_json:
                print_row({"file": str(path), "text": heard.text, "language": heard.language, "ms": heard.duration_ms})
            else:
                click.echo(f"{path}: {heard.text or '(nothing heard)'}  [{recogniser.name}]")


@click.command("serve-asr")
@click.option("--host", default="127.0.0.1", show_default=True, help="address to listen on")
@click.option("--port", default=8090, show_default=True, help="port to listen on")
def serve_asr(host: str, port: int) -> None:
    """Open the recogniser to other programs, as OpenAI's /v1/audio/transcriptions."""
    from audio.asr_server import serve_until_told
    from ivr.minds import own_recogniser

    logging.getLogger().setLevel(logging.INFO)
    settings = read_settings()
    key = settings.asr_key.get_secret_value() if settings.asr_key else None
    if key is None and host not in ("127.0.0.1", "::1", "localhost"):
        raise click.ClickException(f"set {PREFIX}ASR_KEY: without it whoever reaches {host} could use this server")
    with own_recogniser(settings) as recogniser:
        log.info("the recogniser (%s) is open on http://%s:%d", recogniser.name, host, port)
        serve_until_told(recogniser, host, port, key=key)


COMMANDS = (understand, transcribe, serve_asr)
