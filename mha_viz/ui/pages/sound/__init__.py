"""Sound: what words and moments listen to, and which heads follow the words."""
