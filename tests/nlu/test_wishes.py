"""The language a caller asks for, in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.normalise import normalise
from nlu.wishes import LANGUAGES, wish


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("英語でお願いします", "ja", "en"),
        ("エーゴデオネガイシマス", "ja", "en"),
        ("英語を話せる人はいますか", "ja", "en"),
        ("英語の通訳をお願いできますか", "ja", "en"),
        ("イングリッシュプリーズ", "ja", "en"),
        ("すみません、英語でいいですか", "ja", "en"),
        ("English please", "en", "en"),
        ("English, please.", "en", "en"),
        ("Do you speak English?", "en", "en"),
        ("Can I speak to someone in English?", "en", "en"),
        ("Is there anyone who speaks English", "en", "en"),
        ("我想说英语", "zh", "en"),
        ("영어로 해 주세요", "ko", "en"),
        ("中国語でお願いします", "ja", "zh"),
        ("チュウゴクゴワデキマスカ", "ja", "zh"),
        ("中文可以吗", "zh", "zh"),
        ("請說中文", "zh", "zh"),
        ("說中文", "zh", "zh"),
        ("中文", "ja", "zh"),
        ("有会说中文的人吗", "zh", "zh"),
        ("普通话", "zh", "zh"),
        ("Chinese please", "en", "zh"),
        ("Do you have a Mandarin interpreter?", "en", "zh"),
        ("韓国語で話せますか", "ja", "ko"),
        ("カンコクゴノカタオオネガイシマス", "ja", "ko"),
        ("한국어 되나요", "ko", "ko"),
        ("한국말 할 수 있는 분 계세요?", "ko", "ko"),
        ("한국어로 부탁드립니다", "ko", "ko"),
        ("Korean, please", "en", "ko"),
        ("日本語でお願いします", "ja", "ja"),
        ("Japanese is fine", "en", "ja"),
        ("일본어로 해도 돼요", "ko", "ja"),
    ],
)
def test_a_wish_is_heard_in_any_language(text: str, language: str, wanted: str) -> None:
    assert wish(normalise(text), language) == wanted


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("I don't speak Japanese", "en", "en"),
        ("Sorry, no Japanese", "en", "en"),
        ("我不会说日语", "zh", "zh"),
        ("我听不懂日文", "zh", "zh"),
        ("일본어를 못해요", "ko", "ko"),
        ("ニホンゴワカリマセン", "ja", "en"),
        ("日本語、少しだけ", "ja", "en"),
        ("日本語わかりません、中国語でお願いします", "ja", "zh"),
    ],
)
def test_who_has_no_japanese_is_served_in_the_language_he_said_so_in(text: str, language: str, wanted: str) -> None:
    assert wish(normalise(text), language) == wanted


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("道路から水が出ています", "ja"),
        ("英語の先生の家の水道です", "ja"),
        ("わかりません", "ja"),
        ("中国料理店の前で水が出ています", "ja"),
        ("日本語教室のトイレが詰まりました", "ja"),
        ("There is a leak on the road", "en"),
        ("I do not speak English", "en"),
        ("Do you have an English form?", "en"),
        ("路上有水", "zh"),
        ("도로에서 물이 나와요", "ko"),
        ("영어 학원 앞에서 물이 나와요", "ko"),
        ("", "ja"),
    ],
)
def test_an_ordinary_sentence_is_no_wish(text: str, language: str) -> None:
    assert wish(normalise(text), language) is None


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(LANGUAGES))
def test_no_text_makes_it_fail(text: str, language: str) -> None:
    assert wish(text, language) in {None, *LANGUAGES}
