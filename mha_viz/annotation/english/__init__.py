"""Typed English → its annotation, by a parser and rules."""
