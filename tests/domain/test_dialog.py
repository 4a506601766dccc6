"""What the desk does in a conversation, as staff would tell it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from ivr.domain.call import (
    Ask,
    Call,
    Dialled,
    Ears,
    EarsFailed,
    Event,
    HangUp,
    HungUp,
    LeftMessage,
    NobodyAnswered,
    NotifyStaff,
    PersonAnswered,
    PhoneSource,
    Pressed,
    Question,
    RecordAnswer,
    RegisterCallback,
    State,
    StayedSilent,
    StoreTicket,
    TakeMessage,
    TalkEnded,
    Transfer,
    Turn,
)
from ivr.domain.dialog import step
from ivr.domain.hours import TOKYO
from ivr.domain.outcome import OutcomeKind
from ivr.domain.script import Script
from nlu.meaning import Act, Category, Intent, Level, Phone, Place, Redirect
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

Play = Callable[..., Turn]


@pytest.fixture
def play(script: Script) -> Play:
    """Play events one after another; gives the last turn."""

    def run(*events: Event) -> Turn:
        turn = Turn(Call("CA1"))
        for event in events:
            turn = step(script, turn.call, event)
        return turn

    return run


def spoken(script: Script, turn: Turn) -> str:
    return "".join(
        script.text(line, turn.call.language) for action in turn.actions for line in getattr(action, "lines", ())
    )


def kinds(turn: Turn) -> list[type]:
    return [type(action) for action in turn.actions]


NIGHT_CALL = arrived(NIGHT, Dialled.NIGHT_LINE)
DAY_CALL = arrived(DAY)


# --- the greeting follows calendar and number ----------------------------------------------------


@pytest.mark.parametrize(
    ("at", "dialled", "words"),
    [
        (DAY, Dialled.CENTRE, "金沢市企業局コールセンターです"),
        (NIGHT, Dialled.CENTRE, "次の受付は、明日、午前8時45分からです"),
        (NEW_YEAR, Dialled.CENTRE, "次の受付は、1月4日、午前8時45分からです"),
        (NIGHT, Dialled.NIGHT_LINE, "夜間の緊急受付です"),
        (NEW_YEAR, Dialled.NIGHT_LINE, "年始の緊急受付です"),
        (DAY, Dialled.NIGHT_LINE, "0 1 2 0、3 2 8、1 1 7へおかけください"),
        (datetime(2026, 11, 24, 6, 0, tzinfo=TOKYO), Dialled.CENTRE, "次の受付は、本日、午前8時45分からです"),
    ],
)
def test_the_greeting_follows_calendar_and_number(
    play: Play, script: Script, at: datetime, dialled: Dialled, words: str
) -> None:
    turn = play(arrived(at, dialled))
    assert words in spoken(script, turn)
    assert "緊急のご用件は、1を" in spoken(script, turn)


# --- an emergency at night -----------------------------------------------------------------------


def test_a_leak_on_a_road_at_night_becomes_a_ticket_in_four_questions(play: Play, script: Script) -> None:
    first = play(NIGHT_CALL, urgent())
    assert kinds(first) == [StoreTicket, Ask]
    assert first.call.question is Question.PLACE
    assert "危険ですので、近づかないでください" in spoken(script, first)

    last = play(NIGHT_CALL, urgent(), spoke("泉野出町四丁目12の3", NIGHT, place=IZUMINO), said(Act.YES))
    assert kinds(last)[:2] == [StoreTicket, NotifyStaff]
    report = last.call.report
    assert report is not None
    assert (report.place, report.phone, report.phone_source) == (IZUMINO, "0760000000", PhoneSource.CALLER_ID)
    assert report.situation == "アスファルトから水が湧いています"
    assert not next(action for action in last.actions if isinstance(action, StoreTicket)).partial
    assert last.call.questions <= 4
    assert last.call.outcome is not None
    assert last.call.outcome.kind is OutcomeKind.EMERGENCY_TICKET
    assert "受付番号は0 0 3 7です" in spoken(script, last)


def test_what_the_first_sentence_brings_is_not_asked_again(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(place=IZUMINO))
    assert turn.call.question is Question.READ_BACK


def test_a_town_alone_is_asked_once_for_number_or_landmark(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(), spoke("泉野出町", NIGHT, place=TOWN_ONLY))
    assert turn.call.question is Question.PLACE_DETAIL
    turn = play(NIGHT_CALL, urgent(), spoke("泉野出町", NIGHT, place=TOWN_ONLY), StayedSilent(NIGHT))
    assert turn.call.question is Question.READ_BACK


def test_a_town_found_by_sound_is_confirmed_before_it_is_believed(play: Play, script: Script) -> None:
    heard = (NIGHT_CALL, urgent(), spoke("カンダ", NIGHT, place=BY_SOUND))
    turn = play(*heard)
    assert turn.call.question is Question.CONFIRM_PLACE
    assert "場所は、神田でよろしいでしょうか" in spoken(script, turn)
    assert play(*heard, said(Act.NO)).call.question is Question.PLACE
    confirmed = play(*heard, said(Act.YES)).call
    assert confirmed.report is not None
    assert confirmed.report.place_confirmed


def test_a_refused_read_back_takes_the_place_again_and_keeps_the_rest(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(place=IZUMINO), said(Act.NO))
    assert turn.call.question is Question.PLACE
    assert turn.call.report is not None
    assert turn.call.report.phone == "0760000000"


def test_a_correction_inside_the_read_back_is_taken_and_read_back_again(play: Play, script: Script) -> None:
    right = Place("四十万町の5", town="四十万町", town_yomi="しじままち", banchi="5")
    turn = play(NIGHT_CALL, urgent(place=IZUMINO), spoke("いえ、四十万町の5です", NIGHT, place=right, act=Act.NO))
    assert turn.call.question is Question.READ_BACK
    assert "四十万町5" in spoken(script, turn)


def test_a_withheld_number_is_asked_for_and_may_be_refused(play: Play) -> None:
    anonymous = arrived(NIGHT, Dialled.NIGHT_LINE, caller=None)
    asked = play(anonymous, urgent(place=IZUMINO))
    assert asked.call.question is Question.PHONE
    refused = play(anonymous, urgent(place=IZUMINO), said(Act.DECLINE, text="言いたくありません"))
    assert refused.call.report is not None
    assert refused.call.report.anonymous
    done = play(anonymous, urgent(place=IZUMINO), said(Act.DECLINE), said(Act.YES))
    assert done.call.outcome is not None
    assert done.call.outcome.kind is OutcomeKind.EMERGENCY_TICKET


@pytest.mark.parametrize(
    ("event", "source"),
    [
        (spoke("09000000000", NIGHT, phone=Phone("09000000000", complete=True)), PhoneSource.SPOKEN),
        (Pressed(NIGHT, "09000000000"), PhoneSource.KEYED),
    ],
)
def test_a_number_may_be_spoken_or_keyed(play: Play, event: Event, source: PhoneSource) -> None:
    turn = play(arrived(NIGHT, caller=None), urgent(place=IZUMINO), event)
    assert turn.call.report is not None
    assert (turn.call.report.phone, turn.call.report.phone_source) == ("09000000000", source)
    assert turn.call.question is Question.READ_BACK


def test_a_place_nobody_understands_is_kept_as_it_was_said(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(), *[spoke(f"あの山の上の{n}", NIGHT) for n in range(3)])
    assert turn.call.state is State.ENDED  # nothing was understood that could be read back
    assert {StoreTicket, NotifyStaff} <= set(kinds(turn))
    assert turn.call.report is not None
    assert turn.call.report.place is not None
    assert "あの山の上の0" in turn.call.report.place.said


def test_key_one_at_night_asks_place_then_situation(play: Play) -> None:
    assert play(NIGHT_CALL, Pressed(NIGHT, "1")).call.question is Question.PLACE
    turn = play(NIGHT_CALL, Pressed(NIGHT, "1"), spoke("泉野出町四丁目12の3", NIGHT, place=IZUMINO))
    assert turn.call.question is Question.SITUATION
    turn = play(NIGHT_CALL, Pressed(NIGHT, "1"), spoke("x", NIGHT, place=IZUMINO), urgent())
    assert turn.call.report is not None
    assert turn.call.report.category is Category.ROAD_LEAK
    assert turn.call.question is Question.READ_BACK


def test_police_are_asked_three_questions_at_most_and_nothing_is_read_back(play: Play, script: Script) -> None:
    police = urgent("中警察署です", category=Category.POLICE_FIRE_REPORT, organization="金沢中警察署")
    turn = play(NIGHT_CALL, police, spoke("片町の交差点", NIGHT, place=IZUMINO))
    assert turn.call.state is State.ENDED
    assert turn.call.questions <= 3
    assert turn.call.report is not None
    assert turn.call.report.organization == "金沢中警察署"


def test_a_place_outside_the_city_is_told_so_and_kept(play: Play, script: Script) -> None:
    turn = play(NIGHT_CALL, urgent(place=OUTSIDE))
    assert kinds(turn)[0] is StoreTicket
    assert "野々市市" in spoken(script, turn)
    assert turn.call.outcome is not None
    assert turn.call.outcome.kind is OutcomeKind.OUT_OF_AREA


def test_a_caller_who_hangs_up_half_way_leaves_a_ticket(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent("泉野出町の三丁目の"), HungUp(NIGHT))
    assert kinds(turn) == [StoreTicket, NotifyStaff]
    assert next(action for action in turn.actions if isinstance(action, StoreTicket)).partial


def test_a_caller_who_stops_half_way_leaves_a_ticket_too(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(), said(Act.STOP))
    assert {StoreTicket, NotifyStaff, HangUp} <= set(kinds(turn))


def test_a_landmark_alone_is_followed_by_the_question_for_the_town(play: Play) -> None:
    crossing = Place("交差点のまん中", landmark="交差点")
    asked = play(NIGHT_CALL, urgent(place=crossing))
    assert asked.call.question is Question.PLACE
    turn = play(NIGHT_CALL, urgent(place=crossing), spoke("泉野出町", NIGHT, place=TOWN_ONLY))
    assert turn.call.question is Question.READ_BACK
    assert turn.call.report is not None
    assert turn.call.report.place is not None
    assert (turn.call.report.place.town, turn.call.report.place.landmark) == ("泉野出町", "交差点")


def test_a_town_misheard_in_the_detail_does_not_replace_the_one_that_was_said(play: Play) -> None:
    misheard = Place("郵便局の前", town="京町", certain=False, landmark="郵便局の前")
    turn = play(NIGHT_CALL, urgent(), spoke("泉野出町", NIGHT, place=TOWN_ONLY), spoke("x", NIGHT, place=misheard))
    assert turn.call.question is Question.READ_BACK
    assert turn.call.report is not None
    assert turn.call.report.place is not None
    assert (turn.call.report.place.town, turn.call.report.place.landmark) == ("泉野出町", "郵便局の前")


def test_an_urgent_caller_who_falls_silent_is_not_kept_on_a_line_he_pays_for(play: Play) -> None:
    turn = play(NIGHT_CALL, Pressed(NIGHT, "1"), *[StayedSilent(NIGHT)] * 3)
    assert turn.call.state is State.ENDED
    assert {StoreTicket, NotifyStaff} <= set(kinds(turn))
    read_back = play(NIGHT_CALL, urgent(place=IZUMINO), *[StayedSilent(NIGHT)] * 2)
    assert read_back.call.state is State.ENDED


# --- when it is not clear ------------------------------------------------------------------------


def test_one_short_question_when_it_may_be_urgent(play: Play) -> None:
    assert play(NIGHT_CALL, unsure()).call.question is Question.CLARIFY


@pytest.mark.parametrize(
    "reply", [said(Act.YES), spoke("えっと", NIGHT), StayedSilent(NIGHT), Pressed(NIGHT, "1"), urgent()]
)
def test_still_unclear_means_urgent(play: Play, reply: Event) -> None:
    turn = play(NIGHT_CALL, unsure("水がちょっと"), reply)
    assert turn.call.report is not None
    assert turn.call.report.situation is not None
    assert "水がちょっと" in turn.call.report.situation
    assert kinds(turn)[0] is StoreTicket


@pytest.mark.parametrize("reply", [said(Act.NO), Pressed(NIGHT, "2")])
def test_a_clear_no_is_believed(play: Play, script: Script, reply: Event) -> None:
    turn = play(NIGHT_CALL, unsure(), reply)
    assert "明日、午前8時45分からの受付時間に" in spoken(script, turn)


def test_a_caller_who_leaves_while_it_is_unclear_counts_as_urgent(play: Play) -> None:
    assert kinds(play(NIGHT_CALL, unsure(), HungUp(NIGHT))) == [StoreTicket, NotifyStaff]


# --- not urgent at night -------------------------------------------------------------------------


def test_what_is_not_urgent_at_night_is_told_the_next_opening_and_may_still_turn_urgent(
    play: Play, script: Script
) -> None:
    calm = spoke("引っ越すので止めたい", NIGHT, intent=Intent.STOP_SERVICE)
    turn = play(NIGHT_CALL, calm)
    assert "明日、午前8時45分からの受付時間に、コールセンター、0 1 2 0、3 2 8、1 1 7へ" in spoken(script, turn)
    assert turn.call.outcome is not None
    assert turn.call.outcome.kind is OutcomeKind.TOLD_HOURS
    assert play(NIGHT_CALL, calm, StayedSilent(NIGHT)).call.state is State.ENDED
    assert kinds(play(NIGHT_CALL, calm, urgent()))[0] is StoreTicket


def test_a_silent_caller_at_night_hears_the_hours_and_makes_no_ticket(play: Play, script: Script) -> None:
    turn = play(NIGHT_CALL, *[StayedSilent(NIGHT)] * 3)
    assert turn.call.state is State.ENDED
    assert "午前8時45分" in spoken(script, turn)
    assert StoreTicket not in kinds(turn)


# --- the day -------------------------------------------------------------------------------------


def test_an_urgent_call_by_day_is_stored_asked_for_the_place_and_goes_to_the_repair_desk(play: Play) -> None:
    first = play(DAY_CALL, urgent(at=DAY))
    assert kinds(first) == [StoreTicket, Ask]
    assert first.call.question is Question.PLACE
    second = play(DAY_CALL, urgent(at=DAY), spoke("泉野出町四丁目12の3", DAY, place=IZUMINO))
    transfer = second.actions[-1]
    assert isinstance(transfer, Transfer)
    assert (transfer.desk, transfer.urgent) == ("repair", True)


def test_an_urgent_caller_nobody_answers_is_taken_down_by_the_desk_itself(play: Play, script: Script) -> None:
    turn = play(DAY_CALL, urgent(at=DAY, place=IZUMINO), NobodyAnswered(DAY, "timeout"))
    assert "大変込み合っております" in spoken(script, turn)
    assert turn.call.question is Question.READ_BACK
    done = play(DAY_CALL, urgent(at=DAY, place=IZUMINO), NobodyAnswered(DAY, "timeout"), said(Act.YES, DAY))
    assert NotifyStaff in kinds(done)


def test_an_approved_answer_is_spoken_recorded_and_followed_up(play: Play) -> None:
    question = spoke("どうすれば使えますか", DAY, intent=Intent.QUESTION, answer="start")
    turn = play(DAY_CALL, question)
    assert turn.actions[0] == RecordAnswer("start", "どうすれば使えますか")
    assert turn.call.question is Question.HELPED
    thanked = play(DAY_CALL, question, said(Act.YES, DAY)).call
    assert thanked.state is State.ENDED
    assert thanked.outcome is not None
    assert thanked.outcome.kind is OutcomeKind.FAQ_ANSWERED
    assert isinstance(play(DAY_CALL, question, said(Act.NO, DAY)).actions[-1], Transfer)


@pytest.mark.parametrize(
    ("intent", "desk"),
    [
        (Intent.START, "open_close"),
        (Intent.STOP_SERVICE, "open_close"),
        (Intent.BILLING, "billing"),
        (Intent.PAYMENT_REPORTED, "collections"),
        (Intent.COMPLAINT, "supervisor"),
        (Intent.REPAIR_CHANGE, "repair"),
    ],
)
def test_a_matter_goes_to_the_desk_that_does_it(play: Play, intent: Intent, desk: str) -> None:
    transfer = play(DAY_CALL, spoke("お願いします", DAY, intent=intent)).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == desk


def test_operator_is_understood_in_every_question(play: Play) -> None:
    for events in ((), (spoke("x", DAY),), (unsure(at=DAY),)):
        turn = play(DAY_CALL, *events, said(Act.OPERATOR, DAY))
        assert isinstance(turn.actions[-1], Transfer)
        turn = play(DAY_CALL, *events, Pressed(DAY, "0"))
        assert isinstance(turn.actions[-1], Transfer)


def test_again_repeats_the_question_word_for_word(play: Play) -> None:
    first = play(DAY_CALL)
    assert play(DAY_CALL, said(Act.REPEAT, DAY)).actions == first.actions
    assert play(DAY_CALL, Pressed(DAY, "9")).actions == first.actions


def test_after_two_misses_keys_and_after_three_a_person(play: Play) -> None:
    miss = spoke("もごもご", DAY)
    assert play(DAY_CALL, miss).call.question is Question.OPEN
    assert play(DAY_CALL, miss, miss).call.question is Question.MENU
    assert isinstance(play(DAY_CALL, miss, miss, miss).actions[-1], Transfer)


def test_nobody_free_by_day_offers_a_call_back_to_the_callers_own_number(play: Play, script: Script) -> None:
    busy = (DAY_CALL, said(Act.OPERATOR, DAY), NobodyAnswered(DAY, "timeout"))
    turn = play(*busy)
    assert "大変込み合っております" in spoken(script, turn)
    assert "0 7 6、0 0 0、0 0 0 0へ、折り返し" in spoken(script, turn)
    promised = play(*busy, said(Act.YES, DAY))
    assert promised.actions[0] == RegisterCallback("0037", "0760000000", None)
    assert promised.call.outcome is not None
    assert promised.call.outcome.kind is OutcomeKind.CALLBACK_REGISTERED


def test_another_number_may_be_given_for_the_call_back(play: Play) -> None:
    turn = play(
        DAY_CALL,
        said(Act.OPERATOR, DAY),
        NobodyAnswered(DAY, "busy"),
        said(Act.NO, DAY),
        Pressed(DAY, "09000000000"),
        said(Act.YES, DAY),
    )
    assert turn.actions[0] == RegisterCallback("0037", "09000000000", None)


@pytest.mark.parametrize("reply", [said(Act.DECLINE, DAY), said(Act.STOP, DAY)])
def test_a_refused_call_back_ends_at_once_with_the_number(play: Play, script: Script, reply: Event) -> None:
    turn = play(DAY_CALL, said(Act.OPERATOR, DAY), NobodyAnswered(DAY, "timeout"), reply)
    assert turn.call.state is State.ENDED
    assert RegisterCallback not in kinds(turn)
    assert "0 1 2 0、3 2 8、1 1 7へおかけ直しください" in spoken(script, turn)


def test_no_and_no_again_is_no_call_back(play: Play, script: Script) -> None:
    busy = (DAY_CALL, said(Act.OPERATOR, DAY), NobodyAnswered(DAY, "timeout"))
    turn = play(*busy, said(Act.NO, DAY), said(Act.NO, DAY))
    assert turn.call.state is State.ENDED
    assert "おかけ直しください" in spoken(script, turn)


def test_a_wish_that_sounds_like_a_question_goes_to_its_desk(play: Play) -> None:
    slip = spoke("もう一度送ってほしい", DAY, intent=Intent.BILLING, answer="lost_slip")
    transfer = play(DAY_CALL, slip).actions[-1]
    assert isinstance(transfer, Transfer)
    assert transfer.desk == "billing"


def test_the_ticket_of_a_caller_handed_over_by_day_has_the_place(play: Play) -> None:
    turn = play(DAY_CALL, urgent(at=DAY), spoke("泉野出町四丁目12の3", DAY, place=IZUMINO))
    assert kinds(turn) == [StoreTicket, Transfer]
    stored = turn.actions[0]
    assert isinstance(stored, StoreTicket)
    assert stored.report.place == IZUMINO


def test_who_hangs_up_after_hearing_where_to_call_has_not_been_abandoned(play: Play) -> None:
    for arrival in (arrived(DAY, Dialled.NIGHT_LINE), arrived(NIGHT, Dialled.CENTRE)):
        outcome = play(arrival, HungUp(arrival.at)).call.outcome
        assert outcome is not None
        assert outcome.kind is OutcomeKind.CLOSED
    abandoned = play(DAY_CALL, HungUp(DAY)).call.outcome
    assert abandoned is not None
    assert abandoned.kind is OutcomeKind.ABANDONED


def test_only_a_person_who_accepted_counts_as_a_transfer(play: Play) -> None:
    waiting = play(DAY_CALL, said(Act.OPERATOR, DAY)).call
    assert waiting.outcome is None
    talking = play(DAY_CALL, said(Act.OPERATOR, DAY), PersonAnswered(DAY)).call
    assert talking.outcome is not None
    assert (talking.outcome.kind, talking.outcome.transfer_to) == (OutcomeKind.TRANSFER, "main")
    assert play(DAY_CALL, said(Act.OPERATOR, DAY), TalkEnded(DAY)).call.state is State.ENDED


# --- the boundary in the middle of a call --------------------------------------------------------


def test_the_desk_closes_in_the_middle_of_a_call_and_the_caller_is_told(play: Play, script: Script) -> None:
    before = datetime(2026, 11, 24, 17, 59, 50, tzinfo=TOKYO)
    after = datetime(2026, 11, 24, 18, 0, 5, tzinfo=TOKYO)
    turn = play(arrived(before), spoke("引っ越しです", after, intent=Intent.START))
    assert "本日の受付時間が終了いたしました" in spoken(script, turn)
    assert turn.call.outcome is not None
    assert turn.call.outcome.kind is OutcomeKind.TOLD_HOURS


def test_the_desk_opens_in_the_middle_of_a_call(play: Play, script: Script) -> None:
    before = datetime(2026, 11, 24, 8, 44, 50, tzinfo=TOKYO)
    after = datetime(2026, 11, 24, 8, 45, 2, tzinfo=TOKYO)
    turn = play(arrived(before, Dialled.NIGHT_LINE), spoke("引っ越しです", after, intent=Intent.START))
    assert "コールセンターが承ります" in spoken(script, turn)
    assert isinstance(turn.actions[-1], Transfer)


# --- neither: say it at once ---------------------------------------------------------------------


@pytest.mark.parametrize("redirect", list(Redirect))
@pytest.mark.parametrize("at", [DAY, NIGHT])
def test_fire_crime_and_gas_are_redirected_at_once(
    play: Play, script: Script, redirect: Redirect, at: datetime
) -> None:
    turn = play(arrived(at), redirected(redirect, at))
    assert turn.call.state is State.ENDED
    assert turn.call.outcome is not None
    assert (turn.call.outcome.kind, turn.call.outcome.redirect) == (OutcomeKind.SAFETY_REDIRECT, redirect)
    assert "受付時間" not in spoken(script, turn)


def test_someone_hurt_by_our_water_hears_119_first_and_the_report_goes_on(play: Play, script: Script) -> None:
    turn = play(NIGHT_CALL, redirected(Redirect.FIRE_AMBULANCE, water_too=True))
    assert spoken(script, turn).startswith("火事や救急、けがの場合は")
    assert kinds(turn)[0] is StoreTicket
    assert turn.call.question is Question.PLACE


def test_a_doubt_beside_119_is_kept_as_a_report_for_there_is_no_time_to_ask(play: Play, script: Script) -> None:
    turn = play(NIGHT_CALL, redirected(Redirect.FIRE_AMBULANCE, water_too=True, level=Level.UNSURE))
    assert spoken(script, turn).startswith("火事や救急、けがの場合は")
    assert kinds(turn)[0] is StoreTicket


# --- ears and messages ---------------------------------------------------------------------------


def test_ears_that_fail_step_down_to_keys(play: Play, script: Script) -> None:
    turn = play(DAY_CALL, EarsFailed(DAY, "late"))
    assert turn.call.ears is Ears.KEYS
    assert turn.call.question is Question.MENU


def test_an_emergency_by_keys_alone_is_recorded_for_staff(play: Play) -> None:
    keys = arrived(NIGHT, Dialled.NIGHT_LINE, ears=Ears.KEYS)
    asked = play(keys, Pressed(NIGHT, "1"))
    assert kinds(asked) == [StoreTicket, TakeMessage]
    left = play(keys, Pressed(NIGHT, "1"), LeftMessage(NIGHT, "RE1", 20))
    assert left.call.report is not None
    assert left.call.report.recordings == ("RE1",)
    assert {StoreTicket, NotifyStaff, HangUp} <= set(kinds(left))


def test_a_sentence_no_recogniser_could_read_goes_to_staff_as_sound(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(), EarsFailed(NIGHT, "late", "RE9"))
    assert turn.call.report is not None
    assert turn.call.report.recordings == ("RE9",)
    assert NotifyStaff in kinds(turn)


def test_a_number_put_right_at_the_confirmation_of_a_place_keeps_the_town(play: Play, script: Script) -> None:
    corrected = replace(Place("番地は15の8"), banchi="15-8")
    no = spoke("いいえ、番地は15の8です", NIGHT, act=Act.NO, place=corrected)
    turn = play(NIGHT_CALL, urgent(), spoke("カンダ", NIGHT, place=replace(BY_SOUND, banchi="12-3")), no)
    assert turn.call.question is Question.CONFIRM_PLACE
    assert "神田" in spoken(script, turn)
    assert "15の8" in spoken(script, turn)


def test_what_a_caller_was_saying_when_he_hung_up_still_reaches_the_ticket(play: Play) -> None:
    place = spoke("泉野出町四丁目の", NIGHT, place=TOWN_ONLY)
    turn = play(NIGHT_CALL, urgent(), HungUp(NIGHT), replace(place, question=Question.PLACE))
    assert kinds(turn)[0] is StoreTicket
    assert turn.call.state is State.ENDED
    assert turn.call.report is not None
    assert turn.call.report.place is not None
    assert turn.call.report.place.town == "泉野出町"


def test_the_situation_decides_the_class_whatever_an_address_was_taken_for(play: Play) -> None:
    address = replace(urgent("泉野出町四丁目12の3", category=Category.NO_WATER_AREA, place=IZUMINO), question=None)
    turn = play(NIGHT_CALL, Pressed(NIGHT, "1"), address, urgent())
    assert turn.call.report is not None
    assert turn.call.report.category is Category.ROAD_LEAK
    assert turn.call.report.why == ("道路から水",)


def test_words_that_bring_nothing_new_change_nothing_when_the_call_is_over(play: Play) -> None:
    turn = play(NIGHT_CALL, urgent(), HungUp(NIGHT), replace(spoke("", NIGHT), question=Question.PLACE))
    assert kinds(turn) == [HangUp]
