"""`python -m ivr.cli` is the command `mizumado`."""

from ivr.cli import main

main()
