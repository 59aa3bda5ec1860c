"""Numbers → pictures, one file a picture."""
