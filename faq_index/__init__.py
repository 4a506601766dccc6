"""Finds the FAQ topic a caller means, by surface and by sound."""
