"""Twilio's REST API as its own OpenAPI document describes it, without a network."""
