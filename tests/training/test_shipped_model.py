"""The shipped recogniser still hears what its README says, on a sample of what training never had."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.training.evaluate import measure
from audio.training.reader import Reader
from audio.training.testsets import sentences
from audio.training.voices import new_speaker, plain_speaker

_MODEL = Path(__file__).parents[2] / "audio" / "models" / "mizumado-ja"
_TEXTS = [
    "新居の水道を開けてほしいんです",
    "台所の水が茶色っぽく濁って出てきます",
    "メーターを見れば水漏れが分かると聞いたのですが",
]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(_MODEL, cut_padding=True)


@pytest.mark.parametrize("speakers", [plain_speaker, new_speaker])
def test_sentences_of_unseen_patterns_are_mostly_right(reader: Reader, speakers: object) -> None:
    assert measure(reader.read, sentences(_TEXTS * 4, 1, speakers), ()).error < 0.2  # type: ignore[arg-type]


def test_the_ctc_head_reads_as_well(reader: Reader) -> None:
    assert measure(reader.spell, sentences(_TEXTS * 4, 1)).error < 0.2


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in _MODEL.iterdir()) < 8_000_000
