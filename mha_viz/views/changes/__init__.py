"""What changes of heads do to a prediction → pictures."""
