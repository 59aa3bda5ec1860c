"""Counts → what may be said of a head."""
