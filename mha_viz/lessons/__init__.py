"""Lessons that teachers write, text files without code → checked steps that the app plays."""
