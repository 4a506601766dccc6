"""One utterance in, one `Meaning` out: the only entrance to understanding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nlu.acts import Acts, Found, load_acts, plain_of
from nlu.choice import Picked, Picks, load_picks
from nlu.details import Details, load_details
from nlu.encoder import SHIPPED, load_encoder
from nlu.features import load_concepts
from nlu.intent import intent
from nlu.judgement import Guess, Judgement, load_calibration, load_heads
from nlu.labels import Labels, load_labels
from nlu.language import LANGUAGES, language
from nlu.meaning import Act, Expecting, Intent, Level, Meaning, Slots, Urgency
from nlu.ngrams import load_ngrams
from nlu.normalise import normalise, without_fillers
from nlu.parts import Cuts, load_cuts
from nlu.reading import reading
from nlu.repair_change import Changes, judged_by, load_changes
from nlu.slots import SlotFinder, load_slot_finder
from nlu.sounds import sound_of
from nlu.source import DATA_DIR
from nlu.urgency import Rule, Thresholds, applied, load_rules, load_thresholds, mentions_ours, urgency
from nlu.wishes import Wishes, load_wishes

_OTHER_THAN_PLACES = (Act.REPEAT, Act.OPERATOR, Act.STOP, Act.DECLINE, Act.UNKNOWN)
_NOTHING_PICKED = Picked(None)
_CALM = Urgency(level=Level.CALM, score=0.0)
_KANJI = re.compile(r"[一-鿿々]")


@dataclass(frozen=True, slots=True)
class Tongue:
    """What understands one language."""

    judgement: Judgement
    acts: Acts
    slots: SlotFinder
    rules: tuple[Rule, ...]
    cuts: Cuts
    picks: Picks
    changes: Changes
    details: Details


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything loaded once, read only: safe to share between threads."""

    tongues: Mapping[str, Tongue]
    labels: Labels
    cut: Thresholds
    wishes: Wishes

    def understand(self, text: str, expecting: Expecting = Expecting.ANYTHING, spoken: str | None = None) -> Meaning:
        """Returns what `text` means as a reply to what was asked. Pure; never raises; "" is UNCLEAR and CALM.

        `spoken`: the language of the call so far ("ja", "en", "zh", "ko"); short words are taken to be in it.
        """
        clean = without_fillers(normalise(text))
        found = language(clean, spoken)
        tongue = self.tongues[found]
        kana = reading(clean) if found == "ja" else sound_of(clean, found)
        wish = self.wishes.find(clean, found)
        heard = plain_of(clean, found)
        if not heard:
            return Meaning(
                text, kana, found, Intent.UNCLEAR, _CALM, tongue.slots.find(clean, kana, expecting), None, wish
            )
        picked = tongue.picks.find(heard) if expecting is Expecting.CHOICE else _NOTHING_PICKED
        if picked.whole:
            return Meaning(text, kana, found, Intent.UNCLEAR, _CALM, wish=wish, pick=picked.pick)
        act = tongue.acts.find(heard, expecting, clean)
        told, number = tongue.details.find(heard), None
        if expecting is Expecting.DETAIL:
            number, act = tongue.details.number(heard), _of_detail(tongue.details, heard, act, told=bool(told))
        guess = act.act not in _OTHER_THAN_PLACES and expecting is not Expecting.DETAIL
        slots = replace(tongue.slots.find(clean, kana, expecting, guess=guess), details=told, option=number)
        if act.whole:
            return Meaning(text, kana, found, Intent.UNCLEAR, _CALM, slots, act.act, wish)
        earlier = tongue.changes.find(clean, heard)
        whole, judged = self._judged(tongue, clean, kana, heard, found)
        judged = judged_by(judged, earlier, expecting)
        if self._doubted(judged) and (picked.pick or _answered(slots, expecting)):
            # the question got its answer: a doubt about three words of address is no reason to ask another one
            judged = replace(judged, level=Level.CALM, category=None, why=())
        matter = intent(whole.labels, judged, self.labels, self.cut)
        return Meaning(text, kana, found, matter, judged, slots, act.act, wish, picked.pick, earlier)

    def _doubted(self, judged: Urgency) -> bool:
        """Not calm, and not so sure that an answer to another question would be interrupted for it."""
        return judged.level is not Level.CALM and judged.score < self.cut.segment

    def _judged(self, tongue: Tongue, clean: str, kana: str, heard: str, spoken: str) -> tuple[Guess, Urgency]:
        by_sound = spoken == "ja" and not _KANJI.search(clean)
        whole = _guess(tongue, kana if by_sound else clean, spoken, by_sound=by_sound)
        cut = tongue.cuts.parts(clean)
        parts = [_guess(tongue, part, spoken, by_sound=by_sound) for part in cut]
        rule = applied(tongue.rules, [heard, *(plain_of(part, spoken) for part in cut)])
        ours = mentions_ours(tongue.rules, heard)
        return whole, urgency(whole, parts, rule, self.labels, self.cut, ours=ours)


def _guess(tongue: Tongue, text: str, spoken: str, *, by_sound: bool) -> Guess:
    return tongue.judgement.guess(text, sound_of(text, spoken), by_sound=by_sound)


def _of_detail(details: Details, heard: str, act: Found, *, told: bool) -> Found:
    """What a reply to the question for a detail does: the number of an option or a detail does nothing else."""
    if details.number(heard) is not None:
        return Found(None, whole=True)
    if (said := details.act(heard)) is not None:
        return Found(said, whole=True)
    return Found(None) if told and not act.whole and act.act is not Act.OPERATOR else act


def _answered(slots: Slots, expecting: Expecting) -> bool:
    given = {
        Expecting.PLACE: slots.place,
        Expecting.PHONE: slots.phone,
        Expecting.NAME: slots.name,
        Expecting.DATE: slots.date,
        Expecting.DETAIL: slots.details or None,
    }
    return given.get(expecting) is not None


def load(data_dir: Path | None = None, encoder_dir: Path = SHIPPED) -> Understanding:
    """Reads all data of understanding from `data_dir`, the folder of the languages. Raises BadDataError."""
    folder = data_dir or DATA_DIR
    labels = load_labels(folder / "labels.yaml")
    encoder, heads = load_encoder(encoder_dir), load_heads(encoder_dir)
    redirect_of = {name: label.redirect for name, label in labels.items() if label.redirect}
    urgent = tuple(labels.kind(name) == "urgent" for name in heads.labels)
    return Understanding(
        tongues={
            spoken: Tongue(
                Judgement(
                    spoken,
                    load_ngrams(folder / spoken),
                    encoder,
                    heads,
                    load_concepts(folder / spoken / "concepts.yaml"),
                    urgent,
                    redirect_of,
                    load_calibration(encoder_dir, spoken),
                ),
                load_acts(folder / spoken / "acts.yaml", encoder),
                load_slot_finder(folder, spoken),
                load_rules(folder / spoken / "urgency.yaml", labels),
                load_cuts(folder / spoken / "urgency.yaml"),
                load_picks(folder / spoken / "choices.yaml", spoken),
                load_changes(folder, spoken),
                load_details(folder / spoken),
            )
            for spoken in LANGUAGES
        },
        labels=labels,
        cut=load_thresholds(folder / "thresholds.yaml"),
        wishes=load_wishes(folder),
    )
