"""Which cross-attention heads follow the words: of speech, against when they are said, and of translations."""
