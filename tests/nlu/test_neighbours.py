"""Another municipality is recognised as such; towns of the same or a near name stay Kanazawa's."""

from __future__ import annotations

import pytest

from nlu.meaning import Expecting
from tests.nlu.looking import place

OUTSIDE = [
    ("野々市市の押野です", "ノノイチシノオシノデス", "野々市市"),
    ("御経塚です", "オキョーズカデス", "野々市市"),
    ("野々市の太平寺二丁目です", "ノノイチノタイヘージニチョーメデス", "野々市市"),
    ("松任です", "マットーデス", "白山市"),
    ("鶴来の本町です", "ツルギノホンマチデス", "白山市"),
    ("白山市の千代野です", "ハクサンシノチヨノデス", "白山市"),
    ("内灘の大根布です", "ウチナダノオーネブデス", "内灘町"),
    ("津幡町の横浜です", "ツバタマチノヨコハマデス", "津幡町"),
    ("かほく市の宇ノ気やけど", "カホクシノウノケヤケド", "かほく市"),
    ("能美市の辰口です", "ノミシノタツノクチデス", "能美市"),
    ("小松市です", "コマツシデス", "小松市"),
]


@pytest.mark.parametrize(("written", "heard", "city"), OUTSIDE)
def test_another_municipality_is_recognised_in_writing_and_by_sound(written: str, heard: str, city: str) -> None:
    for text in (written, heard):
        found = place(text)
        assert found is not None, text
        assert (found.out_of_city, found.town) == (city, None), text


@pytest.mark.parametrize(
    ("heard", "city"),
    [
        ("ウチナタマチデス", "内灘町"),
        ("オキョウツカデス", "野々市市"),
        ("ハクサシデス", "白山市"),
        ("ツワタマチデス", "津幡町"),
    ],
)
def test_another_municipality_is_heard_through_slips(heard: str, city: str) -> None:
    found = place(heard)
    assert found is not None
    assert found.out_of_city == city


@pytest.mark.parametrize(
    ("said", "town"),
    [
        ("粟崎町三丁目です", "粟崎町"),
        ("アワガサキマチサンチョーメデス", "粟崎町"),
        ("粟崎は金沢市ですよね、粟崎町三丁目です", "粟崎町"),
        ("押野二丁目です", "押野"),
        ("金沢の押野です", "押野"),
        ("カナザワノオシノデス", "押野"),
        ("若松町二丁目です", "若松町"),
        ("二日市町の8番地", "二日市町"),
        ("野々市との境の押野三丁目です", "押野"),
        ("鶴来のほうから帰ってきて、三馬の家で気づきました", "三馬"),
        ("かほく市から金沢の北森本町に引っ越します", "北森本町"),
    ],
)
def test_a_town_of_kanazawa_stays_kanazawas(said: str, town: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.out_of_city) == (town, None)


@pytest.mark.parametrize(
    "said", ["富山さんはいますか", "福井といいます", "七尾です", "小松さんのお宅", "末松と申します"]
)
def test_a_surname_is_no_municipality(said: str) -> None:
    found = place(said, Expecting.ANYTHING)
    assert found is None or found.out_of_city is None


@pytest.mark.parametrize(
    ("said", "landmark", "city"),
    [
        ("松任駅の近くです", "松任駅の近く", "白山市"),
        ("マットーエキノチカクデス", "松任駅の近く", "白山市"),
        ("金沢工業大学の前です", "金沢工業大学の前", "野々市市"),
        ("金沢医科大学の前", "金沢医科大学の前", "内灘町"),
    ],
)
def test_a_building_outside_names_its_municipality(said: str, landmark: str, city: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.landmark, found.out_of_city) == (landmark, city)
