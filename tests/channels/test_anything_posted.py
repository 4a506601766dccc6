"""Whatever a signed webhook holds: TwiML that Twilio runs, or a plain refusal; never a 500."""

from __future__ import annotations

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.channels.simulator.twiml_lint import Where, lint
from ivr.domain.call import Ask, Line, Question, Say, TakeMessage, Transfer
from tests.channels.scripted_desk import RECORDING, RECORDING_URL, SID, ScriptedDesk, Twilio, app_of, edge_of

ROUTES = {
    "/twilio/voice": Where.CALL,
    "/twilio/turn/1/open": Where.CALL,
    "/twilio/turn/2/phone": Where.CALL,
    "/twilio/message/1": Where.CALL,
    "/twilio/queue/1": Where.CALL,
    "/twilio/wait/1": Where.WAIT,
    "/twilio/bridge/1": Where.BRIDGE,
    f"/twilio/whisper/{SID}/1": Where.WHISPER,
    f"/twilio/accept/{SID}/1": Where.CALL,
    "/twilio/operator/main": Where.CALL,
    "/twilio/fallback": Where.CALL,
    "/twilio/status": None,
}
FIELDS = [
    "CallSid",
    "From",
    "To",
    "CallStatus",
    "Digits",
    "SpeechResult",
    "Confidence",
    "RecordingUrl",
    "RecordingSid",
    "RecordingDuration",
    "QueueResult",
    "QueueTime",
    "QueuePosition",
    "DialCallStatus",
    "DialBridged",
    "ErrorCode",
    "ErrorUrl",
    "Unheard",
]
TELLING = st.sampled_from(
    [
        SID,
        "",
        "1",
        "hangup",
        "completed",
        "bridged",
        "leave",
        "-1",
        "999999999999",
        RECORDING,
        RECORDING_URL,
        "\x00",
        "٣",
    ]
)
FORMS = st.dictionaries(st.sampled_from(FIELDS), st.one_of(TELLING, st.text(max_size=60)), max_size=8)
TURNS = [
    (Say((Line("greeting.day"),)), Ask(Question.OPEN, (Line("question.again"),))),
    (TakeMessage((Line("ladder.message"),)),),
    (Transfer("main", False, ()),),
    (Transfer("night", True, ()),),
    (),
]


@pytest.mark.parametrize("path", ROUTES)
def test_anything_posted_is_answered_or_refused(path: str) -> None:
    logging.disable(logging.ERROR)

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(FORMS, st.permutations(TURNS), st.booleans(), st.booleans())
    def answered(form: dict[str, str], turns: list[tuple[object, ...]], known: bool, real_sid: bool) -> None:
        twilio = Twilio(app_of(edge_of(ScriptedDesk(list(turns)))))  # type: ignore[arg-type]
        if known:
            twilio.post("/twilio/voice")
        fields: dict[str, str] = form | ({"CallSid": SID} if real_sid else {})
        reply = twilio.post(path, **fields)
        assert reply.status_code in {200, 204, 400}
        where = ROUTES[path]
        if reply.status_code == 200 and where is not None:
            assert lint(reply.data, where) == []

    try:
        answered()
    finally:
        logging.disable(logging.NOTSET)
