"""Fits what knows the acts of callers by example: sayings with alternatives, and replies that are answers."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlu.acts import plain_of
from nlu.acts_learnt import KINDS, NONE, SOURCES, WEIGHTS, Learnt, kind_of, learnt_stamp, pieces, save_learnt
from nlu.encoder import Encoder, Floats, load_encoder
from nlu.meaning import Act, Expecting
from nlu.normalise import normalise, without_fillers
from nlu.reading import reading
from nlu.source import BadDataError
from nlu.utterances import UNSEEN, heard_of

LANGUAGES = ("ja", "en", "zh", "ko")
MOST_PIECES = 36_000
_ALTERNATIVES = 40  # of one line, at most: a line weighs by the root of them
_ANY = ("yes_no", "place", "phone", "name", "anything")
_EVERYWHERE = (Act.REPEAT, Act.OPERATOR, Act.STOP)
_QUESTIONS = 3  # under which a saying for any question is learnt
_BY_PIECES, _BY_VECTOR = 15.0, 8.0  # inverse regularisation
_OWN = 0.7  # weight of what belongs to one kind of question, beside what all kinds share
_ANSWER, _NO_ANSWER = 0.3, 0.1  # weight of a reply that does nothing, under its own question and under a yes/no one
_MATTERS = 1500
_SHORT = 30  # characters; a longer matter is no reply to a yes/no question
_GROUP = re.compile(r"\[([\w,]+) (\w+)\]")
_EITHER = re.compile(r"(\([^()]*\))")
_YES_NO = re.compile(r"はい|いえ|いや|違|ちが|うん|ええ|no|yes|不|对|是|아니|네|예", re.IGNORECASE)
Row = tuple[str, str, str, float, str]
"""Question, act, text, weight, and the line it is from."""


def rows_of(folder: Path) -> list[Row]:
    """Returns everything the acts of a language are learnt from; the same files give the same rows."""
    return [*_sayings(folder), *_said(folder), *_answers(folder)]


def _sayings(folder: Path) -> Iterator[Row]:
    draw, questions, act = random.Random(1), list[str](), ""  # noqa: S311 (not for secrets)
    path = folder / SOURCES[0]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if group := _GROUP.fullmatch(line.strip()):
            questions, act = list(_ANY) if group[1] == "any" else group[1].split(","), group[2]
            continue
        if not act:
            raise BadDataError(path, f"line {number}", "stands before the first [question act]")
        texts = expanded(line.strip(), draw)
        for text in texts:
            asked = questions if len(questions) < _QUESTIONS else draw.sample(questions, _QUESTIONS)
            weight = _QUESTIONS * sqrt(len(texts)) / len(texts) / len(asked)
            yield from ((question, act, text, weight, f"{path.name}:{number}") for question in asked)


def expanded(line: str, draw: random.Random) -> list[str]:
    """Returns what `line` says: (a|b|) stands for either, x? for x or nothing, [?] for a question mark."""
    line = re.sub(r"\(([^()]*)\)\?", r"(\1|)", line.replace("[?]", "\0"))
    line = re.sub(r"([^()|\0])\?", r"(\1|)", line).replace("\0", "?")
    parts = [part[1:-1].split("|") if part.startswith("(") else [part] for part in _EITHER.split(line)]
    if np.prod([len(part) for part in parts], dtype=float) <= _ALTERNATIVES:
        return ["".join(chosen) for chosen in itertools.product(*parts)]
    return list(dict.fromkeys("".join(draw.choice(part) for part in parts) for _ in range(_ALTERNATIVES)))


def _said(folder: Path) -> Iterator[Row]:
    for line in (folder / SOURCES[1]).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        act = str(row["act"] or NONE)
        asked = _ANY if act in _EVERYWHERE else (str(row["expecting"]),)
        if act == Act.UNKNOWN:
            asked = tuple(dict.fromkeys((*asked, "yes_no", "anything")))
        yield from ((question, act, row["text"], 1 / sqrt(len(asked)), row["text"]) for question in asked)


def _answers(folder: Path) -> Iterator[Row]:
    """Yields replies that say what was asked, and matters: they do nothing to the conversation."""
    draw = random.Random(2)  # noqa: S311 (not for secrets)
    for name, question, most in (("places", "place", 800), ("phones", "phone", 400), ("names", "name", 200)):
        lines = (folder / f"{name}_dev.jsonl").read_text(encoding="utf-8").splitlines()
        draw.shuffle(lines)
        for row in map(json.loads, lines[:most]):
            text = row["text"]
            if not any(row.get(key) for key in ("digits", "town", "landmark", "name")):
                continue
            yield question, NONE, text, _ANSWER, text
            if question != "name" and not _YES_NO.match(text):
                yield "yes_no", NONE, text, _NO_ANSWER, text
    files = sorted((folder / "utterances").rglob("*.txt"))
    matters = [line.strip() for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    matters = [re.sub(r"\{[^}]*\}", "3", line) for line in matters if line and line[0] not in "[#"]
    draw.shuffle(matters)
    # a small recogniser makes short nonsense of a matter, and it is a matter all the same
    files = [path for path in sorted(folder.rglob("heard.tsv")) if UNSEEN not in path.parts]
    misheard = [text for path in files for text in heard_of(path).values()]
    draw.shuffle(misheard)
    for text in misheard[:_MATTERS]:
        yield "anything", NONE, text, _ANSWER, text
        yield "place", NONE, text, _NO_ANSWER, text
    for text in matters[:_MATTERS]:
        yield "anything", NONE, text, _ANSWER, text
        if len(text) < _SHORT:
            yield "yes_no", NONE, text, _NO_ANSWER, text


def train_acts(data: Path, encoder_dir: Path, echo: Callable[[str], object]) -> None:
    """Trains and writes acts.npz of every language."""
    encoder = load_encoder(encoder_dir)
    for language in LANGUAGES:
        folder = data / language
        rows = rows_of(folder)
        model = fit(rows, language, encoder)
        save_learnt(folder / WEIGHTS, model, learnt_stamp(folder, encoder_dir))
        echo(f"{language}: {len(rows)} replies, {len(model.rows)} pieces")


def fit(rows: Sequence[Row], language: str, encoder: Encoder) -> Learnt:
    """Trains on rows of `rows_of`; the same rows give the same weights."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction import DictVectorizer

    clean = [without_fillers(normalise(text)) for _, _, text, _, _ in rows]
    found = [pieces(plain_of(text, language), language) for text in clean]
    lines: defaultdict[str, set[str]] = defaultdict(set)
    for said, row in zip(found, rows, strict=True):
        for piece in said:
            if len(lines[piece]) < 2:
                lines[piece].add(row[4])
    kinds = [kind_of(Expecting(row[0])) for row in rows]
    values = []
    for said, kind in zip(found, kinds, strict=True):
        value = 1 / sqrt(max(1, len(said)))
        known = sorted(piece for piece in said if len(lines[piece]) > 1)  # of one line alone, it teaches but that line
        own = {f"{kind}\0{piece}": _OWN * value for piece in known}
        values.append({f"\0{piece}": value for piece in known} | own | {f"{kind}\0\0": 0.5})
    vectorizer = DictVectorizer(dtype=np.float32)
    labels, slopes, bias = _layer(vectorizer.fit_transform(values), rows, _BY_PIECES)
    rows_at, joined, biases = _by_kind(vectorizer.get_feature_names_out(), slopes, bias)
    order = np.argsort(-np.abs(joined).sum(axis=(1, 2)), kind="stable")[:MOST_PIECES]
    scale = np.abs(joined[order]).max(axis=(1, 2)) / 127 + 1e-9
    dense, dense_bias = _by_vector(csr_matrix, clean, kinds, rows, encoder, language)
    return Learnt(
        language=language,
        acts=tuple(None if name == NONE else Act(name) for name in labels),
        rows={rows_at[at]: row for row, at in enumerate(order.tolist())},
        weights=np.round(joined[order] / scale[:, None, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=biases,
        dense=dense,
        dense_bias=dense_bias,
        encoder=encoder,
    )


def _layer(matrix: object, rows: Sequence[Row], strength: float) -> tuple[list[str], Floats, Floats]:
    """Returns labels, slopes (features, L) and bias (L,)."""
    from sklearn.linear_model import LogisticRegression

    layer = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    layer.fit(matrix, [row[1] for row in rows], sample_weight=[row[3] for row in rows])
    return [str(name) for name in layer.classes_], layer.coef_.T.astype(np.float32), layer.intercept_.astype(np.float32)


def _by_kind(names: Sequence[str], slopes: Floats, bias: Floats) -> tuple[list[str], Floats, Floats]:
    """Returns the pieces, their weights with those of each kind of question added (V, kinds, L), and (kinds, L)."""
    found = sorted({piece for name in names if (piece := name.split("\0", 1)[1]) not in ("", "\0")})
    at = {piece: row for row, piece in enumerate(found)}
    joined = np.zeros((len(found), len(KINDS), slopes.shape[1]), dtype=np.float32)
    biases = np.tile(bias, (len(KINDS), 1))
    for name, slope in zip(names, slopes, strict=True):
        kind, piece = name.split("\0", 1)
        if piece == "\0":
            biases[KINDS.index(kind)] += 0.5 * slope
        elif kind:
            joined[at[piece], KINDS.index(kind)] += _OWN * slope
        else:
            joined[at[piece]] += slope
    return found, joined, biases


def _by_vector(
    sparse: Callable[[NDArray[np.float32]], object],
    clean: Sequence[str],
    kinds: Sequence[str],
    rows: Sequence[Row],
    encoder: Encoder,
    language: str,
) -> tuple[Floats, Floats]:
    """Returns weights (kinds, D, L) and bias (kinds, L). Japanese is learnt as written and by its reading."""
    forms = [list(clean)] + ([[reading(text) for text in clean]] if language == "ja" else [])
    vectors = {text: encoder.encode_one(text) for form in forms for text in dict.fromkeys(form)}
    size = encoder.dimensions
    matrix = np.zeros((len(rows) * len(forms), size * (1 + len(KINDS)) + len(KINDS)), dtype=np.float32)
    for line, (text, kind) in enumerate(zip(itertools.chain(*forms), itertools.cycle(kinds), strict=False)):
        place = KINDS.index(kind)
        matrix[line, :size] = vectors[text]
        matrix[line, size * (1 + place) : size * (2 + place)] = _OWN * vectors[text]
        matrix[line, size * (1 + len(KINDS)) + place] = 0.5
    _, slopes, bias = _layer(sparse(matrix), list(rows) * len(forms), _BY_VECTOR)
    shared, own, asked = slopes[:size], slopes[size : -len(KINDS)].reshape(len(KINDS), size, -1), slopes[-len(KINDS) :]
    return shared[None] + _OWN * own, np.asarray(bias[None] + 0.5 * asked, dtype=np.float32)
