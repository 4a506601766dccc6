"""Days as callers say them in four languages, and the day of the calendar they mean."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.dates import LANGUAGES, load_dates, resolve
from nlu.source import DATA_DIR

TUESDAY = date(2026, 11, 24)
DATES = {language: load_dates(DATA_DIR / language / "dates.yaml") for language in LANGUAGES}


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今日", "11-24"),
        ("キョー", "11-24"),
        ("明日", "11-25"),
        ("アシタ", "11-25"),
        ("あさって", "11-26"),
        ("しあさって", "11-27"),
        ("今度の土曜", "11-28"),
        ("コンドノドヨービ", "11-28"),
        ("次の火曜日", "12-01"),  # after today, never today
        ("火曜日", "12-01"),
        ("今週の金曜日", "11-27"),
        ("今週の月曜日", "11-23"),
        ("来週の月曜日", "11-30"),
        ("ライシュウノゲツヨービ", "11-30"),
        ("再来週の火曜", "12-08"),
        ("来週末", "12-05"),
        ("二十日", "12-20"),  # the next one
        ("ハツカ", "12-20"),
        ("30日", "11-30"),
        ("24日", "11-24"),  # today
        ("来月の三日", "12-03"),
        ("今月の20日", "11-20"),
        ("三月三十一日", "2027-03-31"),  # ahead, in the new year
        ("サンガツサンジューイチニチ", "2027-03-31"),
        ("3月31日", "2027-03-31"),
        ("十一月三日", "11-03"),  # three weeks ago
        ("九月一日", "09-01"),
        ("八月二十五日", "2027-08-25"),  # 91 days ago is too long
        ("ジューニガツジューヨッカ", "12-14"),
        ("一月五日", "2027-01-05"),
        ("令和9年4月1日", "2027-04-01"),
        ("2027年4月1日", "2027-04-01"),
        ("来年の三月一日", "2027-03-01"),
        ("4/1", "2027-04-01"),
        ("月末", "11-30"),
        ("今月末", "11-30"),
        ("来月のはじめ", "12-01"),
        ("三月末", "2027-03-31"),
        ("サンガツイッパイ", "2027-03-31"),
        ("年末", "12-31"),
        ("年度末", "2027-03-31"),
        ("元日", "2027-01-01"),
        ("一週間後", "12-01"),
        ("イッシューカンゴ", "12-01"),
        ("三日後", "11-27"),
        ("トーカゴ", "12-04"),
        ("二か月後", "2027-01-24"),
        ("三日前", "11-21"),
        ("明日じゃなくて、あさって", "11-26"),
        ("tomorrow", "11-25"),
        ("the day after tomorrow", "11-26"),
        ("next Monday", "11-30"),
        ("next week on Friday", "12-04"),
        ("March 31st", "2027-03-31"),
        ("the thirty-first of March", "2027-03-31"),
        ("December twenty-fourth", "12-24"),
        ("the 20th", "12-20"),
        ("the end of the month", "11-30"),
        ("in two weeks", "12-08"),
        ("a week from today", "12-01"),
        ("明天", "11-25"),
        ("后天", "11-26"),
        ("後天", "11-26"),  # traditional writing
        ("下周一", "11-30"),
        ("下個星期五", "12-04"),
        ("三月三十一号", "2027-03-31"),
        ("二十号", "12-20"),
        ("月底", "11-30"),
        ("一个星期后", "12-01"),
        ("내일", "11-25"),
        ("모레", "11-26"),
        ("다음 주 월요일", "11-30"),
        ("이번 주말", "11-28"),
        ("3월 31일", "2027-03-31"),
        ("삼월 삼십일일", "2027-03-31"),
        ("이십일", "12-20"),
        ("월말", "11-30"),
        ("일주일 뒤", "12-01"),
        ("사흘 후", "11-27"),
    ],
)
def test_a_day_is_found_in_the_calendar(said: str, day: str) -> None:
    assert resolve(said, TUESDAY) == date.fromisoformat(day if len(day) > 5 else f"2026-{day}")


@pytest.mark.parametrize(
    "said",
    ["", "来週", "四月", "2月30日", "2027年2月29日", "13/40", "水が出ない", "next week", "2月31号", "다음 달", "99日"],
)
def test_what_is_no_day_of_the_calendar_is_none(said: str) -> None:
    assert resolve(said, TUESDAY) is None


@pytest.mark.parametrize(
    ("today", "said", "day"),
    [
        ("2026-04-05", "三月三十一日", "2026-03-31"),  # last week
        ("2026-12-20", "1月5日", "2027-01-05"),
        ("2027-01-05", "12月28日", "2026-12-28"),
        ("2026-12-31", "明日", "2027-01-01"),
        ("2026-12-30", "来週の月曜日", "2027-01-04"),
        ("2027-01-31", "一か月後", "2027-02-28"),
        ("2027-01-31", "30日", "2027-03-30"),  # February has none
        ("2027-12-01", "二月二十九日", "2028-02-29"),
        ("2026-11-28", "今度の土曜", "2026-12-05"),  # today is a Saturday
        ("2026-12-24", "年末", "2026-12-31"),
    ],
)
def test_the_turn_of_month_and_year(today: str, said: str, day: str) -> None:
    assert resolve(said, date.fromisoformat(today)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("ja", "三月三十一日に引っ越します", "三月三十一日"),
        ("ja", "アシタカラデス", "アシタ"),
        ("ja", "来週の月曜日の午後です", "来週の月曜日"),
        ("ja", "明日、あ違う、あさってです", "あさって"),
        ("ja", "教会の前です", None),
        ("ja", "キョウカイノマエノアスファルト", None),
        ("en", "I'm moving on March 31st, please", "March 31st"),
        ("zh", "我下个月三号搬家", "下个月三号"),
        ("ko", "다음 달 3일에 이사해요", "다음 달 3일"),
        ("ko", "물이 나와요", None),
    ],
)
def test_a_day_is_taken_as_it_was_said(language: str, text: str, said: str | None) -> None:
    assert DATES[language].find(text) == said


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("二十日三月末来週の後0123456789/thMarch下周일월달 "), st.characters())
    ),
    language=st.sampled_from(LANGUAGES),
    today=st.dates(),
)
def test_no_text_and_no_day_make_it_fail(text: str, language: str, today: date) -> None:
    said = DATES[language].find(text)
    assert said is None or said in text
    found = DATES[language].resolve(text, today)
    assert found is None or isinstance(found, date)
