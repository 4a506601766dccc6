"""The desk, cheap to start again: everything is loaded once, and each life of the desk is forked from here.

`python -m tests.chaos.zygote '{"folder": …}'`; every line on stdin begins a life, its process id is the answer.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

LONGEST_WAIT_FOR_CARRIER_S = 2.0  # in this run; 8 s otherwise


@dataclass(frozen=True, slots=True)
class Lives:
    """What every life of the desk has in common. `offset_s`: of its clock."""

    folder: str
    port: int
    carrier: str
    offset_s: float
    account: str
    token: str
    number: str

    @property
    def database(self) -> Path:
        return Path(self.folder) / "desk.db"

    def text(self) -> str:
        return json.dumps(asdict(self))


class Nowhere:
    """Where printed notices go."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass


def settings_of(lives: Lives) -> Any:
    from ivr.settings import read_settings

    return read_settings(
        database=f"sqlite:///{lives.database}",
        duty=Path(lives.folder) / "duty",
        port=lives.port,
        public_url=f"http://127.0.0.1:{lives.port}",
        twilio_account_sid=lives.account,
        twilio_auth_token=lives.token,
        twilio_api=lives.carrier,
        twilio_from=lives.number,
        night_numbers=lives.number,
        ears="gather",
        cloud_speech_consent=True,
        voice="say",
        executor="desk",
    )


def loaded(lives: Lives) -> Callable[[], None]:
    """Everything that can be loaded before a fork; gives what one life does."""
    import torch

    from ivr import app as root
    from ivr.domain.call import Line
    from ivr.minds import load_minds
    from ivr.storage.sql import open_store

    torch.set_num_threads(1)
    settings = settings_of(lives)
    minds = load_minds(settings)
    script = root.load_script(settings, *minds.corpora)
    rule = root.load_rule(settings, script)
    open_store(settings.database, rule).close()  # the tables: no life needs to make them
    for language in script.lines:
        meaning = minds.understanding.understand(script.text(Line("report.place"), language))
        minds.answers.search(meaning.text, meaning.reading, meaning.language)
    return partial(live, lives, settings, minds, script, rule)


def live(lives: Lives, settings: Any, minds: Any, script: Any, rule: Any) -> None:
    """One life: the whole desk with its durable ladders, until it is killed."""
    import uvicorn

    from ivr import app as root
    from ivr.channels.twilio_recordings import TwilioRecordings
    from ivr.channels.twilio_rest import rest_client
    from ivr.channels.twilio_telephone import TwilioTelephone
    from ivr.channels.twilio_texts import TwilioTexts
    from ivr.serving import SERVER, asgi
    from ivr.storage.database import open_engine
    from ivr.storage.sql import store_on
    from tests.chaos.books import NightClock

    clock, client = NightClock(lives.offset_s), rest_client(settings, LONGEST_WAIT_FOR_CARRIER_S)
    recordings = TwilioRecordings(settings, client)
    outside = root.Outside(
        TwilioTelephone(settings, client, clock),
        recordings,
        recordings.forget,
        Nowhere(),
        partial(root.ticket_link, settings),
        TwilioTexts(settings, client, clock),
        durable=True,
    )
    office = root.office_with(outside, settings, minds, script, store_on(open_engine(settings.database), rule), clock)
    office.start()
    uvicorn.run(asgi(office.app), host="127.0.0.1", port=lives.port, **SERVER)


def main(given: str) -> None:
    lives = Lives(**json.loads(given))
    begin = loaded(lives)
    logging.basicConfig(
        filename=Path(lives.folder) / "desk.log", level=logging.WARNING, format="%(asctime)s %(process)d %(message)s"
    )
    print("ready", flush=True)
    child = 0
    for _ in sys.stdin:
        _end(child)
        child = os.fork()
        if child == 0:
            try:
                begin()
            finally:
                os._exit(1)
        print(child, flush=True)
    _end(child)


def _end(child: int) -> None:
    """The life before is over, if it is not so yet."""
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1])
