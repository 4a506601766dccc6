"""Commands that measure: labelled rows in, counts with 95 % intervals out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.options import JSON_FLAG, print_row

if TYPE_CHECKING:
    from ivr.evaluation.proportion import Proportion
    from nlu.meaning import Expecting, Meaning

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
WRONG = click.option("--wrong", is_flag=True, help="also print every row that was misjudged")


@click.group("eval")
def evaluate() -> None:
    """How good understanding, answers and ears are on labelled rows."""


def _understand() -> Callable[[str, Expecting, str | None], Meaning]:
    from nlu import understand

    return understand.load().understand


def _print(figures: Mapping[str, Proportion], *, as_json: bool) -> None:
    if as_json:
        print_row({name.strip(): value.row() for name, value in figures.items()})
        return
    for name, value in figures.items():
        click.echo(f"{name:34}{value}")


@evaluate.command()
@FILE
@WRONG
@JSON_FLAG
def urgency(file: Path, wrong: bool, as_json: bool) -> None:
    """Urgency, redirect, class and intent of FILE: {"text", "urgent", "lang"?, "category"?, "redirect"?, "intent"?}."""
    from ivr.evaluation.report import judged, urgency_figures
    from ivr.evaluation.urgency import figures, read_urgency
    from nlu.meaning import Expecting

    rows, understand = read_urgency(file), _understand()
    found = figures(rows, lambda text, spoken: understand(text, Expecting.ANYTHING, spoken))
    _print(
        urgency_figures(found) | {f"recall of {name}": value for name, value in found.by_class.items()}, as_json=as_json
    )
    if wrong:
        for row, meaning in found.wrong:
            click.echo(f"{judged(row, meaning)}  {row.text}", err=as_json)


@evaluate.command()
@FILE
@WRONG
@JSON_FLAG
def places(file: Path, wrong: bool, as_json: bool) -> None:
    """Places of FILE: {"text", "expecting"?, "lang"?, "town", "chome", "banchi", "landmark"?, "out_of_city"?}."""
    from ivr.evaluation.report import place_figures as printed
    from ivr.evaluation.slots import place_figures, read_places

    found = place_figures(read_places(file), _understand())
    _print(printed(found), as_json=as_json)
    if wrong:
        for row, place in found.wrong:
            click.echo(f"{place}  {row}", err=as_json)


@evaluate.command()
@FILE
@WRONG
@JSON_FLAG
def phones(file: Path, wrong: bool, as_json: bool) -> None:
    """Telephone numbers of FILE: {"text", "digits" or null, "lang"?}."""
    from ivr.evaluation.slots import phone_figures, read_phones

    right, mistaken = phone_figures(read_phones(file), _understand())
    _print({"number right": right}, as_json=as_json)
    if wrong:
        for row, found in mistaken:
            click.echo(f"{found}  {row}", err=as_json)


@evaluate.command()
@FILE
@JSON_FLAG
def asr(file: Path, as_json: bool) -> None:
    """What the recogniser hears in the sound files that FILE lists: {"file", "text", "lang"?}, by sound."""
    from audio.recording import decode
    from ivr.evaluation.ears import ear_figures, read_spoken
    from ivr.minds import open_recogniser
    from ivr.settings import read_settings

    with open_recogniser(read_settings()) as recogniser:
        found = ear_figures(read_spoken(file), lambda path: recogniser.transcribe(decode(path.read_bytes())).text)
    _print({"sounds wrong": found.wrong, "files without a slip": found.whole}, as_json=as_json)


@evaluate.command("all")
@WRONG
def everything(wrong: bool) -> None:
    """The shipped models on the callers that no training has seen, in every language and form."""
    from faq_index.corpus import DATA as FAQ_DATA
    from ivr.evaluation.report import faq_lines, slot_lines, urgency_lines
    from ivr.minds import load_corpora, open_answers
    from ivr.settings import read_settings
    from nlu.labels import load_labels
    from nlu.reading import reading
    from nlu.source import DATA_DIR

    understand = _understand()
    answers = open_answers(read_settings(), load_corpora())
    labels = load_labels(DATA_DIR / "labels.yaml")
    for lines in (
        urgency_lines(DATA_DIR, labels, understand, wrong=wrong),
        faq_lines(FAQ_DATA, lambda text, spoken: answers.search(text, reading(text), spoken), wrong=wrong),
        slot_lines(DATA_DIR, understand, wrong=wrong),
    ):
        for line in lines:
            click.echo(line)


COMMANDS = (evaluate,)
