"""What an axis of a map indexes: the positions of a text."""
