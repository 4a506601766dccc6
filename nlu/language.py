"""Which language an utterance is in: kana means Japanese, Hangul means Korean, the rest is judged among four."""

from __future__ import annotations

import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("ja", "en", "zh", "ko")
_PROFILES = ("ja", "en", "zh-cn", "zh-tw", "ko")  # both writings of Chinese are served in the same language
_SEED = 20250401
_KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
_HANGUL = re.compile(r"[가-힣ᄀ-ᇿㄱ-ㆎ]")
_KANJI = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[A-Za-z]")
_CHINESE = re.compile(
    "[们这说没还吗请问电话报帮给谁哪呢吧么为边开关坏间东车见长门马风岁动务压员图场块处备够头对师带应张录户护换损无时权检气沟洁测满热爱环现码确种签简类紧级纸线组细终经结统继续网职联脏脑节药营补观视规觉订计认让议记讲许论设访证评识诉词译试询该详语误读课调谈谢负责败货质费资转轮软轻载输达过运进远违连迟适选递邮邻释钟钱铁银错镇闭闲闻队阳阴险难顶项顺须预领题饭饮馆验鸡]"
)
# without kana, and in these places, they are Chinese words though Japanese has the letters too
_CHINESE_WORDS = re.compile(
    r"[我你她很哪吧啊呀找冒怎嗎說們這麼沒邊來樣裡]|[了的](?=$|[\s，。,.?？!！])|[了着过][一两好很]"
)
_ENOUGH_KANJI = 12  # fewer without any Chinese-only form (漏水, 泉野町四丁目) are Japanese far more often
_ENOUGH_LATIN = 4  # fewer (OK, JR) say nothing
_TELLING_LATIN = 12  # fewer (hello, yes, no) do not move a call into another language


@lru_cache(maxsize=1)
def _factory() -> Any:
    from langdetect.detector_factory import DetectorFactory

    spec = importlib.util.find_spec("langdetect")
    if spec is None or spec.origin is None:  # pragma: no cover (the import above has just succeeded)
        raise ImportError("langdetect")
    profiles = Path(spec.origin).parent / "profiles"
    factory = DetectorFactory()
    # four profiles, not fifty-five: start-up stays fast, and "tl" or "so" cannot win on a short text
    factory.load_json_profile([(profiles / name).read_text(encoding="utf-8") for name in _PROFILES])
    factory.seed = _SEED
    return factory


def language(text: str, spoken: str | None = None) -> str:
    """Returns one of LANGUAGES for normalised `text`; "ja" when it says nothing about it (empty, digits, emoji).

    `spoken`: the language of the call so far. It keeps what is too short to tell: 是的 in a Chinese call, OK in any.
    """
    if spoken not in LANGUAGES:
        spoken = None
    if _KANA.search(text):
        return "ja"
    if _HANGUL.search(text):
        return "ko"
    kanji, latin = len(_KANJI.findall(text)), len(_LATIN.findall(text))
    chinese = bool(_CHINESE.search(text) or _CHINESE_WORDS.search(text))
    if spoken is not None and not chinese and kanji < _ENOUGH_KANJI:
        if kanji and not latin and spoken in ("ja", "zh"):
            return spoken
        if latin < _TELLING_LATIN and not kanji:
            return spoken
    if kanji < _ENOUGH_KANJI and latin < _ENOUGH_LATIN and not chinese:
        return "ja"
    if latin > 2 * kanji:
        return "en"
    if chinese:
        return "zh"
    detector = _factory().create()
    detector.append(text)
    # without Hangul it is not Korean, whatever the profile of Korean news with its Hanja says
    found = next((str(guess.lang) for guess in detector.get_probabilities() if guess.lang != "ko"), "zh")
    return "zh" if found.startswith("zh") else found
