"""The stages of `python -m audio.training`, one after the other, on a few seconds of material."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from audio.training.__main__ import main
from audio.training.shards import Clip, save_shard
from audio.training.speak import default_font
from audio.training.testsets import another_speaker, digit_strings, held_towns, sentences
from audio.training.text import Town
from audio.training.voices import new_speaker


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_each_stage_takes_what_the_one_before_made(clips: list[Clip], tmp_path: Path) -> None:
    work, model = tmp_path / "work", tmp_path / "model-ja"
    towns, held = tmp_path / "towns.json", tmp_path / "held.yaml"
    towns.write_text(json.dumps([{"name": "片町", "yomi": "かたまち"}]), encoding="utf-8")
    held.write_text("a: [水が出ません, はい]\n", encoding="utf-8")
    save_shard(work / "shards" / "001-0000.npz", clips)
    options = ("--size", "2", "--steps", "2")
    assert "clips" in _run("train", str(work), "ctc", *options)
    _run("train", str(work), "joint", "--start", str(work / "ctc.pt"), *options)
    assert "MB" in _run("export", str(work / "joint.pt"), str(model))
    measured = ("--towns", str(towns), "--sentences", str(held), "--only", "patterns", "--no-stock")
    assert "model-ja: CTC, greedy" in _run("evaluate", str(model), *measured)


def test_measured_sound_is_the_same_each_time() -> None:
    first, second = (sentences(["はい"], 1, new_speaker)[0] for _ in range(2))
    assert first.kana == "ハイ"
    assert (first.samples == second.samples).all()


def test_each_held_town_is_said_twice_with_its_own_reading() -> None:
    said = held_towns([Town("四十万", "しじま")], 2)
    assert [one.asked for one in said] == ["しじま", "しじま"]
    assert all("シジマ" in one.kana for one in said)


def test_a_stranger_is_asked_the_same_towns_and_speaks_as_he_does() -> None:
    font = default_font()
    towns = [Town("四十万", "しじま")]
    varied, plain = held_towns(towns, 2), held_towns(towns, 2, font)
    assert [one.kana for one in varied] == [one.kana for one in plain]
    assert len(varied[0].samples) != len(plain[0].samples)


def test_digit_strings_carry_the_figures_that_were_said() -> None:
    assert [len(one.asked) for one in digit_strings(3, count=4)] == [4, 6, 8, 10]


def test_another_speaker_is_another_font() -> None:
    import pyopenjtalk

    font = Path(pyopenjtalk.DEFAULT_HTS_VOICE.decode())
    noisy, clean = (another_speaker(["はい"], 5, font, harsh=harsh)[0] for harsh in (True, False))
    assert noisy.kana == clean.kana == "ハイ"
    assert not (noisy.samples[:4000] == clean.samples[:4000]).all()
