"""Annotated corpora → a model's head profile."""
