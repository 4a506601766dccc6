"""The store: calls, turns, tickets and the outboxes, in SQLite or PostgreSQL; and the same in memory for tests."""
