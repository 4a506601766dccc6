"""The port Telephone over Twilio's REST API: ring, hang up, prepare a queue; failures typed permanent or temporary."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
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
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ALIVE = frozenset({"queued", "initiated", "ringing", "in-progress"})
_OVER = frozenset({20404, 21220})  # no such call; not in a state in which it could be ended
SKEW = timedelta(seconds=5)  # between our clock and the carrier's


class TwilioTelephone:
    def __init__(self, settings: Settings, client: Client, clock: Clock) -> None:
        self._from = settings.twilio_from
        self._client = client
        self._clock = clock

    def ring(
        self,
        number: str,
        answer_url: str,
        status_url: str,
        *,
        tried_at: datetime | None = None,
        others: Callable[[str], bool] = lambda _sid: False,
        answered: bool = False,
    ) -> str:
        """As `Telephone.ring`. When the reply never comes, the call is looked for before anyone rings twice.

        The carrier does not tell what a call is about: with `tried_at`, another call to the same number since then
        passes for this one, unless it is known to be one of `others`.
        """
        if self._from is None:
            raise RingFailed(f"no number of our own to ring from: set {PREFIX}TWILIO_FROM", permanent=True)
        if not E164.fullmatch(number):
            raise RingFailed("the number is not in the form +81…", permanent=True)
        begun = self._clock.now()
        if tried_at is not None and (earlier := self._placed(number, tried_at, others)) is not None:
            return earlier
        try:
            call = self._client.calls.create(
                to=number,
                from_=self._from,
                url=answer_url,
                method="POST",
                status_callback=status_url,
                status_callback_method="POST",
                status_callback_event=["answered", "completed"] if answered else ["completed"],
                timeout=RING_S,
            )
        except TwilioRestException as error:
            raise refused(error) from error
        except requests.ConnectTimeout as error:
            raise RingFailed("the carrier could not be reached", permanent=False) from error
        except (TwilioException, requests.RequestException) as error:
            logger.warning("a call was asked for and the reply lost (%s): looking for it", type(error).__name__)
            found = self._placed(number, begun, others, _ALIVE)
            if found is None:
                lost = "the carrier did not answer, and no such call was placed"
                raise RingFailed(lost, permanent=False) from error
            return found
        return str(call.sid)

    def hang_up(self, sid: str) -> None:
        """As `Telephone.hang_up`."""
        try:
            self._client.calls(sid).update(status="completed")
        except TwilioRestException as error:
            if error.status != HTTPStatus.NOT_FOUND and error.code not in _OVER:
                raise refused(error) from error
        except (TwilioException, requests.RequestException) as error:
            raise RingFailed(f"the carrier did not answer: {type(error).__name__}", permanent=False) from error

    def prepare_queue(self, name: str, max_size: int) -> None:
        """As `Telephone.prepare_queue`. Without it Twilio makes queues with a size its documents disagree about."""

        def prepare() -> None:
            for queue in self._client.queues.list():
                if queue.friendly_name == name:
                    if queue.max_size != max_size:
                        queue.update(max_size=max_size)
                    return
            self._client.queues.create(friendly_name=name, max_size=max_size)

        typed(prepare)

    def _placed(
        self, number: str, since: datetime, others: Callable[[str], bool], alive: frozenset[str] | None = None
    ) -> str | None:
        """The latest call that was placed to `number` since then, if any, and is none of `others`.

        `alive`: only one with such a status.

        Raises RingFailed when that cannot be found out.
        """
        found = typed(lambda: self._client.calls.list(to=number, from_=self._from, limit=20))
        for call in found:
            wanted = alive is None or call.status in alive
            if wanted and call.date_created and call.date_created >= since - SKEW and not others(str(call.sid)):
                return str(call.sid)
        return None


def typed(ask: Callable[[], T]) -> T:
    """What `ask` gives. Raises RingFailed in place of the library's exceptions."""
    try:
        return ask()
    except TwilioRestException as error:
        raise refused(error) from error
    except TwilioException as error:
        # A list that cannot be fetched is told without its status: it sits in the response behind the words.
        status = next((value.status_code for value in error.args if isinstance(value, Response)), 500)
        raise refused(TwilioRestException(status, "", "")) from error
    except requests.RequestException as error:
        raise RingFailed(f"the carrier did not answer: {type(error).__name__}", permanent=False) from error


def refused(error: TwilioRestException) -> RingFailed:
    """Status and code only: the message of the carrier quotes the number."""
    return RingFailed(
        f"the carrier refused: HTTP {error.status}, code {error.code}",
        permanent=not is_temporary(error.status, error.code),
    )
