"""What callers do to the conversation."""

from __future__ import annotations

import json
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.acts import Acts, load_acts, plain_of
from nlu.encoder import load_encoder
from nlu.meaning import Act, Expecting, Level
from nlu.normalise import normalise, without_fillers
from nlu.source import DATA_DIR
from nlu.understand import Understanding

LANGUAGES = ("ja", "en", "zh", "ko")
LEAST = 0.98
"""Share of nlu/data/<language>/acts_said.jsonl that must be right."""

ANY, YES_NO, PHONE, NAME, PLACE = (
    Expecting.ANYTHING,
    Expecting.YES_NO,
    Expecting.PHONE,
    Expecting.NAME,
    Expecting.PLACE,
)


@pytest.mark.parametrize(
    ("text", "expecting", "act"),
    [
        ("はい", YES_NO, Act.YES),
        ("ハイ", YES_NO, Act.YES),
        ("はい、はい", YES_NO, Act.YES),
        ("ええ", YES_NO, Act.YES),
        ("エー", YES_NO, Act.YES),
        ("うん", YES_NO, Act.YES),
        ("そうです", YES_NO, Act.YES),
        ("ソーデス", YES_NO, Act.YES),
        ("おいね", YES_NO, Act.YES),
        ("はい、お願いします", YES_NO, Act.YES),
        ("それで合ってます", YES_NO, Act.YES),
        ("はい、道路から水が出ていて", YES_NO, Act.YES),
        ("はい、道路から水が出ていて", ANY, None),
        ("いいえ", YES_NO, Act.NO),
        ("イイエ", YES_NO, Act.NO),
        ("違います", YES_NO, Act.NO),
        ("はい、違います", YES_NO, Act.NO),
        ("なーん", YES_NO, Act.NO),
        ("ナーン、チガウゲン", YES_NO, Act.NO),
        ("いや、そうではないです", YES_NO, Act.NO),
        ("いえ、三丁目です", YES_NO, Act.NO),
        ("家の前です", YES_NO, None),
        ("いいです", YES_NO, None),
        ("いいわ", YES_NO, None),
        ("大丈夫です", YES_NO, None),
        ("結構です", YES_NO, None),
        ("結構です", ANY, Act.STOP),
        ("もういいです", ANY, Act.STOP),
        ("モーイーデス", ANY, Act.STOP),
        ("やめます", ANY, Act.STOP),
        ("失礼します", ANY, Act.STOP),
        ("もう一度言ってください", ANY, Act.REPEAT),
        ("モーイチドオネガイシマス", PLACE, Act.REPEAT),
        ("聞こえません", ANY, Act.REPEAT),
        ("人に代わってください", ANY, Act.OPERATOR),
        ("ヒトニカワッテクダサイ", ANY, Act.OPERATOR),
        ("オペレーター", ANY, Act.OPERATOR),
        ("担当者につないで", ANY, Act.OPERATOR),
        ("人間と話したい", ANY, Act.OPERATOR),
        ("係の人をお願いします", ANY, Act.OPERATOR),
        ("この番号でいいです", PHONE, Act.THIS_NUMBER),
        ("コノバンゴーデオネガイシマス", PHONE, Act.THIS_NUMBER),
        ("今かけてる番号です", PHONE, Act.THIS_NUMBER),
        ("これで", PHONE, Act.THIS_NUMBER),
        ("匿名でお願いします", NAME, Act.DECLINE),
        ("名前は言いたくないです", NAME, Act.DECLINE),
        ("番号は教えられません", PHONE, Act.DECLINE),
        ("バンゴーワオシエラレマセン", PHONE, Act.DECLINE),
        ("わかりません", PLACE, Act.UNKNOWN),
        ("ワカラン", PLACE, Act.UNKNOWN),
        ("ちょっとわからないです", PLACE, Act.UNKNOWN),
        ("番地はわかりません", PLACE, Act.UNKNOWN),
        ("オベレーター", ANY, Act.OPERATOR),  # one mora misheard
        ("オペレーカーオネガイシマス", ANY, Act.OPERATOR),
        ("オペラを聞きたい", ANY, None),
        ("ごめんなさい、もういっぺん言うて", PLACE, Act.REPEAT),
        ("いま、なんて言うたが", PLACE, Act.REPEAT),
        ("キキトレナンダワ", PHONE, Act.REPEAT),
        ("もう一回送ってほしいんです", ANY, None),
        ("すみません、かけ間違いました", ANY, Act.STOP),
        ("マチガイデンワデシタ、ゴメンナサイ", ANY, Act.STOP),
        ("すみません、間違えました", ANY, Act.STOP),
        ("間違えました", YES_NO, Act.NO),
        ("番号を間違えました、最後は5です", PHONE, None),
        ("また明日こちらから電話します", PHONE, Act.STOP),
        ("ほんなら、またにします", ANY, Act.STOP),
        ("また今度でいいです", PHONE, Act.STOP),
        ("かけなおします", YES_NO, Act.STOP),
        ("連絡は結構です", YES_NO, Act.DECLINE),
        ("オリカエシノデンワワイランワ", PHONE, Act.DECLINE),
        ("道路から水が出ています", ANY, None),
        ("", YES_NO, None),
    ],
)
def test_what_the_caller_does(understanding: Understanding, text: str, expecting: Expecting, act: Act | None) -> None:
    assert understanding.understand(text, expecting).act is act


def test_a_yes_with_content_keeps_its_content(understanding: Understanding) -> None:
    meaning = understanding.understand("はい、広岡三丁目の道路から水が噴き出しています", YES_NO)
    assert meaning.act is Act.YES
    assert meaning.urgency.level is Level.URGENT
    assert meaning.slots.place is not None
    assert meaning.slots.place.town == "広岡"


@lru_cache(maxsize=4)
def acts_of(language: str) -> Acts:
    return load_acts(DATA_DIR / language / "acts.yaml", load_encoder())


def act_in(text: str, language: str, expecting: Expecting) -> Act | None:
    clean = without_fillers(normalise(text))
    return acts_of(language).find(plain_of(clean, language), expecting, clean).act


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_that_are_known_are_understood(language: str) -> None:
    rows = [json.loads(line) for line in (DATA_DIR / language / "acts_said.jsonl").read_text("utf-8").splitlines()]
    wrong = [row for row in rows if act_in(row["text"], language, Expecting(row["expecting"])) != row["act"]]
    assert len(wrong) <= (1 - LEAST) * len(rows), wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_can_be_said_in_every_language(language: str) -> None:
    rows = [json.loads(line) for line in (DATA_DIR / language / "acts_said.jsonl").read_text("utf-8").splitlines()]
    assert {row["act"] for row in rows} == {None, *(act.value for act in Act)}


@pytest.mark.parametrize(
    ("language", "text", "expecting", "act"),
    [
        ("ja", "結構です", PHONE, Act.DECLINE),  # the number is not given
        ("ja", "いらんわ", YES_NO, Act.NO),
        ("ja", "いらんわ", PHONE, Act.DECLINE),
        ("ja", "ほやほや", YES_NO, Act.YES),
        ("ja", "この番号から電話がありました", ANY, None),
        ("en", "That's fine", YES_NO, None),
        ("en", "No water since this morning", ANY, None),
        ("zh", "沒錯", YES_NO, Act.YES),  # traditional writing
        ("zh", "没关系", YES_NO, None),
        ("ko", "괜찮아요", YES_NO, None),
        ("ko", "아니요, 괜찮아요", YES_NO, Act.NO),
    ],
)
def test_the_same_words_mean_what_the_question_makes_of_them(
    language: str, text: str, expecting: Expecting, act: Act | None
) -> None:
    assert act_in(text, language, expecting) is act


@pytest.mark.parametrize(
    ("text", "expecting", "act"),
    [
        ("ヨロセーデス", YES_NO, Act.YES),
        ("ソノソーリデス", YES_NO, Act.YES),
        ("チョットシガイマス", YES_NO, Act.NO),
        ("サントーノホーニカワッテクダサイ", ANY, Act.OPERATOR),
        ("キキトレマセンデツタ", PHONE, Act.REPEAT),
        ("ホンダラマタ", ANY, Act.STOP),
        ("ハッキリワタリマセン", PLACE, Act.UNKNOWN),
        ("ドーロカラミズガデテマス", ANY, None),
    ],
)
def test_what_a_recogniser_mishears_is_known_by_its_likeness(text: str, expecting: Expecting, act: Act | None) -> None:
    assert act_in(text, "ja", expecting) is act


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=80), language=st.sampled_from(LANGUAGES), expecting=st.sampled_from(Expecting))
def test_no_text_makes_it_fail(text: str, language: str, expecting: Expecting) -> None:
    assert act_in(text, language, expecting) in {None, *Act}
