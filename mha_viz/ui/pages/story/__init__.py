"""The story, the first page."""
