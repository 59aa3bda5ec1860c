"""Patterns over patches of a picture, read alone or inside a text."""
