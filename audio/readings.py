"""Readings: words that a voice would misread -> how they are said, as an Open JTalk user dictionary."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pyopenjtalk
from pyopenjtalk.openjtalk import OpenJTalk
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

Readings = Mapping[str, str]
"""Surface -> reading in hiragana or katakana."""

_KANA = re.compile(r"[ぁ-ゖァ-ヺー]+")
_COST = -1500
"""MeCab's word cost. Low enough to win over the dictionary's own words (measured: each of 558 town names of Kanazawa is
then read right, alone and before a number), not so low that 四十万 wins inside the sum 四十万円 (it does at -4000)."""

_SMALL = frozenset("ァィゥェォャュョヮ")  # these make no mora of their own
_O_ROW = frozenset("オコゴソゾトドノホボポモヨロョォ")
_E_ROW = frozenset("エケゲセゼテデネヘベペメレェ")


class BadReadings(ValueError):
    """The readings file is wrong. The message names the file, the key and what to do."""


def load_readings(path: Path) -> dict[str, str]:
    """The table of a YAML file `readings: {surface: kana}`. Raises BadReadings, FileNotFoundError."""
    try:
        content = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (MarkedYAMLError, UnicodeDecodeError) as error:
        raise BadReadings(f"{path}: not a YAML file with each key once; correct it: {error}") from error
    table = content.get("readings") if isinstance(content, dict) else None
    if not isinstance(table, dict):
        raise BadReadings(
            f"{path}: key 'readings' is missing or no table; write 'readings:' and below it 'surface: kana'"
        )
    for surface, kana in table.items():
        if not isinstance(surface, str) or not isinstance(kana, str):
            raise BadReadings(f"{path}: key {surface!r}: surface and reading must be text; put both in quotation marks")
        check_reading(surface, kana, str(path))
    return dict(table)


def check_reading(surface: str, kana: str, where: str) -> None:
    """Raises BadReadings, naming `where`, unless `kana` is a reading that a dictionary can hold."""
    if not surface or surface != surface.strip() or any(unicodedata.category(sign)[0] in "CZ" for sign in surface):
        raise BadReadings(f"{where}: key {surface!r}: a surface has no blanks or control characters; remove them")
    if not _KANA.fullmatch(kana):
        raise BadReadings(f"{where}: key {surface!r}: the reading {kana!r} is not kana only; write it in hiragana")


def front_end(readings: Readings) -> OpenJTalk:
    """Open JTalk's text analysis with these readings on top of its own dictionary.

    A user dictionary, not a replacement in the text: the analyser still decides by context, so that a town written
    like a number does not change how the number is read. Raises BadReadings, RuntimeError when the build fails.
    """
    if not readings:
        return OpenJTalk(dn_mecab=pyopenjtalk.OPEN_JTALK_DICT_DIR)
    plain = OpenJTalk(dn_mecab=pyopenjtalk.OPEN_JTALK_DICT_DIR)
    with tempfile.TemporaryDirectory(prefix="readings-") as folder:
        source, built = Path(folder, "readings.csv"), Path(folder, "readings.dic")
        source.write_text(_dictionary(readings, plain.normalize_for_mecab), encoding="utf-8")
        # In a process of its own: the builder prints its progress from C to standard output, where our answers go.
        build = "import sys, pyopenjtalk; pyopenjtalk.mecab_dict_index(sys.argv[1], sys.argv[2])"
        finished = subprocess.run(  # noqa: S603 - our own interpreter, a constant programme, paths we just made
            [sys.executable, "-c", build, str(source), str(built)], capture_output=True, text=True, check=False
        )
        if finished.returncode != 0 or not built.is_file():
            raise RuntimeError(f"the dictionary of readings could not be built: {finished.stderr.strip()[-500:]}")
        # The dictionary is mapped into memory; the file is needed no more once it is open.
        return OpenJTalk(
            dn_mecab=pyopenjtalk.OPEN_JTALK_DICT_DIR, userdic=str(built).encode(), userdic_reading_protection=[True]
        )


def pronounced(kana: str) -> str:
    """A reading as it is said, in Open JTalk's katakana: そうち -> ソーチ, めいぎ -> メーギ, つづき -> ツズキ."""
    katakana = "".join(chr(ord(sign) + 0x60) if "ぁ" <= sign <= "ゖ" else sign for sign in kana)
    said = ""
    for sign in katakana.replace("ヂ", "ジ").replace("ヅ", "ズ"):
        before = said[-1:]
        lengthens = {"ウ": before in _O_ROW or before == "ュ", "イ": before in _E_ROW, "オ": before == "オ"}
        said += "ー" if before and lengthens.get(sign, False) else sign
    return said


def _dictionary(readings: Readings, normalise: Callable[[str], str]) -> str:
    """The table as CSV in the naist-jdic layout; the empty context ids are found by the builder from the word class.

    Accent: flat (nucleus 0), the most frequent for names and compounds of four morae and more.
    """
    sheet = io.StringIO()
    rows = csv.writer(sheet, lineterminator="\n")
    for surface, kana in sorted(readings.items()):
        check_reading(surface, kana, "readings")
        word, said = normalise(surface), pronounced(kana)
        morae = sum(sign not in _SMALL for sign in said)
        rows.writerow(
            [word, "", "", _COST, "名詞", "固有名詞", "一般", "*", "*", "*", word, said, said, f"0/{morae}", "*"]
        )
    return sheet.getvalue()
