"""How good understanding, answers and ears are: labelled rows in, counts with intervals out."""
