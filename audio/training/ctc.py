"""CTC: its loss, its greedy reading, and the time at which it hears each kana (Viterbi)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from audio.training.kana import ALPHABET
from audio.training.vocabulary import BLANK

_NEVER = -1e9


def ctc_loss(log_probs: Tensor, targets: Tensor, frames: Tensor, lengths: Tensor) -> Tensor:
    """Mean loss per kana. `log_probs`: (batch, frames, classes); `targets`: (batch, longest), padded."""
    return functional.ctc_loss(log_probs.transpose(0, 1), targets, frames, lengths, BLANK, zero_infinity=True)


def greedy(log_probs: Tensor, frames: Tensor) -> list[str]:
    """The best class of each frame, repetitions and blanks removed."""
    texts = []
    for best, length in zip(log_probs.argmax(-1).tolist(), frames.tolist(), strict=True):
        kept = [one for one, before in zip(best[:length], [BLANK, *best], strict=False) if one not in (before, BLANK)]
        texts.append("".join(ALPHABET[one - 1] for one in kept))
    return texts


@torch.no_grad()
def times_heard(log_probs: Tensor, targets: Tensor, frames: Tensor, lengths: Tensor) -> Tensor:
    """The middle frame of each kana on the best path, (batch, longest), float; meaningless behind a clip's last kana.

    Shapes as in `ctc_loss`. Viterbi over blank, kana, blank, kana ... blank, the whole batch at once.
    """
    batch, span, _ = log_probs.shape
    states = 2 * targets.shape[1] + 1
    path = torch.full((batch, states), BLANK)
    path[:, 1::2] = targets
    may_skip = torch.zeros(batch, states, dtype=torch.bool)
    may_skip[:, 3::2] = targets[:, 1:] != targets[:, :-1]
    scores = log_probs.gather(2, path[:, None].expand(batch, span, states))
    best = torch.full((batch, states), _NEVER)
    best[:, :2] = scores[:, 0, :2]
    final = best.clone()
    came_from: list[Tensor] = []
    for frame in range(1, span):
        one_before = functional.pad(best, (1, 0), value=_NEVER)[:, :-1]
        two_before = functional.pad(best, (2, 0), value=_NEVER)[:, :-2].masked_fill(~may_skip, _NEVER)
        best, steps = torch.stack([best, one_before, two_before]).max(0)
        best = best + scores[:, frame]
        came_from.append(steps)
        final = torch.where((frames == frame + 1)[:, None], best, final)
    return _middles(_last_states(final, lengths), came_from, frames, states)


def _last_states(final: Tensor, lengths: Tensor) -> Tensor:
    """The last kana or the blank behind it, whichever is likelier, (batch,)."""
    rows, blank = torch.arange(len(final)), 2 * lengths
    kana = (blank - 1).clamp(min=0)
    return torch.where(final[rows, blank] > final[rows, kana], blank, kana)


def _middles(state: Tensor, came_from: Sequence[Tensor], frames: Tensor, states: int) -> Tensor:
    rows = torch.arange(len(state))
    total, count = torch.zeros(len(state), states), torch.zeros(len(state), states)
    for frame in range(len(came_from), -1, -1):
        inside = frame < frames
        total[rows, state] += frame * inside
        count[rows, state] += inside.float()
        if frame:
            state = torch.where(inside, state - came_from[frame - 1][rows, state], state).clamp(min=0)
    return (total / count.clamp(min=1))[:, 1::2]
