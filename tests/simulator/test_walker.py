"""The walker obeys TwiML as Twilio does, and refuses what Twilio would refuse."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask import Response

from ivr.channels.simulator.call_file import CallerTurn, Context
from ivr.channels.simulator.call_file import Carrier as BadDays
from tests.simulator.tiny_desk import (
    ACCOUNT,
    BYE,
    SAY,
    SPEECH,
    TOKEN,
    TinyDesk,
    a_call,
    ask,
    carrier_for,
    document,
    played,
)

VOICE, TURN, WAIT, ENDED = "/twilio/voice", "/twilio/turn/1/open", "/twilio/wait/1", "/twilio/queue/1"
CONGESTED = Context(queue="congested")
ENQUEUE = f'<Enqueue action="{ENDED}" waitUrl="{WAIT}">main</Enqueue>'
WAITING = document(SAY.format("wait"), '<Pause length="10"/>')
OPERATOR = document('<Dial><Queue url="/twilio/bridge/1">main</Queue></Dial>')
DIAL = f'<Dial action="{ENDED}" timeout="20"><Number url="/twilio/whisper/CA/1">+815000000020</Number></Dial>'
WHISPER = document(ask("accept", attributes='input="dtmf" numDigits="1" timeout="5"'), "<Hangup/>")
RECORD = f'<Record action="{TURN}" timeout="2" maxLength="30" playBeep="false" trim="do-not-trim"/>'


def test_a_clean_call_has_no_faults_and_ends_with_completed() -> None:
    desk = TinyDesk({VOICE: document(ask("open")), TURN: document(SAY.format("thanks"), "<Hangup/>")})
    call = played(desk, a_call(CallerTurn(say="hello")))
    assert call.faults == ()
    assert call.said == ("open", "thanks")
    assert desk.forms(TURN)[0]["SpeechResult"] == "hello"
    assert desk.statuses() == ["ringing", "in-progress", "completed"]


def test_every_webhook_has_the_usual_fields_empty_geography_and_a_field_nobody_knows() -> None:
    desk = TinyDesk({VOICE: BYE})
    played(desk)
    form = desk.forms(VOICE)[0]
    assert form["CallStatus"] == "ringing"
    assert form["Direction"] == "inbound"
    assert form["From"] == form["Caller"] == "+266696687"
    assert form["FromCity"] == form["CalledZip"] == ""
    assert "NovelParameterOfTomorrow" in form


REFUSED = [
    ("a bogus attribute", document('<Hangup why="tired"/>'), "no attribute why"),
    ("Dial inside Gather", document(ask("open").replace("</Gather>", "<Dial/></Gather>")), "may not stand in <Gather>"),
    ("a loose Number", document("<Number>+815000000020</Number>", "<Hangup/>"), "may not stand in <Response>"),
    ("an unknown verb", document("<Shout/>", "<Hangup/>"), "no TwiML element"),
    ("a document that runs out", document(SAY.format("hello")), "runs out"),
    ("no XML", "<Response><Hangup>", "not XML"),
    ("a redirect", Response(status=302, headers={"Location": "/elsewhere"}), "redirect 302"),
    ("a web page", Response(BYE, mimetype="text/html"), "text/html"),
    ("a server error", Response("oh no", 500), "answered with 500"),
    ("a document of unknown length", Response(iter([BYE]), mimetype="text/xml"), "Content-Length"),
    ("a sound that is none", document("<Play>/not-a-sound.wav</Play>", "<Hangup/>"), "is no sound"),
    ("a sound that is missing", document("<Play>/nowhere.wav</Play>", "<Hangup/>"), "answered with 40"),
    ("a verb this desk has no use for", document("<Echo/>"), "does not play <Echo>"),
    ("a loose number in Dial", document(f'<Dial action="{ENDED}">+815000000020</Dial>'), "rings <Number> only"),
    ("a circle of redirects", document(f"<Redirect>{VOICE}</Redirect>"), "does not end"),
    ("another host", document("<Redirect>https://elsewhere.example.jp/a</Redirect>"), "only the desk itself"),
    ("a question nobody can read", document(ask("riddle")), "no question can be read"),
]


@pytest.mark.parametrize(("answer", "fault"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_twilio_would_refuse(answer: str | Response, fault: str) -> None:
    call = played(TinyDesk({VOICE: answer}))
    assert any(fault in reason for reason in call.faults), call.faults


def test_a_desk_that_lets_forged_webhooks_in_is_found_out() -> None:
    with carrier_for(TinyDesk({VOICE: BYE}, checks_signature=False)) as carrier:
        assert "not refused" in carrier.probe()[0]


def test_a_desk_that_refuses_forged_webhooks_passes_the_probe() -> None:
    with carrier_for(TinyDesk({VOICE: BYE})) as carrier:
        assert carrier.probe() == []


def test_a_call_that_never_ends_is_a_fault() -> None:
    desk = TinyDesk({VOICE: document(ask("open")), TURN: document(ask("open"))})
    assert any("does not end" in reason for reason in played(desk).faults)


def test_each_sound_is_fetched_once_a_run() -> None:
    with carrier_for(TinyDesk({VOICE: document("<Play>/sound.wav</Play>", "<Hangup/>")})) as carrier:
        assert carrier.play(a_call()).faults == carrier.play(a_call()).faults == ()
        assert list(carrier.fetched.values()) == [1.0]


# --- Gather -----------------------------------------------------------------------------------------------------------


def test_silence_falls_through_to_the_next_verb_without_action_on_empty_result() -> None:
    desk = TinyDesk({VOICE: document(ask("open", attributes=SPEECH), SAY.format("nothing heard"), "<Hangup/>")})
    assert played(desk).said == ("open", "nothing heard")
    assert desk.forms(TURN) == []


def test_silence_reaches_the_action_with_action_on_empty_result() -> None:
    desk = TinyDesk({VOICE: document(ask("open")), TURN: BYE})
    played(desk)
    assert "SpeechResult" not in desk.forms(TURN)[0]
    assert "Digits" not in desk.forms(TURN)[0]


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ('input="dtmf" numDigits="1"', "1#", "1"),
        ('input="dtmf"', "0901#2", "0901"),
        ('input="dtmf" finishOnKey=""', "12#", "12#"),
        ('input="dtmf" finishOnKey="*"', "12*3", "12"),
        ('input="dtmf" numDigits="3"', "12345", "123"),
        (SPEECH, "2", "2"),
    ],
)
def test_keys_end_at_the_finishing_key_or_the_number_of_digits(attributes: str, keys: str, digits: str) -> None:
    desk = TinyDesk({VOICE: document(ask("open", attributes=attributes)), TURN: BYE})
    played(desk, a_call(CallerTurn(dtmf=keys)))
    assert desk.forms(TURN)[0]["Digits"] == digits


def test_words_to_a_gather_that_hears_keys_only_are_silence() -> None:
    attributes = 'input="dtmf" actionOnEmptyResult="true"'
    desk = TinyDesk({VOICE: document(ask("open", attributes=attributes)), TURN: BYE})
    played(desk, a_call(CallerTurn(say="hello")))
    assert "SpeechResult" not in desk.forms(TURN)[0]


def test_a_caller_who_hangs_up_at_a_question_leaves_no_answer_but_completed() -> None:
    desk = TinyDesk({VOICE: document(ask("open")), TURN: BYE})
    played(desk, a_call(CallerTurn(hangup=True)))
    assert desk.forms(TURN) == []
    assert desk.statuses()[-1] == "completed"


# --- Record -----------------------------------------------------------------------------------------------------------


def test_words_are_recorded_where_a_gather_hears_keys_only() -> None:
    gather = ask("open", attributes='input="dtmf" numDigits="1" timeout="1"')
    desk = TinyDesk({VOICE: document(gather, RECORD), TURN: BYE})
    assert played(desk, a_call(CallerTurn(say="hello"))).faults == ()
    form = desk.forms(TURN)[0]
    assert form["RecordingUrl"].endswith(form["RecordingSid"])
    assert int(form["RecordingDuration"]) >= 1


def test_the_first_silence_is_recorded_and_the_second_is_an_empty_recording_without_action() -> None:
    desk = TinyDesk({VOICE: document(RECORD, "<Hangup/>"), TURN: document(RECORD, SAY.format("empty"), "<Hangup/>")})
    assert played(desk).said == ("empty",)
    assert [form["RecordingDuration"] for form in desk.forms(TURN)] == ["2"]


def test_a_key_ends_a_recording_and_is_told() -> None:
    desk = TinyDesk({VOICE: document(RECORD), TURN: BYE})
    played(desk, a_call(CallerTurn(dtmf="1#")))
    assert desk.forms(TURN)[0]["Digits"] == "1"


def test_hanging_up_while_recorded_is_told_as_a_key() -> None:
    desk = TinyDesk({VOICE: document(RECORD), TURN: document(ask("open"))})
    assert played(desk, a_call(CallerTurn(hangup=True))).said == ()
    assert desk.forms(TURN)[0]["Digits"] == "hangup"


def test_a_message_for_staff_is_recorded_and_ends_with_its_key() -> None:
    record = '<Record action="/twilio/message/1" finishOnKey="#" maxLength="90"/>'
    desk = TinyDesk({VOICE: document(record), "/twilio/message/1": document(record.replace("1", "2", 1))})
    desk.answers["/twilio/message/2"] = BYE
    assert played(desk, a_call(CallerTurn(say="a" * 700), CallerTurn(dtmf="1#"))).faults == ()
    assert desk.forms("/twilio/message/1")[0]["RecordingDuration"] == "90"
    assert desk.forms("/twilio/message/2")[0]["Digits"] == "#"


def test_a_recorded_caller_needs_words_where_the_carrier_recognises(tmp_path: Path) -> None:
    desk = TinyDesk({VOICE: document(ask("open")), TURN: BYE})
    assert any("`say` is needed" in fault for fault in played(desk, a_call(CallerTurn(audio=tmp_path))).faults)


# --- Enqueue and Dial -------------------------------------------------------------------------------------------------


def test_an_idle_operator_takes_the_caller_after_the_first_wait_message() -> None:
    answers = {
        VOICE: document(ENQUEUE),
        WAIT: WAITING,
        "/twilio/operator/main": OPERATOR,
        "/twilio/bridge/1": document(),
    }
    desk = TinyDesk({**answers, ENDED: BYE})
    assert played(desk).faults == ()
    assert desk.forms(WAIT)[0]["QueuePosition"] == "1"
    assert desk.forms("/twilio/bridge/1")[0]["DequeingCallSid"].startswith("CA")
    assert desk.forms(ENDED)[0]["QueueResult"] == "bridged"


def test_a_congested_queue_is_waited_in_until_the_desk_lets_the_caller_leave() -> None:
    def wait(form: dict[str, str]) -> str:
        return WAITING if int(form["QueueTime"]) < 60 else document("<Leave/>")

    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: wait, ENDED: BYE})
    assert played(desk, a_call(context=CONGESTED)).faults == ()
    assert [form["QueuePosition"] for form in desk.forms(WAIT)][:3] == ["3", "2", "1"]
    assert desk.forms(ENDED)[0]["QueueResult"] == "leave"
    assert int(desk.forms(ENDED)[0]["QueueTime"]) >= 60


def test_a_full_queue_is_told_at_once() -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), ENDED: BYE})
    assert played(desk, a_call(bad_days=BadDays(queue_full=True))).faults == ()
    assert desk.forms(ENDED)[0]["QueueResult"] == "queue-full"
    assert desk.forms(WAIT) == []


@pytest.mark.parametrize(
    ("wait", "fault"),
    [
        (document(), "without a break"),
        (document('<Play loop="1">/sound.wav</Play>', DIAL), "may not stand in the document of a wait URL"),
    ],
)
def test_a_wait_document_that_spins_or_dials_is_refused(wait: str, fault: str) -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: wait, ENDED: BYE})
    assert any(fault in reason for reason in played(desk, a_call(context=CONGESTED)).faults)


@pytest.mark.parametrize(
    ("wait", "result"),
    [
        (document(f'<Gather input="dtmf" timeout="5" action="{WAIT}">{SAY.format("press 1")}</Gather>'), ["bridged"]),
        (document(SAY.format("wait"), "<Redirect>/twilio/wait/2</Redirect>"), ["bridged"]),
        (document("<Hangup/>"), []),
    ],
)
def test_a_wait_document_may_gather_redirect_or_hang_up(wait: str, result: list[str]) -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: wait, "/twilio/wait/2": WAITING, ENDED: BYE})
    desk.answers |= {"/twilio/operator/main": OPERATOR, "/twilio/bridge/1": document()}
    assert played(desk).faults == ()
    assert [form["QueueResult"] for form in desk.forms(ENDED)] == result


def test_waiting_without_a_wait_message_is_a_fault() -> None:
    desk = TinyDesk({VOICE: document(f'<Enqueue action="{ENDED}">main</Enqueue>'), ENDED: BYE})
    desk.answers |= {"/twilio/operator/main": OPERATOR, "/twilio/bridge/1": document()}
    assert any("without waitUrl" in fault for fault in played(desk).faults)


def test_the_caller_hears_what_is_said_just_before_being_connected_and_the_operators_dial_ends_last() -> None:
    operator = document(
        SAY.format("for staff"), '<Dial action="/twilio/done"><Queue url="/twilio/bridge/1">main</Queue></Dial>'
    )
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: WAITING, ENDED: BYE, "/twilio/operator/main": operator})
    desk.answers |= {"/twilio/bridge/1": document(SAY.format("connecting")), "/twilio/done": BYE}
    call = played(desk)
    assert call.faults == ()
    assert call.said == ("wait", "connecting")
    assert desk.forms("/twilio/done")[0]["DialCallStatus"] == "completed"


def test_an_operator_connected_to_another_queue_is_a_fault() -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: WAITING, ENDED: BYE})
    desk.answers["/twilio/operator/main"] = document("<Dial><Queue>other</Queue></Dial>")
    assert any("another queue than main" in fault for fault in played(desk).faults)


def test_a_caller_who_hangs_up_while_a_telephone_rings_is_told_as_canceled() -> None:
    desk = TinyDesk({VOICE: document(DIAL), ENDED: document(ask("open"))})
    assert played(desk, a_call(CallerTurn(hangup=True), context=CONGESTED)).said == ()
    assert (desk.forms(ENDED)[0]["DialCallStatus"], desk.forms(ENDED)[0]["CallStatus"]) == ("canceled", "completed")


def test_a_caller_left_waiting_for_ever_is_a_fault() -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: WAITING, ENDED: BYE})
    assert any("left waiting" in reason for reason in played(desk, a_call(context=CONGESTED)).faults)


def test_a_caller_who_hangs_up_while_waiting_is_told_as_hangup() -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: WAITING, ENDED: document(ask("open"))})
    assert played(desk, a_call(CallerTurn(hangup=True), context=CONGESTED)).said == ("wait",)
    assert desk.forms(ENDED)[0]["QueueResult"] == "hangup"


def rings_and_waits(desk: TinyDesk, api: str, form: dict[str, str]) -> str:
    """The wait document of a desk that has a telephone rung by REST when the caller begins to wait."""
    whisper = f"/twilio/whisper/{form['CallSid']}/1"
    if whisper in desk.answers:
        return document("<Leave/>")
    desk.answers[whisper] = WHISPER
    numbers = {"To": "+815000000020", "From": "+815000000010"}
    addresses = {"Url": desk.base_url + whisper, "StatusCallback": desk.base_url + "/twilio/status"}
    rest = f"{api}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    assert requests.post(rest, numbers | addresses, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 201
    return WAITING


@pytest.mark.parametrize(
    ("context", "queue_result", "ring_status"), [(Context(), "bridged", "completed"), (CONGESTED, "leave", "no-answer")]
)
def test_a_telephone_the_desk_has_rung_connects_the_caller_or_rings_out(
    context: Context, queue_result: str, ring_status: str
) -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), ENDED: BYE})
    desk.answers |= {"/twilio/turn/1/accept": OPERATOR, "/twilio/bridge/1": document()}
    with carrier_for(desk) as carrier:
        desk.answers[WAIT] = lambda form: rings_and_waits(desk, carrier.exchange.url, form)
        assert carrier.play(a_call(context=context)).faults == ()
    assert desk.forms(ENDED)[0]["QueueResult"] == queue_result
    assert [form["CallStatus"] for form in desk.forms("/twilio/status") if form["Direction"] == "outbound-api"] == [
        ring_status
    ]


def test_an_operator_who_is_not_connected_to_the_queue_is_a_fault() -> None:
    desk = TinyDesk({VOICE: document(ENQUEUE), WAIT: WAITING, "/twilio/operator/main": BYE, ENDED: BYE})
    assert any("not connected" in reason for reason in played(desk).faults)


def test_a_dialled_person_hears_the_whisper_and_accepts_by_key() -> None:
    answers = {VOICE: document(DIAL), "/twilio/whisper/CA/1": WHISPER, "/twilio/turn/1/accept": document(), ENDED: BYE}
    desk = TinyDesk(dict(answers))
    call = played(desk)
    assert call.faults == ()
    assert call.said == ()  # the whisper is not for the caller
    assert desk.forms("/twilio/turn/1/accept")[0]["Digits"] == "1"
    assert desk.forms(ENDED)[0]["DialCallStatus"] == "completed"
    assert desk.forms(ENDED)[0]["DialBridged"] == "true"


def test_a_desk_that_hangs_up_on_the_person_who_accepts_has_not_connected_anybody() -> None:
    answers = {VOICE: document(DIAL), "/twilio/whisper/CA/1": WHISPER, "/twilio/turn/1/accept": BYE, ENDED: BYE}
    desk = TinyDesk(dict(answers))
    played(desk)
    assert desk.forms(ENDED)[0]["DialBridged"] == "false"


def test_nobody_answers_a_dialled_number_when_all_are_busy() -> None:
    desk = TinyDesk({VOICE: document(DIAL), ENDED: BYE})
    played(desk, a_call(context=CONGESTED))
    assert desk.forms(ENDED)[0]["DialCallStatus"] == "no-answer"


def test_a_desk_that_is_not_there_is_a_fault_not_a_crash() -> None:
    with carrier_for(TinyDesk()) as carrier:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        carrier.desk = replace(carrier.desk, base_url=nobody)
        assert any("no answer (error 11200)" in fault for fault in carrier.play(a_call()).faults)
        assert any("no answer" in fault for fault in carrier.probe())


# --- the carrier's bad days -------------------------------------------------------------------------------------------


def test_a_repeated_webhook_must_be_answered_alike() -> None:
    counted = iter(range(10))
    desk = TinyDesk({VOICE: lambda _: document(SAY.format(next(counted)), "<Hangup/>")})
    assert any(
        "another answer" in reason for reason in played(desk, a_call(bad_days=BadDays(repeat_webhooks=True))).faults
    )


def test_a_repeated_webhook_answered_alike_is_no_fault() -> None:
    desk = TinyDesk({VOICE: BYE})
    assert played(desk, a_call(bad_days=BadDays(repeat_webhooks=True))).faults == ()
    assert len(desk.forms(VOICE)) == 2


def test_a_status_callback_that_is_not_taken_is_a_fault() -> None:
    desk = TinyDesk({VOICE: BYE, "/twilio/status": Response("no", 500)})
    assert any("status callback was answered with 500" in fault for fault in played(desk).faults)


def test_status_callbacks_can_be_repeated_and_overtaken() -> None:
    desk = TinyDesk({VOICE: BYE})
    played(desk, a_call(bad_days=BadDays(reorder=True, repeat_status=True)))
    assert desk.statuses() == ["completed", "completed", "in-progress", "in-progress", "ringing", "ringing"]
