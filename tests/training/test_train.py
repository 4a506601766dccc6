"""Training lowers its losses, looks where the kana are, and goes on after a break as if there had been none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from audio.training.batches import made
from audio.training.model import Heard, Recogniser
from audio.training.shards import Clip
from audio.training.train import Stage, _astray, _rate, load_recogniser, new_recogniser, train

_CTC = Stage("ctc", steps=4, size=2, longest=400, decoder=False, rate=1e-3, warm_up=2)
_JOINT = replace(_CTC, name="joint", decoder=True)


def _small(seed: int = 0) -> Recogniser:
    return new_recogniser(seed, width=32, heads=2, inner=48, encoder_layers=1, decoder_layers=1)


def _weights(model: Recogniser) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_the_same_seed_trains_the_same_model(clips: list[Clip], tmp_path: Path) -> None:
    models = [_small(), _small()]
    for index, model in enumerate(models):
        train(model, clips, _JOINT, tmp_path / f"{index}.pt")
    assert torch.equal(_weights(models[0]), _weights(models[1]))


def test_a_broken_run_ends_as_an_unbroken_one(clips: list[Clip], tmp_path: Path) -> None:
    class Broken(Exception):
        pass

    def report(line: str) -> None:
        raise Broken(line)

    whole, broken = _small(), _small()
    stage = replace(_JOINT, steps=22)
    train(whole, clips, stage, tmp_path / "whole.pt")
    with pytest.raises(Broken):
        train(broken, clips, stage, tmp_path / "broken.pt", report=report, save_every=0.0)
    resumed = _small(seed=5)
    train(resumed, clips, stage, tmp_path / "broken.pt")
    assert torch.allclose(_weights(whole), _weights(resumed), atol=1e-6)


def test_training_by_instalments_ends_as_training_at_one_go(clips: list[Clip], tmp_path: Path) -> None:
    whole, part = _small(), _small()
    train(whole, clips, _JOINT, tmp_path / "whole.pt")
    for _ in range(_JOINT.steps):
        train(part, clips, _JOINT, tmp_path / "part.pt", stop_after=0.0)
    assert torch.allclose(_weights(whole), _weights(part), atol=1e-6)


def test_each_stage_lowers_its_loss(clips: list[Clip], tmp_path: Path) -> None:
    for stage in (_CTC, _JOINT):
        lines: list[str] = []
        train(_small(), clips, replace(stage, steps=60, varied=False), tmp_path / "x.pt", report=lines.append)
        first, last = (float(line.split(" ctc ")[1].split()[0]) for line in (lines[0], lines[-1]))
        assert last < first


def test_another_stage_begins_with_the_weights_it_is_given(clips: list[Clip], tmp_path: Path) -> None:
    model = _small()
    train(model, clips, _CTC, tmp_path / "ctc.pt")
    begun = load_recogniser(tmp_path / "ctc.pt")
    assert torch.equal(_weights(model), _weights(begun))
    train(begun, clips, replace(_JOINT, steps=1), tmp_path / "joint.pt")
    assert not torch.equal(_weights(model), _weights(begun))


def test_the_encoder_stage_leaves_the_decoder_alone(clips: list[Clip], tmp_path: Path) -> None:
    model, untouched = _small(), _small()
    train(model, clips, _CTC, tmp_path / "ctc.pt")
    assert torch.equal(model.decoder.embed_tokens.weight, untouched.decoder.embed_tokens.weight)


def test_the_rate_warms_up_and_falls_to_its_floor() -> None:
    stage = replace(_CTC, steps=100, warm_up=10, floor=0.2)
    assert _rate(stage, 0) < _rate(stage, 9)
    assert _rate(stage, 100) == pytest.approx(0.2 * stage.rate, rel=0.02)


def test_attention_on_the_kana_costs_nothing_and_elsewhere_all() -> None:
    batch = made([Clip("ミズ", np.zeros((80, 60), np.float16))], np.random.default_rng(1), varied=False)
    heard, times = Heard(torch.zeros(1, 46, 4), None, 30), torch.tensor([[5.0, 20.0]])
    there, nowhere = torch.zeros(1, 2, 6, 46), torch.zeros(1, 2, 6, 46)
    there[0, :, 3, 5] = there[0, :, 4, 20] = 1.0  # the rows that write ミ and ズ
    nowhere[..., 45] = 1.0
    assert _astray([there], times, batch, heard).item() == pytest.approx(0.0, abs=1e-6)
    assert _astray([nowhere], times, batch, heard).item() == pytest.approx(1.0)


def test_sampled_padding_stands_for_all_of_it() -> None:
    model = _small().eval()
    mel = torch.randn(1, 80, 40)
    with torch.no_grad():
        whole = model.encoder(torch.nn.functional.pad(mel, (0, 160))).states[:, :19]
        sampled = torch.stack([model.encoder(mel, positions=100).states[:, :19] for _ in range(200)]).mean(0)
        cut = model.encoder(mel).states[:, :19]
    assert (whole - sampled).abs().mean() < 0.3 * (whole - cut).abs().mean()
