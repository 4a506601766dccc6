"""Sentences go through a voice, a telephone line and the recogniser; the same seed gives the same calls."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from audio.training.__main__ import main

SENTENCES = ["道路から水が出ています", "もしもし", "🙂"]


def test_what_can_be_spoken_is_heard_and_the_rest_left_out(tmp_path: Path) -> None:
    texts, first, second = (tmp_path / name for name in ("texts.txt", "first.tsv", "second.tsv"))
    texts.write_text("\n".join(SENTENCES), encoding="utf-8")
    for file in (first, second, second):
        assert CliRunner().invoke(main, ["hear", str(texts), str(file)]).exit_code == 0
    rows = [line.split("\t") for line in first.read_text(encoding="utf-8").splitlines()]
    assert SENTENCES[0] in [text for text, _ in rows]
    assert "🙂" not in [text for text, _ in rows]
    assert all(heard for _, heard in rows)
    assert first.read_text(encoding="utf-8") == second.read_text(encoding="utf-8"), "reproducible, and resumable"
