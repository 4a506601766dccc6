"""A part of a telephone number is kept, and only the rest is asked; a part may also put a whole number right."""

from __future__ import annotations

import pytest

from ivr.domain.call import Call, Event, HungUp, PhoneSource, Pressed, Question, Report, StoreTicket, Turn
from ivr.domain.dialog import step
from ivr.domain.script import Script
from nlu.meaning import Act, Category, Phone
from tests.domain.events import IZUMINO, NIGHT, arrived, said, spoke, urgent

ANONYMOUS = (arrived(NIGHT, caller=None), urgent(place=IZUMINO))
KNOWN = (arrived(NIGHT, caller="0760000000"), urgent(place=IZUMINO))


def part(digits: str) -> Event:
    return spoke(digits, NIGHT, phone=Phone(digits, complete=False))


def play(script: Script, *events: Event) -> Turn:
    turn = Turn(Call("CA1"))
    for event in events:
        turn = step(script, turn.call, event)
    return turn


def report_of(turn: Turn) -> Report:
    assert turn.call.report is not None
    return turn.call.report


def words(script: Script, turn: Turn) -> str:
    return "".join(
        script.text(line, turn.call.language) for action in turn.actions for line in getattr(action, "lines", ())
    )


@pytest.mark.parametrize(
    ("replies", "phone"),
    [
        ((part("090"), part("12345678")), "09012345678"),
        ((part("090"), part("1234"), part("5678")), "09012345678"),
        ((Pressed(NIGHT, "0901234"), Pressed(NIGHT, "5678")), "09012345678"),
        ((part("0901234"), Pressed(NIGHT, "5678")), "09012345678"),
        ((part("090"), spoke("x", NIGHT, phone=Phone("08012345678", complete=True))), "08012345678"),
        ((part("090"), Pressed(NIGHT, "08012345678")), "08012345678"),
    ],
)
def test_the_rest_completes_a_part_and_a_whole_number_replaces_it(
    script: Script, replies: tuple[Event, ...], phone: str
) -> None:
    asked = play(script, *ANONYMOUS, *replies[:-1])
    assert asked.call.question is Question.PHONE
    turn = play(script, *ANONYMOUS, *replies)
    assert turn.call.question is Question.READ_BACK
    report = report_of(turn)
    keyed = isinstance(replies[-1], Pressed)
    assert (report.phone, report.phone_part) == (phone, None)
    assert report.phone_source is (PhoneSource.KEYED if keyed else PhoneSource.SPOKEN)


def test_only_the_rest_is_asked_and_the_part_is_said_back(script: Script) -> None:
    heard = words(script, play(script, *ANONYMOUS, part("090")))
    assert "0 9 0、ですね。そのあとの番号をお願いします" in heard


@pytest.mark.parametrize(
    ("language", "line"), [("en", "digits after that"), ("zh", "后面的号码"), ("ko", "그다음 번호")]
)
def test_the_rest_is_asked_in_every_language(script: Script, language: str, line: str) -> None:
    call = urgent("water is coming out of the road", place=IZUMINO, language=language)
    assert line in words(script, play(script, arrived(NIGHT, caller=None), call, part("090")))


def test_a_rest_that_does_not_come_is_asked_by_keys_then_left_and_the_part_kept(script: Script) -> None:
    same = part("090")
    again = play(script, *ANONYMOUS, same, same)
    assert again.call.question is Question.PHONE
    assert "番号を押して" in words(script, again)
    left = play(script, *ANONYMOUS, same, same, same)
    assert left.call.question is Question.READ_BACK
    assert "0 9 0で承りました" in words(script, left)
    done = play(script, *ANONYMOUS, same, same, same, said(Act.YES))
    stored = next(action for action in done.actions if isinstance(action, StoreTicket))
    assert stored.partial
    assert stored.report.phone_part == Phone("090", complete=False)


def test_a_part_reaches_the_ticket_of_a_caller_who_hangs_up_or_says_no_more(script: Script) -> None:
    for last in (HungUp(NIGHT), said(Act.STOP, NIGHT), said(Act.DECLINE, NIGHT)):
        assert report_of(play(script, *ANONYMOUS, part("0901234"), last)).phone_part == Phone("0901234", complete=False)


def test_one_key_is_no_part_of_a_number(script: Script) -> None:
    turn = play(script, *ANONYMOUS, Pressed(NIGHT, "1"))
    assert report_of(turn).phone_part is None
    assert "番号を押して" in words(script, turn)


def test_a_part_at_the_read_back_puts_the_number_right(script: Script) -> None:
    turn = play(script, *KNOWN, part("1234"))
    assert turn.call.question is Question.READ_BACK
    assert report_of(turn).phone == "0760001234"
    assert "1 2 3 4" in words(script, turn)


def test_a_refused_number_is_asked_afresh(script: Script) -> None:
    kept = (*ANONYMOUS, *[part("090")] * 3, said(Act.NO), spoke("泉野出町", NIGHT, place=IZUMINO))
    assert play(script, *kept).call.question is Question.READ_BACK
    asked = play(script, *kept, said(Act.NO))
    assert asked.call.question is Question.PHONE
    assert report_of(asked).phone_part is None


def test_a_part_said_to_another_question_is_no_number(script: Script) -> None:
    turn = play(script, arrived(NIGHT, caller=None), urgent(), part("090"))
    assert report_of(turn).phone_part is None


def test_the_police_are_asked_for_the_rest_once(script: Script) -> None:
    police = urgent("中警察署です", category=Category.POLICE_FIRE_REPORT, place=IZUMINO)
    turn = play(script, arrived(NIGHT, caller=None), police, part("076"))
    assert turn.call.question is Question.PHONE
    assert play(script, arrived(NIGHT, caller=None), police, part("076"), part("076")).call.question is None
