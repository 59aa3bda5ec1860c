"""One head on texts of several types: what it does in prose, code, JSON and repeats, and where that differs."""
