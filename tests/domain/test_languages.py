"""Whole dialogues in English, Chinese and Korean: which language a call is held in, and that all of it is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

import pytest

from ivr.domain import languages
from ivr.domain.call import (
    Ask,
    Call,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    NobodyAnswered,
    NotifyStaff,
    PhoneSource,
    Pressed,
    Question,
    RecordAnswer,
    RegisterCallback,
    Say,
    StayedSilent,
    StoreTicket,
    TakeMessage,
    Transfer,
    Turn,
)
from ivr.domain.dialog import step
from ivr.domain.hours import TOKYO
from ivr.domain.outcome import OutcomeKind
from ivr.domain.script import Script
from nlu.meaning import Act, Category, Intent, Phone, Redirect
from tests.domain.events import (
    BY_SOUND,
    DAY,
    IZUMINO,
    NEW_YEAR,
    NIGHT,
    OUTSIDE,
    TOWN_ONLY,
    arrived,
    redirected,
    said,
    spoke,
    unsure,
    urgent,
)

FOREIGN = ("en", "zh", "ko")
KEY = {"en": "5", "zh": "6", "ko": "7", "ja": "8"}
LEAK = {
    "en": "water is coming up through the asphalt",
    "zh": "柏油路面上有水冒出来了",
    "ko": "아스팔트 틈으로 물이 올라오고 있어요",
}
QUESTION = {
    "en": "what do I have to do to start using water",
    "zh": "我想知道怎样开始用水",
    "ko": "수도를 쓰려면 어떻게 해야 하나요",
}
MUMBLE = {"en": "well it is about that thing", "zh": "就是那个事情怎么说呢", "ko": "그게 그러니까 그거 말인데요"}
YES = {"en": "yes", "zh": "是", "ko": "네"}
LETTERS = {"en": r"[A-Za-z]", "zh": r"[一-龠]", "ko": r"[가-힣]"}
OTHERS = {"en": r"[ぁ-んァ-ヶ一-龠가-힣]", "zh": r"[ぁ-んァ-ヶ가-힣]", "ko": r"[ぁ-んァ-ヶ一-龠]"}

NIGHT_CALL = arrived(NIGHT, Dialled.NIGHT_LINE)
DAY_CALL = arrived(DAY)


def leak(language: str, at: datetime = NIGHT) -> Event:
    return urgent(LEAK[language], at, language=language)


def question(language: str, at: datetime = DAY, answer: str | None = None) -> Event:
    return spoke(QUESTION[language], at, intent=Intent.QUESTION, answer=answer, language=language)


def wish(language: str, at: datetime = DAY) -> Event:
    return spoke("外国語でお願いします", at, wish=language)


def play(script: Script, *events: Event) -> Turn:
    """The last turn of these events."""
    turn = Turn(Call("CA1"))
    for event in events:
        turn = step(script, turn.call, event)
    return turn


def words(script: Script, turn: Turn) -> str:
    lines = [line for action in turn.actions for line in getattr(action, "lines", ())]
    return " ".join(script.text(line, turn.call.language) for line in lines)


def kinds(turn: Turn) -> list[type]:
    return [type(action) for action in turn.actions]


def asked(turn: Turn) -> Question | None:
    return turn.call.question


# --- which language ------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [DAY, NIGHT, NEW_YEAR])
@pytest.mark.parametrize("dialled", Dialled)
def test_the_other_languages_are_offered_each_in_itself_behind_the_emergency(
    script: Script, at: datetime, dialled: Dialled
) -> None:
    greeting = words(script, play(script, arrived(at, dialled)))
    places = [
        greeting.index(text) for text in ("金沢市企業局", "1を", "press 5", "请按6", "7번", "ご用件をお話しください")
    ]
    assert places == sorted(places)


def test_only_what_the_line_can_say_without_a_break_is_offered_with_the_greeting(script: Script) -> None:
    live = replace(arrived(DAY), ears=Ears.STREAM, offers=("ja",))
    assert "press 5" not in words(script, play(script, live))
    assert "press 5" in words(script, play(script, live, StayedSilent(DAY)))


@pytest.mark.parametrize("language", FOREIGN)
def test_a_key_chooses_the_language_and_the_greeting_is_given_again_in_it(script: Script, language: str) -> None:
    turn = play(script, DAY_CALL, Pressed(DAY, KEY[language]))
    assert (turn.call.language, turn.call.chosen, asked(turn)) == (language, True, Question.OPEN)
    assert script.lines[language]["greeting.day"] in words(script, turn)
    assert not re.search(OTHERS[language], words(script, turn))


@pytest.mark.parametrize("language", FOREIGN)
def test_a_sentence_in_another_language_switches(script: Script, language: str) -> None:
    turn = play(script, NIGHT_CALL, spoke(MUMBLE[language], NIGHT, language=language))
    assert (turn.call.language, turn.call.chosen) == (language, False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OK", "en"),
        ("hello", "en"),
        ("PayPay", "en"),
        ("yes please", "en"),
        ("你好", "zh"),
        ("喂", "zh"),
        ("네", "ko"),
        ("여보세요", "ko"),
    ],
)
def test_a_short_word_never_switches_but_the_languages_are_offered(script: Script, text: str, language: str) -> None:
    act = Act.YES if text in ("yes please", "네") else None
    turn = play(script, DAY_CALL, spoke(text, DAY, language=language, act=act))
    assert turn.call.language == "ja"
    assert "press 5" in words(script, turn)


@pytest.mark.parametrize("language", FOREIGN)
def test_a_name_or_an_address_in_other_letters_does_not_switch(script: Script, language: str) -> None:
    name = {"en": "Hotel Nikko", "zh": "金泽日航酒店", "ko": "닛코 호텔 앞"}[language]
    turn = play(script, NIGHT_CALL, Pressed(NIGHT, "1"), spoke(name, NIGHT, language=language))
    assert turn.call.language == "ja"


@pytest.mark.parametrize("language", FOREIGN)
def test_a_whole_sentence_switches_in_the_middle_of_a_report(script: Script, language: str) -> None:
    sentence = spoke(f"{LEAK[language]} {LEAK[language]}", NIGHT, language=language)
    turn = play(script, NIGHT_CALL, Pressed(NIGHT, "1"), sentence)
    assert turn.call.language == language
    assert turn.call.report is not None
    assert turn.call.report.language == language
    assert asked(turn) is Question.PLACE


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("redirect", Redirect)
def test_one_word_that_is_understood_as_an_emergency_is_answered_in_its_language(
    script: Script, language: str, redirect: Redirect
) -> None:
    turn = play(script, NIGHT_CALL, redirected(redirect, language=language))
    assert script.lines[language][f"told.redirect_{redirect.value}"] in words(script, turn)
    assert turn.call.outcome is not None
    assert turn.call.outcome.kind is OutcomeKind.SAFETY_REDIRECT
    assert kinds(turn)[-1] is HangUp


@pytest.mark.parametrize("language", FOREIGN)
def test_what_was_chosen_stays_whatever_is_spoken(script: Script, language: str) -> None:
    japanese = spoke("すみません、水道を使い始めたいのですが、どうすればいいですか", NIGHT, intent=Intent.START)
    for choice in (Pressed(NIGHT, KEY[language]), wish(language, NIGHT)):
        turn = play(script, NIGHT_CALL, choice, japanese, urgent(at=NIGHT))
        assert turn.call.language == language


@pytest.mark.parametrize("language", FOREIGN)
def test_a_caller_may_choose_again_and_come_back(script: Script, language: str) -> None:
    back = play(script, DAY_CALL, Pressed(DAY, KEY[language]), Pressed(DAY, KEY["ja"]))
    assert (back.call.language, back.call.chosen) == ("ja", True)
    wished = play(script, DAY_CALL, Pressed(DAY, KEY[language]), wish("ja"))
    assert wished.call.language == "ja"


@pytest.mark.parametrize("language", FOREIGN)
def test_whoever_mixes_japanese_in_is_not_led_back_in_the_middle_of_a_report(script: Script, language: str) -> None:
    mixed = spoke("泉野出町四丁目12の3です、コンビニの前です、お願いします", NIGHT, place=IZUMINO)
    turn = play(script, NIGHT_CALL, leak(language), mixed)
    assert turn.call.language == language
    assert asked(turn) is Question.READ_BACK
    done = step(script, turn.call, said(Act.YES, text="はい、そうです、よろしくお願いします"))
    assert done.call.language == language


def test_a_language_that_was_guessed_wrongly_is_left_by_a_sentence_or_a_key(script: Script) -> None:
    guessed = (DAY_CALL, question("en", answer="start"))
    sentence = spoke("あのう、料金の払い方を聞きたいんですけど", DAY, intent=Intent.BILLING)
    assert play(script, *guessed, sentence).call.language == "ja"
    offered = play(script, NIGHT_CALL, spoke(MUMBLE["en"], NIGHT, language="en"), StayedSilent(NIGHT))
    assert "8を押して" in words(script, offered)


@pytest.mark.parametrize("language", FOREIGN)
def test_a_wish_alone_puts_the_question_again_in_that_language(script: Script, language: str) -> None:
    for call, expected in (
        ((DAY_CALL,), Question.OPEN),
        ((NIGHT_CALL, Pressed(NIGHT, "1")), Question.PLACE),
        ((NIGHT_CALL, unsure()), Question.CLARIFY),
        ((NIGHT_CALL, urgent(place=TOWN_ONLY)), Question.PLACE_DETAIL),
        ((NIGHT_CALL, urgent(place=BY_SOUND)), Question.CONFIRM_PLACE),
        ((NIGHT_CALL, urgent(place=IZUMINO)), Question.READ_BACK),
    ):
        turn = play(script, *call, wish(language, call[0].at))
        assert (asked(turn), turn.call.language) == (expected, language)
        assert not re.search(OTHERS[language], words(script, turn)), words(script, turn)


@pytest.mark.parametrize("language", FOREIGN)
def test_again_after_a_switch_is_again_in_the_new_language(script: Script, language: str) -> None:
    again = spoke(f"{MUMBLE[language]} {MUMBLE[language]}", NIGHT, act=Act.REPEAT, language=language)
    turn = play(script, NIGHT_CALL, urgent(place=IZUMINO), replace(again, question=Question.SITUATION))
    assert asked(turn) is Question.READ_BACK
    assert not re.search(OTHERS[language], words(script, turn))


def test_a_wish_with_a_matter_is_followed_by_the_matter(script: Script) -> None:
    both = spoke("英語でお願いします、水道を使い始めたいんです", DAY, intent=Intent.START, wish="en")
    turn = play(script, DAY_CALL, both)
    assert isinstance(turn.actions[-1], Transfer)
    assert (turn.actions[-1].desk, turn.call.language) == ("interpreter", "en")


def test_the_language_expected_of_the_next_reply_is_the_one_that_is_settled() -> None:
    assert languages.expected(None) is None
    assert languages.expected(Call("CA1")) is None
    assert languages.expected(Call("CA1", chosen=True)) == "ja"
    assert languages.expected(Call("CA1", language="ko")) == "ko"


# --- by night ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", FOREIGN)
def test_a_leak_at_night_becomes_a_ticket_and_all_of_it_is_said_in_the_language(script: Script, language: str) -> None:
    calls = [NIGHT_CALL, leak(language), spoke("…", NIGHT, place=IZUMINO, language=language)]
    for length in (2, 3):
        said_so_far = words(script, play(script, *calls[:length]))
        assert re.search(LETTERS[language], said_so_far)
        assert not re.search(OTHERS[language], said_so_far), said_so_far
    turn = play(script, *calls, said(Act.YES, text=YES[language], language=language))
    assert kinds(turn) == [StoreTicket, NotifyStaff, Say, HangUp]
    assert "0 0 3 7" in words(script, turn)
    assert not re.search(OTHERS[language], words(script, turn))
    report = turn.call.report
    assert report is not None
    assert (report.language, report.phone_source, report.category) == (
        language,
        PhoneSource.CALLER_ID,
        Category.ROAD_LEAK,
    )


@pytest.mark.parametrize("language", FOREIGN)
def test_a_withheld_number_is_asked_for_and_read_back_in_the_language(script: Script, language: str) -> None:
    call = [arrived(NIGHT, caller=None), leak(language), spoke("…", NIGHT, place=IZUMINO, language=language)]
    assert asked(play(script, *call)) is Question.PHONE
    spoken_number = spoke("…", NIGHT, phone=Phone("09012345678", complete=True), language=language)
    turn = play(script, *call, spoken_number)
    assert asked(turn) is Question.READ_BACK
    assert "0 9 0" in words(script, turn)


@pytest.mark.parametrize("language", FOREIGN)
def test_what_is_not_urgent_at_night_is_told_the_next_opening_in_the_language(script: Script, language: str) -> None:
    turn = play(script, arrived(NIGHT), question(language, NIGHT))
    opening = {"en": "tomorrow at 8:45 a.m.", "zh": "明天上午8点45分", "ko": "내일 오전 8시 45분"}[language]
    assert opening in words(script, turn)
    assert "0 1 2 0" in words(script, turn)
    new_year = play(script, arrived(NEW_YEAR), question(language, NEW_YEAR))
    date = {"en": "on January 4 at 8:45 a.m.", "zh": "1月4日上午8点45分", "ko": "1월 4일 오전 8시 45분"}[language]
    assert date in words(script, new_year)
    assert turn.call.outcome is not None
    assert turn.call.outcome.kind is OutcomeKind.TOLD_HOURS


def test_noon_is_twelve_in_english(script: Script) -> None:
    from ivr.domain import spoken

    noon = datetime(2026, 11, 24, 12, 5, tzinfo=TOKYO)
    assert spoken.time_of_day(script, "en", noon) == "12:05 p.m."
    assert spoken.time_of_day(script, "ja", noon) == "午後0時5分"


@pytest.mark.parametrize("language", FOREIGN)
def test_unclear_words_at_night_lead_to_one_short_question_in_the_language(script: Script, language: str) -> None:
    mumble = spoke(MUMBLE[language], NIGHT, language=language)
    turn = play(script, NIGHT_CALL, mumble, mumble, mumble)
    assert asked(turn) is Question.CLARIFY
    assert script.lines[language]["question.clarify"] in words(script, turn)
    ticket = step(script, turn.call, StayedSilent(NIGHT))
    assert kinds(ticket)[0] is StoreTicket


@pytest.mark.parametrize("language", FOREIGN)
def test_a_place_outside_the_city_is_named_in_the_language(script: Script, language: str) -> None:
    turn = play(script, NIGHT_CALL, leak(language), spoke("…", NIGHT, place=OUTSIDE, language=language))
    assert {"en": "Nonoichi City", "zh": "野野市市", "ko": "노노이치시"}[language] in words(script, turn)


# --- by day --------------------------------------------------------------------------------------


def test_an_answer_is_given_in_the_language_where_there_is_one(script: Script) -> None:
    for language, answer in (("en", "A sample answer."), ("zh", "样本答复。")):
        turn = play(script, DAY_CALL, question(language, answer="start"))
        assert kinds(turn) == [RecordAnswer, Ask]
        assert answer in words(script, turn)
        assert asked(turn) is Question.HELPED


@pytest.mark.parametrize(("language", "topic"), [("ko", "start"), ("en", "meter_cycle"), ("zh", "meter_cycle")])
def test_an_answer_that_is_not_there_in_the_language_is_left_to_the_interpreter(
    script: Script, language: str, topic: str
) -> None:
    transfer = play(script, DAY_CALL, question(language, answer=topic)).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "interpreter"


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize(
    "intent", [Intent.START, Intent.COMPLAINT, Intent.BILLING, Intent.UNCLEAR, Intent.REPAIR_CHANGE]
)
def test_everything_else_by_day_goes_to_the_interpreter_in_the_language(
    script: Script, language: str, intent: Intent
) -> None:
    turn = play(script, DAY_CALL, spoke(MUMBLE[language], DAY, intent=intent, language=language))
    transfer = turn.actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "interpreter"
    assert script.desks["interpreter"].names[language] in words(script, turn)
    assert not re.search(OTHERS[language], words(script, turn))


@pytest.mark.parametrize("language", FOREIGN)
def test_an_emergency_by_day_is_stored_and_taken_by_the_interpreter_first(script: Script, language: str) -> None:
    first = play(script, DAY_CALL, leak(language, DAY))
    assert kinds(first) == [StoreTicket, Ask]
    turn = step(script, first.call, spoke("…", DAY, place=IZUMINO, language=language))
    assert kinds(turn) == [StoreTicket, Transfer]
    assert isinstance(turn.actions[-1], Transfer)
    assert (turn.actions[-1].desk, turn.actions[-1].urgent) == ("interpreter", True)
    alone = step(script, turn.call, NobodyAnswered(DAY, "timeout"))
    assert asked(alone) is Question.READ_BACK
    assert script.lines[language]["transfer.busy_urgent"] in words(script, alone)
    done = step(script, alone.call, said(Act.YES, DAY, YES[language], language=language))
    assert kinds(done) == [StoreTicket, NotifyStaff, Say, HangUp]


@pytest.mark.parametrize("language", FOREIGN)
def test_nobody_at_the_interpreters_desk_is_followed_by_a_call_back_in_the_language(
    script: Script, language: str
) -> None:
    busy = play(script, DAY_CALL, Pressed(DAY, KEY[language]), Pressed(DAY, "0"), NobodyAnswered(DAY, "timeout"))
    assert asked(busy) is Question.READ_BACK
    turn = step(script, busy.call, said(Act.YES, DAY, YES[language], language=language))
    (promise,) = [action for action in turn.actions if isinstance(action, RegisterCallback)]
    assert promise.language == language
    assert not re.search(OTHERS[language], words(script, turn))


@pytest.mark.parametrize("language", FOREIGN)
def test_the_answer_given_is_given_again_when_the_language_is_changed(script: Script, language: str) -> None:
    answered = play(script, DAY_CALL, spoke("水道の使い始め方は", DAY, intent=Intent.QUESTION, answer="start"))
    turn = step(script, answered.call, Pressed(DAY, KEY[language]))
    if language == "ko":
        assert isinstance(turn.actions[-1], Transfer)
    else:
        assert asked(turn) is Question.HELPED
        assert RecordAnswer not in kinds(turn)


# --- ears ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", FOREIGN)
def test_a_language_the_ears_do_not_understand_is_served_by_keys_and_recordings(script: Script, language: str) -> None:
    japanese_ears = replace(arrived(NIGHT), ears=Ears.RECORD, hears=("ja",))
    turn = play(script, japanese_ears, Pressed(NIGHT, KEY[language]))
    assert (turn.call.ears, asked(turn)) == (Ears.KEYS, Question.MENU)
    message = step(script, turn.call, Pressed(NIGHT, "1"))
    assert kinds(message) == [StoreTicket, TakeMessage]
    assert not re.search(OTHERS[language], words(script, message))


def test_back_in_a_language_the_ears_understand_the_call_is_heard_as_before(script: Script) -> None:
    japanese_ears = replace(arrived(NIGHT), ears=Ears.RECORD, hears=("ja",))
    turn = play(script, japanese_ears, Pressed(NIGHT, KEY["zh"]), Pressed(NIGHT, KEY["ko"]), Pressed(NIGHT, KEY["ja"]))
    assert (turn.call.ears, asked(turn)) == (Ears.RECORD, Question.OPEN)
    failed = step(script, turn.call, EarsFailed(NIGHT, "late"))
    away = play(script, japanese_ears, Pressed(NIGHT, "5"), EarsFailed(NIGHT, "late"), Pressed(NIGHT, "8"))
    assert away.call.ears is Ears.KEYS
    assert step(script, failed.call, Pressed(NIGHT, KEY["ja"])).call.ears is Ears.KEYS


@pytest.mark.parametrize("language", FOREIGN)
def test_ears_that_fail_are_excused_in_the_language(script: Script, language: str) -> None:
    turn = play(script, DAY_CALL, Pressed(DAY, KEY[language]), EarsFailed(DAY, "late"))
    assert script.lines[language]["ladder.ears_failed"] in words(script, turn)
    assert asked(turn) is Question.MENU


def test_the_hours_that_end_in_the_middle_of_a_call_are_told_in_its_language(script: Script) -> None:
    evening = datetime(2026, 11, 24, 17, 59, tzinfo=TOKYO)
    after = evening.replace(hour=18, minute=1)
    turn = play(script, arrived(evening), Pressed(evening, "5"), question("en", after))
    assert words(script, turn).startswith("Our office hours for today have just ended.")
