"""Meanings and rankings as the rows of the batch commands print them."""

from __future__ import annotations

from typing import Any

from faq_index.candidates import Ranking
from nlu.meaning import Meaning


def meaning_row(row_id: Any, meaning: Meaning) -> dict[str, Any]:
    """`mizumado understand`: one utterance."""
    urgency, slots, place = meaning.urgency, meaning.slots, meaning.slots.place
    return {
        "id": row_id,
        "language": meaning.language,
        "intent": meaning.intent.value,
        "act": meaning.act.value if meaning.act else None,
        "wish": meaning.wish,
        "category": urgency.category.value if urgency.category else None,
        "urgent": urgency.level.value != "calm",
        "level": urgency.level.value,
        "urgency_score": round(urgency.score, 4),
        "redirect": urgency.redirect.value if urgency.redirect else None,
        "why": list(urgency.why),
        "slots": {
            "place": place
            and {
                "town": place.town,
                "town_yomi": place.town_yomi,
                "chome": place.chome,
                "banchi": place.banchi,
                "landmark": place.landmark,
                "out_of_city": place.out_of_city,
                "certain": place.certain,
                "candidates": list(place.candidates),
            },
            "phone": slots.phone.digits if slots.phone else None,
            "name": slots.name,
            "organization": slots.organization,
            "date": slots.date,
        },
    }


def ranking_row(row_id: Any, ranking: Ranking) -> dict[str, Any]:
    """`mizumado faq`: one question; `topic` is None when nothing would be answered."""
    best = ranking.candidates[0].score if ranking.candidates else 0.0
    return {
        "id": row_id,
        "topic": ranking.answer,
        "score": round(best, 4),
        "margin": round(ranking.margin, 4),
        "choices": list(ranking.choices),
        "candidates": [{"topic": each.topic, "score": round(each.score, 4)} for each in ranking.candidates],
    }
