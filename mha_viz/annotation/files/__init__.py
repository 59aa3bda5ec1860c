"""Files that people bring → annotated sentences."""
