"""The page of one head's computation, step by step."""
