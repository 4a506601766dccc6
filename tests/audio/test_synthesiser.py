"""The Japanese voice: what it says, how it says it, and the readings that correct it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from audio.pyopenjtalk_synthesiser import DESK, Manner, PyOpenJTalkSynthesiser
from audio.readings import BadReadings, load_readings, pronounced
from audio.sound import Sound
from audio.synthesiser import LanguageNotSpoken, Synthesiser, SynthesisFailed


def pitch(sound: Sound) -> float:
    """Median fundamental frequency in Hz of the voiced 40 ms frames, by autocorrelation."""
    samples = sound.at_rate(16000).samples
    found = []
    for frame in samples[: len(samples) // 640 * 640].reshape(-1, 640):
        likeness = np.correlate(frame, frame, "full")[639:]
        lag = 32 + int(np.argmax(likeness[32:200]))
        if likeness[0] > 1.0 and likeness[lag] > 0.6 * likeness[0]:
            found.append(16000 / lag)
    return float(np.median(found))


def test_a_sentence_becomes_sound_of_a_sentence_s_length(desk_voice: PyOpenJTalkSynthesiser) -> None:
    sound = desk_voice.speak("金沢市企業局コールセンターです。", "ja")
    assert sound.rate == 48000
    assert 1.5 < sound.seconds < 5
    assert 0.1 < float(np.abs(sound.samples).max()) <= 1.0


def test_the_same_text_is_the_same_sound_every_time(desk_voice: PyOpenJTalkSynthesiser) -> None:
    first, second = (desk_voice.speak("恐れ入ります。", "ja").samples for _ in range(2))
    assert np.array_equal(first, second)


def test_the_caller_sounds_lower_than_the_desk(
    desk_voice: PyOpenJTalkSynthesiser, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    text = "水が出ないのですが"
    assert pitch(caller_voice.speak(text)) < 0.9 * pitch(desk_voice.speak(text))


def test_speed_shortens_the_sound() -> None:
    slow, fast = (
        PyOpenJTalkSynthesiser(Manner(speed=speed)).speak("検針票を見てください").seconds for speed in (1, 1.5)
    )
    assert fast == pytest.approx(slow / 1.5, rel=0.1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("四十万", "シジマ"),
        ("四十万三丁目です", "シジマサンチョーメデス"),
        ("道路は四十万にあります", "ドーロワシジマニアリマス"),
        ("四十万円", "ヨンジューマンエン"),
        ("三馬", "ミンマ"),
        ("千木町", "セギマチ"),
        ("間明町", "マギラマチ"),
        ("子来町", "コライマチ"),
        ("主計町", "カズエマチ"),
        ("長土塀", "ナガドヘ"),
        ("問屋町", "トイヤマチ"),
        ("金石", "カナイワ"),
        ("彦三町", "ヒコソマチ"),
        ("指定給水装置工事事業者", "シテーキュースイソーチコージジギョーシャ"),
        ("10㎥", "ジューリッポーメートル"),
        ("10立方メートル", "ジューリッポーメートル"),
        ("企業局", "キギョーキョク"),
        ("検針票", "ケンシンヒョー"),
        ("公共ます", "コーキョーマス"),
        ("4月", "シガツ"),
        ("9時", "クジ"),
        ("14日", "ジューヨッカ"),
        ("20日", "ハツカ"),
        ("午前8時45分", "ゴゼンハチジヨンジューゴフン"),
        ("御経塚", "オキョーズカ"),
        ("0 9 0、1 2 3 4、5 6 7 8", "ゼロキューゼロ、イチニサンヨン、ゴロクナナハチ"),
    ],
)
def test_the_bureau_s_words_and_towns_are_said_as_people_say_them(
    text: str, said: str, desk_voice: PyOpenJTalkSynthesiser
) -> None:
    assert desk_voice.pronunciation(text) == said


def test_every_shipped_reading_is_said_as_written(
    desk_voice: PyOpenJTalkSynthesiser, shipped_readings: dict[str, str]
) -> None:
    spoken = {surface: desk_voice.pronunciation(surface) for surface in shipped_readings}
    assert spoken == {surface: pronounced(kana) for surface, kana in shipped_readings.items()}


def test_digits_apart_are_said_with_pauses(desk_voice: PyOpenJTalkSynthesiser) -> None:
    together, apart = (desk_voice.speak(text).seconds for text in ("0 9 0 1 2 3 4", "0 9 0、1 2 3 4"))
    assert apart > together + 0.1


def test_readings_of_one_voice_do_not_change_another(caller_voice: PyOpenJTalkSynthesiser) -> None:
    assert PyOpenJTalkSynthesiser(readings={"三馬": "みんま"}).pronunciation("三馬") == "ミンマ"
    assert caller_voice.pronunciation("三馬") == "サンバ"


def test_a_reading_wins_over_the_dictionary_s_own_word_but_not_inside_a_number() -> None:
    voice = PyOpenJTalkSynthesiser(readings={"八日市": "ようかいち", "春日町": "かすがまち", "四十万": "しじま"})
    assert voice.pronunciation("八日市三丁目") == "ヨーカイチサンチョーメ"
    assert voice.pronunciation("春日町三丁目") == "カスガマチサンチョーメ"
    assert voice.pronunciation("二百四十万円") == "ニヒャクヨンジューマンエン"


def test_the_signature_changes_with_manner_and_readings_and_only_then() -> None:
    voices = [
        PyOpenJTalkSynthesiser(),
        PyOpenJTalkSynthesiser(Manner(speed=1.1)),
        PyOpenJTalkSynthesiser(Manner(half_tones=1)),
        PyOpenJTalkSynthesiser(readings={"三馬": "みんま"}),
    ]
    assert len({voice.signature for voice in voices}) == 4
    assert PyOpenJTalkSynthesiser(DESK, {}).signature == voices[0].signature


@pytest.mark.parametrize("text", ["", " ", "、", "。。。", "!?", "😀"])
def test_a_text_without_a_sound_is_a_clear_failure(text: str, desk_voice: PyOpenJTalkSynthesiser) -> None:
    with pytest.raises(SynthesisFailed):
        desk_voice.speak(text, "ja")


@pytest.mark.parametrize("language", ["en", "zh", "ko", ""])
def test_another_language_is_left_to_another_voice(language: str, desk_voice: PyOpenJTalkSynthesiser) -> None:
    with pytest.raises(LanguageNotSpoken):
        desk_voice.speak("hello", language)


def test_the_voice_keeps_the_port(desk_voice: PyOpenJTalkSynthesiser) -> None:
    voice: Synthesiser = desk_voice
    assert voice.signature.startswith("pyopenjtalk-")


def test_building_the_readings_prints_nothing_where_answers_go() -> None:
    program = "from audio.pyopenjtalk_synthesiser import *; PyOpenJTalkSynthesiser(readings={'三馬': 'みんま'})"
    root = Path(__file__).parents[2]
    finished = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True)
    assert (finished.stdout, finished.stderr) == (b"", b"")


@pytest.mark.parametrize(
    ("kana", "said"),
    [
        ("しじま", "シジマ"),
        ("そうち", "ソーチ"),
        ("きゅうすい", "キュースイ"),
        ("めいぎ", "メーギ"),
        ("つづき", "ツズキ"),
        ("りっぽうめーとる", "リッポーメートル"),
        ("おおくわ", "オークワ"),
        ("いえ", "イエ"),
        ("みうら", "ミウラ"),
    ],
)
def test_a_reading_in_hiragana_is_turned_into_what_is_said(kana: str, said: str) -> None:
    assert pronounced(kana) == said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "key 'readings' is missing"),
        ("readings: [a]", "key 'readings' is missing or no table"),
        ("readings: {三馬: 3}", "'三馬': surface and reading must be text"),
        ("readings: {三馬: 三馬}", "'三馬': the reading '三馬' is not kana only"),
        ("readings: {三馬: ''}", "not kana only"),
        ("readings: {'三 馬': みんま}", "no blanks"),
        ("readings: {三馬: みんま, 三馬: さんま}", "each key once"),
        ("readings: {三馬: ", "not a YAML file"),
    ],
)
def test_a_wrong_readings_file_names_file_key_and_remedy(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "ja.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadReadings, match=message) as refusal:
        load_readings(path)
    assert str(path) in str(refusal.value)


def test_a_wrong_reading_from_elsewhere_is_refused_too() -> None:
    with pytest.raises(BadReadings, match="not kana only"):
        PyOpenJTalkSynthesiser(readings={"三馬": "minma"})
