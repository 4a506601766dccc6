"""A telephone without Twilio: plays call files against the desk, in-process or over signed HTTP, and judges them."""
