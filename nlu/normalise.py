"""Brings text to one writing: NFKC, no control characters, single spaces, fillers away."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 1200
"""More than anybody says in one utterance (about two minutes of speech); the rest of a longer text is not read."""

_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_SPACE = re.compile(r"\s+")
_DASH = re.compile(r"(?<=[0-9])[‐‑‒–—―−ーｰ](?=[0-9])")
_EDGE = r"(?:^|(?<=[\s、。,.!?]))"
_FILLER = re.compile(
    _EDGE + r"(?:え[えーっ]*と[ーぉお]*(?:です?ね)?|エ[エーッ]*ト[ーォオ]*(?:デス?ネ)?|あの[ーうおぉ]+(?:です?ね)?"
    r"|アノ[ーウオォ]+(?:デス?ネ)?"
    r"|その[ーうおぉ]+|ソノ[ーウオォ]+|う[ーう]+ん?と?|ウ[ーウ]+ン?ト?|あー+|アー+|んー+|ンー+|んと[ーね]*|ント[ーネ]*|まあ|マー|(?:えー+|エー+)(?=[\s、,]))(?=[\s、。,.]|$)[\s、,.]*"
)


def normalise(text: str) -> str:
    """Returns `text` in NFKC without control characters, spaces collapsed, at most MAX_CHARS characters long."""
    text = unicodedata.normalize("NFKC", text[: 2 * MAX_CHARS])[:MAX_CHARS]
    text = _SPACE.sub(" ", _INVISIBLE.sub(" ", text)).strip()
    return _DASH.sub("-", text)


def without_fillers(text: str) -> str:
    """Returns normalised `text` without hesitations that stand alone between pauses, in hiragana or katakana."""
    return _FILLER.sub("", text).strip(" 、,")
