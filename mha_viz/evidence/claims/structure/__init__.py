"""Claims on grammar: what heads find of dependencies, and of what belongs together."""
