"""Published claims on attention heads, measured again on whatever model is at hand."""
