"""The encoder as a network that can be trained, and the questions it is trained to answer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nlu.encoder import BEGIN, END, HIDDEN, LONGEST, WINDOWS, spelt
from nlu.training.base import Base

_DROPPED_PIECES, _DROPPED = 0.15, 0.2


class EncoderNet(nn.Module):
    """Texts' pieces (B, T) with their mask → vectors (B, D), not of unit length, and unit vectors (B, D)."""

    def __init__(self, base: Base) -> None:
        super().__init__()
        self.pieces = nn.Embedding(*base.table.shape)
        self.pieces.weight = nn.Parameter(torch.from_numpy(base.table))
        self.dense = nn.ParameterDict({name: nn.Parameter(torch.from_numpy(v)) for name, v in base.dense.items()})

    def forward(self, numbers: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        w, live = self.dense, mask.unsqueeze(-1)
        if self.training:
            kept = torch.rand_like(mask) >= _DROPPED_PIECES
            numbers = torch.where(kept, numbers, torch.zeros_like(numbers))
        pieces = self.pieces(numbers) * live
        hidden = nn.functional.layer_norm(
            pieces @ w["proj"] + w["proj_b"], (3 * HIDDEN,), w["proj_g"], w["proj_o"], 1e-6
        )
        blocks = [pieces]
        for place, (width, before) in enumerate(WINDOWS.items()):
            own = hidden[..., place * HIDDEN : (place + 1) * HIDDEN] * live
            for layer in ("a", "b"):
                kernel = w[f"{layer}{width}"].view(width, HIDDEN, HIDDEN).permute(2, 1, 0)
                padded = nn.functional.pad(own.transpose(1, 2), (before, width - 1 - before))
                near = nn.functional.conv1d(padded, kernel, w[f"{layer}{width}_b"]).transpose(1, 2)
                own = (torch.relu(near) + own) * live
            blocks.append(own)
        every = nn.functional.layer_norm(torch.cat(blocks, -1), (w["all_g"].shape[0],), w["all_g"], w["all_o"], 1e-6)
        length = mask.sum(1, keepdim=True)
        mean = ((every * live).sum(1) @ w["out"] + length * w["out_b"]) / length.sqrt()
        mean = nn.functional.dropout(mean, _DROPPED, self.training)
        y0 = torch.relu(mean @ w["d0"])
        y1 = torch.relu(mean @ w["p1"] + y0 @ w["d1"])
        y2 = torch.relu(y1 @ w["d2"])
        z = torch.tanh(y1 @ w["p3"] + y2 @ w["d3"])
        return z, nn.functional.normalize(z, dim=-1)


class Reader:
    """Turns texts into padded piece numbers (B, T) and a mask (B, T); remembers what it has cut."""

    def __init__(self, tokenizer: object) -> None:
        self._tokenizer = tokenizer
        self._known: dict[str, list[int]] = {}

    def __call__(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        rows = [self._numbers(text) for text in texts]
        longest = max(map(len, rows))
        numbers = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest)
        for i, row in enumerate(rows):
            numbers[i, : len(row)] = torch.tensor(row)
            mask[i, : len(row)] = 1
        return numbers, mask

    def _numbers(self, text: str) -> list[int]:
        found = self._known.get(text)
        if found is None:
            pieces = self._tokenizer.encode(spelt(text), add_special_tokens=False).ids  # type: ignore[attr-defined]
            found = self._known[text] = [BEGIN, *pieces[: LONGEST - 2], END]
        return found


class Heads(nn.Module):
    """What a unit vector says: class logits (C,), urgent logit, redirect logits (R,)."""

    def __init__(self, dimensions: int, classes: int, redirects: int) -> None:
        super().__init__()
        self.classes = nn.Linear(dimensions, classes)
        self.urgent = nn.Linear(dimensions, 1)
        self.redirect = nn.Linear(dimensions, redirects)

    def forward(self, unit: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        scaled = 8.0 * nn.functional.dropout(unit, _DROPPED, self.training)
        return self.classes(scaled), self.urgent(scaled).squeeze(-1), self.redirect(scaled)


def export(net: EncoderNet, folder: Path) -> None:
    """Writes weights.npz: pieces as int8 with a scale each, the rest as float16."""
    folder.mkdir(parents=True, exist_ok=True)
    table = net.pieces.weight.detach().numpy()
    scale = np.maximum(np.abs(table).max(axis=1), 1e-8) / 127
    rows = np.clip(np.rint(table / scale[:, None]), -127, 127).astype(np.int8)
    dense: dict[str, Any] = {name: value.detach().numpy().astype(np.float16) for name, value in net.dense.items()}
    np.savez_compressed(folder / "weights.npz", table=rows, scale=scale.astype(np.float32), **dense)
