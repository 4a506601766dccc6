"""What the desk asks of Twilio's REST API is what its OpenAPI document allows; every failure has a type."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from ivr.channels.twilio_recordings import ForgetLater, TwilioRecordings
from ivr.channels.twilio_rest import rest_client
from ivr.channels.twilio_telephone import TwilioTelephone
from ivr.ports import RecordingUnavailable, RingFailed
from tests.channels.loopback import Loopback
from tests.channels.scripted_desk import ACCOUNT, NOON, ORIGIN, RECORDING, Clock, desk_settings
from tests.channels.twilio_api.checked_http import CheckedHttp

DESK, OURS = "+81761112233", "+81761000000"
LEG = "CA" + "9" * 32
QUEUE = "QU" + "7" * 32
CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"


def call(status: str = "queued", created: datetime = NOON) -> dict[str, object]:
    return {
        "sid": LEG,
        "status": status,
        "to": DESK,
        "from": OURS,
        "date_created": format_datetime(created.astimezone(UTC)),
    }


def listed(*calls: dict[str, object]) -> tuple[int, dict[str, object]]:
    return 200, {"calls": list(calls), "page": 0, "page_size": 20, "next_page_uri": None}


def queues(*found: dict[str, object]) -> tuple[int, dict[str, object]]:
    return 200, {"queues": list(found), "page": 0, "page_size": 50, "next_page_uri": None}


def error(status: int, code: int) -> tuple[int, dict[str, object]]:
    return status, {"code": code, "message": f"about {DESK}", "more_info": "https://example.jp", "status": status}


def telephone(http: CheckedHttp, twilio_from: str | None = OURS) -> TwilioTelephone:
    settings = desk_settings(twilio_from=twilio_from)
    return TwilioTelephone(settings, rest_client(settings, http=http), Clock())


def ring(http: CheckedHttp) -> str:
    return telephone(http).ring(DESK, f"{ORIGIN}/twilio/whisper/CA/1", f"{ORIGIN}/twilio/status")


def test_a_desk_is_rung_with_one_valid_request() -> None:
    http = CheckedHttp([(201, call())])
    assert ring(http) == LEG
    (asked,) = http.asked
    assert (asked.method, asked.path) == ("POST", CALLS)
    assert asked.form["To"] == DESK
    assert asked.form["From"] == OURS
    assert asked.form["Url"] == f"{ORIGIN}/twilio/whisper/CA/1"
    assert asked.form["StatusCallback"] == f"{ORIGIN}/twilio/status"
    assert asked.form["StatusCallbackEvent"] == ["completed"]


@pytest.mark.parametrize("number", ["", "0761112233", "110", "+81", "client:x", "+81 76 111 2233"])
def test_nobody_is_rung_at_a_number_that_is_none(number: str) -> None:
    http = CheckedHttp([])
    with pytest.raises(RingFailed) as failed:
        telephone(http).ring(number, ORIGIN, ORIGIN)
    assert failed.value.permanent
    assert http.asked == []


def test_without_a_number_of_our_own_nobody_is_rung_and_the_setting_is_named() -> None:
    with pytest.raises(RingFailed, match="MIZUMADO_TWILIO_FROM") as failed:
        telephone(CheckedHttp([]), None).ring(DESK, ORIGIN, ORIGIN)
    assert failed.value.permanent


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21211, True),
        (401, 20003, True),
        (403, 21216, True),
        (429, 20429, False),
        (400, 20429, False),
        (500, 20500, False),
        (503, 20503, False),
    ],
)
def test_a_refusal_is_permanent_and_trouble_at_the_carrier_temporary(status: int, code: int, permanent: bool) -> None:
    http = CheckedHttp([error(status, code)])
    with pytest.raises(RingFailed, match=str(code)) as failed:
        ring(http)
    assert failed.value.permanent is permanent
    assert DESK not in str(failed.value)
    assert len(http.asked) == 1


def test_a_call_whose_reply_was_lost_is_looked_for_and_not_placed_twice() -> None:
    http = CheckedHttp([requests.ReadTimeout(), listed(call("ringing"))])
    assert ring(http) == LEG
    assert [asked.method for asked in http.asked] == ["POST", "GET"]
    assert http.asked[1].query["To"] == DESK


@pytest.mark.parametrize(
    "found",
    [listed(), listed(call("completed")), listed(call(created=NOON - timedelta(minutes=5))), error(500, 20500)],
    ids=["none", "over", "older", "listing fails"],
)
def test_a_call_that_was_not_placed_may_be_tried_again(found: tuple[int, dict[str, object]]) -> None:
    http = CheckedHttp([requests.ReadTimeout(), found])
    with pytest.raises(RingFailed) as failed:
        ring(http)
    assert not failed.value.permanent
    assert len(http.asked) == 2


def test_a_carrier_that_cannot_be_reached_was_not_asked() -> None:
    http = CheckedHttp([requests.ConnectTimeout()])
    with pytest.raises(RingFailed) as failed:
        ring(http)
    assert not failed.value.permanent
    assert len(http.asked) == 1


# --- calls to staff: picked up is told, an earlier try is looked for first, calls are ended ---------------------------


def ring_again(http: CheckedHttp, tried_at: datetime) -> str:
    return telephone(http).ring(
        DESK, f"{ORIGIN}/twilio/duty/1/1", f"{ORIGIN}/twilio/duty-status/1/1", tried_at=tried_at, answered=True
    )


def test_whoever_must_know_is_told_that_a_call_was_picked_up() -> None:
    http = CheckedHttp([(201, call())])
    telephone(http).ring(DESK, ORIGIN, ORIGIN, answered=True)
    assert http.asked[0].form["StatusCallbackEvent"] == ["answered", "completed"]


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "completed", "busy", "no-answer", "failed"])
def test_a_call_that_an_earlier_try_placed_is_not_placed_again_whatever_became_of_it(status: str) -> None:
    http = CheckedHttp([listed(call(status))])
    assert ring_again(http, NOON) == LEG
    assert [asked.method for asked in http.asked] == ["GET"]


@pytest.mark.parametrize(
    ("since_try", "placed"),
    [(timedelta(), True), (timedelta(seconds=-5), True), (timedelta(seconds=-6), False), (timedelta(minutes=2), True)],
)
def test_only_a_call_placed_since_the_earlier_try_is_that_call(since_try: timedelta, placed: bool) -> None:
    http = CheckedHttp([listed(call("completed", NOON + since_try)), (201, call())])
    assert ring_again(http, NOON) == LEG
    assert [asked.method for asked in http.asked] == (["GET"] if placed else ["GET", "POST"])


def test_a_call_that_is_known_to_be_about_another_report_is_not_that_call() -> None:
    http = CheckedHttp([listed(call("completed")), (201, call())])
    telephone(http).ring(DESK, ORIGIN, ORIGIN, tried_at=NOON, others={LEG}.__contains__)
    assert [asked.method for asked in http.asked] == ["GET", "POST"]


def test_nothing_is_placed_while_it_cannot_be_found_out_whether_it_was() -> None:
    http = CheckedHttp([error(500, 20500)])
    with pytest.raises(RingFailed) as failed:
        ring_again(http, NOON)
    assert not failed.value.permanent
    assert [asked.method for asked in http.asked] == ["GET"]


def test_a_call_is_hung_up_with_one_valid_request() -> None:
    http = CheckedHttp([(200, call("completed"))])
    telephone(http).hang_up(LEG)
    (asked,) = http.asked
    assert (asked.method, asked.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{LEG}.json")
    assert asked.form == {"Status": "completed"}


@pytest.mark.parametrize("answer", [error(404, 20404), error(400, 21220)], ids=["unknown", "over"])
def test_a_call_that_is_over_already_is_hung_up_enough(answer: tuple[int, dict[str, object]]) -> None:
    telephone(CheckedHttp([answer])).hang_up(LEG)


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [(error(401, 20003), True), (error(429, 20429), False), (requests.ReadTimeout(), False)],
)
def test_a_call_that_could_not_be_hung_up_is_a_typed_failure(
    answer: tuple[int, dict[str, object]] | Exception, permanent: bool
) -> None:
    with pytest.raises(RingFailed) as failed:
        telephone(CheckedHttp([answer])).hang_up(LEG)
    assert failed.value.permanent is permanent
    assert DESK not in str(failed.value)


# --- queues -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "requests_made"),
    [
        (queues(), ["GET", "POST"]),
        (queues({"sid": QUEUE, "friendly_name": "other", "max_size": 100}), ["GET", "POST"]),
        (queues({"sid": QUEUE, "friendly_name": "main", "max_size": 100}), ["GET", "POST"]),
        (queues({"sid": QUEUE, "friendly_name": "main", "max_size": 500}), ["GET"]),
    ],
    ids=["missing", "another", "too small", "there"],
)
def test_a_queue_is_made_once_and_with_the_size_wanted(
    before: tuple[int, dict[str, object]], requests_made: list[str]
) -> None:
    http = CheckedHttp([before, (201 if not before[1]["queues"] else 200, {"sid": QUEUE, "max_size": 500})])
    if before[1]["queues"] and before[1]["queues"][0]["friendly_name"] == "other":  # type: ignore[index]
        http.answers[1] = (201, {"sid": QUEUE, "max_size": 500})
    telephone(http).prepare_queue("main", 500)
    assert [asked.method for asked in http.asked] == requests_made


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [(error(401, 20003), True), (error(429, 20429), False), (requests.ConnectionError(), False)],
)
def test_a_queue_that_cannot_be_made_is_a_typed_failure(
    answer: tuple[int, dict[str, object]] | Exception, permanent: bool
) -> None:
    with pytest.raises(RingFailed) as failed:
        telephone(CheckedHttp([answer])).prepare_queue("main", 500)
    assert failed.value.permanent is permanent


# --- deleting recordings ----------------------------------------------------------------------------------------------


def recordings(http: CheckedHttp) -> TwilioRecordings:
    return TwilioRecordings(desk_settings(), rest_client(desk_settings(), http=http))


@pytest.mark.parametrize("answer", [(204, None), error(404, 20404)], ids=["deleted", "gone already"])
def test_a_recording_is_deleted_at_the_carrier(answer: tuple[int, dict[str, object] | None]) -> None:
    http = CheckedHttp([answer])
    recordings(http).forget(RECORDING)
    assert (http.asked[0].method, http.asked[0].path) == (
        "DELETE",
        f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{RECORDING}.json",
    )


@pytest.mark.parametrize("answer", [error(500, 20500), error(401, 20003), requests.ReadTimeout()])
def test_a_recording_that_cannot_be_deleted_is_told_and_costs_the_call_nothing(
    answer: tuple[int, dict[str, object]] | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    later = ForgetLater(recordings(CheckedHttp([answer])).forget)
    later(RECORDING)
    later.close()
    later(RECORDING)  # too late, and still no failure
    assert caplog.text.count("not deleted") >= 2


# --- over a socket ----------------------------------------------------------------------------------------------------


def test_the_real_client_reaches_another_host_in_spite_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TWILIO_EDGE", "tokyo")
    monkeypatch.setenv("TWILIO_REGION", "jp1")
    with Loopback([(201, call())]) as carrier, caplog.at_level(logging.DEBUG):
        settings = desk_settings(twilio_from=OURS, twilio_api=carrier.origin)
        assert TwilioTelephone(settings, rest_client(settings), Clock()).ring(DESK, ORIGIN, ORIGIN) == LEG
        assert carrier.asked[0].startswith(f"POST {CALLS}")
    assert "111" + "2233" not in "".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    ("answer", "permanent"), [(error(429, 20429), False), (error(500, 20500), False), (error(400, 21211), True)]
)
def test_refusals_arrive_typed_through_the_real_client(answer: tuple[int, dict[str, object]], permanent: bool) -> None:
    with Loopback([answer]) as carrier:
        settings = desk_settings(twilio_from=OURS, twilio_api=carrier.origin)
        with pytest.raises(RingFailed) as failed:
            TwilioTelephone(settings, rest_client(settings), Clock()).ring(DESK, ORIGIN, ORIGIN)
    assert failed.value.permanent is permanent


def test_a_carrier_that_never_answers_is_given_up_and_the_call_looked_for() -> None:
    with Loopback(["hang", listed(call("queued"))]) as carrier:
        settings = desk_settings(twilio_from=OURS, twilio_api=carrier.origin)
        client = rest_client(settings, timeout_s=0.3)
        assert TwilioTelephone(settings, client, Clock()).ring(DESK, ORIGIN, ORIGIN) == LEG
        assert [asked.split()[0] for asked in carrier.asked] == ["POST", "GET"]


def test_nothing_listens_there() -> None:
    with Loopback([]) as carrier:
        origin = carrier.origin
    settings = desk_settings(twilio_from=OURS, twilio_api=origin)
    with pytest.raises(RingFailed) as failed:
        TwilioTelephone(settings, rest_client(settings), Clock()).ring(DESK, ORIGIN, ORIGIN)
    assert not failed.value.permanent
    with pytest.raises(RecordingUnavailable):
        TwilioRecordings(settings, rest_client(settings)).forget(RECORDING)
