"""A network and an input → a capture of every attention call."""
