"""One file per change of the tables; the numbers give the order."""
