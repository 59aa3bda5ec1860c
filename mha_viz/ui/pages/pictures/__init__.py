"""Pictures: what patches of a picture look at, and what words beside one look at in it."""
