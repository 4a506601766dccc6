"""Durable work after the commit: notices to staff and ringing of desks, at least once."""
