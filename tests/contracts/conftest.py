"""Every store there is, each new and empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.storage.sql import Store, open_store
from tests.stores import STORES, AnyStore, sqlite_url


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyStore]:
    opened = STORES[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Store]:
    """The real one, where only the real one can fail."""
    opened = open_store(sqlite_url(tmp_path))
    yield opened
    opened.close()
