"""Training in two stages: the encoder with CTC, then decoder and encoder together, attention guided by the CTC head."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from audio.training.batches import IGNORED, Batch, Batches
from audio.training.ctc import ctc_loss, times_heard
from audio.training.features import POSITIONS
from audio.training.model import Heard, Recogniser, Shape
from audio.training.shards import Clip
from audio.training.vocabulary import CLASSES, TEXT, tokens

_REACH = 3.0  # encoder states (40 ms each): standard deviation of where a kana's attention may lie
_REPORT_EVERY = 20  # steps


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of training, `steps` batches of `size` clips of at most `longest` frames (20 ms each).

    `decoder` False trains the encoder and its CTC head alone. `rate`: highest learning rate, reached after `warm_up`
    steps, then falling as a cosine to `floor` times itself. `guide`: weight of the guided attention, a third of it in
    the last four tenths. `varied`: vary the clips. `half_precision`: bfloat16 where
    torch allows it, slower on some processors.
    """

    name: str
    steps: int
    size: int
    longest: int
    decoder: bool
    rate: float
    warm_up: int
    varied: bool = True
    guide: float = 1.0
    floor: float = 0.0
    half_precision: bool = False


def new_recogniser(seed: int, **shape: float) -> Recogniser:
    """A model that knows nothing yet."""
    torch.manual_seed(seed)
    return Recogniser(Shape(vocabulary=len(tokens()), classes=CLASSES, **shape))  # type: ignore[arg-type]


def train(
    model: Recogniser,
    clips: Sequence[Clip],
    stage: Stage,
    checkpoint: Path,
    *,
    seed: int = 0,
    report: Callable[[str], None] = lambda _line: None,
    save_every: float = 180.0,
    stop_after: float = math.inf,
) -> None:
    """Train `model` in place. Goes on from `checkpoint` if that was written by the same stage, and keeps writing it.

    `save_every` and `stop_after`: seconds; what is stopped goes on when it is called again. Raises ValueError for too
    few clips.
    """
    batches = Batches(clips, stage.size, seed, stage.longest, stage.varied)
    optimisers = _optimisers(model, stage.rate)
    first = _resume(checkpoint, stage, model, optimisers)
    model.train()
    started = saved = time.monotonic()
    sums: dict[str, float] = {}
    for step in range(first, stage.steps):
        torch.manual_seed(seed * 1_000_003 + step)  # dropout and padding of a resumed run are those of an unbroken one
        rate = _rate(stage, step)
        for optimiser in optimisers:
            for group in optimiser.param_groups:
                group["lr"] = rate
        losses = _step(model, batches.batch(step), stage, step, optimisers)
        sums = {name: sums.get(name, 0.0) + value for name, value in losses.items()}
        if (step + 1) % _REPORT_EVERY == 0:
            speed = (step + 1 - first) * stage.size / (time.monotonic() - started)
            means = " ".join(f"{name} {value / _REPORT_EVERY:.3f}" for name, value in sums.items())
            report(f"{stage.name} {step + 1}/{stage.steps} rate {rate:.1e} {means} {speed:.1f} clips/s")
            sums = {}
        if time.monotonic() - saved > save_every:
            _save(checkpoint, stage, model, optimisers, step + 1)
            saved = time.monotonic()
        if time.monotonic() - started > stop_after:
            break
    else:
        step = max(first, stage.steps) - 1
    _save(checkpoint, stage, model, optimisers, step + 1)


def _step(
    model: Recogniser, batch: Batch, stage: Stage, step: int, optimisers: Sequence[torch.optim.Optimizer]
) -> dict[str, float]:
    with torch.autocast("cpu", torch.bfloat16, enabled=stage.half_precision):
        losses = _losses(model, batch, stage, step)
    for optimiser in optimisers:
        optimiser.zero_grad(set_to_none=True)
    torch.autograd.backward(sum(losses.values(), torch.zeros(())))
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimiser in optimisers:
        optimiser.step()
    return {name: float(loss.detach()) for name, loss in losses.items()}


def _losses(model: Recogniser, batch: Batch, stage: Stage, step: int) -> dict[str, Tensor]:
    states = batch.mel.shape[2] // 2
    draw = torch.rand(2)
    # half of the batches see the padding that faster-whisper adds, the other half some or none
    positions = POSITIONS if draw[0] < 0.5 else states + int(draw[1] * 200)
    heard = model.encoder(batch.mel, min(positions, POSITIONS) if stage.decoder else None)
    spelt = model.spelt(heard)
    losses = {"ctc": ctc_loss(spelt, batch.kana, batch.frames, batch.lengths)}
    if not stage.decoder:
        return losses
    logits = model.decoder(batch.tokens, heard).float()
    losses["ctc"] = 0.5 * losses["ctc"]
    losses["text"] = functional.cross_entropy(
        logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED, label_smoothing=0.03
    )
    weight = stage.guide * (1.0 if step < 0.6 * stage.steps else 0.3)
    if weight:
        times = times_heard(spelt.detach(), batch.kana, batch.frames, batch.lengths)
        losses["guide"] = weight * _astray(model.decoder.attention(), times, batch, heard)
    return losses


def _astray(attention: Sequence[Tensor], times: Tensor, batch: Batch, heard: Heard) -> Tensor:
    """How much of the attention of half the heads lies where the kana in question is not; 0 none, 1 all, mean.

    A plain diagonal was not enough to make a decoder listen; the CTC head knows when each kana is heard.
    """
    is_text = (batch.targets > 0) & (batch.targets < len(TEXT))
    place = (is_text.long().cumsum(1) - 1).clamp(min=0, max=times.shape[1] - 1)
    middle = times.gather(1, place)[:, :, None]
    frames = torch.arange(heard.frames)[None, None]
    outside = 1 - torch.exp(-((middle - frames) ** 2) / (2 * _REACH**2))
    pads = heard.states.shape[1] - heard.frames
    outside = functional.pad(outside, (0, pads), value=1.0)[:, None]
    amount = is_text.sum().clamp(min=1)
    guided = [weights[:, : weights.shape[1] // 2] for weights in attention]
    shares = [((one * outside).sum(-1) * is_text[:, None]).sum() / (amount * one.shape[1]) for one in guided]
    return torch.stack(shares).mean()


def _optimisers(model: Recogniser, rate: float) -> list[torch.optim.Optimizer]:
    """Muon (orthogonalised steps) for the hidden matrices, AdamW for everything else."""
    matrices: list[Tensor] = []
    others: list[Tensor] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            hidden = parameter.ndim == 2 and ".layers." in name
            (matrices if hidden else others).append(parameter)
    return [
        torch.optim.Muon(matrices, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw", ns_steps=4),
        torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def _rate(stage: Stage, step: int) -> float:
    fall = stage.floor + (1 - stage.floor) * 0.5 * (1 + math.cos(math.pi * step / stage.steps))
    return stage.rate * min(1.0, (step + 1) / stage.warm_up) * fall + 1e-6


def _resume(checkpoint: Path, stage: Stage, model: Recogniser, optimisers: Sequence[torch.optim.Optimizer]) -> int:
    """The step to go on with; 0 when there is no checkpoint, or another stage's (it is then not read)."""
    if not checkpoint.exists():
        return 0
    kept = torch.load(checkpoint, weights_only=True)
    if kept["stage"] != stage.name:
        return 0
    model.load_state_dict(kept["model"])
    for optimiser, state in zip(optimisers, kept["optimisers"], strict=True):
        optimiser.load_state_dict(state)
    return int(kept["step"])


def _save(
    checkpoint: Path, stage: Stage, model: Recogniser, optimisers: Sequence[torch.optim.Optimizer], step: int
) -> None:
    """Whole or not at all."""
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    partial = checkpoint.with_suffix(".partial")
    content = {
        "stage": stage.name,
        "step": step,
        "shape": asdict(model.shape),
        "model": model.state_dict(),
        "optimisers": [optimiser.state_dict() for optimiser in optimisers],
    }
    torch.save(content, partial)
    partial.replace(checkpoint)


def load_recogniser(checkpoint: Path) -> Recogniser:
    """The model of a checkpoint. Raises FileNotFoundError."""
    kept = torch.load(checkpoint, weights_only=True)
    model = Recogniser(Shape(**kept["shape"]))
    model.load_state_dict(kept["model"])
    return model
