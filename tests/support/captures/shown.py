"""A capture of two heads over three tokens, and what is left of its rows by a selection."""

import torch

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose, rows_of
from mha_viz.objects import AttentionCall, Capture
from tests.support.texts.texts import positions

# Two heads over "[S] a ,": every row and head differs, rows sum to 1.
AXIS = positions("a,", None, (0, 1), (1, 2))
MAPS_OF_TWO_HEADS = torch.tensor(
    [
        [[0.5, 0.3, 0.2], [0.6, 0.1, 0.3], [0.1, 0.8, 0.1]],
        [[0.2, 0.2, 0.6], [0.4, 0.5, 0.1], [0.7, 0.2, 0.1]],
    ]
)


def made(maps=MAPS_OF_TWO_HEADS, queries=AXIS, keys=None, kind="encoder", logits=None):
    calls = (AttentionCall(0, kind, seen_pattern=maps, seen_logits=maps.log() if logits is None else logits),)
    return Capture("made", None, "", None, calls, {kind: queries}, {kind: queries if keys is None else keys})


def shown_of(found, **settings):
    return choose(found, Selection(found.kinds[0], **settings))


def assert_rows(found, expected, held=None, **settings):
    """The rows, and what they hold in keys that are not shown."""
    values, hidden = rows_of(shown_of(found, **settings), 0)
    torch.testing.assert_close(values, torch.tensor(expected))
    if held is not None:
        torch.testing.assert_close(hidden, torch.tensor(held))
