"""Intervals and units: what may be said of a number."""
