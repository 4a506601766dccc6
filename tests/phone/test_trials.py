"""A trial call: the real code path over a desk of its own, of which nothing is left behind."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ivr.channels.phone.booths import ALONE_S, LONGEST_S, MOST_TRIALS, Booths
from tests.phone.conftest import OURS, Here


def post(here: Here, trial: dict[str, str], path: str, **fields: str) -> ElementTree.Element:
    reply = here.browser.post(f"/phone/{trial['id']}{path}", data=fields, headers=OURS)
    assert reply.status_code == 200, reply.text
    return ElementTree.fromstring(reply.data)  # noqa: S314  # our own desk wrote it


def told(here: Here, trial: dict[str, str]) -> list[dict[str, object]]:
    known = here.booths.trial(trial["id"])
    assert known is not None
    return [json.loads(text) for text in known.feed.since(0)[1]]


def emergency_by_key(here: Here, trial: dict[str, str]) -> ElementTree.Element:
    """Key 1 on the night line: a ticket is stored before anything is said about it."""
    first = post(here, trial, "/twilio/voice")
    gather = first.find("Gather")
    assert gather is not None
    action = gather.get("action", "")
    assert action.startswith(trial["origin"])
    return post(here, trial, action.removeprefix(trial["origin"]), Digits="1")


def test_the_greeting_is_that_of_the_chosen_time_and_number(here: Here) -> None:
    by_night = "".join(post(here, here.begin(), "/twilio/voice").itertext())
    by_day = "".join(post(here, here.begin(at="2026-11-24T14:00", dialled="centre"), "/twilio/voice").itertext())
    assert "夜間" in by_night
    assert "夜間" not in by_day


def test_a_trial_call_shows_its_turns_its_ticket_and_its_notice(here: Here) -> None:
    trial = here.begin()
    emergency_by_key(here, trial)
    until = time.monotonic() + 10
    while not any(event["kind"] == "notice" for event in told(here, trial)) and time.monotonic() < until:
        post_status = here.browser.post(
            f"/phone/{trial['id']}/twilio/status", data={"CallStatus": "completed"}, headers=OURS
        )
        assert post_status.status_code == 204
        time.sleep(0.1)
    events = told(here, trial)
    ticket = next(event for event in events if event["kind"] == "ticket")
    notice = next(event for event in events if event["kind"] == "notice")
    assert ticket["phone"] == "0760000001"
    assert str(ticket["reference"]) in str(notice["text"])
    assert f"{trial['origin']}/tickets/" in str(notice["text"])
    pressed = next(
        event for event in events if event["kind"] == "turn" and event["event"] == {"type": "Pressed", "keys": "1"}
    )
    assert pressed["time"] == "21:10:00"
    page = here.browser.get(f"/phone/{trial['id']}/tickets/{ticket['reference']}")
    assert "0760000001" in page.text


def test_nothing_of_a_trial_reaches_the_real_desk_or_its_staff(here: Here) -> None:
    trial = here.begin()
    emergency_by_key(here, trial)
    assert any(event["kind"] == "ticket" for event in told(here, trial))
    assert here.office.store.tickets.recent() == []
    assert here.office.store.turns.call(trial["sid"]) is None
    assert here.told.getvalue() == ""


def test_a_withheld_number_arrives_as_withheld(here: Here) -> None:
    trial = here.begin(caller="")
    emergency_by_key(here, trial)
    ticket = next(event for event in told(here, trial) if event["kind"] == "ticket")
    assert ticket["phone"] is None


def test_a_recording_is_kept_in_the_trial_and_goes_to_the_ticket(here: Here) -> None:
    trial = here.begin()
    document = emergency_by_key(here, trial)
    record = document.find("Record")
    assert record is not None
    kept = here.browser.post(f"/phone/{trial['id']}/recording", data=b"\x7f\x20" * 8000, headers=OURS).get_json()
    assert kept["RecordingDuration"] == "2"
    post(here, trial, record.get("action", "").removeprefix(trial["origin"]), **kept)
    assert [event for event in told(here, trial) if event["kind"] == "ticket"][-1]["recordings"] == 1


def test_four_trials_at_once_and_not_one_more(here: Here) -> None:
    trials = [here.begin() for _ in range(MOST_TRIALS)]
    refused = here.browser.post(
        "/phone/trials", json={"at": "2026-11-24T21:10", "dialled": "centre", "caller": ""}, headers=OURS
    )
    assert refused.status_code == 429
    assert "4本まで" in refused.get_json()["message"]
    assert here.browser.post(f"/phone/{trials[0]['id']}/end", headers=OURS).status_code == 204
    here.begin()


def folders() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("mizumado-trial-*"))


def test_a_trial_that_ends_leaves_no_folder_no_thread_and_no_place(here: Here) -> None:
    before, threads = folders(), set(threading.enumerate())
    trials = [here.begin() for _ in range(2)]
    assert len(folders() - before) == 2
    for trial in trials:
        here.browser.post(f"/phone/{trial['id']}/end", headers=OURS)
    assert folders() - before == set()
    until = time.monotonic() + 5
    while (left := set(threading.enumerate()) - threads) and time.monotonic() < until:
        time.sleep(0.02)
    assert left == set()
    assert len(here.booths) == 0


@pytest.mark.parametrize(("after_s", "gone"), [(ALONE_S - 1, False), (ALONE_S + 1, True)])
def test_a_trial_without_a_page_is_dropped(here: Here, after_s: float, gone: bool) -> None:
    now = 0.0
    booths = Booths(here.booths._open_desk, lambda: now)
    trial = booths.open(wish(), "http://127.0.0.1")
    now = after_s
    booths.sweep()
    assert (len(booths) == 0) is gone
    booths.close()
    assert trial.feed.since(0)[2]


def test_a_trial_is_dropped_after_half_an_hour_though_it_is_used(here: Here) -> None:
    now = 0.0
    booths = Booths(here.booths._open_desk, lambda: now)
    trial = booths.open(wish(), "http://127.0.0.1")
    while now <= LONGEST_S:
        assert booths.trial(trial.id) is trial
        now += ALONE_S / 2
        booths.sweep()
    assert booths.trial(trial.id) is None
    booths.close()


def wish():  # type: ignore[no-untyped-def]
    from ivr.channels.phone.wish import wish_of

    return wish_of({"at": "2026-11-24T21:10", "dialled": "centre", "caller": ""})
