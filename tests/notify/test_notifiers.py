"""Every way of telling staff keeps one contract: reference, class, time and a link get out, nothing else."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.domain.ticket import Notice
from ivr.notify.printed import WORDS, BadNoticeWords, PrintedNotifier, load_notice_words
from ivr.notify.webhook import WebhookNotifier, document, signature, signing_key
from ivr.ports import Notifier, NotifyFailed
from nlu.meaning import Category
from tests.channels.loopback import Loopback
from tests.channels.scripted_desk import Clock

OPENED = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)  # 21:10 in Kanazawa
NOTICE = Notice(7, "1124-0007", "road_leak", OPENED)
SECRET = "a-secret-for-tests"


def link(reference: str) -> str:
    return f"https://desk.example.jp/tickets/{reference}"


@dataclass
class CollectingNotifier:
    """The fake: keeps what it was told."""

    name: str = "collecting"
    told: list[str] = field(default_factory=list)

    def tell(self, notice: Notice) -> None:
        time = notice.opened_at.astimezone().isoformat()
        more = f"alarm={notice.alarm} reports={notice.reports}"
        self.told.append(f"{notice.reference} {notice.category} {time} 21:10 {link(notice.reference)} {more}")


Way = tuple[Notifier, Callable[[], str]]


@pytest.fixture(params=["printed", "webhook", "collecting"])
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    """A notifier and what has left by it so far."""
    if request.param == "printed":
        stream = io.StringIO()
        yield PrintedNotifier(stream, load_notice_words(), link), stream.getvalue
    elif request.param == "webhook":
        with Loopback([(200, b"")]) as receiver:
            notifier = WebhookNotifier(receiver.origin + "/hook", SECRET, link, Clock())
            yield notifier, lambda: b"\n".join(receiver.bodies).decode()
    else:
        fake = CollectingNotifier()
        yield fake, lambda: "\n".join(fake.told)


def test_a_notice_carries_reference_time_and_link(way: Way) -> None:
    notifier, told = way
    notifier.tell(NOTICE)
    assert "1124-0007" in told()
    assert link("1124-0007") in told()
    assert "21" in told()
    assert "10" in told()


def test_two_notices_are_told_apart(way: Way) -> None:
    notifier, told = way
    notifier.tell(NOTICE)
    notifier.tell(Notice(8, "1124-0008", None, OPENED))
    assert "1124-0007" in told()
    assert "1124-0008" in told()


def test_an_alarm_says_that_nobody_has_it_and_why(way: Way) -> None:
    notifier, told = way
    notifier.tell(replace(NOTICE, alarm="nobody_on_duty"))
    known = ("当番の登録がありません", '"reason":"nobody_on_duty"', "alarm=nobody_on_duty")
    assert any(words in told() for words in known)


def test_a_further_report_of_the_same_event_says_how_many_there_are(way: Way) -> None:
    notifier, told = way
    notifier.tell(replace(NOTICE, reports=20))
    assert any(words in told() for words in ("20件目", '"reports":20', "reports=20"))


def test_a_notifier_has_a_name_for_the_log(way: Way) -> None:
    assert way[0].name.isalpha()


# --- printed ----------------------------------------------------------------------------------------------------------


def test_a_printed_notice_is_readable_japanese_in_kanazawa_time() -> None:
    stream = io.StringIO()
    PrintedNotifier(stream, load_notice_words(), link).tell(NOTICE)
    assert "道路漏水" in stream.getvalue()
    assert "2026年11月24日 21:10" in stream.getvalue()
    assert stream.getvalue().endswith("\n")


@pytest.mark.parametrize("category", [*Category, None, "something-new"])
def test_every_class_has_words(category: str | None) -> None:
    stream = io.StringIO()
    words = load_notice_words()
    PrintedNotifier(stream, words, link).tell(Notice(1, "R", category, OPENED))
    known = words.categories.get(category or "", words.unknown_category)
    assert known in stream.getvalue()


def test_a_stream_that_is_gone_is_a_temporary_failure() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(NotifyFailed) as failed:
        PrintedNotifier(stream, load_notice_words(), link).tell(NOTICE)
    assert not failed.value.permanent


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda _: "", "keys and values"),
        (lambda _: "a: [", "cannot be read"),
        (lambda text: text.replace("{link}", "{caller}"), "caller"),
        (lambda text: text.replace("{link}", "{"), "notice"),
        (lambda text: text.replace("  road_leak:", "  road_leek:"), "road_leak"),
        (lambda text: text.replace("time:", "tyme:"), "time"),
        (lambda text: text.split("categories:")[0], "categories"),
        (lambda text: text.replace("  nobody_heard:", "  nobody_herd:"), "nobody_heard"),
        (lambda text: text.replace("{reports}", "{count}"), "more"),
    ],
)
def test_broken_words_are_refused_with_file_and_key(tmp_path: Path, change: Callable[[str], str], named: str) -> None:
    path = tmp_path / "ja.yaml"
    path.write_text(change(WORDS.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(BadNoticeWords, match=named) as refused:
        load_notice_words(path)
    assert str(path) in str(refused.value)


def test_missing_words_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadNoticeWords, match="restore"):
        load_notice_words(tmp_path / "none.yaml")


# --- webhook ----------------------------------------------------------------------------------------------------------


def told_with(replies: list[object], timeout_s: float = 2.0) -> Loopback:
    with Loopback(replies) as receiver:
        WebhookNotifier(receiver.origin + "/hook", SECRET, link, Clock(), timeout_s).tell(NOTICE)
    return receiver


def test_a_posted_notice_is_signed_after_standard_webhooks() -> None:
    receiver = told_with([(204, b"")])
    headers = {name.lower(): value for name, value in receiver.headers[0].items()}
    assert receiver.asked == ["POST /hook"]
    assert headers["content-type"].startswith("application/json")
    assert headers["webhook-id"] == "notice-7"
    assert headers["webhook-signature"] == signature(
        SECRET.encode(), "notice-7", headers["webhook-timestamp"], receiver.bodies[0]
    )


def test_the_signature_is_that_of_the_specifications_example() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_posted_notice_holds_four_things_and_no_more() -> None:
    content = json.loads(document(NOTICE, link(NOTICE.reference)))
    assert content == {
        "type": "ticket.opened",
        "timestamp": "2026-11-24T21:10:00+09:00",
        "data": {"reference": "1124-0007", "category": "road_leak", "link": link("1124-0007")},
    }


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        ((301, b"", {"Location": "http://127.0.0.1:1/"}), True),
        ((307, b"", {"Location": "http://127.0.0.1:1/"}), True),
        ((400, b""), True),
        ((401, b""), True),
        ((404, b""), True),
        ((410, b""), True),
        ((408, b""), False),
        ((429, b""), False),
        ((500, b""), False),
        ((503, b""), False),
        ("hang", False),
        ("drop", False),
    ],
)
def test_a_failure_is_permanent_or_temporary_and_redirects_are_not_followed(reply: object, permanent: bool) -> None:
    with pytest.raises(NotifyFailed) as failed:
        told_with([reply], timeout_s=0.3)
    assert failed.value.permanent is permanent


@pytest.mark.parametrize(("url", "permanent"), [("nonsense", True), ("ftp://x/", True), ("http://127.0.0.1:1/", False)])
def test_an_address_that_cannot_be_posted_to(url: str, permanent: bool) -> None:
    with pytest.raises(NotifyFailed) as failed:
        WebhookNotifier(url, SECRET, link, Clock(), 0.5).tell(NOTICE)
    assert failed.value.permanent is permanent
    assert url not in str(failed.value)


def test_a_secret_that_only_looks_like_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        signing_key("whsec_not base64!")
