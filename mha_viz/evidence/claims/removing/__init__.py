"""Claims on what is lost when attention, or a token, is taken away."""
