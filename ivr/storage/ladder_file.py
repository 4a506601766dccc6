"""`prompts/duty/ladder.yaml` -> Policy: how the ladder is climbed, checked before the desk opens."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ivr.domain.escalation import Policy
from ivr.storage.yaml_files import Strict, read_model

FILE = "ladder.yaml"


class LadderFile(Strict):
    """`ladder.yaml`. The carrier rings for 5 to 600 s."""

    answer_s: int = Field(ge=5, le=120)
    listen_s: int = Field(ge=10, le=600)
    reachable_s: int = Field(ge=5, le=600)
    rounds: int = Field(ge=1, le=10)
    alarm_every_s: int = Field(ge=5, le=3600)


def read_ladder(folder: Path) -> Policy:
    """The policy of `folder`. Raises BadScript."""
    return Policy(**read_model(folder / FILE, LadderFile).model_dump())
