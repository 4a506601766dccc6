"""Everything that knows it is a telephone service."""
