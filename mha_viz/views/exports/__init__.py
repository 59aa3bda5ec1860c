"""Views outside the app: files that say what they hold, and cells of a notebook."""
