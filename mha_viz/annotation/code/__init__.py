"""Python code → words and how they belong together, by Python's own parser: gold, as the language defines it."""
