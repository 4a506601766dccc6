"""What keeps callers' data safe."""
