"""Markdown of a page → what somebody reads."""

import re

EXPLAINED = re.compile(r"(?<!\\)\[((?:\\.|[^\[\]\\])*)\]\(#(?:word|model)-[^)]*\)")


def as_read(markdown):
    """Without what explains its terms."""
    return EXPLAINED.sub(r"\1", markdown)
