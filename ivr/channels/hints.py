"""What a question makes likely, for whichever recogniser hears the reply."""

from __future__ import annotations

from audio.transcriber import Hint
from ivr.domain.call import Question

HINTS = {
    Question.CLARIFY: Hint.YES_NO,
    Question.PLACE: Hint.PLACE,
    Question.PLACE_DETAIL: Hint.PLACE,
    Question.CONFIRM_PLACE: Hint.YES_NO,
    Question.PHONE: Hint.NUMBER,
    Question.READ_BACK: Hint.YES_NO,
    Question.CONFIRM_EARLIER: Hint.YES_NO,
    Question.HELPED: Hint.YES_NO,
}
"""What a question makes likely, for the recogniser; a question that is not here lets expect anything."""
