"""The commands that read pictures and sounds."""
