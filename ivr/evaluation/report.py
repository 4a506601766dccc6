"""The figures of the shipped models on the shipped unseen callers, as one text: what `make eval` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ivr.evaluation import answers, slots
from ivr.evaluation.proportion import Proportion
from ivr.evaluation.urgency import Figures, Labelled, figures, of_utterance
from nlu.gazetteer import as_said
from nlu.labels import Labels
from nlu.meaning import Expecting, Meaning
from nlu.reading import reading
from nlu.utterances import UNSEEN, heard_of, read_utterances

NAMES = {"ja": "Japanese", "en": "English", "zh": "Chinese", "ko": "Korean"}
CLEAN, KANA, HEARD = "as written", "kana alone", "as heard"
"""Forms of the unseen texts: as a full-size recogniser would write them at best; their reading; and what our own
recogniser made of them, spoken by synthetic voices over a telephone line."""

Understand = Callable[[str, Expecting, str | None], Meaning]


def urgency_rows(data: Path, language: str, labels: Labels) -> dict[str, list[Labelled]]:
    """Returns the unseen utterances of `language` in every form there is, by form."""
    unseen = read_utterances(data / language, labels, UNSEEN)
    forms = {CLEAN: [of_utterance(row, labels) for row in unseen]}
    if language == "ja":
        forms[KANA] = [of_utterance(row, labels, reading(row.text)) for row in unseen]
        forms[HEARD] = [of_utterance(row, labels, row.heard) for row in unseen if row.heard]
    return forms


def urgency_lines(data: Path, labels: Labels, understand: Understand, *, wrong: bool) -> Iterator[str]:
    """Yields the table of urgency, redirect and intent; `wrong`: also every utterance that was misjudged."""
    for language, name in NAMES.items():
        for form, rows in urgency_rows(data, language, labels).items():
            found = figures(rows, lambda text, spoken: understand(text, Expecting.ANYTHING, spoken))
            yield f"\n{name}, {form}: {len(rows)} utterances"
            yield from _table(urgency_figures(found))
            yield "  recall by class: " + ", ".join(f"{k} {v.hits}/{v.total}" for k, v in found.by_class.items())
            if wrong:
                for row, meaning in found.wrong:
                    yield f"    {judged(row, meaning)}  {row.text}"


def urgency_figures(found: Figures) -> dict[str, Proportion]:
    """Returns the figures by the names they are printed under."""
    police = found.by_class.get("police_fire_report", Proportion(0, 0))
    return {
        "urgent recall": found.recall,
        "  with an obvious keyword": found.recall_with_keyword,
        "  without": found.recall_without,
        "  police and fire": police,
        "  only after the one question": found.asked,
        "false alarms": found.alarms,
        "  with an obvious keyword ": found.alarms_with_keyword,
        "  without ": found.alarms_without,
        "  only one question": found.needless,
        "redirects (119, 110, gas)": found.redirects,
        "  sent away wrongly": found.misdirected,
        "class of the urgent": found.category,
        "intent": found.intent,
    }


def judged(row: Labelled, meaning: Meaning) -> str:
    """Returns what a row is and what it was taken for."""
    was = f"{row.category or row.redirect or row.intent}"
    said = meaning.urgency
    return f"{was} → {said.level} {said.score:.2f} {said.category or ''} {said.redirect or ''}".rstrip()


def slot_lines(data: Path, understand: Understand, *, wrong: bool) -> Iterator[str]:
    """Yields the tables of places, telephone numbers and acts."""
    for language, name in NAMES.items():
        folder = data / language / UNSEEN
        if (folder / "places.jsonl").exists():
            for form, rows in _forms(slots.read_places(folder / "places.jsonl"), folder):
                found = slots.place_figures(rows, understand)
                yield f"\n{name}, places, {form}: {len(rows)} replies"
                yield from _table(place_figures(found))
                if wrong:
                    yield from (f"    {_said(place)}  {row}" for row, place in found.wrong)
        if (folder / "phones.jsonl").exists():
            for form, rows in _forms(slots.read_phones(folder / "phones.jsonl"), folder):
                right, mistaken = slots.phone_figures(rows, understand)
                yield f"\n{name}, telephone numbers, {form}: {len(rows)} replies"
                yield from _table({"number right": right})
                if wrong:
                    yield from (f"    {got}  {row}" for row, got in mistaken)
        if (folder / "acts.tsv").exists():
            acts = slots.read_acts(folder / "acts.tsv")
            yield f"\n{name}, acts: {len(acts)} replies"
            yield from _table({"act right": slots.act_figures(acts, language, understand)})


def faq_lines(data: Path, search: answers.Search, *, wrong: bool) -> Iterator[str]:
    """Yields the tables of answers; `data`: the FAQ's folder."""
    for language, name in NAMES.items():
        for form, rows in _asked(data, language).items():
            found = answers.figures(rows, search)
            inside = sum(row.topic is not None for row in rows)
            yield f"\n{name}, answers, {form}: {inside} questions, {len(rows) - inside} out of scope"
            yield from _table(found.named())
            yield f"  {'MRR':34}{found.mrr:.3f}"
            if wrong:
                yield from (f"    {row.topic} → {got.answer}  {row.text}" for row, got in found.missed)


def _asked(data: Path, language: str) -> dict[str, list[answers.Labelled]]:
    rows = answers.read_unseen(data, language)
    forms = {CLEAN: rows}
    if language == "ja":
        forms[KANA] = [replace(row, text=reading(row.text)) for row in rows]
        known = heard_of(data / "unseen_ja.heard.tsv")
        forms[HEARD] = [replace(row, text=known[row.text]) for row in rows if row.text in known]
    return forms


def place_figures(found: slots.PlaceFigures) -> dict[str, Proportion]:
    """Returns the figures by the names they are printed under."""
    return {
        "town, chome, lot, city all right": found.whole,
        "town": found.town,
        "  right or to be confirmed": found.near,
        "  of the certain ones right": found.sure,
        "chome": found.chome,
        "lot": found.banchi,
        "landmark": found.landmark,
        "  one where none was said": found.landmark_invented,
        "other municipality": found.out_of_city,
        "town where none was said": found.invented,
    }


def _forms(rows: Sequence[dict[str, Any]], folder: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    language = folder.parent.name
    spoken = [{**row, "lang": language} for row in rows]
    yield CLEAN, spoken
    if language == "ja":
        said = [as_said(row["text"], row.get("town")) for row in spoken]
        yield KANA, [{**row, "text": reading(text)} for row, text in zip(spoken, said, strict=True)]
        known = heard_of(folder / "heard.tsv")
        heard = [{**row, "text": known[text]} for row, text in zip(spoken, said, strict=True) if text in known]
        if heard:
            yield HEARD, heard


def _said(place: Any) -> str:
    return "–" if place is None else f"{place.town} {place.chome} {place.banchi} {place.landmark} {place.out_of_city}"


def _table(figures: Mapping[str, Proportion]) -> Iterator[str]:
    for name, value in figures.items():
        yield f"  {name:34}{value}"
