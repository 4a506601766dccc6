"""The port Texts over Twilio's REST API: one SMS, sent once as far as can be found out; failures typed.

Whether a text was delivered is not looked at: a delivered text is nobody who has the report.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from ivr.channels.twilio_telephone import E164, SKEW, refused, typed
from ivr.ports import Clock, NotifyFailed, RingFailed
from ivr.settings import PREFIX, Settings

logger = logging.getLogger(__name__)

MOST_LOOKED_AT = 20  # texts to one number since the try that was lost


class TwilioTexts:
    def __init__(self, settings: Settings, client: Client, clock: Clock) -> None:
        self._from = settings.twilio_from
        self._client = client
        self._clock = clock

    def text(self, number: str, body: str, *, tried_at: datetime | None = None) -> str:
        """As `Texts.text`. When the reply never comes, the text is looked for before anybody gets it twice."""
        if self._from is None:
            raise NotifyFailed(f"no number of our own to text from: set {PREFIX}TWILIO_FROM", permanent=True)
        if not E164.fullmatch(number):
            raise NotifyFailed("the number is not in the form +81…", permanent=True)
        begun = self._clock.now()
        if tried_at is not None and (earlier := self._sent(number, body, tried_at)) is not None:
            return earlier
        try:
            message = self._client.messages.create(to=number, from_=self._from, body=body)
        except TwilioRestException as error:
            raise _told(refused(error)) from error
        except requests.ConnectTimeout as error:
            raise NotifyFailed("the carrier could not be reached", permanent=False) from error
        except (TwilioException, requests.RequestException) as error:
            logger.warning("a text was handed over and the reply lost (%s): looking for it", type(error).__name__)
            found = self._sent(number, body, begun)
            if found is None:
                lost = "the carrier did not answer, and no such text was sent"
                raise NotifyFailed(lost, permanent=False) from error
            return found
        return str(message.sid)

    def _sent(self, number: str, body: str, since: datetime) -> str | None:
        """The text with these words that went to `number` since then. Raises NotifyFailed: it cannot be found out."""
        after = (since - SKEW).astimezone(UTC)  # the library writes a "Z" behind whatever zone it is given
        try:
            found = typed(
                lambda: self._client.messages.list(
                    to=number, from_=self._from, date_sent_after=after, limit=MOST_LOOKED_AT
                )
            )
        except RingFailed as failure:
            raise _told(failure) from failure
        return next((str(message.sid) for message in found if message.body == body), None)


def _told(failure: RingFailed) -> NotifyFailed:
    return NotifyFailed(str(failure), permanent=failure.permanent)
