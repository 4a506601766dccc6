"""What the caller does to the conversation: yes, no, again, a person please, never mind …, in any language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from nlu.acts_learnt import OPEN, Learnt, kind_of, load_learnt
from nlu.encoder import Encoder
from nlu.foreign_towns import pinyin_of
from nlu.meaning import Act, Expecting
from nlu.normalise import normalise
from nlu.sounds import plain
from nlu.source import BadDataError, pattern, read_mapping, sound_pattern, strings
from nlu.spelling import fold_hangul, romaji, simplified

SAID = "acts_said.jsonl"
FORMS = ("kana", "words", "characters")
_ALONE = ("whole", "reply", "asked", "unasked")
_REQUIRED = ("whole", "within")
_PLACES = (*_ALONE, "within", "opening", "answer", "near")
_MISHEARD = 80  # of 100, rapidfuzz partial ratio: one mora of six may be wrong
_ANY_TIME = (Act.REPEAT, Act.OPERATOR, Act.STOP)
_KINDS = ("yes_no", "thing", "open")
_ALIKE, _RIVAL = 76.0, 4.0  # percent of letters in agreement; how far another act must stay behind
_LOOKED_AT = 15
_SHORT = 60  # letters; a longer utterance has more to say than what it does to the conversation
_HINT = 3.0  # how many times likelier an act is where a pattern found it
_BELIEVED = {Act.YES: 0.6, Act.STOP: 0.6, None: 0.0}
"""Probability from which an act is believed: a false yes at a read-back is the worst, a false farewell the next."""
_ELSE = 0.45
_KANA, _HANGUL, _HAN = (re.compile(f"[{letters}]") for letters in ("ァ-ヺ", "가-힣", "一-鿿"))
_NEVER = re.compile(r"(?!)")
# after another vowel a canonical reading keeps only its length: ソレデイー is ソレデー, ヒトオオネガイ is ヒトーネガイ
_LONG_I, _ASKED_FOR = re.compile(r"イー"), re.compile(r"オネガイ")


def plain_of(text: str, language: str) -> str:
    """Returns normalised `text` in the form that acts are looked for in.

    "ja": its canonical reading (nlu.sounds). "en": lower-case words, single spaces. "zh": simplified characters without
    spaces and punctuation. "ko": syllables without spaces and punctuation.
    """
    form = plain(text, language)
    return simplified(form) if language == "zh" else form


@dataclass(frozen=True, slots=True)
class Patterns:
    """How one act sounds. `whole`: as the whole utterance, whatever was asked; `within`: anywhere in it.

    After a yes/no question: `reply` as the whole utterance, `opening` at its beginning. `asked`: as the whole utterance
    where a place, number, name or day was asked; `unasked`: where nothing was. `answer`: anywhere in the answer to a
    question that the act may answer (yes, no: a yes/no question; not knowing: any; the others: one for a thing).
    `near`: long words that are recognised also when one of their morae was misheard.
    """

    whole: re.Pattern[str]
    within: re.Pattern[str]
    reply: re.Pattern[str] = _NEVER
    opening: re.Pattern[str] = _NEVER
    answer: re.Pattern[str] = _NEVER
    asked: re.Pattern[str] = _NEVER
    unasked: re.Pattern[str] = _NEVER
    near: tuple[str, ...] = ()

    def alone(self, expecting: Expecting) -> re.Pattern[str]:
        """Returns what counts as the whole utterance beside `whole`, by what was asked."""
        if expecting is Expecting.YES_NO:
            return self.reply
        return self.unasked if expecting in OPEN else self.asked


@dataclass(frozen=True, slots=True)
class Found:
    """`whole` is True when nothing but the act was said: there is no further content to understand."""

    act: Act | None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences of acts_said.jsonl that answer one kind of question: their letters, and what each does (or nothing)."""

    letters: tuple[str, ...]
    acts: tuple[Act | None, ...]

    def nearest(self, letters: str) -> Act | None:
        """Returns what the sentence does that sounds most like `letters`; None where another act is as near."""
        hits = process.extract(letters, self.letters, scorer=fuzz.ratio, score_cutoff=_ALIKE - _RIVAL, limit=_LOOKED_AT)
        if not hits or hits[0][1] < _ALIKE:
            return None
        best = self.acts[hits[0][2]]
        rival = max((score for _, score, row in hits if self.acts[row] is not best), default=0.0)
        return best if hits[0][1] - rival >= _RIVAL else None


@dataclass(frozen=True, slots=True)
class Acts:
    """All acts in the order in which they are tried. `farewell`: ambiguous replies that end a call nobody asked in.

    `said`: sentences by kind of question, for what no pattern knows: a recogniser's slip is nearer to its sentence than
    to any other. `learnt`: what knows acts by example, for all that is said otherwise.
    """

    table: tuple[tuple[Act, Patterns], ...]
    ambiguous: re.Pattern[str]
    farewell: re.Pattern[str]
    said: Mapping[str, Said]
    learnt: Learnt

    def find(self, sound: str, expecting: Expecting, text: str) -> Found:
        """Returns the act in normalised `text`, of which `plain_of` is `sound`. Ambiguous replies (いいです): no act,
        but whole."""
        if not sound:
            return Found(None)
        if self.ambiguous.fullmatch(sound):
            return self._ambiguous(sound, expecting)
        for act, patterns in self.table:
            if _is_answer(act, expecting) and patterns.whole.fullmatch(sound):
                return Found(act, whole=True)
            if patterns.alone(expecting).fullmatch(sound):
                return Found(act, whole=True)
        letters = letters_of(sound)
        hint = self._hint(sound, letters, expecting)
        if len(letters) > _SHORT:
            return Found(hint)
        near = None if hint else self.said[kind_of(expecting)].nearest(letters)
        return Found(_weighed(self.learnt.likely(sound, text, expecting), hint, near))

    def _hint(self, sound: str, letters: str, expecting: Expecting) -> Act | None:
        """Returns the act that a part of the reply speaks for."""
        for act, patterns in self.table:
            # a long utterance that holds "I could not hear" tells of something else
            if act is Act.REPEAT and len(letters) > _SHORT:
                continue
            if patterns.within.search(sound) or _nearly(sound, patterns.near):
                return act
        if expecting is Expecting.YES_NO:
            # NO stands before YES in the table: 「はい、違います」 is a no
            for act, patterns in self.table:
                if patterns.opening.match(sound):
                    return act
        for act, patterns in self.table if expecting not in OPEN else ():
            if _may_answer(act, expecting) and patterns.answer.search(sound):
                return act
        return None

    def _ambiguous(self, sound: str, expecting: Expecting) -> Found:
        """結構です asked for nothing is a farewell, asked for a number a refusal; after a question it may be either."""
        if expecting is Expecting.YES_NO:
            return Found(None, whole=True)
        asked = next((act for act, patterns in self.table if patterns.alone(expecting).fullmatch(sound)), None)
        return Found(asked or (Act.STOP if self.farewell.fullmatch(sound) else None), whole=True)


def _weighed(likely: Mapping[Act | None, float], hint: Act | None, near: Act | None) -> Act | None:
    """Returns the likeliest act where it is likely enough. What a part of the reply speaks for is overruled by another
    act only; what the nearest sentence does counts a little."""
    odds = {act: value * (_HINT if act and act is (hint or near) else 1.0) for act, value in likely.items()}
    best = max(odds, key=lambda act: odds[act])
    if odds[best] / sum(odds.values()) < _BELIEVED.get(best, _ELSE):
        best = None
    return best or hint


def letters_of(plain: str) -> str:
    """Returns `plain_of` a text as Latin letters to compare by: a slip of one sound changes one or two of them."""
    if _KANA.search(plain):
        return romaji(plain)
    if _HANGUL.search(plain):
        return fold_hangul(plain)
    return "".join(pinyin_of(plain)) if _HAN.search(plain) else plain


def _nearly(sound: str, words: tuple[str, ...]) -> bool:
    return any(len(sound) >= len(word) and fuzz.partial_ratio(word, sound) >= _MISHEARD for word in words)


def _is_answer(act: Act, expecting: Expecting) -> bool:
    """これで is a number only where a number was asked."""
    return act is not Act.THIS_NUMBER or expecting in (Expecting.PHONE, Expecting.YES_NO, Expecting.ANYTHING)


def _may_answer(act: Act, expecting: Expecting) -> bool:
    """Yes and no answer a yes/no question, not knowing any question, the others one for a thing."""
    return act is Act.UNKNOWN or (act in (Act.YES, Act.NO)) is (expecting is Expecting.YES_NO)


def load_acts(path: Path, encoder: Encoder) -> Acts:
    """Reads acts.yaml, whose patterns run over what `plain_of` gives for the language of its folder, and acts.npz.

    Raises BadDataError.
    """
    data = read_mapping(path)
    form = _one(path, data, "form")
    if form not in FORMS:
        raise BadDataError(path, "form", f"must be one of {', '.join(FORMS)}")
    tails, openers, farewell = (_one(path, data, key) for key in ("tails", "openers", "farewell"))
    order = strings(path, data, "order")
    if sorted(order) != sorted(act.value for act in Act):
        raise BadDataError(path, "order", f"must name each act once: {', '.join(act.value for act in Act)}")
    table = tuple((Act(name), _patterns(path, data, name, form, (openers, tails))) for name in order)
    ambiguous = _joined(path, "ambiguous", strings(path, data, "ambiguous"), form)
    said = _said(path.with_name(SAID), path.parent.name)
    return Acts(table, ambiguous, _joined(path, "farewell", (farewell,), form), said, load_learnt(path.parent, encoder))


def _said(path: Path, language: str) -> dict[str, Said]:
    """Sentences that ask for a person, for a repetition or end the call may follow any question."""
    rows: dict[str, list[tuple[str, Act | None]]] = {kind: [] for kind in _KINDS}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            act = Act(row["act"]) if row["act"] else None
            letters = letters_of(plain_of(normalise(str(row["text"])), language))
            for kind in _KINDS if act in _ANY_TIME else (kind_of(Expecting(row["expecting"])),):
                rows[kind].append((letters, act))
    except OSError as error:
        raise BadDataError(path, "file", f"cannot be read ({error.strerror}); restore it") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadDataError(path, "rows", f"must be JSON lines with text, expecting and act ({error!r})") from error
    return {
        kind: Said(tuple(letters for letters, _ in found), tuple(act for _, act in found))
        for kind, found in rows.items()
    }


def _patterns(path: Path, data: Mapping[str, Any], name: str, form: str, around: tuple[str, str]) -> Patterns:
    rows = data.get(name)
    if not isinstance(rows, dict) or not set(rows) <= set(_PLACES):
        raise BadDataError(path, name, f"must be a mapping with {', '.join(_REQUIRED)} and maybe {', '.join(_PLACES)}")
    read = {key: strings(path, rows, key) for key in _PLACES if key in rows or key in _REQUIRED}
    opener, tail = around
    joined = {
        key: _joined(
            path,
            f"{name}.{key}",
            tuple(f"{opener}(?:{item}){tail}" for item in items) if key in _ALONE else items,
            form,
        )
        for key, items in read.items()
        if key != "near"
    }
    return Patterns(**joined, near=read.get("near", ()))


def _joined(path: Path, key: str, items: tuple[str, ...], form: str) -> re.Pattern[str]:
    if form != "kana":
        return pattern(path, key, items)
    items = tuple(_ASKED_FOR.sub("オ?ネガイ", _LONG_I.sub("(?:イー|ー)", item)) for item in items)
    return sound_pattern(path, key, items)


def _one(path: Path, data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise BadDataError(path, key, "must be one regular expression")
    return value
