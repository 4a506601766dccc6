"""The CTC head says what was said and when."""

from __future__ import annotations

import torch

from audio.training.ctc import ctc_loss, greedy, times_heard
from audio.training.vocabulary import BLANK, CLASSES, CTC_ID


def _sure(*signs: str) -> torch.Tensor:
    """Log-probabilities of a head that is sure of one sign (or "" for blank) a frame, (frames, classes)."""
    best = torch.tensor([CTC_ID[sign] if sign else BLANK for sign in signs])
    return (torch.nn.functional.one_hot(best, CLASSES).float() * 12).log_softmax(-1)


def test_repetitions_and_blanks_are_not_written_twice() -> None:
    spelt = torch.stack([_sure("ミ", "ミ", "", "ズ", "ズ", "")])
    assert greedy(spelt, torch.tensor([6])) == ["ミズ"]


def test_the_same_kana_twice_is_written_twice() -> None:
    assert greedy(torch.stack([_sure("ナ", "", "ナ")]), torch.tensor([3])) == ["ナナ"]


def test_frames_behind_a_clip_are_not_read() -> None:
    assert greedy(torch.stack([_sure("ミ", "ズ", "ガ")]), torch.tensor([2])) == ["ミズ"]


def test_each_kana_is_placed_at_the_middle_of_where_it_is_heard() -> None:
    spelt = torch.stack([_sure("", "ミ", "ミ", "ミ", "", "", "ズ", ""), _sure("", "", "ナ", "", "ナ", "ナ", "", "")])
    targets = torch.tensor([[CTC_ID["ミ"], CTC_ID["ズ"]], [CTC_ID["ナ"], CTC_ID["ナ"]]])
    times = times_heard(spelt, targets, torch.tensor([8, 7]), torch.tensor([2, 2]))
    assert times.tolist() == [[2.0, 6.0], [2.0, 4.5]]


def test_a_shorter_text_in_the_batch_is_placed_all_the_same() -> None:
    spelt = torch.stack([_sure("", "ミ", "", "ズ", ""), _sure("", "", "ナ", "", "")])
    targets = torch.tensor([[CTC_ID["ミ"], CTC_ID["ズ"]], [CTC_ID["ナ"], 0]])
    times = times_heard(spelt, targets, torch.tensor([5, 5]), torch.tensor([2, 1]))
    assert times[1, 0].item() == 2.0


def test_a_clip_without_speech_has_no_times_and_a_finite_loss() -> None:
    spelt, none = torch.stack([_sure("", "", "")]), torch.tensor([[0]])
    assert torch.isfinite(times_heard(spelt, none, torch.tensor([3]), torch.tensor([0]))).all()
    assert torch.isfinite(ctc_loss(spelt, none, torch.tensor([3]), torch.tensor([0])))


def test_the_loss_is_small_for_what_was_said_and_large_for_something_else() -> None:
    spelt, frames, lengths = torch.stack([_sure("ミ", "", "ズ", "")]), torch.tensor([4]), torch.tensor([2])
    right, wrong = (torch.tensor([[CTC_ID[sign] for sign in text]]) for text in ("ミズ", "ガス"))
    assert ctc_loss(spelt, right, frames, lengths) < 0.1 < 3 < ctc_loss(spelt, wrong, frames, lengths)
