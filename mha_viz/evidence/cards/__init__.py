"""What is known of one head, or of one model, in a few lines."""
