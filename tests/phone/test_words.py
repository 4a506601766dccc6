"""The page has a word for everything the desk may tell it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

import pytest

from ivr.channels.phone import page
from ivr.channels.phone.page import load_words
from ivr.domain.call import Ears, Question, State
from ivr.domain.hours import Duty
from ivr.domain.outcome import OutcomeKind
from ivr.domain.ticket import TicketStatus
from nlu.meaning import Act, Intent, Level, Redirect

WORDS = load_words()
STATIC = Path(page.__file__).parent / "static"


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("states", State), ("questions", Question), ("ears", Ears), ("levels", Level), ("redirects", Redirect),
        ("intents", Intent), ("acts", Act), ("outcomes", OutcomeKind), ("tickets", TicketStatus), ("duties", Duty),
    ],
)  # fmt: skip
def test_every_name_of_the_house_has_a_word(group: str, names: type[StrEnum]) -> None:
    assert {name.value for name in names} - set(WORDS[group]) == set()


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_hold_no_words_of_their_own_and_ask_nobody_else(path: Path) -> None:
    code = "\n".join(line.split("//")[0] for line in path.read_text(encoding="utf-8").splitlines())
    assert not re.search("[ぁ-んァ-ヶ一-龠]{3}", code)
    assert "innerHTML" not in code
    assert not re.search(r"https?://", path.read_text(encoding="utf-8").replace("https://trial", ""))
    assert path.read_text(encoding="utf-8").startswith("// ")
    for group, name in re.findall(r"words\.([a-z]+)\.([a-z_]+)", code):
        if group in WORDS:
            assert name in WORDS[group], f"{path.name}: {group}.{name}"


def test_every_refusal_of_the_server_has_words() -> None:
    source = "".join((Path(page.__file__).parent / name).read_text("utf-8") for name in ("page.py", "wish.py"))
    codes = set(re.findall(r'(?:problem\(|BadWish\()"([a-z_]+)"', source)) | set(page._CODES.values())
    assert len(codes) > 8
    assert codes <= set(WORDS["errors"])
