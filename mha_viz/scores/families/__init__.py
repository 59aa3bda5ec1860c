"""One file a family of head scores: what is asked of a pattern, and of whom."""
