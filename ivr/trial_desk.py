"""Puts a desk up for one trial call of the browser telephone: its own store, clock and outside, the shared minds."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from audio.mulaw import encode
from audio.pyopenjtalk_synthesiser import CALLER, PyOpenJTalkSynthesiser
from audio.sound import TELEPHONE_RATE, joined, silence, through_telephone
from ivr import app as root
from ivr.channels.phone.carrier import TrialCarrier
from ivr.channels.phone.clock import RunningClock
from ivr.channels.phone.trial import NUMBERS, Account, Notices, TrialDesk
from ivr.channels.phone.wish import Wish
from ivr.domain.call import Dialled
from ivr.domain.script import Script
from ivr.minds import Minds
from ivr.settings import Settings
from ivr.storage.sql import open_store
from nlu.gazetteer import town_readings

PAUSE_S = 0.2
"""Before and after typed words, as a caller takes them."""


def open_trial_desk(
    settings: Settings,
    minds: Minds,
    script: Script,
    wish: Wish,
    account: Account,
    carrier: TrialCarrier,
    notices: Notices,
) -> TrialDesk:
    """The real desk's wiring over nothing of the real desk's: what is stored goes with the trial, staff hear nothing.

    It starts cold (`Office.warm` freezes what is loaded, and all this is dropped again). Raises BadDatabase.
    """
    with ExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="mizumado-trial-")))
        own = settings.model_copy(
            update={
                "public_url": account.origin,
                "database": f"sqlite:///{folder / 'trial.db'}",
                "twilio_account_sid": account.sid,
                "twilio_auth_token": SecretStr(account.token),
                "twilio_from": None,
                "centre_numbers": NUMBERS[Dialled.CENTRE],
                "night_numbers": NUMBERS[Dialled.NIGHT_LINE],
                "notify": "printed",
                "notify_webhook_url": None,
                "notify_webhook_secret": None,
                "streams": 1,
                "reserved_streams": 0,
            }
        )
        store = open_store(own.database, root.load_rule(own, script))
        closing.callback(store.close)
        outside = root.Outside(
            telephone=carrier,
            recordings=carrier,
            forget=carrier.forget,
            out=notices,
            link=lambda reference: f"{account.origin}/tickets/{reference}",
        )
        office = root.office_with(outside, own, minds, script, store, RunningClock(wish.at))
        closing.callback(office.stop)
        office.start()
        return TrialDesk(office.app, script, store.turns, store.tickets, office.live, closing.pop_all().close)


class TypedVoice:
    """Typed words as a caller would say them. The synthesiser is loaded with the first of them."""

    def __init__(self) -> None:
        self._synthesiser: PyOpenJTalkSynthesiser | None = None

    def __call__(self, text: str) -> bytes:
        """µ-law, 8 kHz."""
        if self._synthesiser is None:
            self._synthesiser = PyOpenJTalkSynthesiser(manner=CALLER, readings=town_readings())
        speech = self._synthesiser.speak(text)
        pause = silence(PAUSE_S, speech.rate)
        return encode(through_telephone(joined(pause, speech, pause)).at_rate(TELEPHONE_RATE).as_int16())
