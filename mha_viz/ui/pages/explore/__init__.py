"""The page Explore: one text, every head of the model, and one of them from near."""
