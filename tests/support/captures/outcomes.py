"""What reading a text came to: everything that a capture holds, or the sentence that refuses it."""

import torch

from mha_viz.errors import MhaVizError
from mha_viz.recording.capture import capture

LONG = " ".join(["cat", "dog", "the", "sat"] * 9)


def outcome(model, text, **options):
    """Everything that a capture of a text holds, or the sentence that refuses it."""
    try:
        captured = capture(model, text, **options)
    except MhaVizError as error:
        return str(error)
    return [getattr(call, name) for call in captured.calls for name in ("query", "key", "value", "seen_pattern")]


def is_same(before, after):
    """Whether two outcomes are equal to the last bit."""
    if isinstance(before, str) or isinstance(after, str):
        return before == after
    return all(a is b if a is None or b is None else torch.equal(a, b) for a, b in zip(before, after, strict=True))
