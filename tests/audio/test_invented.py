"""Text that nobody said is not heard; what somebody did say survives its guards."""

from __future__ import annotations

import pytest

from audio.invented import Draft, InventedPhrases, bare, load_invented_phrases, what_was_said


@pytest.fixture(scope="module")
def japanese() -> InventedPhrases:
    return load_invented_phrases("ja")


def draft(text: str, *, seconds: float = 5.0, silent: float = 0.0, likely: float = -0.2, ratio: float = 1.2) -> Draft:
    return Draft(text, seconds, silent, likely, ratio)


@pytest.mark.parametrize(
    "text",
    [
        "ご視聴ありがとうございました",
        "ご視聴ありがとうございました。",
        " ご視聴、ありがとうございました!",
        "ゴシチョーアリガトーゴザイマシタ",
        "ゴシチョウアリガトウゴザイマシタ",
        "ご視聴ありがとうございました。ご視聴ありがとうございました。",
        "最後までご視聴いただきありがとうございました。チャンネル登録よろしくお願いします。",
        "チャンネル登録お願いします",
        "。。。",
        "",
    ],
)
def test_an_invented_phrase_is_nothing_heard(text: str, japanese: InventedPhrases) -> None:
    assert what_was_said(draft(text), japanese) == ""


@pytest.mark.parametrize(
    "text",
    ["ありがとうございました", "アリガトーゴザイマシタ", "はい", "ご視聴覚室の水が止まりません", "ハイオネガイシマス"],
)
def test_thanks_and_short_answers_are_heard(text: str, japanese: InventedPhrases) -> None:
    assert what_was_said(draft(text), japanese) == text


def test_an_invented_phrase_beside_a_real_one_does_not_hide_it(japanese: InventedPhrases) -> None:
    text = "水が出ています。ご視聴ありがとうございました"
    assert what_was_said(draft(text), japanese) == text


@pytest.mark.parametrize(("silent", "likely", "heard"), [(0.7, -1.1, False), (0.7, -0.9, True), (0.5, -1.1, True)])
def test_silence_is_believed_only_if_the_text_is_unlikely_too(
    silent: float, likely: float, heard: bool, japanese: InventedPhrases
) -> None:
    assert bool(what_was_said(draft("ミズモレデス", silent=silent, likely=likely), japanese)) is heard


@pytest.mark.parametrize(("ratio", "likely", "heard"), [(2.5, -1.1, False), (2.5, -0.3, True), (2.3, -1.1, True)])
def test_a_repetition_is_a_loop_only_if_the_text_is_unlikely_too(
    ratio: float, likely: float, heard: bool, japanese: InventedPhrases
) -> None:
    said = what_was_said(draft("ミズモレデスミズモレデス", ratio=ratio, likely=likely), japanese)
    assert bool(said) is heard


def test_a_sound_that_is_doubtful_speech_needs_a_convincing_text(japanese: InventedPhrases) -> None:
    assert what_was_said(Draft("ハイ", 0.8, 0.0, -0.3, 0.5, surely_speech=False), japanese) == "ハイ"
    assert what_was_said(Draft("ハイ", 0.8, 0.0, -0.6, 0.5, surely_speech=False), japanese) == ""


def test_more_than_anyone_can_say_is_folded_and_the_words_before_the_loop_are_kept(japanese: InventedPhrases) -> None:
    said = what_was_said(draft("ミチカラミズガデテイマス" + "デス" * 100, seconds=2.0), japanese)
    assert said == "ミチカラミズガデテイマスデス"


def test_no_text_is_longer_than_14_kana_a_second(japanese: InventedPhrases) -> None:
    endless = "".join(chr(ord("ァ") + position % 80) for position in range(400))
    assert len(what_was_said(draft(endless, seconds=3.0), japanese)) == 3 * 14 + 4


def test_a_telephone_number_with_many_equal_digits_is_not_folded(japanese: InventedPhrases) -> None:
    text = "ゼロナナロクニーニーゼロゼロゼロゼロゼロ"
    assert what_was_said(draft(text, seconds=5.0), japanese) == text


def test_the_bare_form_ignores_width_punctuation_and_blanks() -> None:
    assert bare("ﾁｬﾝﾈﾙ登録、 お願い ＡＢＣ!") == "チャンネル登録お願いabc"


def test_a_language_without_a_list_is_a_clear_error() -> None:
    with pytest.raises(FileNotFoundError, match=r"xx\.txt.*add the file"):
        load_invented_phrases("xx")
