"""The port Telephone over Twilio's REST API: ring a desk, prepare a queue; failures typed permanent or temporary."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response
from twilio.rest import Client

from ivr.channels.twilio_rest import is_temporary
from ivr.ports import Clock, RingFailed
from ivr.settings import PREFIX, Settings

T = TypeVar("T")
logger = logging.getLogger(__name__)

RING_S = 25
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ALIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
_SKEW = timedelta(seconds=5)  # between our clock and the carrier's


class TwilioTelephone:
    def __init__(self, settings: Settings, client: Client, clock: Clock) -> None:
        self._from = settings.twilio_from
        self._client = client
        self._clock = clock

    def ring(self, number: str, answer_url: str, status_url: str) -> str:
        """As `Telephone.ring`. When the reply never comes, the call is looked for before anyone rings twice."""
        if self._from is None:
            raise RingFailed(f"no number of our own to ring from: set {PREFIX}TWILIO_FROM", permanent=True)
        if not _E164.fullmatch(number):
            raise RingFailed("the desk's number is not in the form +81…", permanent=True)
        begun = self._clock.now()
        try:
            call = self._client.calls.create(
                to=number,
                from_=self._from,
                url=answer_url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=["completed"],
                timeout=RING_S,
            )
        except TwilioRestException as error:
            raise _refused(error) from error
        except requests.ConnectTimeout as error:
            raise RingFailed("the carrier could not be reached", permanent=False) from error
        except (TwilioException, requests.RequestException) as error:
            logger.warning("a call was asked for and the reply lost (%s): looking for it", type(error).__name__)
            return self._find(number, begun)
        return str(call.sid)

    def prepare_queue(self, name: str, max_size: int) -> None:
        """As `Telephone.prepare_queue`. Without it Twilio makes queues with a size its documents disagree about."""

        def prepare() -> None:
            for queue in self._client.queues.list():
                if queue.friendly_name == name:
                    if queue.max_size != max_size:
                        queue.update(max_size=max_size)
                    return
            self._client.queues.create(friendly_name=name, max_size=max_size)

        _typed(prepare)

    def _find(self, number: str, begun: datetime) -> str:
        """The call that was placed since `begun`, if it was. Raises RingFailed, temporary.

        Ringing a desk twice is a nuisance, not ringing it loses a caller: where nothing can be found out, try again.
        """
        found = _typed(lambda: self._client.calls.list(to=number, from_=self._from, limit=20))
        for call in found:
            if call.status in _ALIVE and call.date_created and call.date_created >= begun - _SKEW:
                return str(call.sid)
        raise RingFailed("the carrier did not answer, and no such call was placed", permanent=False)


def _typed(ask: Callable[[], T]) -> T:
    """What `ask` gives. Raises RingFailed in place of the library's exceptions."""
    try:
        return ask()
    except TwilioRestException as error:
        raise _refused(error) from error
    except TwilioException as error:
        # A list that cannot be fetched is told without its status: it sits in the response behind the words.
        status = next((value.status_code for value in error.args if isinstance(value, Response)), 500)
        refused = TwilioRestException(status, "", "")
        raise _refused(refused) from error
    except requests.RequestException as error:
        raise RingFailed(f"the carrier did not answer: {type(error).__name__}", permanent=False) from error


def _refused(error: TwilioRestException) -> RingFailed:
    """Status and code only: the message of the carrier quotes the number."""
    return RingFailed(
        f"the carrier refused: HTTP {error.status}, code {error.code}",
        permanent=not is_temporary(error.status, error.code),
    )
