"""Natural voices: ever new speakers of one sex each, who say what training's own reading says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from audio.training.natural import (
    LENGTHS,
    NATURAL_RATE,
    STYLE,
    NaturalMouth,
    Styles,
    load_styles,
    natural_mouths,
)
from audio.training.speak import NotSpoken
from tests.training.natural_contract import check


class Humming:
    """A stand-in engine: a tenth of a second of one tone for each sign, and it notes what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def sound(self, pieces: Sequence[str], style: np.ndarray, speed: float) -> np.ndarray:
        self.given = list(pieces)
        return np.sin(np.arange(round(0.1 * NATURAL_RATE * len("".join(pieces)) / speed))).astype(np.float32)


def _voice(number: float) -> np.ndarray:
    return np.full((LENGTHS, STYLE), number, np.float32)


@pytest.fixture
def styles() -> Styles:
    return Styles(
        {"jf_a": _voice(10), "jf_b": _voice(11), "jm_c": _voice(-10), "af_d": _voice(14), "am_e": _voice(-14)}
    )


def test_the_stand_in_keeps_to_the_contract(styles: Styles) -> None:
    check(Humming(), styles.draw(np.random.default_rng(0)))


def test_no_two_speakers_are_alike_and_the_same_seed_is_the_same_one(styles: Styles) -> None:
    drawn = [styles.draw(np.random.default_rng(seed)) for seed in (*range(20), 0)]
    assert len({manner.style.tobytes() for manner in drawn[:20]}) == 20
    assert np.array_equal(drawn[0].style, drawn[20].style)
    assert all(manner.style.shape == (LENGTHS, STYLE) and 0.8 < manner.speed < 1.5 for manner in drawn)


def test_timbre_and_melody_are_of_one_sex(styles: Styles) -> None:
    drawn = [styles.draw(np.random.default_rng(seed)).style for seed in range(40)]
    halves = [(float(style[:, :128].mean()), float(style[:, 128:].mean())) for style in drawn]
    assert all(timbre * melody > 0 for timbre, melody in halves)
    assert {timbre > 0 for timbre, _ in halves} == {True, False}


def test_a_melody_is_nearer_to_the_japanese_voices_than_to_the_others(styles: Styles) -> None:
    drawn = [styles.draw(np.random.default_rng(seed)).style for seed in range(60)]
    assert np.mean([abs(float(style[:, 128:].mean())) for style in drawn]) < 11.5


def test_the_engine_gets_the_words_as_the_fonts_say_them(styles: Styles) -> None:
    engine = Humming()
    said = natural_mouths(styles, engine)(np.random.default_rng(0)).say("今日は、雨です。", np.random.default_rng(0))
    assert said.kana == "キョーワアメデス"
    assert "".join(engine.given) == "キョーワ、アメデス。"
    assert said.samples.dtype == np.float32


def test_a_text_without_a_sound_is_refused(styles: Styles) -> None:
    mouth = NaturalMouth(Humming(), styles.draw(np.random.default_rng(0)))
    with pytest.raises(NotSpoken):
        mouth.say("。。", np.random.default_rng(0))


def test_voices_come_from_a_folder_under_their_names(tmp_path: Path) -> None:
    _voice(3).tofile(tmp_path / "jf_a.bin")
    assert load_styles(tmp_path)["jf_a"].shape == (LENGTHS, STYLE)
    np.zeros(7, np.float32).tofile(tmp_path / "jf_b.bin")
    with pytest.raises(ValueError, match=r"jf_b\.bin"):
        load_styles(tmp_path)


def test_without_japanese_voices_there_is_no_melody() -> None:
    with pytest.raises(ValueError, match="Japanese"):
        Styles({"af_d": _voice(1), "am_e": _voice(2)})


def test_a_style_of_another_shape_is_named() -> None:
    with pytest.raises(ValueError, match="jf_a"):
        Styles({"jf_a": np.zeros((2, 3), np.float32)})
