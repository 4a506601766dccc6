"""Batches are the same whenever they are asked for, and teach what faster-whisper will ask."""

from __future__ import annotations

import numpy as np
import pytest

from audio.training.batches import HEAD, IGNORED, Batches, made
from audio.training.shards import Clip
from audio.training.vocabulary import CTC_ID, ids, tokens


def _clip(kana: str, frames: int = 60) -> Clip:
    return Clip(kana, np.full((80, frames), 0.5, np.float16))


def _text(rows: np.ndarray) -> list[str]:
    return [tokens()[index] for index in rows if index != IGNORED]


def test_a_batch_is_a_pure_function_of_seed_and_step(clips: list[Clip]) -> None:
    first, second = (Batches(clips, 3, seed=7, longest=1500) for _ in range(2))
    second.batch(0)
    for one, other in zip(vars_of(first.batch(4)), vars_of(second.batch(4)), strict=True):
        assert one.equal(other)


def vars_of(batch: object) -> list:
    return [getattr(batch, name) for name in ("mel", "frames", "kana", "lengths", "tokens", "targets")]


def test_every_clip_is_used_once_in_a_pass(clips: list[Clip]) -> None:
    batches = Batches(clips, 1, seed=0, longest=1500, varied=False)
    seen = {tuple(batches.batch(step).kana[0].tolist()) for step in range(len(batches))}
    assert len(seen) == len({clip.kana for clip in clips})


def test_the_decoder_is_asked_as_faster_whisper_will_ask() -> None:
    batch = made([_clip("ミズ")], np.random.default_rng(0), varied=False)
    assert _text(batch.tokens[0].numpy()) == [
        "<|startoftranscript|>", "<|ja|>", "<|transcribe|>", "<|notimestamps|>", "ミ", "ズ"
    ]  # fmt: skip
    assert _text(batch.targets[0].numpy()) == [
        "<|ja|>", "<|transcribe|>", "<|notimestamps|>", "ミ", "ズ", "<|endoftext|>"
    ]  # fmt: skip
    assert batch.kana[0].tolist() == [CTC_ID["ミ"], CTC_ID["ズ"]]
    assert batch.frames.tolist() == [30]


def test_some_clips_carry_times() -> None:
    batch = made([_clip("ミズ")] * 200, np.random.default_rng(0), varied=False)
    timed = (batch.tokens[:, HEAD - 1] == ids()["<|0.00|>"]).sum().item()
    assert 2 <= timed <= 25
    assert "<|1.20|>" in {token for row in batch.targets.numpy() for token in _text(row)}  # 60 frames of 20 ms


def test_a_clip_without_speech_teaches_nospeech() -> None:
    batch = made([_clip(""), _clip("ミズ")], np.random.default_rng(0), varied=False)
    assert batch.targets[0, 0].item() == ids()["<|nospeech|>"]
    assert batch.lengths.tolist() == [0, 2]


def test_variation_hides_tokens_from_the_decoder_and_never_from_the_targets() -> None:
    batches = [made([_clip("ミズガデマセン")] * 20, np.random.default_rng(seed), varied=True) for seed in range(8)]
    assert any((batch.tokens == ids()["<unk>"]).any() for batch in batches)
    assert not any((batch.tokens[:, :HEAD] == ids()["<unk>"]).any() for batch in batches)
    assert not any((batch.targets == ids()["<unk>"]).any() for batch in batches)


def test_a_smaller_head_moves_a_formant_up_by_its_factor() -> None:
    from audio.training.batches import _other_tract

    own, other = _other_tract(1.0), _other_tract(1.15)
    assert np.allclose(own, np.arange(80))
    bands = (60, 70)  # those above 1 kHz are logarithmic: one factor is one distance
    moved = [band - np.interp(band, np.arange(80), other) for band in bands]
    assert moved[0] == pytest.approx(moved[1], abs=0.01)
    assert moved[0] > 3


def test_zeros_stand_behind_a_shorter_clip() -> None:
    batch = made([_clip("ミズ", 40), _clip("ガス", 60)], np.random.default_rng(0), varied=False)
    assert batch.mel.shape[2] % 2 == 0
    assert not batch.mel[0, :, 40:].any()


def test_clips_too_long_or_too_short_for_their_text_are_left_out() -> None:
    usable = [_clip("ミズ")] * 4
    batches = Batches([*usable, _clip("ミズ", 900), _clip("ミズガデマセン", 8)], 4, seed=0, longest=500)
    assert len(batches) == 1


def test_too_few_clips_are_an_error(clips: list[Clip]) -> None:
    with pytest.raises(ValueError, match="too few"):
        Batches(clips, 1000, seed=0, longest=1500)
