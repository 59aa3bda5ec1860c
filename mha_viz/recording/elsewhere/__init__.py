"""Attention that somebody brings from elsewhere → a capture like one of our own."""
