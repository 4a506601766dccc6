"""Telephone numbers as callers say them, in four languages. All numbers are invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.meaning import Phone
from nlu.normalise import normalise
from nlu.phone import completed, load_phones
from nlu.reading import reading
from nlu.source import DATA_DIR

LANGUAGES = ("ja", "en", "zh", "ko")
LEAST = {"ja": 0.98, "en": 0.98, "zh": 0.98, "ko": 0.98}
"""Share of nlu/data/<language>/phones_dev.jsonl that must be right, to the digit."""


PHONES = {language: load_phones(DATA_DIR / language / "phones.yaml") for language in LANGUAGES}


def phone(text: str, *, asked: bool, language: str = "ja") -> Phone | None:
    return PHONES[language].find(text, asked=asked)


def _digits(text: str, *, asked: bool = True, language: str = "ja") -> str | None:
    """The digits of a whole number; of a part with … behind them."""
    found = phone(text, asked=asked, language=language)
    return found and (found.digits if found.complete else f"{found.digits}…")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("076-000-1234です", "0760001234"),
        ("076-200-1234です", "0762001234"),
        ("〇七六の二〇〇の一二三四", "0762001234"),
        ("ゼロナナロクノニーゼロゼロノイチニーサンヨンデス", "0762001234"),
        ("れいななろくの、にーまるまるの、いちにさんし", "0762001234"),
        ("ゼロシチロク ニレイレイ イチニサンシ", "0762001234"),
        ("ゼロヒチロクのニヒャクの、センニヒャクサンジューヨン", "0762001234"),
        ("090-0000-1234", "09000001234"),
        ("ゼロキューゼロ、ゼロゼロゼロゼロ、イチニーサンヨン", "09000001234"),
        ("ゼロクゼロノゼロゼロゼロゼロノゴーロクナナハチデス", "09000005678"),
        ("ゼロハチゼロ、サンジューヨン、ジューニ、の、00、キュージューハチ", "08034120098"),
        ("090、イチが四つ、ニーがみっつにサン", "09011112223"),
        ("電話は080 0000 5678です", "08000005678"),
        ("0120-000-123", "0120000123"),
        ("フリーダイヤルでゼロイチニーマル、ゼロゼロゼロ、イチニーサン", "0120000123"),
        ("050-0000-1234", "05000001234"),
        ("0761の23の4567です", "0761234567"),
        ("ニーマルマルノイチニーサンヨンデゴザイマス", "0762001234"),
        ("200-1234", "0762001234"),
        ("七六の二〇〇の一二三四", "0762001234"),
        ("ゼロナナロクニーゼロゼロイチニーサンヨンニデンワシテ", "0762001234"),
        ("レロナナロクノニーゼロゼロノイチニーサンオンデス", "0762001234"),  # as a recogniser hears it
    ],
)
def test_a_whole_number_is_understood_however_it_is_said(text: str, digits: str) -> None:
    assert _digits(text) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("090-0000-1234、あ、違う、1235です", "09000001235"),
        ("090-0000-1234じゃなくて1235", "09000001235"),
        ("090の1234の0001、最後は7です", "09012340007"),
        ("090の1234の0001です。あ、下四桁は0007です", "09012340007"),
        ("090の1235の0007、あ、真ん中が1234です", "09012340007"),
        ("080の1234の0007、あ、最初は090です", "09012340007"),
        ("ゼロナナロクニーゼロゼロ、ア、チガウ、ニーイチゼロノイチニーサンヨン", "0762101234"),
        ("076-200-1234、間違えました、076-200-9999です", "0762009999"),
        ("076の206の0029です、206じゃなくて260です", "0762600029"),
        ("ゼロキューゼロゼロゼロゼロゼロイチニーサンヨン、チガイマス、ゴーロクナナハチ", "09000005678"),
        ("080、いや、090の1234の0007", "09012340007"),
        ("090、すみません、1234の0007です", "09012340007"),  # an apology corrects nothing
    ],
)
def test_a_correction_replaces_what_was_wrong(text: str, digits: str) -> None:
    assert _digits(text) == digits


@pytest.mark.parametrize(
    "text",
    [
        "090の1234の5678、090の1234の5678です",
        "090、090の、1234、1234の、5678、5678です",
        "ゼロキューゼロイチニーサンヨンゴーロクナナハチゼロキューゼロイチニーサンヨンゴーロクナナハチデス",
        "090の1234の5678です。繰り返します、090の1234の5678",
        "090の12、1234の5678",
        "ゼロキュー、ゼロキューゼロのイチニーサンヨンのゴーロクナナハチ",
        "090の1234の5678です、5678",
        "090の1234の…もう一回言います、090の1234の5678",
    ],
)
def test_what_is_said_twice_counts_once(text: str) -> None:
    assert _digits(text) == "09012345678"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("ゼロナナロクノ", "076…"),
        ("090の0000の", "0900000…"),
        ("076、違う、0", "070…"),
        ("いいえ、最後は7です", "7…"),
    ],
)
def test_a_part_of_a_number_is_kept_when_it_was_asked(text: str, digits: str) -> None:
    assert _digits(text) == digits
    assert _digits(text, asked=False) is None


def _part(digits: str) -> Phone:
    return Phone(digits, complete=False)


def _whole(digits: str) -> Phone:
    return Phone(digits, complete=True)


@pytest.mark.parametrize(
    ("before", "after", "together"),
    [
        (_part("090"), _part("12345678"), _whole("09012345678")),
        (_part("0901234"), _part("5678"), _whole("09012345678")),
        (_part("0901234"), _part("12345678"), _whole("09012345678")),  # the last group once more
        (_part("0901"), _whole("0762345678"), _whole("09012345678")),  # its seven digits were no number of Kanazawa
        (_part("076"), _whole("0762001234"), _whole("0762001234")),
        (_part("076"), _part("200"), _part("076200")),
        (_part("076"), _part("0762001"), _part("0762001")),
        (_part("090"), _whole("08012345678"), _whole("08012345678")),
        (_whole("09012340001"), _part("7"), _whole("09012340007")),
        (_whole("09012340001"), _part("0007"), _whole("09012340007")),
        (_whole("09012350007"), _part("1234"), _whole("09012340007")),  # resembles the group in the middle
        (_whole("09012340001"), _whole("08012340001"), _whole("08012340001")),
        (_part(""), _part("076"), _part("076")),
    ],
)
def test_the_next_reply_completes_or_corrects(before: Phone, after: Phone, together: Phone) -> None:
    assert completed(before, after) == together


@pytest.mark.parametrize(
    "text",
    [
        "",
        "広岡三丁目の30の3です",
        "ヒロオカサンチョーメノサンジューノサンデス",
        "076です",
        "バンゴーワワカリマセン",
        "000-0000-0000",
        "水が出ません",
        "お客様番号は0123456789です",
        "郵便番号は920の0031です",
        "料金が1234567円になってる",
        "令和8年4月1日から5人で使います",
    ],
)
def test_an_ordinary_sentence_holds_no_number(text: str) -> None:
    assert phone(text, asked=False) is None


def test_a_whole_number_is_heard_even_when_not_asked() -> None:
    assert _digits("広岡三丁目で水が出てます、電話は076-200-1234です", asked=False) == "0762001234"
    assert _digits("お客様番号は12345678で、電話は200の1234です", asked=False) == "0762001234"


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "my number is zero nine zero, double five one two, triple three four", "09055123334"),
        ("en", "oh nine oh twelve thirty-four fifty-six seventy-eight", "09012345678"),
        ("en", "plus eighty-one ninety, twelve thirty-four, fifty-six seventy-eight", "09012345678"),
        ("en", "090 1234 5679. Not 5679, 5678.", "09012345678"),
        ("zh", "我的手機是零九零，幺二三四，五六七八", "09012345678"),
        ("zh", "零九零，一二三四，五六七九，说错了，五六七八", "09012345678"),
        ("ko", "공구공에 일이삼사에 오육칠팔이에요", "09012345678"),
        ("ko", "영칠육 이공공 일이삼사, 아니 일이삼오요", "0762001235"),
    ],
)
def test_numbers_in_other_languages(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("〇九〇、四四八、いや四四八一、六六二九", "09044816629"),  # a group said again with the digit it lacked
        ("〇八〇、七七四、ごめんくしゃみが、七七四二、一八五三", "08077421853"),  # begun anew without a word about it
        ("二三四の、五、六、〇、あ、うそ、五六九〇です", "0762345690"),  # digit by digit, then in one
        ("〇九〇、五、六、七、うーん、五、六、七、一、九三二二", "09056719322"),  # a stretch said twice counts once
        ("〇八〇の七一二の八八三四、一桁抜けた、七一二六の八八三四", "08071268834"),
        ("〇七六の二六一の三三二四です、最後の四を五に訂正してください", "0762613325"),  # a digit pointed at
        ("090の4512の9938、最初、九〇でなく八〇でした", "08045129938"),
        ("最後が五六七八で、頭が〇九〇、真ん中が一二三四です", "09012345678"),  # the parts in any order
        ("〇九〇、五五一二の、七〇八三、ちがうちがう、〇八〇や、〇八〇の五五一二の七〇八三", "08055127083"),
        ("ゼロナナゼロ、ヒトフタサンゴー、ナナナナハチマル", "07012357780"),  # as on the wireless
        ("ゼロキュージューイチニーサンヨンゴーロクナナハチ", "09012345678"),  # 〇九〇 read as 0 and 90
        ("ゼロナナジューロクノニーロクイチノサンサンニーヨン", "0762613324"),
        ("ゼロキューキューノヨンサンニーイチノゴーロクナナハチ", "09043215678"),  # 099… of eleven digits is misheard
        ("〇九〇、三四一六、二八九三、よろしいでしょうか", "09034162893"),  # digits hide in no word of manners
    ],
)
def test_callers_mend_and_order_their_numbers_as_they_like(text: str, digits: str) -> None:
    assert _digits(text) == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("공칠육 이이사 칠일팔오", "0762247185"),  # 이사 is a move of house elsewhere
        ("이칠일에 오오사공", "0762715540"),  # 일에 is a day elsewhere
    ],
)
def test_korean_digits_that_are_words_elsewhere(text: str, digits: str) -> None:
    assert _digits(text, language="ko") == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "oh seven oh, four oh's, one nine two six", "07000001926"),
        ("en", "oh eight oh, quadruple four, double eight three oh", "08044448830"),
        ("en", "oh nine oh, then three sevens and a one, two fives, double oh", "09077715500"),
        ("ko", "공팔공 이일공구, 사가 네 개예요", "08021094444"),
    ],
)
def test_a_digit_is_said_as_many_times_as_they_say(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "oh nine oh, two seven six three, five one double eight. Sorry, two seven three six in the middle",
         "09027365188"),
        ("en", "oh nine oh, three four five six, seven eight one six, no wait, seven eight one five at the end",
         "09034567815"),
        ("en", "ninety, eight eight two one, four five one six, zero in front of that", "09088214516"),
        ("ja", "090の2763の5188、すみません、2736が真ん中です", "09027365188"),
        ("ko", "공구공 이칠육삼 오일팔팔, 아니 이칠삼육이 가운데예요", "09027365188"),
    ],
)  # fmt: skip
def test_the_part_may_be_named_after_its_digits(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "five five one two is the end, oh eight oh, two two three six is the start", "08022365512"),
        ("en", "the last four are three three oh two and before that oh nine oh, five one six six", "09051663302"),
        ("ja", "最後が二二〇五で、〇九〇の四四七一です", "09044712205"),
    ],
)
def test_what_follows_an_end_stands_before_it(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "the mobile's oh nine oh, one eight seven three, five five two one, the landline's two six one, "
         "three three oh eight. Landline's better", "0762613308"),
        ("en", "home is two five one, six six oh seven, mobile oh nine oh, two one four four, eight eight three nine, "
         "use the mobile", "09021448839"),
        ("ja", "携帯が090の3715の2842で、家は255の1630なんやけど、家のほうでお願い", "0762551630"),
        ("ja", "ケータイガゼロキューゼロノニーイチヨンヨンノハチハチサンキューデ、イエガ"
         "ニーゴーイチノロクロクマルナナヤケド、ケータイデオネガイシマス", "09021448839"),
        ("ja", "090の1637の4258、これ仕事のね、でも私用の070、3312、8845がいいわ", "07033128845"),
        ("ko", "휴대폰은 공구공 일팔칠삼 오오이일이고 집은 이육일 삼삼공팔인데 저녁엔 집이 더 좋아요", "0762613308"),
        ("zh", "手机零九零幺八七三五五二幺，座机二六一三三零八，晚上座机比较好", "0762613308"),
    ],
)  # fmt: skip
def test_of_several_numbers_the_one_they_want_to_be_rung_at(language: str, text: str, digits: str) -> None:
    assert _digits(normalise(text), language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "oh eight oh, four three two one, five six seven eight. Wait, not eight, nine", "08043215679"),
        ("en", "not the one on the bill, it's oh nine oh, three three one two, nine oh five six", "09033129056"),
    ],
)
def test_not_denies_the_digits_right_behind_it(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "eight one nine oh, triple three one, four five six seven", "09033314567"),
        ("en", "It's plus forty-four, seven seven double oh, nine hundred, one two three", None),
        ("ja", "プラス四十四の七七〇〇の九〇〇の一二三です", None),
    ],
)
def test_the_code_of_japan_may_lack_its_plus_and_no_other_country_is_rung(
    language: str, text: str, digits: str | None
) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("en", "Is it for the house? two five two, eight one nine three", "0762528193"),
        ("en", "zero kyu zero, three four one two, five six seven eight", "09034125678"),
        (
            "ja",
            "ゼロキューゼロイチニーゼロヨンサンサンゴーイチ、サンニンカゾクデス",
            "09012043351",
        ),  # a count behind a number
        ("ja", "090の5512の33、あ、3847です", "09055123847"),  # broken off and begun anew
        ("ja", "キューマルノイチニーサンロクノナナナナハチイチ、アタマニゼロツケテ", "09012367781"),
        (
            "ja",
            "ゼロキューゼロノロクニーハチイチノヨンヨンサンゴー、シタヨンケタワヨンヨンゴーサンデシタ",
            "09062814453",
        ),
        ("ko", "공칠육에 이사일에 삼구공이요", "0762413902"),  # 이 is a digit where it makes the number whole
        ("ko", "마지막은 팔이요", "8…"),
        ("ko", "공구공 삼사일팔 오칠이구, 아니 오칠구이요", "09034185792"),  # behind a vowel 이요 is no copula
        ("en", "oh nine oh, eighty-three hundred, fifty-six hundred", "09083005600"),
        ("en", "two seven one double four double three, area code seventy-six", "0762714433"),
        ("ja", "九時から五時までは二三一の六七八〇です", "0762316780"),  # a number behind the hours
    ],
)
def test_words_beside_the_digits_take_none_away(language: str, text: str, digits: str) -> None:
    assert _digits(text, language=language) == digits


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_development_set_is_understood_as_written_and_by_sound(language: str) -> None:
    lines = (DATA_DIR / language / "development" / "phones_second.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    texts = [(row["text"], row["digits"]) for row in rows]
    texts += [(reading(row["text"]), row["digits"]) for row in rows if language == "ja"]
    found = [(text, digits, phone(normalise(text), asked=True, language=language)) for text, digits in texts]
    wrong = [row for row in found if (row[2].digits if row[2] and row[2].complete else None) != row[1]]
    assert len(wrong) <= 0.03 * len(texts), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_development_rows_are_understood(language: str) -> None:
    rows = [json.loads(line) for line in (DATA_DIR / language / "phones_dev.jsonl").read_text("utf-8").splitlines()]
    wrong = [row["text"] for row in rows if not _as_wanted(row, row["text"], language)]
    assert len(wrong) <= (1 - LEAST[language]) * len(rows), wrong


def test_the_development_rows_are_understood_by_sound_too() -> None:
    rows = [json.loads(line) for line in (DATA_DIR / "ja" / "phones_dev.jsonl").read_text("utf-8").splitlines()]
    wrong = [row["text"] for row in rows if not _as_wanted(row, reading(row["text"]), "ja")]
    assert len(wrong) <= 0.04 * len(rows), wrong


def _as_wanted(row: dict[str, str], text: str, language: str) -> bool:
    found = phone(text, asked=bool(row["asked"]), language=language)
    return (found or Phone("", complete=False)) == Phone(row["digits"], complete=bool(row["complete"]))


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("ゼロニーサンノ、違ウ7〇十zero nine不是四십공아니+-"), st.characters())
    ),
    language=st.sampled_from(LANGUAGES),
    asked=st.booleans(),
)
def test_no_text_makes_it_fail(text: str, language: str, asked: bool) -> None:
    found = phone(text, asked=asked, language=language)
    assert found is None or found.digits.isdigit()


@given(before=st.text("0123456789", max_size=11), after=st.text("0123456789", max_size=11), whole=st.booleans())
def test_no_two_parts_make_completion_fail(before: str, after: str, whole: bool) -> None:
    assert completed(Phone(before, complete=whole), Phone(after, complete=False)).digits.isdecimal() or not before
