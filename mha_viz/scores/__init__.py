"""A pattern → one number a head, as counts that add up."""
