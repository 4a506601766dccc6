"""Turns that tests of the telephone edge have the desk decide."""

from __future__ import annotations

from ivr.domain.call import Ask, HangUp, Line, Question, Say, TakeMessage, Transfer
from tests.channels.scripted_desk import WHAT_IS_IT, ScriptedDesk, Twilio, app_of, desk_settings, edge_of

GREETING = (Say((Line("greeting.day"),)), WHAT_IS_IT)
WHERE = (Ask(Question.PLACE, (Line("ask.place"),)),)
TO_MAIN = (Transfer("main", False, (Line("transfer.to"),)),)
TO_NIGHT = (Transfer("night", True, (Line("transfer.to"),)),)
TO_NOBODY = (Transfer("nobody", True, (Line("transfer.to"),)),)
MESSAGE = (TakeMessage((Line("ladder.message"),), seconds=60),)
END = (Say((Line("told.goodbye"),)), HangUp())


def twilio_for(desk: ScriptedDesk, **settings: object) -> Twilio:
    return Twilio(app_of(edge_of(desk, desk_settings(**settings))))
