"""Claims on what heads are for: what they write, and what is lost without them."""
