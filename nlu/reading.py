"""How a text sounds: katakana as pyopenjtalk pronounces it, and a canonical form for comparing by sound.

Laws: a reading is what a recogniser that writes katakana would have written (particles as spoken: ワ, エ; を stays ヲ).
Two texts that sound alike have the same canonical form, whoever wrote them.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.normalise import normalise

_CHUNK = 150  # characters; pyopenjtalk refuses about 2,700, fewer of those that it spells out
_KATAKANA_ONLY = re.compile(r"[ァ-ヺー・、。,.!?\s]*")
_CUT = re.compile(rf"[^。!?\n]{{1,{_CHUNK}}}[。!?\n]*|[。!?\n]+")
_NOT_KANA = re.compile(r"[^ァ-ヺー]+")
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_ONE_WRITING = str.maketrans({"ヂ": "ジ", "ヅ": "ズ", "ヰ": "イ", "ヱ": "エ", "ヮ": "ワ", "ヵ": "カ", "ヶ": "ケ"})
_VOICING = str.maketrans(
    "ガギグゲゴザジズゼゾダデドバビブベボパピプペポ", "カキクケコサシスセソタテトハヒフヘホハヒフヘホ"
)
_ROWS = {
    "ア": "アカサタナハマヤラワガザダバパャァヮ",
    "イ": "イキシチニヒミリギジビピィヰ",
    "ウ": "ウクスツヌフムユルグズブプュゥヴ",
    "エ": "エケセテネヘメレゲゼデベペェヱ",
    "オ": "オコソトノホモヨロゴゾドボポョォヲ",
}
_VOWEL = {kana: vowel for vowel, row in _ROWS.items() for kana in row}
_LENGTHENS = {("ア", "ア"), ("イ", "イ"), ("ウ", "ウ"), ("エ", "エ"), ("エ", "イ"), ("オ", "オ"), ("オ", "ウ")}


@lru_cache(maxsize=1024)
def reading(text: str) -> str:
    """Returns `text` in katakana as pronounced (道路は → ドーロワ), punctuation kept. Never raises."""
    text = normalise(text)
    if _KATAKANA_ONLY.fullmatch(text):
        return text
    return "".join(_pronounce(piece) for piece in _CUT.findall(text))


def _pronounce(piece: str) -> str:
    import pyopenjtalk  # a second of dictionary loading, only where it is needed

    try:
        # The two corrections that are off cost 10 ms an utterance and change a rare reading in a hundred.
        return str(pyopenjtalk.g2p(piece, kana=True, use_sudachi_kanji_yomi=False, predict_nani=False))
    except (ValueError, RuntimeError):  # pragma: no cover (150 characters keep its limit)
        # Exotic characters can still grow past its limit: the kana that are there can be read as they stand.
        return to_katakana(piece)


def to_katakana(text: str) -> str:
    """Returns `text` with hiragana as katakana; all else unchanged."""
    return text.translate(_TO_KATAKANA)


@lru_cache(maxsize=1024)
def canonical(kana: str) -> str:
    """Returns kana alone, one writing per sound: ヲ→オ, ヂ→ジ, ヅ→ズ, long vowels as ー (オウフク → オーフク)."""
    kana = _NOT_KANA.sub("", to_katakana(kana)).translate(_ONE_WRITING)
    out: list[str] = []
    vowel = ""
    for char in kana:
        if char == "ー" or (vowel, char) in _LENGTHENS:
            if out and out[-1] != "ー":
                out.append("ー")
            continue
        out.append("オ" if char == "ヲ" else char)
        # a particle begins anew: 人をお願い keeps both of its o
        vowel = "" if char == "ヲ" else _VOWEL.get(char, "")
    return "".join(out)


def sound(text: str) -> str:
    """Returns the canonical form of the reading of `text`: the key for every comparison by sound."""
    return canonical(reading(text))


def unvoiced(kana: str) -> str:
    """Returns canonical `kana` without voicing marks, for comparisons that forgive カ / ガ."""
    return kana.translate(_VOICING)
