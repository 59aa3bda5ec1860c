"""One capture → logits, patterns and what follows from them: pure functions."""
