"""The grammar's reading of a CTC head: what it finds, what it refuses, and the shipped grammars on real speech."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from audio.ctc_grammar import Floats, Grammar, GrammarReader, log_softmax
from audio.faster_whisper_transcriber import FasterWhisperTranscriber, load_faster_whisper
from audio.hints import load_hints
from audio.pyopenjtalk_synthesiser import PyOpenJTalkSynthesiser
from audio.sound import Sound, at_spoken_level, through_telephone
from audio.transcriber import Hint, ModelMissing

SIGNS = "イチニサンーデスミズ"
COUNT = Grammar(
    words={"figure": ("イチ", "ニ", "ニー", "サン"), "after": ("デス", "未")},
    then={"figure": ("figure", "after"), "after": ()},
    begins=("figure",),
    ends=("figure", "after"),
    least={"figure": 2},
    most_lost=5.0,
)


def frames(spelling: str, sureness: float = 8.0) -> Floats:
    """Log-probabilities of frames that spell this: one sign a frame, `_` the blank."""
    logits = np.zeros((len(spelling), len(SIGNS) + 1), np.float32)
    for frame, sign in enumerate(spelling):
        logits[frame, 0 if sign == "_" else SIGNS.index(sign) + 1] = sureness
    return log_softmax(logits)


def words(spelling: str) -> Sequence[str]:
    reading = GrammarReader(COUNT, SIGNS).read(frames(spelling))
    return [] if reading is None else [word for _, word in reading.words]


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("イチニ", ["イチ", "ニ"]),
        ("__イイ_チ__ニ_", ["イチ", "ニ"]),
        ("ニ_ニー", ["ニ", "ニー"]),
        ("ニニー", ["ニー"]),  # equal signs without a blank between them are one
        ("サンデス", ["サン", "デス"]),
        ("_デス_イチ", ["イチ"]),  # デス cannot come first, so the best of what can
        ("イチミズニ", ["イチ", "ニ"]),
    ],
)
def test_the_likeliest_sentence_of_the_grammar_is_found(spelling: str, expected: list[str]) -> None:
    assert words(spelling) == expected


def test_what_the_frames_say_outright_loses_nothing_and_a_doubtful_sign_little() -> None:
    reader = GrammarReader(COUNT, SIGNS)
    sure = reader.answer(frames("イチ_ニ_デス"))
    assert sure is not None
    assert (sure.text, sure.lost) == ("イチニデス", 0.0)
    doubtful = frames("イチ_ニ_デス")
    doubtful[1] = frames("ス", sureness=2.0)[0]
    still = reader.answer(doubtful)
    assert still is not None
    assert still.text == "イチニデス"
    assert still.lost == pytest.approx(2.0, abs=1e-4)


@pytest.mark.parametrize("spelling", ["ミズ", "イチミズミズ", "ミズ_イチ_ニ_サン_イチ_ニ_サン_イチ", "____"])
def test_a_sentence_that_is_none_of_the_grammar_s_is_refused_however_many_digits_stand_beside_it(spelling: str) -> None:
    assert GrammarReader(COUNT, SIGNS).answer(frames(spelling)) is None


def test_an_answer_has_as_many_figures_as_it_must() -> None:
    assert GrammarReader(COUNT, SIGNS).answer(frames("サンデス")) is None


def test_too_few_frames_hold_no_sentence() -> None:
    only = Grammar({"a": ("イチ",)}, {"a": ()}, ("a",), ("a",), {}, 5.0)
    assert GrammarReader(only, SIGNS).read(frames("イ")) is None
    assert GrammarReader(Grammar({}, {}, (), (), {}, 5.0), SIGNS).read(frames("イ")) is None


def test_the_shipped_hints_are_whole_and_a_language_without_any_has_none() -> None:
    hints = load_hints("ja")
    assert set(hints.grammars) == {Hint.NUMBER, Hint.YES_NO}
    assert set(hints.prompts) >= {Hint.NUMBER, Hint.YES_NO}
    assert load_hints("xx").grammars == {}
    known = {chr(code) for code in range(0x30A1, 0x30F7)} | {"ー"}
    for grammar in hints.grammars.values():
        assert all(set(word) <= known for words in grammar.words.values() for word in words)


# On real speech. The shipped model is replaced by better ones: nothing here depends on how well it hears.

DIGITS = "ゼロナナロク、ニーニーゼロ、イチイチイチイチです。"
EMERGENCIES = [
    "家の前の道路から水が噴き出しています",
    "早く来てください、火事です",
    "二階から水が落ちてくる",
    "死にそう",
]


@pytest.fixture(scope="module")
def embedded() -> FasterWhisperTranscriber:
    return load_faster_whisper(str(Path(__file__).parents[2] / "audio" / "models" / "mizumado-ja"))


def said(voice: PyOpenJTalkSynthesiser, text: str) -> Sound:
    return through_telephone(at_spoken_level(voice.speak(text, "ja")))


def test_digits_are_read_as_digits_when_a_number_was_asked(
    embedded: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    heard = embedded.transcribe(said(caller_voice, DIGITS), Hint.NUMBER)
    assert heard.heard
    assert heard.text.startswith("ゼロナナロク")


@pytest.mark.parametrize("text", EMERGENCIES)
@pytest.mark.parametrize("hint", [Hint.NUMBER, Hint.YES_NO, Hint.PLACE])
def test_an_emergency_is_never_turned_into_what_was_asked(
    text: str, hint: Hint, embedded: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    sound = said(caller_voice, text)
    assert embedded.transcribe(sound, hint).text == embedded.transcribe(sound).text


def linked_without_its_head(model: Path, folder: Path) -> None:
    """The model without the file that only ours has. Never a link to that one: a test would write into the model."""
    for file in model.iterdir():
        if file.name != "ctc_head.npz":
            (folder / file.name).symlink_to(file)


def test_padding_is_cut_for_a_model_that_was_trained_so_and_for_no_other(own_model: Path, tmp_path: Path) -> None:
    from audio.model_folder import was_cut_in_training

    plain = tmp_path / "plain"
    plain.mkdir()
    linked_without_its_head(own_model, plain)
    assert was_cut_in_training(own_model)
    assert not was_cut_in_training(plain)
    assert not was_cut_in_training("owner/model")
    (tmp_path / "mizumado.json").write_text('{"cut_padding": true}')
    assert was_cut_in_training(tmp_path)
    (tmp_path / "mizumado.json").write_text('{"cut_padding": "yes"}')
    with pytest.raises(ModelMissing, match="cut_padding"):
        was_cut_in_training(tmp_path)


def test_with_and_without_the_padding_an_answer_is_heard(
    embedded: FasterWhisperTranscriber, caller_voice: PyOpenJTalkSynthesiser
) -> None:
    whole = load_faster_whisper(str(Path(__file__).parents[2] / "audio" / "models" / "mizumado-ja"), cut_padding=False)
    sound = said(caller_voice, "はい、そうです。")
    assert embedded.transcribe(sound).text.startswith("ハイ")
    assert whole.transcribe(sound).text.startswith("ハイ")


def test_a_head_that_does_not_fit_its_vocabulary_is_refused(own_model: Path, tmp_path: Path) -> None:
    linked_without_its_head(own_model, tmp_path)
    np.savez(tmp_path / "ctc_head.npz", weight=np.zeros((3, 4)), bias=np.zeros(4))
    with pytest.raises(ModelMissing, match=r"ctc_head\.npz does not fit"):
        load_faster_whisper(str(tmp_path))
