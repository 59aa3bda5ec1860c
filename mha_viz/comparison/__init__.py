"""Two captures, two models, before and after."""
