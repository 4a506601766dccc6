"""Ports, real and fake: one test over both."""
