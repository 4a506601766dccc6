"""An exported model back to a checkpoint, so that training goes on from what is shipped (the way back of `export`).

Layout of model.bin: CTranslate2's binary version 6 (`ctranslate2.specs.model_spec.ModelSpec._serialize`): numbers are
little-endian, a name is its length with the closing zero, then its bytes.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from audio.training.export import CTC_FILE
from audio.training.model import Recogniser, Shape
from audio.training.vocabulary import CLASSES, tokens

_VERSION = 6
_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
_NORM, _LINEAR = {"gamma": "weight", "beta": "bias"}, {"weight": "weight", "bias": "bias"}

Arrays = dict[str, npt.NDArray[np.float32]]


def load_exported(folder: Path) -> Recogniser:
    """The model of a folder that `export` wrote in int8; its weights are those that are at work there, rounded.

    Raises ValueError for another model's folder or another version of the format, FileNotFoundError.
    """
    if json.loads((folder / "vocabulary.json").read_text(encoding="utf-8")) != list(tokens()):
        raise ValueError(f"{folder}: its tokens are not this recogniser's; train anew")
    arrays = _arrays(folder / "model.bin")
    sides = ("encoder", "decoder")
    layers = {
        side: sum(name.startswith(side) and name.endswith("/ffn/linear_0/weight") for name in arrays) for side in sides
    }
    shape = Shape(
        vocabulary=len(tokens()),
        classes=CLASSES,
        width=arrays["encoder/conv1/bias"].size,
        heads=int(arrays["encoder/num_heads"].item()),
        inner=arrays["encoder/layer_0/ffn/linear_0/bias"].size,
        encoder_layers=layers["encoder"],
        decoder_layers=layers["decoder"],
    )
    with np.load(folder / CTC_FILE) as head:
        weights = {f"ctc.{name}": torch.from_numpy(head[name].astype(np.float32)) for name in ("weight", "bias")}
    for name in ("encoder.conv1", "encoder.conv2"):
        weights |= _part(arrays, name.replace(".", "/"), name, _LINEAR)
    weights["decoder.embed_tokens.weight"] = torch.from_numpy(arrays["decoder/embeddings/weight"])
    for side, count in layers.items():
        weights[f"{side}.embed_positions.weight"] = torch.from_numpy(arrays[f"{side}/position_encodings/encodings"])
        weights |= _part(arrays, f"{side}/layer_norm", f"{side}.layer_norm", _NORM)
        for index in range(count):
            weights |= _layer(arrays, f"{side}/layer_{index}", f"{side}.layers.{index}", decoder=side == "decoder")
    model = Recogniser(shape)
    model.load_state_dict(weights)
    return model


def _layer(arrays: Arrays, there: str, here: str, decoder: bool) -> dict[str, Tensor]:
    weights = _part(arrays, f"{there}/self_attention/layer_norm", f"{here}.self_attn_layer_norm", _NORM)
    weights |= _part(arrays, f"{there}/ffn/layer_norm", f"{here}.final_layer_norm", _NORM)
    weights |= _part(arrays, f"{there}/ffn/linear_0", f"{here}.fc1", _LINEAR)
    weights |= _part(arrays, f"{there}/ffn/linear_1", f"{here}.fc2", _LINEAR)
    weights |= _split(arrays, f"{there}/self_attention/linear_0", f"{here}.self_attn", "qkv")
    weights |= _part(arrays, f"{there}/self_attention/linear_1", f"{here}.self_attn.out_proj", _LINEAR)
    if decoder:
        weights |= _part(arrays, f"{there}/attention/layer_norm", f"{here}.encoder_attn_layer_norm", _NORM)
        weights |= _split(arrays, f"{there}/attention/linear_0", f"{here}.encoder_attn", "q")
        weights |= _split(arrays, f"{there}/attention/linear_1", f"{here}.encoder_attn", "kv")
        weights |= _part(arrays, f"{there}/attention/linear_2", f"{here}.encoder_attn.out_proj", _LINEAR)
    return weights


def _part(arrays: Arrays, there: str, here: str, names: dict[str, str]) -> dict[str, Tensor]:
    return {f"{here}.{ours}": torch.from_numpy(arrays[f"{there}/{theirs}"]) for theirs, ours in names.items()}


def _split(arrays: Arrays, there: str, here: str, parts: str) -> dict[str, Tensor]:
    """Queries, keys and values, which CTranslate2 keeps in one matrix; Whisper's keys have no bias."""
    weights: dict[str, Tensor] = {}
    for name in ("weight", "bias"):
        for part, rows in zip(parts, np.split(arrays[f"{there}/{name}"], len(parts)), strict=True):
            if (name, part) != ("bias", "k"):
                weights[f"{here}.{part}_proj.{name}"] = torch.from_numpy(np.ascontiguousarray(rows))
    return weights


def _arrays(path: Path) -> Arrays:
    """Every variable by name, int8 ones multiplied out. Equal ones are kept once, under several names."""
    content, place = path.read_bytes(), 0

    def number(kind: str) -> int:
        nonlocal place
        place += struct.calcsize(kind)
        return int(struct.unpack_from("<" + kind, content, place - struct.calcsize(kind))[0])

    def text() -> str:
        nonlocal place
        length = number("H")
        place += length
        return content[place - length : place - 1].decode()

    if (version := number("I")) != _VERSION or text() != "WhisperSpec":
        raise ValueError(f"{path}: not a Whisper model in CTranslate2's format {_VERSION} (found {version})")
    number("I")  # revision
    raw: dict[str, npt.NDArray[np.number]] = {}
    for _ in range(number("I")):
        name = text()
        size = [number("I") for _ in range(number("B"))]
        kind = _TYPES[number("B")]
        length = number("I")
        raw[name] = np.frombuffer(content, kind, length // np.dtype(kind).itemsize, place).reshape(size)
        place += length
    for _ in range(number("I")):
        name = text()
        raw[name] = raw[text()]
    return {name: _multiplied_out(value, raw.get(f"{name}_scale")) for name, value in raw.items()}


def _multiplied_out(value: npt.NDArray[np.number], scale: npt.NDArray[np.number] | None) -> npt.NDArray[np.float32]:
    numbers = value.astype(np.float32)
    return numbers if scale is None else numbers / scale.astype(np.float32).reshape(-1, *[1] * (numbers.ndim - 1))
