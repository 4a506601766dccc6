"""Calls as requirements, and the tests that play them."""
