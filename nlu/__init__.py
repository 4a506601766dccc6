"""Understanding: the text of an utterance becomes a `Meaning`."""
