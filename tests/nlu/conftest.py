"""Understanding is loaded once for all tests: it is read only."""

from __future__ import annotations

import pytest

from nlu.understand import Understanding, load


@pytest.fixture(scope="session")
def understanding() -> Understanding:
    return load()
