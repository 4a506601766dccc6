"""Training goes on from what is shipped: reading an exported model and exporting it again changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from audio.training.begin import load_exported
from audio.training.export import export
from audio.training.train import new_recogniser

_SHIPPED = Path(__file__).parents[2] / "audio" / "models" / "mizumado-ja"


def test_a_model_exported_again_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    export(load_exported(_SHIPPED), tmp_path)
    assert (tmp_path / "model.bin").read_bytes() == (_SHIPPED / "model.bin").read_bytes()


def test_every_weight_comes_back_within_the_rounding_of_int8(tmp_path: Path) -> None:
    model = new_recogniser(3, width=32, heads=2, inner=48, encoder_layers=1, decoder_layers=2)
    export(model, tmp_path)
    back = load_exported(tmp_path)
    assert back.shape == model.shape
    for name, weight in model.state_dict().items():
        step = float(weight.abs().max()) / 127
        assert torch.allclose(back.state_dict()[name], weight, atol=0.51 * step + 1e-3 * float(weight.abs().max())), (
            name
        )


def test_a_model_of_other_tokens_is_refused(tmp_path: Path) -> None:
    shutil.copytree(_SHIPPED, tmp_path / "other")
    (tmp_path / "other" / "vocabulary.json").write_text(json.dumps(["a", "b"]), encoding="utf-8")
    with pytest.raises(ValueError, match="other"):
        load_exported(tmp_path / "other")


def test_a_file_of_another_format_is_named(tmp_path: Path) -> None:
    shutil.copytree(_SHIPPED, tmp_path / "other")
    (tmp_path / "other" / "model.bin").write_bytes(b"\x09\0\0\0" + b"\0" * 40)
    with pytest.raises(ValueError, match=r"model\.bin"):
        load_exported(tmp_path / "other")
