"""The desk's lines: synthesised once, kept, replaced by the published recording of exactly that text."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.recording import NotSound, decode, to_telephone_wav
from audio.sound import SPOKEN_LEVEL, Sound
from audio.synthesiser import LanguageNotSpoken
from audio.voice import Source, Voice, recording_name

GREETING = "金沢市企業局コールセンターです。"


class ToneVoice:
    """A synthesiser that hums: fast, and it counts how often it was asked."""

    def __init__(self, signature: str = "tone-1") -> None:
        self.signature = signature
        self.spoken: list[str] = []

    def speak(self, text: str, language: str) -> Sound:
        if language != "ja":
            raise LanguageNotSpoken(language)
        self.spoken.append(text)
        instants = np.arange(800 * len(text)) / 8000
        return Sound((0.2 * np.sin(2 * np.pi * 500 * instants)).astype(np.float32), 8000)


@pytest.fixture
def tone_voice() -> ToneVoice:
    return ToneVoice()


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings" / "ja"
    folder.mkdir(parents=True)
    return folder.parent


def publish(recordings: Path, text: str, seconds: float = 1.0) -> Path:
    """Put a recording of `text` where the studio would."""
    hum = Sound(0.05 * np.sin(np.arange(round(16000 * seconds)) / 9).astype(np.float32), 16000)
    path = recordings / "ja" / recording_name(text)
    path.write_bytes(to_telephone_wav(hum))
    return path


def test_a_line_is_an_8_khz_mulaw_wav_at_the_desk_s_level(tmp_path: Path, desk_voice: PyOpenJTalkSynthesiser) -> None:
    line = Voice(desk_voice, tmp_path).line(GREETING, "ja")
    sound = decode(line.wav)
    assert line.wav[20:22] == b"\x07\x00"
    assert sound.rate == 8000
    assert line.duration_ms == pytest.approx(sound.duration_ms, abs=1)
    assert line.source is Source.SYNTHESIS
    spoken = sound.samples[np.abs(sound.samples) > 0.01]
    assert 20 * np.log10(np.sqrt(np.mean(spoken**2))) == pytest.approx(SPOKEN_LEVEL, abs=3)


def test_a_line_is_synthesised_once_and_then_read_from_the_cache(tmp_path: Path, tone_voice: ToneVoice) -> None:
    first = Voice(tone_voice, tmp_path).line(GREETING, "ja")
    second = Voice(tone_voice, tmp_path).line(GREETING, "ja")
    assert (first, first.wav) == (second, second.wav)
    assert tone_voice.spoken == [GREETING]


def test_texts_that_differ_only_in_unicode_form_or_outer_blanks_are_one_line(
    tmp_path: Path, tone_voice: ToneVoice
) -> None:
    voice = Voice(tone_voice, tmp_path)
    keys = {voice.line(text, "ja").key for text in ("ご用件", " ご用件\n", "こ\u3099用件")}
    assert len(keys) == 1


def test_another_text_or_another_manner_of_speaking_is_another_line(tmp_path: Path) -> None:
    keys = {
        Voice(ToneVoice(signature), tmp_path).line(text, "ja").key
        for signature in ("tone-1", "tone-2")
        for text in ("はい", "いいえ")
    }
    assert len(keys) == 4


def test_the_etag_is_a_quoted_string_that_names_the_content(tmp_path: Path, tone_voice: ToneVoice) -> None:
    line = Voice(tone_voice, tmp_path).line("はい", "ja")
    assert line.etag == f'"{line.key}"'
    assert line.path.name == f"{line.key}.wav"


def test_a_published_recording_is_played_instead_of_the_voice(
    tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    publish(recordings, GREETING, seconds=1.0)
    line = Voice(tone_voice, tmp_path / "cache", recordings).line(GREETING, "ja")
    assert line.source is Source.RECORDING
    assert line.duration_ms == 1000
    assert tone_voice.spoken == []


def test_a_recording_is_brought_to_the_level_of_all_lines(
    tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    publish(recordings, GREETING)
    recorded = decode(Voice(tone_voice, tmp_path / "cache", recordings).line(GREETING, "ja").wav)
    assert 20 * np.log10(np.sqrt(np.mean(recorded.samples**2))) == pytest.approx(SPOKEN_LEVEL, abs=0.5)


@pytest.mark.parametrize("changed", ["金沢市企業局コールセンターです", "金沢市企業局です。", GREETING + "。"])
def test_a_changed_text_never_plays_the_old_recording(
    changed: str, tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    publish(recordings, GREETING)
    line = Voice(tone_voice, tmp_path / "cache", recordings).line(changed, "ja")
    assert line.source is Source.SYNTHESIS
    assert tone_voice.spoken == [changed]


def test_a_recording_of_one_language_is_not_played_in_another(
    tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    publish(recordings, GREETING)
    with pytest.raises(LanguageNotSpoken):
        Voice(tone_voice, tmp_path / "cache", recordings).line(GREETING, "en")


def test_a_recording_published_anew_replaces_the_kept_one(
    tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    voice = Voice(tone_voice, tmp_path / "cache", recordings)
    publish(recordings, GREETING, seconds=1.0)
    first = voice.line(GREETING, "ja")
    publish(recordings, GREETING, seconds=2.0)
    second = voice.line(GREETING, "ja")
    assert (first.duration_ms, second.duration_ms) == (1000, 2000)
    assert first.etag != second.etag


def test_a_recording_withdrawn_gives_way_to_the_voice(tmp_path: Path, recordings: Path, tone_voice: ToneVoice) -> None:
    voice = Voice(tone_voice, tmp_path / "cache", recordings)
    path = publish(recordings, GREETING)
    assert voice.line(GREETING, "ja").source is Source.RECORDING
    path.unlink()
    assert voice.line(GREETING, "ja").source is Source.SYNTHESIS


def test_a_broken_recording_names_its_file_and_the_remedy(
    tmp_path: Path, recordings: Path, tone_voice: ToneVoice
) -> None:
    path = publish(recordings, GREETING)
    path.write_bytes(b"no sound")
    with pytest.raises(NotSound, match="publish the recording again or remove it") as refusal:
        Voice(tone_voice, tmp_path / "cache", recordings).line(GREETING, "ja")
    assert path.name in str(refusal.value)


def test_a_kept_line_that_was_cut_short_is_made_anew(tmp_path: Path, tone_voice: ToneVoice) -> None:
    voice = Voice(tone_voice, tmp_path)
    line = voice.line("はい", "ja")
    whole = line.wav
    line.path.write_bytes(whole[:100])
    assert voice.stored(line.key) is None
    assert voice.line("はい", "ja").wav == whole


def test_a_stored_line_is_found_by_its_key_alone(tmp_path: Path, tone_voice: ToneVoice) -> None:
    voice = Voice(tone_voice, tmp_path)
    line = voice.line("はい", "ja")
    assert voice.stored(line.key) == line.wav


@pytest.mark.parametrize("key", ["", "0" * 32, "../../etc/passwd", "0" * 31 + "G", "0" * 33, "\0"])
def test_no_other_file_can_be_had_by_a_key(key: str, tmp_path: Path, tone_voice: ToneVoice) -> None:
    assert Voice(tone_voice, tmp_path).stored(key) is None


@pytest.mark.parametrize("language", ["", "../ja", "JA", "japanese", "ja/.."])
def test_what_is_no_language_is_refused(language: str, tmp_path: Path, tone_voice: ToneVoice) -> None:
    with pytest.raises(ValueError, match="not a language"):
        Voice(tone_voice, tmp_path).line("はい", language)


def test_no_half_written_line_is_left_behind_when_the_disk_is_full(
    tmp_path: Path, tone_voice: ToneVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        Voice(tone_voice, tmp_path).line("はい", "ja")
    assert list(tmp_path.iterdir()) == []


def test_threads_that_ask_for_one_line_at_once_synthesise_it_once(tmp_path: Path, tone_voice: ToneVoice) -> None:
    voice = Voice(tone_voice, tmp_path)
    threads = [threading.Thread(target=voice.line, args=("はい", "ja")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tone_voice.spoken == ["はい"]


def test_processes_that_share_a_cache_write_the_same_bytes(tmp_path: Path) -> None:
    program = (
        "import sys, hashlib; from pathlib import Path; from audio.voice import Voice\n"
        "from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser\n"
        "line = Voice(PyOpenJTalkSynthesiser(), Path(sys.argv[1])).line('承りました。', 'ja')\n"
        "print(line.key, hashlib.sha256(line.wav).hexdigest())"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program]
    folders = [tmp_path / "one", tmp_path / "one", tmp_path / "other"]
    running = [subprocess.Popen([*command, str(folder)], cwd=root, stdout=subprocess.PIPE) for folder in folders]
    answers = [process.communicate()[0] for process in running]
    assert len(set(answers)) == 1
    assert len(answers[0]) > 64
    assert len(list((tmp_path / "one").iterdir())) == 1
