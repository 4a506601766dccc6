"""A model's second output: a CTC head spells the encoder's frames, or reads them as an answer to what was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audio.ctc_grammar import BLANK, Floats, Grammar, GrammarReader, Reading, log_softmax
from audio.transcriber import Hint, ModelMissing

CTC_FILE = "ctc_head.npz"
"""`weight`, shape (classes, width), and `bias`, shape (classes,); class 0 is the blank."""

_VOCABULARY = "vocabulary.json"
_FIRST_SIGN = 2  # of the vocabulary; `<unk>` and the blank space stand before


class CtcHead:
    """`grammars`: by what was asked. `signs`: what classes 1, 2, ... stand for."""

    def __init__(self, weight: Floats, bias: Floats, signs: Sequence[str], grammars: Mapping[Hint, Grammar]) -> None:
        self._weight, self._bias, self._signs = weight, bias, signs
        self._readers = {hint: GrammarReader(grammar, signs) for hint, grammar in grammars.items()}

    def answer(self, states: Floats, hint: Hint | None) -> Reading | None:
        """What was said, if it was an answer to what was asked. `states`: the encoder's output, (frames, width)."""
        reader = self._readers.get(hint) if hint else None
        return reader.answer(self.log_probs(states)) if reader else None

    def log_probs(self, states: Floats) -> Floats:
        """Shape (frames, classes), natural logarithms."""
        return log_softmax(states @ self._weight.T + self._bias)

    def spelt(self, states: Floats) -> str:
        """The likeliest sign of each frame, repetitions and blanks left out."""
        best = self.log_probs(states).argmax(-1)
        kept: npt.NDArray[np.intp] = best[np.flatnonzero(np.diff(best, prepend=-1))]
        return "".join(self._signs[number - 1] for number in kept if number != BLANK)


def load_ctc_head(folder: Path, grammars: Mapping[Hint, Grammar]) -> CtcHead | None:
    """The head of a model folder; None when it has none. Raises ModelMissing when it does not fit its vocabulary."""
    path = folder / CTC_FILE
    if not path.is_file():
        return None
    try:
        with np.load(path) as content:
            weight, bias = content["weight"].astype(np.float32), content["bias"].astype(np.float32)
        tokens = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        signs = [str(token) for token in tokens[_FIRST_SIGN : _FIRST_SIGN + len(bias) - 1]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelMissing(f"The speech model's {path.name} cannot be read ({error}). Remove or replace it.") from error
    if weight.ndim != 2 or bias.shape != weight.shape[:1] or any(len(sign) != 1 for sign in signs):
        raise ModelMissing(f"The speech model's {path.name} does not fit its {_VOCABULARY}. Remove or replace it.")
    return CtcHead(weight, bias, signs, grammars)
