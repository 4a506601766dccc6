"""The carrier's server: recordings and REST for one account, as the real client library sees them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.channels.simulator.caller_voice import Clip
from ivr.channels.simulator.exchange import Exchange
from tests.simulator.tiny_desk import ACCOUNT, TOKEN

CLIP = Clip(b"RIFFsound", 1.0)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange() as running:
        running.admit(ACCOUNT, TOKEN)
        yield running


@pytest.fixture
def client(exchange: Exchange) -> Iterator[Client]:
    http = TwilioHttpClient(timeout=5)
    made = Client(ACCOUNT, TOKEN, http_client=http)
    made.api.base_url = exchange.url
    yield made
    if http.session is not None:
        http.session.close()


def test_a_recording_is_there_for_its_account_only(exchange: Exchange) -> None:
    sid, url = exchange.keep(ACCOUNT, CLIP)
    assert sid in url
    assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).content == CLIP.wav
    assert requests.get(url + ".wav", auth=(ACCOUNT, TOKEN), timeout=5).content == CLIP.wav
    assert requests.get(url, auth=(ACCOUNT, "wrong"), timeout=5).status_code == 401
    assert requests.get(url, timeout=5).status_code == 401


def test_a_late_recording_is_there_the_second_time(exchange: Exchange) -> None:
    _, url = exchange.keep(ACCOUNT, CLIP, late=True)
    assert [requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code for _ in range(2)] == [404, 200]


def test_a_recording_can_be_deleted(exchange: Exchange, client: Client) -> None:
    sid, url = exchange.keep(ACCOUNT, CLIP)
    assert client.recordings(sid).delete()
    assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404
    with pytest.raises(TwilioRestException):
        client.recordings(sid).delete()


def test_a_telephone_rung_by_rest_is_found_by_the_caller_it_is_rung_for(exchange: Exchange, client: Client) -> None:
    url = f"https://desk.example.jp/twilio/whisper/CA{'1' * 32}/3"
    made = client.calls.create(to="+815000000020", from_="+815000000010", url=url)
    assert exchange.rung_for("CA" + "2" * 32) is None
    rung = exchange.rung_for("CA" + "1" * 32)
    assert rung is not None
    assert (rung.sid, rung.fields["To"]) == (made.sid, "+815000000020")
    assert exchange.rung_for("CA" + "1" * 32) is None


def test_a_call_without_a_url_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException, match="No Url given"):
        client.calls.create(to="+815000000020", from_="+815000000010")


def test_a_call_that_somebody_sees_to_is_nobody_elses(exchange: Exchange, client: Client) -> None:
    told: list[str] = []
    exchange.attend(lambda rung: bool(told.append(rung.fields["StatusCallbackEvent"]) or True), lambda _: None)
    url = f"https://desk.example.jp/twilio/duty/CA{'1' * 32}/1"
    events = ["answered", "completed"]
    client.calls.create(to="+815000000101", from_="+815000000010", url=url, status_callback_event=events)
    assert told == ["answered completed"]
    assert exchange.rung_for("CA" + "1" * 32) is None


def test_a_call_is_ended_by_rest_and_an_unknown_one_is_not_found(exchange: Exchange, client: Client) -> None:
    made = client.calls.create(to="+815000000101", from_="+815000000010", url="https://desk.example.jp/")
    assert not exchange.hung_up(str(made.sid))
    client.calls(made.sid).update(status="completed")
    assert exchange.hung_up(str(made.sid))
    with pytest.raises(TwilioRestException, match="not found"):
        client.calls("CA" + "9" * 32).update(status="completed")


def test_texts_are_kept_and_listed_by_whom_they_went_to(exchange: Exchange, client: Client) -> None:
    told: list[str] = []
    exchange.attend(lambda _: False, lambda fields: told.append(fields["Body"]))
    for number, body in (("+815000000101", "one"), ("+815000000102", "two")):
        client.messages.create(to=number, from_="+815000000010", body=body)
    assert told == ["one", "two"]
    assert [text["body"] for text in exchange.texts] == ["one", "two"]
    assert [message.body for message in client.messages.list(to="+815000000102", limit=5)] == ["two"]


def test_a_text_without_words_is_refused(client: Client) -> None:
    with pytest.raises(TwilioRestException, match="No Body given"):
        client.messages.create(to="+815000000101", from_="+815000000010")


def test_queues_are_made_once_listed_and_resized(client: Client) -> None:
    made = client.queues.create(friendly_name="main", max_size=50)
    with pytest.raises(TwilioRestException):
        client.queues.create(friendly_name="main")
    client.queues(made.sid).update(max_size=80)
    assert [(queue.friendly_name, queue.max_size) for queue in client.queues.list()] == [("main", 80)]


def test_nothing_is_served_before_an_account_is_admitted() -> None:
    with Exchange() as running:
        _, url = running.keep(ACCOUNT, CLIP)
        assert requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 503


def test_unknown_resources_are_not_found(exchange: Exchange) -> None:
    for path in ("Conferences.json", "Recordings/REnone"):
        address = f"{exchange.url}/2010-04-01/Accounts/{ACCOUNT}/{path}"
        assert requests.get(address, auth=(ACCOUNT, TOKEN), timeout=5).status_code == 404
