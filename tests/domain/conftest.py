"""The real script of `prompts/`, and events in a word each."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.domain.script import Script
from ivr.storage.script_files import read_script

PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.fixture(scope="session")
def script() -> Script:
    """The factory script with two sample answers, of which one is there in every language but Korean."""
    sample = {"start": "見本の回答です。", "meter_cycle": "見本の回答です。"}
    questions = {"start": "見本の一つ目の質問ですか", "meter_cycle": "見本の二つ目の質問ですか"}
    return read_script(
        PROMPTS,
        {"ja": sample, "en": {"start": "A sample answer."}, "zh": {"start": "样本答复。"}, "ko": {}},
        {"ja": questions},
    )
