"""What the matter is: the likeliest intent, in agreement with the urgency."""

from __future__ import annotations

from collections.abc import Mapping

from nlu.labels import Labels
from nlu.meaning import Category, Intent, Level, Urgency
from nlu.urgency import Thresholds


def intent(probabilities: Mapping[str, float], urgency: Urgency, labels: Labels, cut: Thresholds) -> Intent:
    """Returns the intent. An urgent category brings its own; below the threshold the matter is UNCLEAR."""
    if urgency.level is Level.URGENT and urgency.category is not None:
        return _of_category(urgency.category, labels)
    if urgency.redirect is not None:
        return Intent.OTHER_SECTION
    sums = labels.intents(probabilities)
    best = max(sums, key=sums.__getitem__)
    return best if sums[best] >= cut.intent else Intent.UNCLEAR


def _of_category(category: Category, labels: Labels) -> Intent:
    return next(label.intent for label in labels.values() if label.category is category)
