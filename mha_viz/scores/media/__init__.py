"""Patterns over pictures and sounds → one number a head."""
