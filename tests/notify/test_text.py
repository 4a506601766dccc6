"""A text to staff: reference, class and link, nothing of the caller; sent once as far as can be found out; typed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from ivr.channels.twilio_rest import rest_client
from ivr.channels.twilio_texts import TwilioTexts
from ivr.notify.printed import WORDS, BadNoticeWords
from ivr.notify.text import MOST_CHARACTERS, load_text_words
from ivr.ports import NotifyFailed, Texts
from nlu.meaning import Category
from tests.channels.loopback import Loopback
from tests.channels.scripted_desk import ACCOUNT, NOON, Clock, desk_settings
from tests.channels.twilio_api.checked_texts import CheckedTexts

STAFF, OURS = "+819011110001", "+815010000000"
LINK = "https://desk.example.jp/tickets/0012"
TEXT = "SM" + "5" * 32
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
BODY = "見本の本文"


def message(body: str = BODY, status: str = "queued", created: datetime = NOON) -> dict[str, object]:
    return {
        "sid": TEXT,
        "status": status,
        "to": STAFF,
        "from": OURS,
        "body": body,
        "date_created": format_datetime(created.astimezone(UTC)),
    }


def listed(*messages: dict[str, object]) -> tuple[int, dict[str, object]]:
    return 200, {"messages": list(messages), "page": 0, "page_size": 20, "next_page_uri": None}


def error(status: int, code: int) -> tuple[int, dict[str, object]]:
    return status, {"code": code, "message": f"about {STAFF}", "more_info": "https://example.jp", "status": status}


def texts(http: CheckedTexts, twilio_from: str | None = OURS) -> TwilioTexts:
    settings = desk_settings(twilio_from=twilio_from)
    return TwilioTexts(settings, rest_client(settings, http=http), Clock())


# --- the words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("alarm", [False, True])
@pytest.mark.parametrize("category", [*Category, None, "something-new"])
def test_a_text_says_class_reference_and_link_and_nothing_else(category: str | None, alarm: bool) -> None:
    words = load_text_words()
    body = words.body("0012", category, LINK, alarm=alarm)
    name = words.categories.get(category or "", words.unknown_category)
    template = words.sms_alarm if alarm else words.sms
    filled = template.replace("{category}", name).replace("{reference}", "0012").replace("{link}", LINK)
    assert body == filled.strip()
    assert name in body
    assert "0012" in body
    assert body.endswith(LINK)


def test_an_alarm_says_that_nobody_has_it() -> None:
    words = load_text_words()
    assert "だれも引き受けていません" in words.body("0012", "road_leak", LINK, alarm=True)
    assert "だれも引き受けていません" not in words.body("0012", "road_leak", LINK)


def test_a_text_has_no_place_for_anything_of_the_caller() -> None:
    with pytest.raises(TypeError):
        load_text_words().body("0012", "road_leak", LINK, phone="0761239876")  # type: ignore[call-arg]


def test_a_text_is_never_longer_than_the_carrier_takes() -> None:
    assert len(load_text_words().body("0012", "road_leak", "x" * 5000)) == MOST_CHARACTERS


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda text: text.replace("sms:", "smz:"), "sms:"),
        (lambda text: text.replace("sms_alarm:", "sms_alert:"), "sms_alarm"),
        (lambda text: text.replace("受付番号 {reference}", "受付番号 {phone}"), "phone"),
        (lambda text: text.replace("受付番号 {reference}", "受付番号 {"), "sms"),
    ],
)
def test_broken_words_are_refused_with_file_and_key(tmp_path: Path, change: Callable[[str], str], named: str) -> None:
    path = tmp_path / "ja.yaml"
    path.write_text(change(WORDS.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(BadNoticeWords, match=named) as refused:
        load_text_words(path)
    assert str(path) in str(refused.value)


# --- sending: the port Texts ------------------------------------------------------------------------------------------


@dataclass
class CollectedTexts:
    """The fake: keeps what was sent."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        if tried_at is not None and (number, body) in self.sent:
            return TEXT
        self.sent.append((number, body))
        return TEXT


@pytest.mark.parametrize("real", [True, False], ids=["twilio", "collected"])
def test_every_way_of_texting_sends_once_and_finds_what_an_earlier_try_sent(real: bool) -> None:
    http = CheckedTexts([(201, message()), listed(message())])
    way: Texts = texts(http) if real else CollectedTexts()
    assert way.text(STAFF, BODY) == TEXT
    assert way.text(STAFF, BODY, tried_at=NOON) == TEXT
    sent = [asked for asked in http.asked if asked.method == "POST"] if real else getattr(way, "sent", [])
    assert len(sent) == 1


def test_a_text_is_one_valid_request() -> None:
    http = CheckedTexts([(201, message())])
    assert texts(http).text(STAFF, BODY) == TEXT
    (asked,) = http.asked
    assert (asked.method, asked.path) == ("POST", MESSAGES)
    assert asked.form == {"To": STAFF, "From": OURS, "Body": BODY}


@pytest.mark.parametrize("number", ["", "09011110001", "110", "+81", "client:x", "+81 90 1111 0001"])
def test_nobody_is_texted_at_a_number_that_is_none(number: str) -> None:
    http = CheckedTexts([])
    with pytest.raises(NotifyFailed) as failed:
        texts(http).text(number, BODY)
    assert failed.value.permanent
    assert http.asked == []


def test_without_a_number_of_our_own_nobody_is_texted_and_the_setting_is_named() -> None:
    with pytest.raises(NotifyFailed, match="MIZUMADO_TWILIO_FROM") as failed:
        texts(CheckedTexts([]), None).text(STAFF, BODY)
    assert failed.value.permanent


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21211, True),
        (400, 21614, True),  # a landline
        (401, 20003, True),
        (429, 20429, False),
        (500, 20500, False),
    ],
)
def test_a_refusal_is_permanent_and_trouble_at_the_carrier_temporary(status: int, code: int, permanent: bool) -> None:
    http = CheckedTexts([error(status, code)])
    with pytest.raises(NotifyFailed, match=str(code)) as failed:
        texts(http).text(STAFF, BODY)
    assert failed.value.permanent is permanent
    assert STAFF not in str(failed.value)
    assert len(http.asked) == 1


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "undelivered", "failed"])
def test_a_text_whose_reply_was_lost_is_looked_for_and_not_sent_twice_whatever_became_of_it(status: str) -> None:
    http = CheckedTexts([requests.ReadTimeout(), listed(message("another"), message(status=status))])
    assert texts(http).text(STAFF, BODY) == TEXT
    assert [asked.method for asked in http.asked] == ["POST", "GET"]
    assert http.asked[1].query["To"] == STAFF


def test_it_is_looked_for_since_shortly_before_it_was_sent_in_the_carriers_time() -> None:
    http = CheckedTexts([listed(message())])
    texts(http).text(STAFF, BODY, tried_at=NOON)
    assert http.asked[0].query["DateSent>"] == "2026-11-24T02:59:55Z"  # noon in Kanazawa is 3:00 UTC


@pytest.mark.parametrize(
    "found", [listed(), listed(message("another")), error(500, 20500)], ids=["none", "another text", "listing fails"]
)
def test_a_text_that_was_not_found_may_be_tried_again(found: tuple[int, dict[str, object]]) -> None:
    http = CheckedTexts([requests.ReadTimeout(), found])
    with pytest.raises(NotifyFailed) as failed:
        texts(http).text(STAFF, BODY)
    assert not failed.value.permanent
    assert len(http.asked) == 2


def test_what_an_earlier_try_did_not_send_is_sent() -> None:
    http = CheckedTexts([listed(), (201, message())])
    assert texts(http).text(STAFF, BODY, tried_at=NOON - timedelta(minutes=1)) == TEXT
    assert [asked.method for asked in http.asked] == ["GET", "POST"]


def test_nothing_is_sent_while_it_cannot_be_found_out_whether_it_was() -> None:
    http = CheckedTexts([error(503, 20503)])
    with pytest.raises(NotifyFailed) as failed:
        texts(http).text(STAFF, BODY, tried_at=NOON)
    assert not failed.value.permanent
    assert [asked.method for asked in http.asked] == ["GET"]


def test_a_carrier_that_cannot_be_reached_was_not_asked() -> None:
    http = CheckedTexts([requests.ConnectTimeout()])
    with pytest.raises(NotifyFailed) as failed:
        texts(http).text(STAFF, BODY)
    assert not failed.value.permanent
    assert len(http.asked) == 1


def test_over_a_socket_no_number_and_no_words_get_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with Loopback([(201, message())]) as carrier, caplog.at_level(logging.DEBUG):
        settings = desk_settings(twilio_from=OURS, twilio_api=carrier.origin)
        assert TwilioTexts(settings, rest_client(settings), Clock()).text(STAFF, BODY) == TEXT
        assert carrier.asked[0].startswith(f"POST {MESSAGES}")
    log = "".join(record.getMessage() for record in caplog.records)
    assert STAFF.removeprefix("+81") not in log
    assert BODY not in log
