"""`make chaos`: the night desk under kill -9, a bad carrier and a store that is locked or full. See __main__.py."""
