"""One utterance in, one `Meaning` out: the only entrance to understanding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nlu.acts import Acts, load_acts
from nlu.classifier import Classifier, Guess, load_classifier
from nlu.features import Concepts, features, load_concepts
from nlu.intent import intent
from nlu.labels import Labels, load_labels
from nlu.language import language
from nlu.meaning import Act, Expecting, Intent, Level, Meaning, Slots, Urgency
from nlu.normalise import normalise, without_fillers
from nlu.parts import Cuts, load_cuts
from nlu.people import People, load_people
from nlu.phone import phone
from nlu.place import Places, load_places
from nlu.reading import canonical, reading
from nlu.source import DATA_DIR
from nlu.urgency import Rule, Thresholds, applied, load_rules, load_thresholds, urgency

_OTHER_THAN_PLACES = (Act.REPEAT, Act.OPERATOR, Act.STOP, Act.DECLINE, Act.UNKNOWN)
_CALM = Urgency(level=Level.CALM, score=0.0)


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything loaded once, read only: safe to share between threads."""

    acts: Acts
    places: Places
    people: People
    concepts: Concepts
    classifier: Classifier
    labels: Labels
    cut: Thresholds
    rules: tuple[Rule, ...]
    cuts: Cuts

    def understand(self, text: str, expecting: Expecting = Expecting.ANYTHING) -> Meaning:
        """Returns what `text` means as a reply to what was asked. Pure; never raises; "" is UNCLEAR and CALM."""
        clean = without_fillers(normalise(text))
        kana = reading(clean)
        spoken = language(clean)
        sound = canonical(kana)
        if spoken != "ja" or not sound:
            return Meaning(text, kana, spoken, Intent.UNCLEAR, _CALM, self._slots(clean, kana, expecting))
        found = self.acts.find(sound, expecting)
        slots = self._slots(clean, kana, expecting, guess=found.act not in _OTHER_THAN_PLACES)
        if found.whole:
            return Meaning(text, kana, spoken, Intent.UNCLEAR, _CALM, slots, found.act)
        whole = self._guess(clean, sound)
        parts = [(part, self._guess(part.text, part.sound)) for part in self.cuts.parts(clean)]
        rule = applied(self.rules, [sound, *(part.sound for part, _ in parts)])
        judged = urgency(whole, parts, rule, sound, self.labels, self.cut)
        if judged.level is Level.UNSURE and _answered(slots, expecting):
            # the question got its answer: a doubt about three words of address is no reason to ask another one
            judged = replace(judged, level=Level.CALM, category=None, why=())
        matter = intent(whole.labels, judged, self.labels, self.cut)
        return Meaning(text, kana, spoken, matter, judged, slots, found.act)

    def _guess(self, text: str, sound: str) -> Guess:
        return self.classifier.guess(features(text, sound, self.concepts))

    def _slots(self, text: str, kana: str, expecting: Expecting, *, guess: bool = True) -> Slots:
        place = self.places.find(text, kana, expecting, guess=guess)
        organization = self.people.find_organization(text)
        if place and place.landmark and place.landmark == organization:
            # the police station that calls is not where the water is
            place = replace(place, landmark=None)
        if place and not any((place.town, place.chome, place.banchi, place.landmark, place.out_of_city)):
            place = None
        return Slots(
            place=place,
            phone=phone(text, asked=expecting is Expecting.PHONE),
            name=self.people.find_name(text, asked=expecting is Expecting.NAME),
            organization=organization,
            date=self.people.find_date(text),
        )


def _answered(slots: Slots, expecting: Expecting) -> bool:
    given = {
        Expecting.PLACE: slots.place,
        Expecting.PHONE: slots.phone,
        Expecting.NAME: slots.name,
        Expecting.DATE: slots.date,
    }
    return given.get(expecting) is not None


def load(data_dir: Path | None = None) -> Understanding:
    """Reads all data of Japanese understanding from `data_dir` (the folder that holds ja/). Raises BadDataError."""
    folder = (data_dir or DATA_DIR) / "ja"
    labels = load_labels(folder / "labels.yaml")
    return Understanding(
        acts=load_acts(folder / "acts.yaml"),
        places=load_places(folder),
        people=load_people(folder / "people.yaml"),
        concepts=load_concepts(folder / "concepts.yaml"),
        classifier=load_classifier(folder),
        labels=labels,
        cut=load_thresholds(folder / "urgency.yaml"),
        rules=load_rules(folder / "urgency.yaml", labels),
        cuts=load_cuts(folder / "urgency.yaml"),
    )
