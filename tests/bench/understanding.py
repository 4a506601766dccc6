"""`python -m tests.bench.understanding`: what one utterance costs, understood and looked up, beside reading it alone.

Every tenth utterance people wrote, each once, in all four languages, on one thread: what a turn of a call pays. The
floor is the reading of the text (Open JTalk) for Japanese, and cutting it into pieces for the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from ivr.minds import load_corpora, open_answers
from ivr.settings import read_settings
from nlu import understand
from nlu.labels import load_labels
from nlu.meaning import Expecting
from nlu.reading import reading
from nlu.source import DATA_DIR
from nlu.utterances import read_utterances

EVERY = 10
GOAL_MS = 15.0


def main() -> None:
    """Prints p50 and p99 in ms, and the ratio to the floor."""
    import torch

    torch.set_num_threads(1)
    labels = load_labels(DATA_DIR / "labels.yaml")
    understanding = understand.load()
    index = open_answers(read_settings(), load_corpora())
    for language in ("ja", "en", "zh", "ko"):
        texts = [row.text for row in read_utterances(DATA_DIR / language, labels)[::EVERY]]
        understanding.understand(texts[0], Expecting.ANYTHING, language)

        def both(text: str, spoken: str = language) -> None:
            meaning = understanding.understand(text, Expecting.ANYTHING, spoken)
            index.search(text, meaning.reading, spoken)

        def floor(text: str, spoken: str = language) -> None:
            if spoken == "ja":
                reading.__wrapped__(text)
            else:
                understanding.tongues[spoken].judgement.encoder.tokenizer.encode(text)

        reading.cache_clear()
        low, high = _timed(texts, both)
        bare_low, bare_high = _timed(texts, floor)
        print(
            f"{language}: {len(texts)} utterances, understanding and answers p50 {low:.1f} ms, p99 {high:.1f} ms"
            f" (goal p99 {GOAL_MS:.0f}); floor p50 {bare_low:.2f}, p99 {bare_high:.2f}; p99 {high / bare_high:.0f}×"
        )


def _timed(texts: Sequence[str], run: Callable[[str], None]) -> tuple[float, float]:
    spent = []
    for text in texts:
        begun = time.perf_counter()
        run(text)
        spent.append(1000 * (time.perf_counter() - begun))
    return float(np.quantile(spent, 0.5)), float(np.quantile(spent, 0.99))


if __name__ == "__main__":
    main()
