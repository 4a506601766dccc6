"""How staff are reached: one file per way, each a `Notifier`."""
