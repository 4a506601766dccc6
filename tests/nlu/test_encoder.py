"""The encoder: what training made is what runs, in four languages, and nothing a caller says breaks it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.encoder import SHIPPED, Encoder, load_encoder, spelt
from nlu.source import BadDataError

ALIKE = [
    ("道路から水が噴き出しています", "路面から水があふれ出てる", "水道料金の払い方を教えてください"),
    ("water is coming out of the road", "there's water bubbling up from the street", "how do i pay my bill"),
    ("马路上往外冒水", "路面一直有水涌出来", "水费怎么交"),
    ("도로에서 물이 솟아 나와요", "길바닥에서 물이 계속 나와요", "요금은 어떻게 내나요"),
    ("ドーロカラミズガデテマス", "道路から水が出てます", "リョーキンノハライカタオオシエテクダサイ"),
    ("道路から水が出ています", "water is coming out of the road", "引っ越すので水道を止めたいです"),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.mark.parametrize(("text", "alike", "other"), ALIKE)
def test_what_means_the_same_is_nearer_than_what_does_not(encoder: Encoder, text: str, alike: str, other: str) -> None:
    one, near, far = encoder.encode([text, alike, other])
    assert one @ near > one @ far


def test_vectors_are_of_unit_length_one_a_text(encoder: Encoder) -> None:
    vectors = encoder.encode(["水", "", "a" * 5000])
    assert vectors.shape == (3, encoder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_numbers_are_all_alike() -> None:
    assert spelt("泉野町4-12-3 TEL") == "泉野町0-0-0 tel"


def test_what_was_just_read_is_remembered_and_not_for_ever(encoder: Encoder) -> None:
    first = encoder.encode_one("水が出ない")
    assert encoder.encode_one("水が出ない") is first
    for number in range(300):
        encoder.encode_one("水" * number)
    assert encoder.encode_one("水が出ない") is not first
    assert np.array_equal(encoder.encode_one("水が出ない"), first)


def test_the_same_model_is_in_memory_once() -> None:
    assert load_encoder() is load_encoder()


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_vector(text: str) -> None:
    assert np.isfinite(load_encoder().encode_one(text)).all()


def test_a_damaged_model_is_refused_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "pieces.json").write_bytes((SHIPPED / "pieces.json").read_bytes())
    (tmp_path / "weights.npz").write_bytes(b"no")
    with pytest.raises(BadDataError, match=r"nlu\.training"):
        load_encoder(tmp_path)
