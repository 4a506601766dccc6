"""Chome and lots in every form, written and heard; after a correction the last one counts."""

from __future__ import annotations

import pytest

from nlu.meaning import Expecting
from tests.nlu.looking import place

LOTS = [
    ("鈴見町の12の3です", "スズミマチノジューニノサンデス", "12-3"),
    ("鈴見町の十二の三", "スズミマチノジューニノサン", "12-3"),
    ("鈴見町12番地3", "スズミマチジューニバンチサン", "12-3"),
    ("鈴見町の三番の五号です", "スズミマチノサンバンノゴゴーデス", "3-5"),
    ("鈴見町5番20号です", "スズミマチゴバンニジューゴーデス", "5-20"),
    ("鈴見町イ41", "スズミマチイヨンジューイチ", "イ41"),
    ("鈴見町のロの12", "スズミマチノロノジューニ", "ロ12"),
    ("鈴見町中83です", "スズミマチナカハチジューサンデス", "中83"),
    ("鈴見町の甲12です", "スズミマチノコージューニデス", "甲12"),
    ("諸江町上丁30-1", "モロエマチカミチョーサンジューノイチ", "上丁30-1"),
    ("諸江町の下丁84番地", "モロエマチノシモチョーハチジューヨンバンチ", "下丁84"),
    ("下本多町六番丁18の4", "シモホンダマチロクバンチョージューハチノヨン", "六番丁18-4"),
    ("赤土町カ200番地の4", "アカツチマチカニヒャクバンチノヨン", "カ200-4"),
    ("瀬領町の1458番地です", "セリョーマチノセンヨンヒャクゴジューハチバンチデス", "1458"),
    ("七曲町です。番地は23の1です", "ナナマガリマチデス。バンチワニジューサンノイチデス", "23-1"),
    ("大菱池町の、えー、ホの12です", "オービシケマチノエーホノジューニデス", "ホ12"),
    ("割出町の622番地になります", "ワリダシマチノロッピャクニジューニバンチニナリマス", "622"),
]


@pytest.mark.parametrize(("written", "heard", "lot"), LOTS)
def test_a_lot_is_the_same_in_writing_and_by_sound(written: str, heard: str, lot: str) -> None:
    for text in (written, heard):
        found = place(text)
        assert found is not None, text
        assert found.banchi == lot, text


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("利屋町のほ61の1です", "ホ61-1"),  # letters in hiragana, as recognisers write them
        ("佐奇森町のへ6の1です", "ヘ6-1"),
        ("神谷内町の丙14の8", "丙14-8"),
        ("大野町四丁目の甲2の29です", "甲2-29"),
        ("五郎島町の己10です", "己10"),
        ("下安原町西1458です", "西1458"),
    ],
)
def test_a_lot_keeps_whatever_letter_the_land_register_has(said: str, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize("said", ["平和町1-8-16です", "平和町の1の8の16です", "ヘーワマチノイチノハチノジューロクデス"])
def test_of_three_numbers_the_first_is_the_chome_where_there_are_chome(said: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome, found.banchi) == ("平和町", 1, "8-16")


@pytest.mark.parametrize(
    ("said", "chome"),
    [
        ("増泉三丁目", 3),
        ("マスイズミサンチョメ", 3),
        ("マスイズミイチョーメデス", 1),  # イッ heard as イ
        ("マスイズミボチョーメデス", 5),
        ("マスイズミガナチョーメ", 7),
        ("マスイズミハチョーメ", 8),
        ("マスイズミロクショーメ", 6),
        ("マスイズミヨッチョーメノサン", 4),
    ],
)
def test_a_chome_is_heard_through_slips(said: str, chome: int) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome) == ("増泉", chome)


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("ベッショマチサンリューニノイチデス", "32-1"),
        ("ベッショマチノニシャクサンバンチ", "203"),
        ("ベッショマチノジューロクノナマジューサン", "16-73"),
        ("ベッショマチキュージヨンバンキデス", "94"),
    ],
)
def test_a_lot_is_heard_through_slips(said: str, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize(
    ("said", "town", "chome", "lot"),
    [
        ("泉野町三丁目、あ、違う、四丁目の12番地です", "泉野町", 4, "12"),
        ("イズミノマチサンチョーメアチガウヨンチョーメノジューニバンチデス", "泉野町", 4, "12"),
        ("神田一丁目、じゃなくて新神田一丁目の9の3です", "新神田", 1, "9-3"),
        ("カンダイッチョーメジャナクテシンカンダイッチョーメノキューノサン", "新神田", 1, "9-3"),
        ("大友町…じゃなくて、大友三丁目の5です", "大友", 3, "5"),
        ("えーと、野田町の18、すみません、19番地です", "野田町", None, "19"),
        ("横山町の11番、間違えました、12番の4号です", "横山町", None, "12-4"),
        ("福久町のワの83の、あ違うわ、84です", "福久町", None, "ワ84"),
        ("横川です、野々市やなくて金沢の", "横川", None, None),
    ],
)
def test_after_a_correction_what_was_said_last_counts(said: str, town: str, chome: int | None, lot: str | None) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome, found.banchi) == (town, chome, lot)


@pytest.mark.parametrize(
    ("said", "town", "chome", "lot"),
    [
        ("四丁目です、あ、泉野出町の", "泉野出町", 4, None),
        ("ヨンチョーメデスアイズミノデマチノ", "泉野出町", 4, None),
        ("12の5です、町は桜町", "桜町", None, "12-5"),
        ("3番地の20、町名は此花町です", "此花町", None, "3-20"),
    ],
)
def test_the_number_may_come_before_the_town(said: str, town: str, chome: int | None, lot: str | None) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome, found.banchi) == (town, chome, lot)


@pytest.mark.parametrize(
    ("said", "town", "chome", "lot"),
    [
        ("神谷内町ですけど、丁目のないほう、ホの三十一です", "神谷内町", None, "ホ31"),
        ("磯部町の、ええと何番やったか、五十の二", "磯部町", None, "50-2"),
        ("畝田東三丁目のほうね、町ではなく、百二十", "畝田東", 3, "120"),
        ("小坂町の住宅地です、うちは西の六番", "小坂町", None, "西6"),
        ("御影町で店をやっとります、三の九、臭うんです", "御影町", None, "3-9"),
        ("百十二番です、町は向中町", "向中町", None, "112"),
        ("イソベマチデスケド、チョーメノナイホー、ホノサンジューイチデス", "磯部町", None, "ホ31"),
    ],
)
def test_a_lot_may_stand_apart_from_its_town(said: str, town: str, chome: int | None, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome, found.banchi) == (town, chome, lot)


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("磯部町のト、ト十五です", "ト15"),
        ("才田町の甲、甲乙の甲、二十三", "甲23"),
        ("北塚町の東、東四十", "東40"),
        ("大浦町、ぬりえのヌ、ヌの八番", "ヌ8"),
        ("四十万町の北、イの四です", "北イ4"),  # two letters, the land register has such
        ("小坂町のきたの十番", "北10"),
    ],
)
def test_a_letter_may_be_said_twice_or_explained(said: str, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("春日町の六番、二十二号です", "6-22"),
        ("カスガマチノロクバン、ニジューニゴーデス", "6-22"),
        ("割出町の十の、えー、三です", "10-3"),
        ("割出町の二十四、枝番が七", "24-7"),
        ("割出町の二十三番地、枝番が四", "23-4"),
        ("ワリダシマチニジューサンバンチノエダバンヨンデス", "23-4"),
        ("割出町12ハイフン3です", "12-3"),
        ("ワリダシマチジューニハイフンサンデス", "12-3"),
        ("割出町の12 3です", "12-3"),
        ("割出町の番地は確か六十二です", "62"),
        ("ワリダシマチニーゼロサンバンチデス", "203"),  # a nought within a number
        ("割出町の三一八です", "318"),
        ("ワリダシマチノサンイチハチデス", "318"),
    ],
)
def test_a_lot_may_be_said_with_pauses_or_digit_by_digit(said: str, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("割出町十番、いや、引っ越したんや、今は十八番です", "18"),
        ("割出町の五番地、いや六番地", "6"),
        ("割出町の十二番地、ちゃう、十三番地", "13"),
        ("割出町の十二の三、もとい、十二の四", "12-4"),
    ],
)
def test_a_lot_that_is_taken_back_does_not_count(said: str, lot: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize(
    "said", ["藤江南一丁目15の3、202号室です", "フジエミナミイッチョーメジューゴノサンノニヒャクニゴーシツデス"]
)
def test_the_number_of_a_room_is_no_part_of_a_lot(said: str) -> None:
    found = place(said)
    assert found is not None
    assert (found.town, found.chome, found.banchi) == ("藤江南", 1, "15-3")


def test_a_numeral_at_the_end_of_a_town_is_no_part_of_its_chome() -> None:
    found = place("彦三二丁目の五の四")
    assert found is not None
    assert (found.town, found.chome, found.banchi) == ("彦三町", 2, "5-4")


@pytest.mark.parametrize(
    ("said", "lot"),
    [
        ("鈴見台二丁目です、公園の下、二の六", "2-6"),  # 下 is where from the park
        ("鈴見台です、二、三日前から", None),
        ("鈴見台です、坂の上の五、六軒が", None),
        ("鈴見台の一番奥の家です", None),
        ("若松町のコーポです、二〇五号です", None),
        ("若松町から、一一〇番に電話したんですが", None),
    ],
)
def test_what_is_said_beside_a_town_is_no_lot(said: str, lot: str | None) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi == lot


@pytest.mark.parametrize(
    "said",
    [
        "藤江南一丁目のアパートの202号室です",
        "ミズキニチョーメニサンケン",
        "有松二丁目で3人が見ています",
        "片町一丁目から20分のところ",
        "西念三丁目の8号線です",
        "香林坊の109の前です",
    ],
)
def test_what_counts_something_else_is_no_lot(said: str) -> None:
    found = place(said)
    assert found is not None
    assert found.banchi is None


@pytest.mark.parametrize("said", ["076の200の0012です", "ゼロナナロクノニゼロゼロノゼロゼロイチニデス"])
def test_a_telephone_number_is_no_lot(said: str) -> None:
    assert place(said, Expecting.PHONE) is None
    found = place(said)
    assert found is None or found.banchi is None
