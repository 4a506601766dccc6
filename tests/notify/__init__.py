"""Ways of telling staff."""
