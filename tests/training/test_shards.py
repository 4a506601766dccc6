"""Shards hold what was asked for, nothing that is held out, and survive the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.training.kana import ALPHABET
from audio.training.shards import Clip, Recipe, font_mouths, load_shard, make_shard, save_shard
from audio.training.speak import Spoken, default_font
from tests.training.conftest import small_salad


def test_a_shard_holds_single_clips_pairs_and_noise(clips: list[Clip]) -> None:
    assert sum(not clip.kana for clip in clips) == 1
    assert 7 <= len(clips) <= 10
    assert all(clip.mel.dtype == np.float16 and clip.mel.shape[0] == 80 for clip in clips)
    assert set("".join(clip.kana for clip in clips)) <= set(ALPHABET)


def test_the_same_seed_makes_the_same_shard(clips: list[Clip]) -> None:
    recipe = Recipe(font_mouths([default_font()]), frozenset(), spoken=6, pairs=0.5, noises=0.2)
    again = make_shard(recipe, small_salad(), np.random.default_rng(0))
    assert [clip.kana for clip in again] == [clip.kana for clip in clips]
    assert all(np.array_equal(one.mel, other.mel) for one, other in zip(again, clips, strict=True))


class _Monotone:
    """A mouth that hums: any mouth will do for a shard."""

    def say(self, text: str, random: np.random.Generator) -> Spoken:
        return Spoken("ミズ", np.sin(np.arange(8000) * 0.5).astype(np.float32))


def test_each_take_of_an_utterance_is_tuned_and_heard_differently() -> None:
    recipe = Recipe(lambda _: _Monotone(), frozenset(), spoken=2, takes=4, pairs=0.0, noises=0.0, broken_off=0.0)
    clips = make_shard(recipe, small_salad(), np.random.default_rng(0))
    assert [clip.kana for clip in clips] == ["ミズ"] * 8
    assert len({clip.mel.shape[1] for clip in clips}) > 4
    highest = {int(clip.mel.astype(np.float32).mean(axis=1).argmax()) for clip in clips}
    assert len(highest) > 2


def test_texts_longer_than_asked_for_are_not_spoken() -> None:
    recipe = Recipe(font_mouths([default_font()]), frozenset(), spoken=12, pairs=0.0, noises=0.0, longest=9)
    assert all(len(clip.kana) <= 9 for clip in make_shard(recipe, small_salad(), np.random.default_rng(0)))


def test_what_is_forbidden_is_never_said() -> None:
    recipe = Recipe(font_mouths([default_font()]), frozenset({"カタマチ"}), spoken=12, pairs=0.0, noises=0.0)
    clips = make_shard(recipe, small_salad(3), np.random.default_rng(3))
    assert not any("カタマチ" in clip.kana for clip in clips)


def test_a_shard_comes_back_as_it_was_saved(clips: list[Clip], tmp_path: Path) -> None:
    path = tmp_path / "new" / "000.npz"
    save_shard(path, clips)
    kept = list(load_shard(path))
    assert [clip.kana for clip in kept] == [clip.kana for clip in clips]
    assert all(np.array_equal(one.mel, other.mel) for one, other in zip(kept, clips, strict=True))
    assert [file.name for file in path.parent.iterdir()] == ["000.npz"]


def test_a_file_that_is_no_shard_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, mel=np.zeros((80, 3)))
    with pytest.raises(ValueError, match=r"other\.npz"):
        list(load_shard(path))
