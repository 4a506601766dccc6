"""How Japanese names are said to callers of other languages: literal tables, and the whole gazetteer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import nlu
from ivr.domain import spoken
from ivr.domain.script import Script
from nlu.gazetteer import town_readings
from nlu.meaning import Place
from nlu.source import read_mapping


@pytest.mark.parametrize(
    ("town", "read", "en", "zh", "ko"),
    [
        ("泉野出町", "いずみのでまち", "Izuminode-machi", "泉野出町", "이즈미노데마치"),
        ("広岡", "ひろおか", "Hirooka", "广冈", "히로오카"),
        ("香林坊", "こうりんぼう", "Korinbo", "香林坊", "고린보"),
        ("大浦町", "おおうらまち", "Oura-machi", "大浦町", "오우라마치"),
        ("下鴛原町", "しもおしはらまち", "Shimooshihara-machi", "下鸳原町", "시모오시하라마치"),
        ("中央通町", "ちゅうおうどおりまち", "Chuodori-machi", "中央通町", "주오도리마치"),
        ("山王町", "さんのうまち", "Sanno-machi", "山王町", "산노마치"),
        ("丸の内", "まるのうち", "Marunouchi", "丸之内", "마루노우치"),
        ("下堤町", "しもつつみちょう", "Shimotsutsumi-cho", "下堤町", "시모쓰쓰미초"),
        ("別所町", "べっしょまち", "Bessho-machi", "别所町", "벳쇼마치"),
        ("八田町東", "はったまちひがし", "Hatta-machi Higashi", "八田町东", "핫타마치히가시"),
        ("新神田", "しんかんだ", "Shinkanda", "新神田", "신칸다"),
        ("醒ケ井町", "さめがいちょう", "Samegai-cho", "醒井町", "사메가이초"),
        ("みどり", "みどり", "Midori", "Midori", "미도리"),
        ("池田町一番丁", "いけだまち１ばんちょう", "Ikedamachi1ban-cho", "池田町一番丁", "이케다마치1반초"),
    ],
)
def test_a_town_is_said_as_callers_of_the_language_know_it(
    script: Script, town: str, read: str, en: str, zh: str, ko: str
) -> None:
    place = Place(town, town=town, town_yomi=read)
    assert [spoken.town(script, language, place) for language in ("ja", "en", "zh", "ko")] == [town, en, zh, ko]


@pytest.mark.parametrize(
    ("chome", "banchi", "ja", "en", "zh", "ko"),
    [
        (
            4,
            "12-3",
            "泉野出町4丁目12の3",
            "Izuminode-machi, block 4, 12 dash 3",
            "泉野出町4丁目12杠3",
            "이즈미노데마치 4초메 12의 3",
        ),
        (None, "イ41", "泉野出町イ41", "Izuminode-machi, I 41", "泉野出町I 41", "이즈미노데마치 이 41"),
        (
            None,
            "上丁30-1",
            "泉野出町上丁30の1",
            "Izuminode-machi, Kamicho 30 dash 1",
            "泉野出町上丁 30杠1",
            "이즈미노데마치 가미초 30의 1",
        ),
        (2, None, "泉野出町2丁目", "Izuminode-machi, block 2", "泉野出町2丁目", "이즈미노데마치 2초메"),
    ],
)
def test_an_address_is_read_back_so_that_it_can_be_checked(
    script: Script, chome: int | None, banchi: str | None, ja: str, en: str, zh: str, ko: str
) -> None:
    place = Place("…", town="泉野出町", town_yomi="いずみのでまち", chome=chome, banchi=banchi)
    assert [spoken.place(script, language, place) for language in ("ja", "en", "zh", "ko")] == [ja, en, zh, ko]


def test_a_landmark_is_said_where_the_voice_can_say_it(script: Script) -> None:
    mixed = Place("Katamachi, コンビニの前", town="片町", town_yomi="かたまち", landmark="コンビニの前")
    own = Place("in front of the station", landmark="in front of the station")
    assert spoken.place(script, "en", mixed) == "Kata-machi"
    assert spoken.place(script, "ja", mixed) == "片町、コンビニの前"
    assert spoken.place(script, "en", own) == "in front of the station"
    assert spoken.place(script, "en", Place("コンビニの前", landmark="コンビニの前")) == "the place you told me about"
    assert spoken.place(script, "ko", Place("駅の前")) == "말씀하신 장소"
    assert spoken.place(script, "zh", None) == "不明"


@pytest.mark.parametrize(("language", "letters"), [("en", r"[A-Za-z0-9 -]+"), ("ko", r"[가-힣0-9]+")])
def test_no_town_is_left_in_letters_that_the_voice_cannot_say(script: Script, language: str, letters: str) -> None:
    for name, read in town_readings().items():
        said = spoken.town(script, language, Place(name, town=name, town_yomi=read))
        assert re.fullmatch(letters, said), (name, read, said)


def test_chinese_names_are_written_without_kana(script: Script) -> None:
    for name, read in town_readings().items():
        said = spoken.town(script, "zh", Place(name, town=name, town_yomi=read))
        assert not re.search("[ぁ-んァ-ヶ]", said), (name, said)


def test_every_municipality_that_is_recognised_has_a_name_in_every_language(script: Script) -> None:
    known = read_mapping(Path(nlu.__file__).parent / "data" / "ja" / "neighbours.yaml")["municipalities"]
    for language in ("en", "zh", "ko"):
        assert script.names[language].cities.keys() >= known.keys(), language
        assert spoken.city(script, language, "野々市市") in ("Nonoichi City", "野野市市", "노노이치시")


def test_a_town_without_its_reading_is_said_as_it_is_written(script: Script) -> None:
    assert spoken.town(script, "en", Place("片町", town="片町")) == "片町"
    assert spoken.town(script, "zh", Place("広岡", town="広岡")) == "广冈"
    assert spoken.town(script, "en", Place("somewhere")) == ""
