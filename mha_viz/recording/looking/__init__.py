"""What looks at attention calls as they happen, so that none is kept."""
