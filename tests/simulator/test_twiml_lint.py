"""The linter lets through what Twilio runs, and names what it would refuse or ignore."""

from __future__ import annotations

import pytest
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.channels.simulator.twiml_grammar import grammar
from ivr.channels.simulator.twiml_lint import Where, lint

SAY = '<Say voice="Polly.Kazuha-Neural" language="ja-JP">a</Say>'
GATHER = '<Gather input="dtmf" action="/a">{}</Gather>'


def linted(body: str, where: Where = Where.CALL) -> list[str]:
    return lint(f"<Response>{body}</Response>".encode(), where)


def test_a_desk_on_this_machine_may_have_plain_sockets_on_any_port() -> None:
    document = b'<Response><Connect action="/a"><Stream url="ws://127.0.0.1:8080/s"/></Connect></Response>'
    assert lint(document, plain=True) == []
    assert any("must be wss" in complaint for complaint in lint(document))


def test_the_grammar_is_read_off_the_library() -> None:
    known = grammar()
    assert known["Gather"].children == {"Say", "Play", "Pause"}
    assert {"actionOnEmptyResult", "speechTimeout", "finishOnKey"} <= known["Gather"].attributes
    assert "Number" in known["Dial"].children
    assert "Number" not in known["Response"].children
    assert known["Say"].holds_text
    assert not known["Gather"].holds_text


def test_what_the_library_writes_for_an_ordinary_turn_is_clean() -> None:
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        language="ja-JP",
        speech_timeout="auto",
        timeout=7,
        num_digits=1,
        finish_on_key="",
        profanity_filter=False,
        action_on_empty_result=True,
        action="/a",
        hints="x,y",
    )
    gather.play("/audio/a.wav?seal=0a")
    response.append(gather)
    response.record(action="/a", timeout=2, max_length=30, play_beep=False, trim="do-not-trim")
    response.redirect("/a", method="POST")
    assert lint(str(response).encode()) == []
    response = VoiceResponse()
    dial = Dial(action="/a", timeout=25)
    dial.number("+815000000020", url="/w", status_callback_event="initiated ringing", status_callback="/s")
    response.append(dial)
    assert lint(str(response).encode()) == []
    response = VoiceResponse()
    response.enqueue("main", action="/a", wait_url="/w", wait_url_method="POST")
    assert lint(str(response).encode()) == []


REFUSED = [
    ('<Hangup why="x"/>', "no attribute why"),
    ("<hangup/>", "no TwiML element"),
    (GATHER.format("<Dial>+815000000020</Dial>"), "may not stand in <Gather>"),
    ("<Number>+815000000020</Number>", "may not stand in <Response>"),
    ("<Queue>main</Queue>", "only in <Dial>"),
    ("words<Hangup/>", "holds text"),
    ("<Hangup/>words", "holds text"),
    ("<Say>a</Say>", "English voice"),
    ('<Say voice="Polly.Joanna" language="ja-JP">a</Say>', "does not speak that language"),
    (SAY.replace(">a<", "><"), "says nothing"),
    (SAY.replace(">a<", f">{'a' * 4097}<"), "at most 4096"),
    ("<Play/>", "plays nothing"),
    ("<Gather/>", "endless loop"),
    ('<Gather action="/a" input="speech"/>', "would hear English"),
    ('<Gather action="/a" input="voice"/>', "not a value"),
    ('<Gather action="/a" language="ja"/>', "not a value"),
    ('<Gather action="/a" input="speech" language="ja-JP" speechTimeout="soon"/>', "13327"),
    (
        '<Gather action="/a" input="speech" language="ja-JP" speechTimeout="auto" speechModel="phone_call"/>',
        "must not be combined",
    ),
    ('<Gather action="/a" speechModel="nonsense"/>', "not a value"),
    ('<Gather action="/a" timeout="0"/>', "whole number from 1"),
    ('<Gather action="/a" numDigits="one"/>', "whole number from 1"),
    ('<Gather action="/a" finishOnKey="##"/>', "one key or none"),
    (f'<Gather action="/a" hints="{",".join("a" * 501)}"/>', "at most 500"),
    (f'<Gather action="/a" hints="{"a" * 101}"/>', "at most 500 of 100"),
    ("<Record/>", "endless loop"),
    ('<Record action="/a" trim="all"/>', "not a value"),
    ('<Record action="/a" maxLength="0"/>', "whole number"),
    ('<Record action="/a" finishOnKey="abc"/>', "keys only"),
    ("<Dial/>", "dials nobody"),
    ("<Dial>0765550100</Dial>", "E.164"),
    ("<Dial><Number>110</Number></Dial>", "E.164"),
    ('<Dial timeout="3">+815000000020</Dial>', "from 5 to 600"),
    ('<Dial callerId="anonymous">+815000000020</Dial>', "callerId"),
    (f"<Dial>{'<Number>+815000000020</Number>' * 11}</Dial>", "at most 10"),
    ("<Enqueue></Enqueue>", "1 to 64"),
    (f"<Enqueue>{'q' * 65}</Enqueue>", "1 to 64"),
    ('<Connect><Stream url="ws://a.jp/s"/></Connect>', "must be wss"),
    ('<Connect><Stream url="wss://a.jp/s?token=1"/></Connect>', "no query"),
    (f"<Hangup/>{SAY}", "never reached"),
    (f"<Redirect>/a</Redirect>{SAY}", "never reached"),
    (f'<Enqueue action="/a">main</Enqueue>{SAY}', "never reached"),
    (f'<Dial action="/a">+815000000020</Dial>{SAY}', "never reached"),
    (f"{SAY}<Reject/>", "first verb"),
    ("<Redirect>/水</Redirect>", "break signatures"),
    ("<Redirect>/%E6%B0%B4</Redirect>", "break signatures"),
    ("<Redirect>ftp://a.jp/</Redirect>", "neither http"),
]


@pytest.mark.parametrize(("body", "complaint"), REFUSED)
def test_twilio_would_not_take(body: str, complaint: str) -> None:
    found = linted(body)
    assert any(complaint in line for line in found), found


@pytest.mark.parametrize(
    ("body", "where", "complaint"),
    [
        ("<Leave/>", Where.WAIT, None),
        (SAY, Where.WAIT, None),
        ("<Dial>+815000000020</Dial>", Where.WAIT, "may not stand"),
        ('<Record action="/a"/>', Where.WAIT, "may not stand"),
        ("", Where.WAIT, "without a break"),
        ("<Play>/a.wav</Play>", Where.BRIDGE, None),
        ("", Where.BRIDGE, None),
        ("<Hangup/>", Where.BRIDGE, "may not stand"),
        (GATHER.format(SAY), Where.BRIDGE, "may not stand"),
        (GATHER.format(SAY) + "<Hangup/>", Where.WHISPER, None),
        ("<Dial>+815000000020</Dial>", Where.WHISPER, "may not stand"),
        (GATHER.format(SAY), Where.REST, "must be absolute"),
        ('<Gather input="dtmf" action="https://a.jp/a"/>', Where.REST, None),
        (SAY.replace(">a<", f">{'a' * 4000}<"), Where.REST, "4000 characters"),
    ],
)
def test_special_places_have_rules_of_their_own(body: str, where: Where, complaint: str | None) -> None:
    found = linted(body, where)
    assert (found == []) if complaint is None else any(complaint in line for line in found), found


@pytest.mark.parametrize(
    ("xml", "complaint"),
    [
        (b"<Response><Hangup>", "not XML"),
        (b"\xff\xfe", "not XML"),
        (b"<html/>", "not <Response>"),
        (b"<!DOCTYPE r [<!ENTITY e 'x'>]><Response>&e;</Response>", "document type"),
        (b"<Response>" + b" " * 64 * 1024 + b"</Response>", "64 KB"),
    ],
)
def test_what_is_no_twiml_document_is_refused(xml: bytes, complaint: str) -> None:
    assert complaint in lint(xml)[0]
