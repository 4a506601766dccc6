"""Everything one reply says of itself, in four languages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.meaning import Expecting, Phone, Slots
from nlu.normalise import normalise, without_fillers
from nlu.reading import reading
from nlu.slots import SlotFinder, load_slot_finder
from nlu.source import DATA_DIR, BadDataError

LANGUAGES = ("ja", "en", "zh", "ko")
FINDERS: dict[str, SlotFinder] = {language: load_slot_finder(DATA_DIR, language) for language in LANGUAGES}
ANY, PLACE, PHONE, YES_NO = Expecting.ANYTHING, Expecting.PLACE, Expecting.PHONE, Expecting.YES_NO


def _slots(text: str, language: str, expecting: Expecting = ANY) -> Slots:
    clean = without_fillers(normalise(text))
    return FINDERS[language].find(clean, reading(clean) if language == "ja" else "", expecting)


@pytest.mark.parametrize(
    ("language", "text", "town", "chome", "lot"),
    [
        ("ja", "広岡三丁目の30の3です", "広岡", 3, "30-3"),
        ("en", "It's in Hirooka, 3-chome, 30-3", "広岡", 3, "30-3"),
        ("en", "3-30-3 Hirooka", "広岡", 3, "30-3"),  # Western order
        ("en", "Izumino-demachi 4-chome, block 4", "泉野出町", 4, "4"),
        ("en", "izumino demachi yonchome, twelve dash three", "泉野出町", 4, "12-3"),
        ("en", "Kōrinbō", "香林坊", None, None),
        ("en", "Kazue-machi", "主計町", None, None),
        ("en", "Nagadohe two chome", "長土塀", 2, None),
        ("en", "Teramachi, not Katamachi", "寺町", None, None),
        ("en", "Katamachi, no sorry, Teramachi", "寺町", None, None),
        ("en", "Kikugawa two", "菊川", 2, None),  # a number alone is a chome where there are some
        ("en", "Kikugawa, second chome", "菊川", 2, None),
        ("en", "Honda-machi three chome, ten twenty", "本多町", 3, "10-20"),
        ("zh", "东山一丁目", "東山", 1, None),  # 山 is no 3 here
        ("zh", "泉之丘二丁目", "泉が丘", 2, None),
        ("zh", "广冈三丁目30-3", "広岡", 3, "30-3"),  # simplified
        ("zh", "廣岡三丁目", "広岡", 3, None),  # traditional
        ("zh", "広岡3丁目30番3号", "広岡", 3, "30-3"),  # Japanese
        ("zh", "泉野出町四丁目十二番三号", "泉野出町", 4, "12-3"),
        ("zh", "片町，不对，是寺町", "寺町", None, None),
        ("ko", "히로오카 3초메 30-3이에요", "広岡", 3, "30-3"),
        ("ko", "이즈미노데마치 사정목", "泉野出町", 4, None),
        ("ko", "이즈미노데마치 욘초메 12번지 3", "泉野出町", 4, "12-3"),
        ("ko", "가타마치예요", "片町", None, None),
        ("ko", "카타마치", "片町", None, None),
    ],
)
def test_a_place_is_found_in_any_language(
    language: str, text: str, town: str, chome: int | None, lot: str | None
) -> None:
    place = _slots(text, language, PLACE).place
    assert place is not None
    assert (place.town, place.chome, place.banchi) == (town, chome, lot)


@pytest.mark.parametrize(
    ("language", "text", "town"),
    [
        ("en", "it is hero oka", "広岡"),
        ("en", "Izumi no de machi", "泉野出町"),
        ("zh", "关光三丁目", "広岡"),  # homophones of 广冈
        ("ko", "이즈미노 데마찌", "泉野出町"),
    ],
)
def test_a_town_of_similar_sound_is_found(language: str, text: str, town: str) -> None:
    place = _slots(text, language, PLACE).place
    assert place is not None
    assert place.town == town


def test_towns_that_sound_alike_are_offered() -> None:
    place = _slots("Water is coming out of the road in Sainen", "en").place
    assert place is not None
    assert (place.town, place.certain, place.candidates) == ("西念", False, ("西念", "西念町"))


@pytest.mark.parametrize(
    ("language", "text", "city"),
    [
        ("en", "I'm in Nonoichi", "野々市市"),
        ("en", "I live in Hakusan city", "白山市"),
        ("zh", "我在野野市", "野々市市"),
        ("ko", "노노이치에 살아요", "野々市市"),
    ],
)
def test_a_neighbouring_municipality_is_told_apart(language: str, text: str, city: str) -> None:
    place = _slots(text, language).place
    assert place is not None
    assert (place.town, place.out_of_city) == (None, city)


@pytest.mark.parametrize(
    ("language", "text", "landmark"),
    [
        ("en", "It's in front of the elementary school", "in front of the elementary school"),
        ("en", "near Kanazawa Station", "near Kanazawa Station"),
        ("zh", "在小学前面", "小学前面"),
        ("zh", "金泽站附近", "金泽站附近"),
        ("en", "Hashiba-cho, behind the bus depot", "behind the bus depot"),
        ("en", "Hashiba-cho, the corner bar with the cat", "the corner bar with the cat"),
        ("zh", "桥场町，寿司店对面", "寿司店对面"),
        ("ko", "하시바초, 돌담 옆이요", "돌담 옆"),
        ("ko", "초등학교 앞이에요", "초등학교 앞"),
    ],
)
def test_a_landmark_is_taken_as_said(language: str, text: str, landmark: str) -> None:
    place = _slots(text, language, PLACE).place
    assert place is not None
    assert place.landmark == landmark


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I want to take a bath but there is no water"),
        ("en", "I moved here two days ago"),
        ("en", "My name is Sue Hashimoto"),
        ("zh", "路上有很多水"),
        ("zh", "我家没有水"),
        ("ko", "물이 안 나와요"),
        ("ko", "이틀 전에 이사했어요"),
        ("en", ""),
    ],
)
def test_an_ordinary_sentence_names_no_place(language: str, text: str) -> None:
    assert _slots(text, language).place is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "There is no sign, only snow"),
        ("en", "it's outside Oyama shrine"),  # not 尾山町
        ("zh", "这边全是田，没有牌子"),
        ("zh", "内滩的海边"),
        ("ko", "지금 걸어가는 중이라 잘…"),
        ("ko", "우치나다 바다 쪽이에요"),
    ],
)
def test_no_town_is_made_up_where_none_was_said(language: str, text: str) -> None:
    place = _slots(text, language, PLACE).place
    assert place is None or place.town is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "cancel my appointment on the third"),
        ("en", "a guest house in Higashiyama, six bathrooms"),
        ("en", "the pipe under the sink leaks"),
        ("zh", "厕所旁边那个管子断了"),
        ("ko", "변기 옆 관이 빠졌어요"),
    ],
)
def test_numbers_and_things_at_home_are_no_chome_and_no_landmark(language: str, text: str) -> None:
    place = _slots(text, language).place
    assert place is None or (place.chome, place.landmark) == (None, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_invented_callers_are_understood(language: str) -> None:
    text = (DATA_DIR / language / "development" / "places_more.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    parts = ("town", "chome", "banchi", "out_of_city")
    wrong = []
    for row in rows:
        place = _slots(row["text"], language, Expecting(row["expecting"])).place
        if [getattr(place, part, None) for part in parts] != [row[part] for part in parts]:
            wrong.append((row["text"], place))
    assert len(wrong) <= max(1, 0.03 * len(rows)), wrong


def test_who_calls_and_what_number_and_when_are_found_at_once() -> None:
    text = (
        "I'm Maria Santos, I move on March 31st, my number is zero nine zero, one two three four, five six seven eight"
    )
    slots = _slots(text, "en")
    assert (slots.name, slots.date, slots.phone) == ("Maria Santos", "March 31st", Phone("09012345678", complete=True))


def test_the_police_station_that_calls_is_no_landmark() -> None:
    slots = _slots("金沢中警察署ですが、広岡三丁目です", "ja")
    assert slots.organization == "金沢中警察署"
    assert slots.place is not None
    assert slots.place.landmark is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("いいえ、最後は7です", Phone("7", complete=False)),
        ("いえ、090の1234の5678です", Phone("09012345678", complete=True)),
        ("いえ、30の3です", None),  # a lot, not a part of a number
        ("はい", None),
    ],
)
def test_a_read_back_is_corrected_by_a_part_of_a_number(text: str, phone: Phone | None) -> None:
    assert _slots(text, "ja", YES_NO).phone == phone


@pytest.mark.parametrize("language", ["en", "zh", "ko"])
def test_every_town_is_found_as_its_language_writes_it(language: str) -> None:
    rows = [json.loads(line) for line in (DATA_DIR / language / "places_dev.jsonl").read_text("utf-8").splitlines()]
    wrong = []
    for row in rows:
        place = _slots(row["text"], language, Expecting(row["expecting"])).place
        found = (place.town, place.chome, place.banchi, place.out_of_city) if place else (None,) * 4
        if found != (row["town"], row["chome"], row["banchi"], row["out_of_city"]):
            wrong.append((row["text"], found))
    assert len(wrong) <= 0.03 * len(rows), wrong


def _edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_edit("dates.yaml", "form: words", "form: letters"), "dates.yaml: form"),
        (_edit("dates.yaml", "{month_end}", "{moth_end}"), "dates.yaml: said"),
        (_edit("phones.yaml", "form: words", "form: letters"), "phones.yaml: form"),
        (_edit("phones.yaml", "digits:", "digit: {}\ndigits_: "), "phones.yaml: digits"),
        (_edit("people.yaml", "(?P<name>", "(?P<nam>"), "people.yaml: introduced"),
        (_edit("places.yaml", "fix: ", "fixed: "), "places.yaml: fix"),
        (_edit("places.yaml", "lot:", "lots:"), "places.yaml: lot"),
        (lambda folder: (folder.parent / "ja" / "towns.json").write_text("[]"), "towns.json: towns"),
    ],
)
def test_bad_data_is_refused_with_file_and_remedy(tmp_path: Path, spoil: Callable[[Path], object], says: str) -> None:
    shutil.copytree(DATA_DIR / "en", tmp_path / "en", ignore=shutil.ignore_patterns("utterances", "unseen", "*.npz"))
    (tmp_path / "ja").mkdir()
    shutil.copy(DATA_DIR / "ja" / "towns.json", tmp_path / "ja")
    spoil(tmp_path / "en")
    with pytest.raises(BadDataError) as refusal:
        load_slot_finder(tmp_path, "en")
    assert says in str(refusal.value)


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("ab 丁目3-广冈初메초히로오카hirooka chome,。前"), st.characters()),
        max_size=80,
    ),
    language=st.sampled_from(LANGUAGES),
    expecting=st.sampled_from(Expecting),
)
def test_no_text_makes_it_fail(text: str, language: str, expecting: Expecting) -> None:
    assert isinstance(_slots(text, language, expecting), Slots)
