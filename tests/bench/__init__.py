"""Measurements, not tests: `make bench` prints ratios taken in one run; nothing here asserts a time."""
