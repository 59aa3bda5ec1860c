"""A name → a model, verified and loaded."""
