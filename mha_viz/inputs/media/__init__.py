"""Pictures and sounds → what a model's processor takes, and axes of patches and seconds."""
