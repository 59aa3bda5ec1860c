"""The atlas: heads of one model, or of two, placed by what they look at."""
