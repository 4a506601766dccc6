"""Tests of the telephone without Twilio."""
