"""Screens for the people who work here. So far: the desk as it stands now, and a ticket. Only from this machine."""
