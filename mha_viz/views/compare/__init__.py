"""Two captures beside each other: their maps, and the words that are compared."""
