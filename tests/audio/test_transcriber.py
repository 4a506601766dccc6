"""Real speech through a real telephone band into the real recogniser, and everything that is not speech."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from faster_whisper import WhisperModel
from rapidfuzz.distance import Levenshtein

from audio.faster_whisper_transcriber import FasterWhisperTranscriber, load_faster_whisper
from audio.invented import load_invented_phrases
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.sound import Sound, at_spoken_level, joined, silence, through_telephone
from audio.transcriber import Hint, ModelMissing, Transcriber, TranscriptionFailed

LEAK = "泉野出町四丁目で道路から水が出ています"
LEAK_IN_KANA = "イズミノデマチヨンチョーメデドーロカラミズガデテイマス"


def said(voice: PyOpenJTalkSynthesiser, text: str) -> Sound:
    """The text as the desk hears it from this voice."""
    return through_telephone(at_spoken_level(voice.speak(text, "ja")))


def kana_errors(text: str, truth: str) -> float:
    return Levenshtein.distance(text, truth) / len(truth)


def test_a_reported_leak_is_understood_by_sound_through_the_telephone(
    transcriber: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    sound = said(caller_voice, LEAK)
    transcript = transcriber.transcribe(sound)
    assert transcript.heard
    assert kana_errors(transcript.text, LEAK_IN_KANA) < 0.1
    assert (transcript.language, transcript.duration_ms) == ("ja", sound.duration_ms)
    assert transcript.compute_seconds > 0
    assert transcript.no_speech_prob < 0.5
    assert -0.5 < transcript.avg_logprob <= 0


def test_plain_faster_whisper_loads_the_shipped_folder_and_hears_the_same(
    own_model: Path, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    model = WhisperModel(str(own_model), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
    samples = said(caller_voice, LEAK).at_rate(16000).samples
    segments, _ = model.transcribe(samples, language="ja", without_timestamps=True, condition_on_previous_text=False)
    assert kana_errors("".join(segment.text for segment in segments), LEAK_IN_KANA) < 0.1


@pytest.mark.parametrize(("text", "kana"), [("はい", "ハイ"), ("いいえ", "イーエ")])
def test_a_lone_short_answer_is_not_swallowed(
    text: str, kana: str, transcriber: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    transcript = transcriber.transcribe(said(caller_voice, text))
    assert transcript.heard
    assert kana_errors(transcript.text, kana) < 0.5


def noise(kind: str, seconds: float = 4.0) -> Sound:
    generator = np.random.default_rng(1)
    instants = np.arange(round(seconds * 8000)) / 8000
    white = generator.standard_normal(len(instants))
    waveform = {
        "silence": 0 * white,
        "faint noise": 0.001 * white,
        "noise": 0.03 * white,
        "loud noise": 0.2 * white,
        "mains hum": sum(0.1 * np.sin(2 * np.pi * f * instants) / f * 50 for f in (50, 100, 150, 200)),
        "busy tone": 0.3 * np.sin(2 * np.pi * 400 * instants) * (instants % 1 < 0.5),
        "a key held": 0.3 * np.sin(2 * np.pi * 697 * instants) + 0.3 * np.sin(2 * np.pi * 1209 * instants),
        "footsteps": 0.3 * white * np.exp(-(instants % 0.6) * 20),
    }[kind]
    return Sound(np.clip(waveform, -1, 1).astype(np.float32), 8000)


@pytest.mark.parametrize(
    "kind", ["silence", "faint noise", "noise", "loud noise", "mains hum", "busy tone", "a key held", "footsteps"]
)
@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_silence_and_noise_are_not_heard(kind: str, seconds: float, transcriber: FasterWhisperTranscriber) -> None:
    transcript = transcriber.transcribe(through_telephone(noise(kind, seconds)))
    assert (transcript.heard, transcript.text) == (False, "")


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.09, 0.2])
def test_a_sound_shorter_than_a_syllable_is_not_heard(seconds: float, transcriber: FasterWhisperTranscriber) -> None:
    assert not transcriber.transcribe(silence(seconds)).heard


def test_a_pause_inside_an_utterance_loses_nothing_on_either_side(
    transcriber: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    halves = [said(caller_voice, text) for text in ("泉野出町四丁目で", "道路から水が出ています")]
    transcript = transcriber.transcribe(joined(silence(1.0), halves[0], silence(2.0), halves[1], silence(1.0)))
    assert kana_errors(transcript.text, LEAK_IN_KANA) < 0.2


def test_a_message_longer_than_the_model_s_window_is_heard_to_its_end(
    transcriber: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    leak = said(caller_voice, LEAK)
    message = joined(*[part for _ in range(9) for part in (leak, silence(1.5))])
    assert message.seconds > 40
    assert kana_errors(transcriber.transcribe(message).text, LEAK_IN_KANA * 9) < 0.2


def test_the_transcriber_says_which_model_it_is(transcriber: FasterWhisperTranscriber) -> None:
    assert transcriber.name == "mizumado-ja"


def test_several_threads_share_one_model_and_each_gets_its_own_answer(
    transcriber: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    sounds = [said(caller_voice, LEAK), silence(1.0), said(caller_voice, LEAK), silence(1.0)]
    heard: dict[int, bool] = {}

    def transcribe(index: int) -> None:
        heard[index] = transcriber.transcribe(sounds[index]).heard

    threads = [threading.Thread(target=transcribe, args=(index,)) for index in range(len(sounds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [heard[index] for index in range(4)] == [True, False, True, False]


# A model that is not there.


@pytest.mark.parametrize("model", ["", "  ", "/no/such/folder", "./no-such-folder", "a/b/c", "no-such-size"])
def test_a_missing_model_names_the_setting_and_the_remedy(model: str) -> None:
    with pytest.raises(ModelMissing, match=r"MIZUMADO_ASR_MODEL to a folder with a CTranslate2 Whisper model"):
        load_faster_whisper(model, download=False)


def test_a_hub_model_that_is_not_on_this_machine_is_missing_when_fetching_is_off() -> None:
    with pytest.raises(ModelMissing, match=r"invented-owner/invented-model.*MIZUMADO_ASR_MODEL"):
        load_faster_whisper("invented-owner/invented-model", download=False)


def test_a_folder_that_lacks_files_says_which(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelMissing, match=r"lacks model\.bin, tokenizer\.json, vocabulary\.json"):
        load_faster_whisper(str(tmp_path))


def test_a_damaged_model_is_missing_too(tmp_path: Path, own_model: Path) -> None:
    for file in own_model.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelMissing, match=r"cannot be loaded.*MIZUMADO_ASR_MODEL"):
        load_faster_whisper(str(tmp_path))


def test_an_unknown_compute_type_is_refused(own_model: Path) -> None:
    with pytest.raises(ModelMissing, match="int3"):
        load_faster_whisper(str(own_model), compute_type="int3")


def test_a_model_that_breaks_on_a_sound_is_a_temporary_failure(
    caller_voice: PyOpenJTalkSynthesiser,
) -> None:
    class Breaking:
        def transcribe(self, *_: object, **__: object) -> object:
            raise RuntimeError("out of memory")

    broken = FasterWhisperTranscriber(
        Breaking(), "breaking", language="ja", invented=load_invented_phrases("ja"), clip_seconds=10
    )
    with pytest.raises(TranscriptionFailed, match="out of memory"):
        broken.transcribe(said(caller_voice, LEAK))


def test_a_hint_becomes_the_words_that_were_given_for_it_and_no_others(caller_voice: PyOpenJTalkSynthesiser) -> None:
    given: list[object] = []

    class Noting:
        def transcribe(self, *_: object, hotwords: str | None, **__: object) -> tuple[list[object], None]:
            given.append(hotwords)
            return [], None

    words = {Hint.NUMBER: "ゼロ、イチ"}
    noting: Transcriber = FasterWhisperTranscriber(
        Noting(), "noting", language="ja", invented=load_invented_phrases("ja"), clip_seconds=10, prompts=words
    )
    for hint in (None, Hint.NUMBER, Hint.PLACE):
        noting.transcribe(said(caller_voice, LEAK), hint)
    assert given == [None, "ゼロ、イチ", None]
