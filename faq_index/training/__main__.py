"""`python -m faq_index.training`: train the shipped model anew and print how it does on held-out calls."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from faq_index.corpus import Corpus, load_corpora
from faq_index.embed import SHIPPED_MODEL, SentenceEmbedder
from faq_index.labelled import load_labelled
from faq_index.languages import LANGUAGES
from faq_index.shelf import Reading, ask
from faq_index.training.learn import Learner, Recipe
from faq_index.training.samples import lines_of, samples
from faq_index.training.teacher import targets
from faq_index.vote import Vote


@click.command(help=__doc__)
@click.option("--folder", type=click.Path(path_type=Path), default=SHIPPED_MODEL, show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), default=Recipe().epochs, show_default=True)
@click.option(
    "--texts",
    nargs=2,
    multiple=True,
    type=(click.Choice([*LANGUAGES]), click.Path(exists=True, path_type=Path)),
    help="a language and a folder of .txt files: further sentences, one a line, for the teacher to speak of",
)
@click.option("--cache", type=click.Path(path_type=Path), help="keep what the teacher says in this .npz file")
def main(folder: Path, epochs: int, texts: tuple[tuple[str, Path], ...], cache: Path | None) -> None:
    import pyopenjtalk

    def reading(text: str) -> str:
        return str(pyopenjtalk.g2p(text, kana=True))

    corpora = load_corpora()
    recipe = Recipe(epochs=epochs)
    further = [(language, line) for language, place in texts for line in lines_of(place)]
    taught = samples(corpora, reading, further)
    learner = Learner(taught, targets(taught, recipe.dimensions, cache), recipe)
    learner.learn(click.echo)
    learner.save(folder)
    for language, share in held_out_hits(folder, corpora, reading).items():
        click.echo(f"held-out calls by the vote alone, {language}: {share:.3f}")
    click.echo(f"{sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) / 1e6:.1f} MB in {folder}")


def held_out_hits(folder: Path, corpora: tuple[Corpus, ...], reading: Reading) -> dict[str, float]:
    """Share of held-out calls whose topic gets most votes, by language; Japanese also by its kana alone."""
    embedder = SentenceEmbedder(folder)
    topics = [entry.id for entry in corpora[0].entries]
    said = [(text, entry.id) for corpus in corpora for entry in corpus.entries for text in entry.sayings]
    said += [(reading(text), entry.id) for entry in corpora[0].entries for text in entry.sayings]
    owners = np.array([topics.index(topic) for _, topic in said])
    vote = Vote.of(embedder.encode([text for text, _ in said]), owners, len(topics))
    hits: dict[str, float] = {}
    for corpus in corpora:
        code = corpus.language
        calls = load_labelled(code).in_scope
        for name in (code, f"{code} kana") if LANGUAGES[code].spoken else (code,):
            right = []
            for topic, text in calls:
                sound = reading(text) if LANGUAGES[code].spoken else ""
                query = ask(text if name == code else sound, sound, LANGUAGES[code], embedder)
                right.append(topics[int(vote.scores(query.vectors).mean(axis=0).argmax())] == topic)
            hits[name] = float(np.mean(right))
    return hits


if __name__ == "__main__":
    main()
