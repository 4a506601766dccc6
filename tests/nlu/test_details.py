"""The details of a situation that callers tell in passing, in four languages; what is not sure is not found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.acts import plain_of
from nlu.details import MOST_NUMBERS, shipped
from nlu.meaning import Act
from nlu.normalise import normalise

LANGUAGES = ("ja", "en", "zh", "ko")


def told(language: str, text: str) -> dict[str, str]:
    return dict(shipped(language).find(plain_of(normalise(text), language)))


@pytest.mark.parametrize(
    ("language", "text", "detail", "option"),
    [
        ("ja", "アスファルトから水が湧いています", "flow", "flowing"),
        ("ja", "アスファルトから水が湧いています", "surface", "asphalt"),
        ("ja", "にじむ程度です", "flow", "oozing"),
        ("ja", "じわじわ染み出しています", "flow", "oozing"),
        ("ja", "水が少しずつ漏れています", "flow", "oozing"),
        ("ja", "噴き出しています", "flow", "gushing"),
        ("ja", "ミズガフキダシトル", "flow", "gushing"),
        ("ja", "勢いよく流れています", "flow", "gushing"),
        ("ja", "川のようになっています", "flow", "gushing"),
        ("ja", "噴き出してはいなくて、にじむ程度です", "flow", "oozing"),
        ("ja", "最初はにじんでいただけですが、いまは噴き出しています", "flow", "gushing"),
        ("ja", "アスファルトではなく土のところです", "surface", "soil"),
        ("ja", "側溝から水があふれています", "surface", "gutter"),
        ("ja", "車道の端から出ています", "spot", "edge"),
        ("ja", "車は通れます", "traffic", "passable"),
        ("ja", "車は通れません", "traffic", "blocked"),
        ("ja", "クルマワトーレマセン", "traffic", "blocked"),
        ("ja", "通行止めになっています", "traffic", "blocked"),
        ("ja", "うちだけです", "houses", "only_here"),
        ("ja", "隣は普通に出ているそうです", "houses", "only_here"),
        ("ja", "隣も同じです", "houses", "several"),
        ("ja", "うちだけじゃなくて隣も出ません", "houses", "several"),
        ("ja", "元栓を閉めたら止まりました", "stops", "stops"),
        ("ja", "元栓を閉めても止まりません", "stops", "unstoppable"),
        ("ja", "元栓の場所がわからない", "stops", "unstoppable"),
        ("ja", "床下の管が破裂して水が止まらないんです", "stops", "unstoppable"),
        ("ja", "車が通れんがです", "traffic", "blocked"),
        ("ja", "マンホールのふたが外れています", "lid", "missing"),
        ("ja", "マンホールのふたがずれています", "lid", "shifted"),
        ("ja", "こぶしくらいの穴です", "hole", "small"),
        ("ja", "人が入るくらいの穴があいています", "hole", "large"),
        ("ja", "けが人がいます", "people", "danger"),
        ("ja", "子どもが穴に落ちました", "people", "danger"),
        ("ja", "けが人はいません", "people", "nobody"),
        ("ja", "水がチョロチョロしか出ません", "supply", "weak"),
        ("ja", "茶色い水が出ます", "colour", "brown"),
        ("ja", "油のにおいがします", "smell", "oil"),
        ("ja", "子どもがおなかをこわしています", "illness", "ill"),
        ("en", "Water is gushing out of the asphalt", "flow", "gushing"),
        ("en", "it's not gushing, just seeping", "flow", "oozing"),
        ("en", "water is running out of the road", "flow", "flowing"),
        ("en", "cars can still get through", "traffic", "passable"),
        ("en", "cars can't get past", "traffic", "blocked"),
        ("en", "nobody can get through", "traffic", "blocked"),
        ("en", "only my house", "houses", "only_here"),
        ("en", "not only my house, the neighbors too", "houses", "several"),
        ("en", "nobody is hurt", "people", "nobody"),
        ("en", "a man is hurt", "people", "danger"),
        ("en", "it doesn't stop", "stops", "unstoppable"),
        ("en", "the manhole cover is missing", "lid", "missing"),
        ("zh", "水在喷", "flow", "gushing"),
        ("zh", "没有喷，只是慢慢渗出来", "flow", "oozing"),
        ("zh", "车能过去", "traffic", "passable"),
        ("zh", "车过不去", "traffic", "blocked"),
        ("zh", "只有我家", "houses", "only_here"),
        ("zh", "不只我们家，邻居也没水", "houses", "several"),
        ("zh", "没有人受伤", "people", "nobody"),
        ("zh", "有人受伤了", "people", "danger"),
        ("ko", "물이 뿜어져 나와요", "flow", "gushing"),
        ("ko", "조금씩 스며 나와요", "flow", "oozing"),
        ("ko", "차는 지나갈 수 있어요", "traffic", "passable"),
        ("ko", "지나갈 수 없어요", "traffic", "blocked"),
        ("ko", "우리 집만 그래요", "houses", "only_here"),
        ("ko", "우리 집만 아니라 옆집도 안 나와요", "houses", "several"),
        ("ko", "다친 사람은 없어요", "people", "nobody"),
    ],
)
def test_a_detail_is_understood_as_callers_tell_it(language: str, text: str, detail: str, option: str) -> None:
    assert told(language, text).get(detail) == option


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "噴き出してはいません"),
        ("ja", "噴き出しそうです"),
        ("ja", "水は噴き出しとらんです"),
        ("ja", "流れているほどではないです"),
        ("ja", "下水が流れません"),
        ("ja", "トイレの水が流れなくて"),
        ("ja", "通れないことはないです"),
        ("ja", "通れるかどうかわかりません"),
        ("ja", "通行止めにしたほうがいいです"),
        ("ja", "うちだけかどうか分かりません"),
        ("ja", "子どもが落ちたら危ないです"),
        ("ja", "ふたは二つあります"),
        ("ja", "一つ違います"),
        ("ja", "三百メートル先の穴です"),
        ("ja", "道路から水が出ています"),
        ("en", "the drain is not flowing"),
        ("en", "i don't know if cars can get through"),
        ("zh", "下水道流不下去"),
        ("ko", "뿜어 나오지는 않아요"),
        ("ko", "도로가 꺼졌어요"),
    ],
)
def test_what_is_denied_feared_or_not_known_is_no_detail(language: str, text: str) -> None:
    assert told(language, text) == {}


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("ja", "二番です", 2),
        ("ja", "サンバン", 3),
        ("ja", "1", 1),
        ("en", "number two, please", 2),
        ("zh", "第三个", 3),
        ("ko", "1번이요", 1),
        ("ja", "二番目の交差点です", None),
        ("en", "one of the cars", None),
    ],
)
def test_the_number_of_an_option_counts_only_where_nothing_else_is_said(
    language: str, text: str, number: int | None
) -> None:
    assert shipped(language).number(plain_of(normalise(text), language)) == number


@pytest.mark.parametrize(
    ("language", "text", "act"),
    [
        ("ja", "いません", Act.NO),
        ("ja", "います", Act.YES),
        ("en", "no one", Act.NO),
        ("en", "they can", Act.YES),
        ("zh", "没有", Act.NO),
        ("zh", "可以", Act.YES),
        ("ko", "없어요", Act.NO),
        ("ko", "있어요", Act.YES),
        ("ja", "だれか来ています", None),
    ],
)
def test_a_bare_yes_or_no_is_read_in_the_words_of_the_question(language: str, text: str, act: Act | None) -> None:
    assert shipped(language).act(plain_of(normalise(text), language)) is act


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_the_same_details_and_numbers(language: str) -> None:
    assert shipped(language).known == shipped("ja").known
    assert len(shipped(language).numbers) == MOST_NUMBERS


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LANGUAGES), st.text(max_size=60))
def test_no_text_breaks_it_and_each_detail_is_told_once(language: str, text: str) -> None:
    found = shipped(language).find(plain_of(normalise(text), language))
    assert len(dict(found)) == len(found)
    assert list(found) == sorted(found)
