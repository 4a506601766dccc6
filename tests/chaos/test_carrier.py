"""The bad carrier as twilio-python sees it: what it lists, what it answers with, what it does behind a lost answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.chaos import carrier as bad
from tests.chaos.books import Books, NightClock, Placed
from tests.chaos.carrier import FAULTS, Carrier
from tests.chaos.line import ACCOUNT, NIGHT_LINE, TOKEN

A = "+819000000001"
URL = "http://127.0.0.1:1/twilio/duty/0001/1"


class OneFault(Carrier):
    """Every request that creates something meets the same fault."""

    fault = "fine"

    def _fault(self, method: str) -> str:
        return self.fault if method == "POST" else "fine"


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def carrier(books: Books) -> Iterator[OneFault]:
    with OneFault(books, NightClock(3600.0), 1) as carrier:
        yield carrier


@pytest.fixture
def client(carrier: OneFault) -> Client:
    client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=5.0), environment={"TWILIO_REGION": ""})
    client.api.base_url = carrier.url
    return client


def create(client: Client) -> str:
    call = client.calls.create(to=A, from_=NIGHT_LINE, url=URL, status_callback="http://127.0.0.1:1/s")
    return str(call.sid)


def test_a_call_is_placed_rings_and_is_found_again(books: Books, carrier: OneFault, client: Client) -> None:
    rung: list[Placed] = []
    carrier.ring = rung.append
    sid = create(client)
    (found,) = client.calls.list(to=A, from_=NIGHT_LINE, limit=20)
    assert (found.sid, found.status) == (sid, "queued")
    assert abs((found.date_created - books.placed[sid].created).total_seconds()) < 1
    assert [placed.reference for placed in rung] == ["0001"]
    assert client.calls.list(to="+819000000002", limit=20) == []


def test_hanging_up_ends_the_call_at_its_telephone(books: Books, client: Client) -> None:
    sid = create(client)
    client.calls(sid).update(status="completed")
    assert books.placed[sid].hung_up.is_set()


@pytest.mark.parametrize(
    ("fault", "status", "placed"), [("429", 429, 0), ("500", 500, 0), ("500 after it was done", 500, 1)]
)
def test_a_refusal_places_nothing_unless_it_came_after_the_deed(
    books: Books, carrier: OneFault, client: Client, fault: str, status: int, placed: int
) -> None:
    carrier.fault = fault
    with pytest.raises(TwilioRestException) as refused:
        create(client)
    assert (refused.value.status, len(books.placed)) == (status, placed)


def test_a_doubled_call_is_marked_as_the_carriers_own(books: Books, carrier: OneFault, client: Client) -> None:
    carrier.fault = "twice"
    sid = create(client)
    assert {placed.sid == sid: placed.twin for placed in books.placed.values()} == {True: False, False: True}


def test_a_text_is_sent_and_found_again(client: Client) -> None:
    sid = client.messages.create(to=A, from_=NIGHT_LINE, body="ticket 0001").sid
    (found,) = client.messages.list(to=A, from_=NIGHT_LINE, limit=20)
    assert (found.sid, found.body) == (sid, "ticket 0001")


def test_a_queue_is_made_once_and_listed(client: Client) -> None:
    client.queues.create(friendly_name="main", max_size=100)
    assert [queue.friendly_name for queue in client.queues.list()] == ["main"]


def test_who_does_not_know_the_token_is_refused(carrier: OneFault) -> None:
    stranger = Client(ACCOUNT, "wrong", environment={"TWILIO_REGION": ""})
    stranger.api.base_url = carrier.url
    with pytest.raises(TwilioRestException) as refused:
        create(stranger)
    assert refused.value.status == 401


def test_a_calm_carrier_has_no_faults_and_a_bad_one_all_of_them() -> None:
    calm = Carrier(Books(), NightClock(0.0), 1, calm=True)
    assert {calm._fault("POST") for _ in range(300)} == {bad.FINE}
    rough = Carrier(Books(), NightClock(0.0), 1)
    assert {rough._fault("POST") for _ in range(1000)} == {name for name, _ in FAULTS}
    assert "500 after it was done" not in {rough._fault("GET") for _ in range(1000)}
    for each in (calm, rough):
        each._server.server_close()
