"""Lots in English, Chinese and Korean: how numbers are joined, where they may stand, what is none."""

from __future__ import annotations

from functools import cache

import pytest

from nlu.foreign_place import ForeignPlaces, load_foreign_places
from nlu.meaning import Expecting, Place
from nlu.normalise import normalise, without_fillers
from nlu.source import DATA_DIR


@cache
def _places(spoken: str) -> ForeignPlaces:
    return load_foreign_places(DATA_DIR / spoken, DATA_DIR / "ja" / "towns.json")


def _place(spoken: str, said: str) -> Place:
    found = _places(spoken).find(without_fillers(normalise(said)), "", Expecting.PLACE)
    assert found is not None, said
    return found


@pytest.mark.parametrize(
    ("spoken", "said", "lot"),
    [
        ("en", "Kasuga-machi. My house number is 5-20", "5-20"),
        ("en", "It's twelve dash nine, the town is Sakura-machi", "12-9"),
        ("en", "Shijima-machi, the lot number? I think it's 62", "62"),
        ("ko", "5번 20호, 가스가마치입니다", "5-20"),
        ("ko", "가스가마치예요. 번지는 오 다시 이십입니다", "5-20"),
        ("ko", "가스가마치요, 번지수는 5의 20", "5-20"),
        ("zh", "春日町旁边的路，番地是5之20", "5-20"),
    ],
)
def test_a_lot_may_stand_apart_from_its_town(spoken: str, said: str, lot: str) -> None:
    assert _place(spoken, said).banchi == lot


@pytest.mark.parametrize(
    ("spoken", "said", "lot"),
    [
        ("en", "Sakuramachi, 12-3, no, sorry, 13-3", "13-3"),
        ("en", "Sakuramachi twelve dash three, no wait, twelve dash four", "12-4"),
        ("ko", "사쿠라마치 십이 번지, 아니요, 십삼 번지요", "13"),
        ("ko", "사쿠라마치 12 다시 3, 아 죄송해요, 12 다시 4", "12-4"),
        ("zh", "樱町十二番，说错了，十三番", "13"),
    ],
)
def test_after_a_correction_the_numbers_count_that_come_last(spoken: str, said: str, lot: str) -> None:
    assert _place(spoken, said).banchi == lot


@pytest.mark.parametrize(
    ("spoken", "said", "lot"),
    [
        ("en", "Isobe-machi, twenty-four, branch number seven", "24-7"),
        ("en", "Oura-machi, two zero dash one", "20-1"),
        ("en", "Sakura-machi a hundred twelve slash four", "112-4"),
        ("en", "Oura-machi, 1 4 5 8", "1458"),
        ("ko", "이소베마치 24, 가지번호 7", "24-7"),
        ("ko", "오우라마치 1 4 5 8", "1458"),
        ("zh", "矶部町二十四，分号七", "24-7"),
    ],
)
def test_numbers_of_a_lot_are_joined_in_many_ways(spoken: str, said: str, lot: str) -> None:
    assert _place(spoken, said).banchi == lot


@pytest.mark.parametrize("said", ["Waridashi-machi, number 4 of block 7", "Number 4 of block 7, Waridashi-machi"])
def test_the_block_comes_first_though_it_is_said_last(said: str) -> None:
    assert _place("en", said).banchi == "7-4"


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("와리다시마치 이십삼 번지 사 호", "23-4"),  # 이 is a particle within a word, a number where one begins
        ("사쿠라마치 백십이번지", "112"),  # 이번 is "this time" elsewhere
        ("오우라마치 이공삼 번지", "203"),
        ("오우라마치 이 다시 오", "2-5"),  # a short word that another number is joined to
    ],
)
def test_short_korean_numbers_are_numbers_within_a_lot(said: str, lot: str) -> None:
    assert _place("ko", said).banchi == lot


@pytest.mark.parametrize(
    ("spoken", "said", "lot"),
    [
        ("en", "Isobe-machi, ho 31", "ホ31"),
        ("en", "Kamiyachi-machi, hei fourteen dash eight", "丙14-8"),
        ("ko", "이소베마치 로의 12번지", "ロ12"),
        ("zh", "矶部町甲12号", "甲12"),
    ],
)
def test_a_lot_has_the_letter_of_the_land_register(spoken: str, said: str, lot: str) -> None:
    assert _place(spoken, said).banchi == lot


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("en", "Wakamatsu-machi, for 10-15 minutes now"),
        ("en", "Wakamatsu-machi, water since 2 days, no, 3 days"),
        ("en", "Wakamatsu-machi, you can call me at 076-220-2281"),
        ("ko", "와카마쓰마치인데 모퉁이에서 세 번째 집"),
        ("ko", "와카마쓰마치인데요, 이삼일 전부터 그래요"),
        ("zh", "若松町，从拐角数第三家"),
    ],
)
def test_what_counts_something_else_is_no_lot(spoken: str, said: str) -> None:
    assert _place(spoken, said).banchi is None
