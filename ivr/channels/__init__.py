"""How callers reach the desk. A channel reports events and renders voice actions; it never decides."""
