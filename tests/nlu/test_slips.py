"""What is learnt from mishearings and from a dictionary, and how names are spotted with it."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.kanji import coarse, load_kanji
from nlu.kanji import learn as learn_kanji
from nlu.slips import FILE, KANA, NUMBER, Slips, learn, load_slips
from nlu.source import DATA_DIR
from nlu.spotting import Heard, Spotter


@pytest.fixture(scope="module")
def slips() -> Slips:
    return load_slips(DATA_DIR / "ja" / FILE)


def test_shares_of_what_is_heard_for_a_kana_add_up_to_one() -> None:
    table = learn([("ベッショマチ", "ネッショマチ")] * 40, ["ミズガデマス"])
    heard = table["heard"]
    assert isinstance(heard, dict)
    assert set(heard) == set(KANA)
    assert all(0.95 < sum(row.values()) <= 1.01 for row in heard.values())


def test_a_slip_that_is_often_made_becomes_likely() -> None:
    often, never = learn([("ベッショマチ", "ネッショマチ")] * 40, []), learn([], [])
    assert often["heard"]["ベ"]["ネ"] > 10 * never["heard"]["ベ"].get("ネ", 0.0)  # type: ignore[index]


def test_before_anything_was_observed_a_voiced_kana_is_likelier_than_a_stranger() -> None:
    heard = learn([], [])["heard"]
    assert isinstance(heard, dict)
    assert heard["カ"]["ガ"] > 5 * heard["カ"]["ミ"] if "ミ" in heard["カ"] else heard["カ"]["ガ"] > 0


def test_a_pair_that_has_nothing_in_common_teaches_nothing() -> None:
    assert learn([("イズミノマチ", "コーラルヒデ")] * 50, []) == learn([], [])


def test_ordinary_speech_makes_its_own_kana_cheap(slips: Slips) -> None:
    # デ is usually followed by ス, hardly ever by ヌ
    assert slips.usual[NUMBER["デ"], NUMBER["ス"]] > slips.usual[NUMBER["デ"], NUMBER["ヌ"]] + 3


def _spotted(slips: Slips, names: list[str], kana: str) -> list[tuple[str, int, int, bool]]:
    flat = np.zeros(len(kana) + 1, dtype=np.float32)
    prior = np.full(len(names), -9.0, dtype=np.float32)
    found = Spotter(names, slips).spot(Heard(kana, slips), flat - 2, flat, prior, -5, 5)
    return [(names[one.word], one.start, one.end, one.exact) for one in found]


def test_a_name_is_spotted_where_it_stands(slips: Slips) -> None:
    found = _spotted(slips, ["ベッショマチ", "カタマチ"], "バショワベッショマチデス")
    assert found[0] == ("ベッショマチ", 4, 10, True)


def test_a_name_is_spotted_through_a_slip_but_not_exactly(slips: Slips) -> None:
    found = _spotted(slips, ["ベッショマチ", "カタマチ"], "バショワネッショマチデス")
    assert found[0] == ("ベッショマチ", 4, 10, False)


def test_a_long_vowel_is_one_however_it_is_written(slips: Slips) -> None:
    for kana in ("オーヌカデス", "オオヌカデス"):
        assert _spotted(slips, ["オーヌカ"], kana)[0] == ("オーヌカ", 0, 4, True)


def test_no_name_reaches_across_a_full_stop(slips: Slips) -> None:
    assert _spotted(slips, ["マスイズミ"], "デテイマス。イズミ") == []


def test_there_is_nothing_to_spot_in_nothing(slips: Slips) -> None:
    for kana in ("", "。", "、", "ー", "漢字"):
        assert _spotted(slips, ["マスイズミ"], kana) == []


def test_readings_of_kanji_are_told_apart_by_many_words() -> None:
    words = [
        ("山", "ヤマ"),
        ("川", "カワ"),
        ("山川", "ヤマカワ"),
        ("山本", "ヤマモト"),
        ("川本", "カワモト"),
        ("換える", "カエル"),
    ]
    table = learn_kanji([*words, ("松本", "マツモト")], ["ヤマモトマチ", "カワカエマチ"])
    assert table["本"] == "モト"
    assert table["山"] == "ヤマ"
    assert table["換"] == "カ"
    assert "松" not in table  # no town is read マツ here


def test_shipped_readings_hold_what_recognisers_choose() -> None:
    kanji = load_kanji(DATA_DIR / "ja" / "kanji.json")
    for char, reading in (("恵", "エ"), ("念", "ネン"), ("倫", "リン"), ("蔵", "ゾウ"), ("関", "セキ")):
        assert reading in kanji[char], char


@pytest.mark.parametrize(
    ("kana", "rough"), [("コーリンボー", "コリンホ"), ("コウリンボウ", "コリンホ"), ("ベッショ", "ヘショ")]
)
def test_length_doubling_and_voice_do_not_count(kana: str, rough: str) -> None:
    assert coarse(kana) == rough
