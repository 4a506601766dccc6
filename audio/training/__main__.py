"""`python -m audio.training STAGE`: the stages of the embedded recogniser's making, each resumable and seeded."""

from __future__ import annotations

import os
import platform
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from audio.training.shards import Recipe

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)
_PATH = click.Path(exists=True, path_type=Path)


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command()
@click.argument("work", type=_FOLDER)
@click.option("--towns", type=_FILE, required=True, help="gazetteer, JSON; 60 of its towns are held out")
@click.option("--sentences", type=_FOLDER, help="folder of *.txt with the domain's own sentences")
@click.option("--font", "fonts", type=_FILE, multiple=True, help="further .htsvoice files; mei_normal is always used")
@click.option("--natural", type=_FOLDER, help="folder of *.bin: blends of these voices speak instead of the fonts")
@click.option("--shards", default=100, show_default=True, help="files of some 220 clips")
@click.option("--minutes", default=1e9, help="stop after that long; the same command goes on later")
@click.option("--seed", default=1, show_default=True)
def synthesise(
    work: Path,
    towns: Path,
    sentences: Path | None,
    fonts: tuple[Path, ...],
    natural: Path | None,
    shards: int,
    minutes: float,
    seed: int,
) -> None:
    """Text, voices, telephone and features: fill WORK/shards."""
    from audio.training.kana import canonical
    from audio.training.lexicon import load_lexicon
    from audio.training.shards import Recipe, font_mouths, make_shard, save_shard
    from audio.training.speak import default_font
    from audio.training.text import Salad, hold_out, load_sentences, load_towns
    from audio.training.voices import VoiceFont

    trained, held = hold_out(load_towns(towns))
    forbidden = frozenset(canonical(town.reading) for town in held)
    if natural:
        recipe = _natural_recipe(natural, forbidden)
    else:
        recipe = Recipe(font_mouths([default_font(), *(VoiceFont(path) for path in fonts)]), forbidden)
    known = load_sentences(sentences) if sentences else []
    lexicon = load_lexicon()
    started = time.monotonic()
    for index in range(shards):
        path = work / "shards" / f"{seed:03d}-{index:04d}.npz"
        if path.exists():
            continue
        if time.monotonic() - started > minutes * 60:
            break
        salad = Salad(lexicon, trained, known, random.Random(f"{seed}/{index}"))  # noqa: S311 - reproducible
        clips = make_shard(recipe, salad, np.random.default_rng((seed, index)))
        save_shard(path, clips)
        seconds = sum(clip.mel.shape[1] for clip in clips) / 50
        click.echo(f"{path.name}: {len(clips)} clips, {seconds:.0f} s, after {time.monotonic() - started:.0f} s")


def _natural_recipe(voices: Path, forbidden: frozenset[str]) -> Recipe:
    """Each utterance is dear (0.6 s of one core for a second of speech): short ones, each heard four times."""
    from audio.training.kokoro import Kokoro
    from audio.training.natural import Styles, load_styles, natural_mouths
    from audio.training.shards import Recipe

    mouths = natural_mouths(Styles(load_styles(voices)), Kokoro())
    return Recipe(mouths, forbidden, spoken=40, takes=4, pairs=0.35, noises=0.01, longest=26, texts=2)


@main.command()
@click.argument("work", type=_FOLDER)
@click.argument("stage", type=click.Choice(["ctc", "joint"]))
@click.option("--steps", type=int, required=True)
@click.option("--size", default=32, show_default=True, help="clips in a batch")
@click.option("--longest", default=400, show_default=True, help="frames of 20 ms; longer clips are left out")
@click.option("--rate", default=2e-3, show_default=True, help="highest learning rate")
@click.option("--floor", default=0.0, show_default=True, help="share of it left at the end")
@click.option("--warm-up", default=50, show_default=True, help="steps")
@click.option("--varied/--as-they-are", default=True, show_default=True, help="vary tempo, tract, colour")
@click.option("--start", type=_PATH, help="checkpoint or exported model whose weights to begin with")
@click.option("--name", help="of the checkpoint; the stage's unless given")
@click.option(
    "--minutes", default=1e9, help="stop after that long; the same command goes on later, with new shards too"
)
@click.option("--seed", default=1, show_default=True)
def train(
    work: Path, stage: str, start: Path | None, name: str | None, minutes: float, seed: int, **options: Any
) -> None:
    """Train on WORK/shards: first `ctc`, the encoder alone, then `joint` with --start WORK/ctc.pt."""
    import torch

    from audio.training.begin import load_exported
    from audio.training.shards import load_shard
    from audio.training.train import Stage, load_recogniser, new_recogniser
    from audio.training.train import train as run

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    name = name or stage
    clips = [clip for path in sorted((work / "shards").glob("*.npz")) for clip in load_shard(path)]
    click.echo(f"{len(clips)} clips")
    if start is None:
        model = new_recogniser(seed)
    else:
        model = load_exported(start) if start.is_dir() else load_recogniser(start)
    plan = Stage(name=name, decoder=stage == "joint", **options)
    run(model, clips, plan, work / f"{name}.pt", seed=seed, report=click.echo, stop_after=minutes * 60)


@main.command()
@click.argument("checkpoint", type=_FILE)
@click.argument("folder", type=_FOLDER)
def export(checkpoint: Path, folder: Path) -> None:
    """Write CHECKPOINT as a model FOLDER for faster-whisper (CTranslate2, int8), with its CTC head."""
    from audio.training.export import export as write
    from audio.training.train import load_recogniser

    write(load_recogniser(checkpoint), folder)
    size = sum(path.stat().st_size for path in folder.iterdir())
    click.echo(f"{folder}: {size / 1e6:.1f} MB")


@main.command()
@click.argument("models", nargs=-1, type=_FOLDER, required=True)
@click.option("--towns", type=_FILE, required=True, help="gazetteer, JSON, as in training")
@click.option("--sentences", type=_FILE, required=True, help="YAML with sentences that training never had")
@click.option("--other-voice", type=_FILE, help=".htsvoice file that training never had")
@click.option("--only", default="", help="measure the tests whose name holds this")
@click.option("--limit", type=int, help="utterances of each test, for a quick look")
@click.option("--stock/--no-stock", default=True, help="measure unchanged faster-whisper as well as with padding cut")
def evaluate(
    models: tuple[Path, ...],
    towns: Path,
    sentences: Path,
    other_voice: Path | None,
    only: str,
    limit: int | None,
    stock: bool,
) -> None:
    """Measure MODELS side by side on the same sound; a Markdown table."""
    from audio.training.evaluate import Score, measure, table
    from audio.training.reader import Reader
    from audio.training.testsets import measuring_sets
    from audio.training.text import load_towns

    gazetteer = load_towns(towns)
    readings = [town.reading for town in gazetteer]
    sets = {
        name: one[:limit] for name, one in measuring_sets(gazetteer, sentences, other_voice).items() if only in name
    }
    scores: dict[str, dict[str, Score]] = {}
    for folder in models:
        cut, whole = Reader(folder, cut_padding=True), Reader(folder)
        ways = {"decoder, padding cut": cut.read}
        if stock:
            ways["decoder, stock"] = whole.read
        if cut.has_ctc:
            ways["CTC, greedy"] = cut.spell
        for way, read in ways.items():
            column = scores.setdefault(f"{folder.name}: {way}", {})
            for name, utterances in sets.items():
                places, figures = readings if "towns" in name else [], "digits" in name
                column[name] = measure(read, utterances, places, figures)
    click.echo(
        f"{platform.processor() or platform.machine()}, one thread; "
        + ", ".join(f"{name}: {len(one)}" for name, one in sets.items())
    )
    for line in table(scores):
        click.echo(line)


@main.command()
@click.argument("texts", type=_FILE)
@click.argument("heard", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--model", type=_FOLDER, default=Path(__file__).parent.parent / "models" / "mizumado-ja")
@click.option("--seed", default=1, show_default=True)
def hear(texts: Path, heard: Path, model: Path, seed: int) -> None:
    """Speak every line of TEXTS over a telephone and write `text<TAB>what the recogniser heard` to HEARD.

    Lines that HEARD has already are not spoken again: stop and go on, or add sentences, as you like.
    """
    from audio.faster_whisper_transcriber import load_faster_whisper
    from audio.training.hear import heard as listen

    known = (
        {line.split("\t")[0] for line in heard.read_text(encoding="utf-8").splitlines()} if heard.exists() else set()
    )
    lines = dict.fromkeys(texts.read_text(encoding="utf-8").splitlines())
    wanted = [line for line in lines if line and "\t" not in line and line not in known]
    transcriber = load_faster_whisper(str(model))
    with heard.open("a", encoding="utf-8") as file:
        for count, (text, found) in enumerate(listen(wanted, transcriber, seed), start=1):
            file.write(f"{text}\t{found}\n")
            if count % 200 == 0:
                file.flush()
                click.echo(f"{count} of {len(wanted)}")


if __name__ == "__main__":
    main()
