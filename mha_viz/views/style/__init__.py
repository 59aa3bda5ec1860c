"""Colours and scales, and the scripts that draw with them."""
