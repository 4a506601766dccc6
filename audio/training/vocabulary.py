"""The recogniser's tokens, in the order in which CTranslate2 and faster-whisper expect a Whisper vocabulary."""

from __future__ import annotations

from functools import cache

from audio.training.kana import ALPHABET

TEXT = ("<unk>", " ", *ALPHABET)
"""What can stand in a transcript. Every id from `<|endoftext|>` up is dropped as text by faster-whisper."""

BLANK = 0
CLASSES = len(ALPHABET) + 1
"""Of the CTC head: blank, then the alphabet in order."""

CTC_ID = {sign: index + 1 for index, sign in enumerate(ALPHABET)}


@cache
def tokens() -> tuple[str, ...]:
    """All of them; a token's id is its place. The empty one makes CTranslate2 take the model for a multilingual one."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    languages = [f"<|{code}|>" for code in _LANGUAGE_CODES if code != "yue"]  # of large-v3 alone
    tasks = ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]
    times = [f"<|{step * 0.02:.2f}|>" for step in range(1501)]
    return (*TEXT, "", "<|endoftext|>", "<|startoftranscript|>", *languages, *tasks, *times)


@cache
def ids() -> dict[str, int]:
    return {token: index for index, token in enumerate(tokens())}


def language_ids() -> dict[str, int]:
    """`<|ja|>` and so on, for the generation settings."""
    first, last = ids()["<|startoftranscript|>"] + 1, ids()["<|translate|>"]
    return {token: first + index for index, token in enumerate(tokens()[first:last])}
