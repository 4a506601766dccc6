"""The telephone edge, without a telephone."""
