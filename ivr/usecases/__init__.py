"""One verb per file: what the desk does, between the ports."""
