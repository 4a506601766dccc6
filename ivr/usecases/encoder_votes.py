"""The encoder of understanding as one more voice on which answer fits: it has read other sentences."""

from __future__ import annotations

from collections.abc import Sequence

from nlu.encoder import Encoder, Floats
from nlu.normalise import normalise, without_fillers


class UnderstandingEmbedder:
    """An Embedder of `faq_index`. A text that understanding has just read costs nothing."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.model_hash = encoder.digest

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, float32, shape (texts, dimensions)."""
        return self._encoder.encode([without_fillers(normalise(text)) for text in texts])
