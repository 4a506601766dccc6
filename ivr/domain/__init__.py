"""Pure decisions of the desk: no clock, no I/O, no framework."""
