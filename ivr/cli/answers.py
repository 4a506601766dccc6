"""Commands about answers: which one sentences get, what the FAQ lacks, and how good the search is."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from ivr.cli.measure import evaluate
from ivr.cli.options import JSON_FLAG, print_row, rows_of
from ivr.settings import read_settings

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
LANGUAGE = click.option("--lang", default="ja", show_default=True, type=click.Choice(["ja", "en", "zh", "ko"]))


class SearchUnlessTold(click.Group):
    """`mizumado faq TEXT` searches; `mizumado faq gaps` is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["search", *args]
        return super().parse_args(ctx, args)


@click.group(cls=SearchUnlessTold)
def faq() -> None:
    """Which approved answer sentences would get (the default), and what the FAQ lacks."""


@faq.command()
@click.option("--jsonl", "file", type=click.File(encoding="utf-8"), help='lines of {"id", "text", "lang"?}')
@LANGUAGE
@click.argument("text", required=False)
def search(file: TextIO | None, text: str | None, lang: str) -> None:
    """Which answer TEXT, or every line of a file, would get: one JSON line each; topic null = none."""
    from ivr.minds import load_corpora, open_answers
    from ivr.rows import ranking_row
    from nlu.reading import reading

    answers = open_answers(read_settings(), load_corpora())
    for row in rows_of(file, text):
        words = str(row["text"])
        print_row(ranking_row(row.get("id"), answers.search(words, reading(words), str(row.get("lang") or lang))))


@faq.command()
@LANGUAGE
@JSON_FLAG
@click.option("--at-least", default=2, show_default=True, help="leave out what was asked less often")
def gaps(lang: str, as_json: bool, at_least: int) -> None:
    """Groups of stored questions that no answer was found for, the largest first: proposals for new entries."""
    from faq_index.gaps import gaps as gaps_of
    from ivr.minds import load_corpora, open_answers
    from ivr.storage.questions import unanswered
    from ivr.storage.sql import open_store
    from nlu.reading import reading

    settings = read_settings()
    index = open_answers(settings, load_corpora()).indexes[lang]
    store = open_store(settings.database)
    try:
        asked = [(text, 1) for language, text in unanswered(store.engine) if language == lang]
    finally:
        store.close()
    for gap in gaps_of(asked, index, reading, at_least):
        if as_json:
            row = {"asked": gap.asked, "question": gap.question, "examples": list(gap.examples)}
            print_row(row | {"nearest": gap.nearest, "score": round(gap.score, 4)})
        else:
            click.echo(f"{gap.asked:4}  {gap.question}  [{gap.nearest} {gap.score:.2f}]")


@evaluate.command("faq")
@click.argument("file", type=EXISTING)
@click.option("--wrong", is_flag=True, help="also print every row that was misjudged")
@JSON_FLAG
def eval_faq(file: Path, wrong: bool, as_json: bool) -> None:
    """Answers to FILE: {"text", "topic": id or null, "lang"?}."""
    from ivr.evaluation.answers import figures, read_labelled
    from ivr.minds import load_corpora, open_answers
    from nlu.reading import reading

    rows = read_labelled(file)
    answers = open_answers(read_settings(), load_corpora())
    found = figures(rows, lambda text, language: answers.search(text, reading(text), language))
    if as_json:
        print_row({name.strip(): value.row() for name, value in found.named().items()} | {"mrr": round(found.mrr, 4)})
    else:
        for name, value in found.named().items():
            click.echo(f"{name:34}{value}")
        click.echo(f"{'MRR':34}{found.mrr:.3f}")
    if wrong:
        for row, ranking in found.missed:
            best = ranking.candidates[0].topic if ranking.candidates else "–"
            click.echo(f"{row.topic} → {ranking.answer} ({best})  {row.text}", err=as_json)


@evaluate.command("faq-corpus")
@click.argument("corpus", type=EXISTING)
@click.argument("queries", type=EXISTING)
@LANGUAGE
@JSON_FLAG
def eval_corpus(corpus: Path, queries: Path, lang: str, as_json: bool) -> None:
    """This retrieval, and BM25 alone, on any bureau's own FAQ: CORPUS with the columns id, question, answer; QUERIES as
    lines of {"id", "text", "relevant": {"<entry id>": 1 or 2}}."""
    from faq_index.bureau import BureauFaq, read_asked, read_items
    from ivr.evaluation.answers import rank_figures, rank_lines
    from ivr.minds import open_embedder
    from nlu.reading import reading

    items = read_items(corpus)
    asked = read_asked(queries, items)
    table = BureauFaq(items, open_embedder(read_settings()), reading, lang)
    ways = {"Mizumado": table.ranked, "BM25": table.ranked_by_bm25}
    columns = {name: rank_figures(asked, ranked) for name, ranked in ways.items()}
    if as_json:
        for name, found in columns.items():
            hits = {f"hit@{depth}": value.row() for depth, value in found.hits.items()}
            print_row({"retrieval": name, "questions": len(asked), **hits, "mrr": round(found.mrr, 4)})
    else:
        click.echo(f"{len(items)} entries, {len(asked)} questions")
        for line in rank_lines(columns):
            click.echo(line)


COMMANDS = (faq,)
