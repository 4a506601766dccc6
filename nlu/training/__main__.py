"""`python -m nlu.training STAGE`: the making of what understanding is shipped with, each stage seeded."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nlu.encoder import SHIPPED
from nlu.source import DATA_DIR


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def sentences(folder: Path) -> None:
    """Print the sentences of a writer's FOLDER, slots filled, one a line: what `audio.training hear` is to speak."""
    from nlu.utterances import written_lines

    for line in written_lines(folder, DATA_DIR / "ja"):
        click.echo(line)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def replies(folder: Path) -> None:
    """Print the replies of FOLDER (places.jsonl, phones.jsonl) as people say them, for `audio.training hear`."""
    from nlu.gazetteer import as_said

    for name in ("places.jsonl", "phones.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            click.echo(as_said(row["text"], row.get("town")))


@main.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA_DIR)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), default=SHIPPED)
@click.option("--paraphrases", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--epochs", default=10, show_default=True)
@click.option("--rate", default=1e-3, show_default=True)
def ship(data: Path, folder: Path, paraphrases: tuple[Path, ...], epochs: int, rate: float) -> None:
    """Train everything; --paraphrases: files of FAQ entries or of topics with their sayings."""
    import torch

    from nlu.training.learn import Plan
    from nlu.training.paraphrases import read_paraphrases
    from nlu.training.ship import ship as run
    from nlu.training.ship import topics_of

    torch.set_num_threads(1)
    run(
        data,
        folder,
        topics_of(read_paraphrases(paraphrases)),
        Plan(epochs=epochs, rate=rate),
        click.echo,
    )


@main.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA_DIR)
def linear(data: Path) -> None:
    """Fit the linear layers alone, from all utterances: two minutes, when sentences came since the last `ship`."""
    from nlu.training.ship import refit

    refit(data, click.echo)


@main.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), default=DATA_DIR)
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SHIPPED)
def acts(data: Path, folder: Path) -> None:
    """Fit what knows yes, no, again, a person please … by example: three minutes, after new sayings or `ship`."""
    from nlu.training.acts import train_acts

    train_acts(data, folder, click.echo)


if __name__ == "__main__":
    main()
