"""Heads of a network changed while it reads: what is changed, what that does to each call, and the run."""
