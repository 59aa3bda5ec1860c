"""What the words of a transcript listen to in one head, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mha_viz.errors import InputError
from mha_viz.wording import head_name, in_percent, in_seconds

if TYPE_CHECKING:
    import argparse

    from mha_viz.objects import Capture

WORDS_ALONE = "Of a sound words are shown with what they listen to: leave --map, --hide, --renormalise and --parts out."


def print_listening(capture: Capture, options: argparse.Namespace) -> None:
    """A row a word: where it listens to as it is written and once it was read.

    Raises
    ------
    InputError
        If there is no such head, or no transcript whose words could listen.
    """
    from mha_viz.attention.tables import pattern_frame
    from mha_viz.scores.media.listening import listening_frame

    if options.map != "Pattern" or options.hide or options.renormalise or options.parts:
        raise InputError(WORDS_ALONE)
    if "cross" not in capture.kinds or options.kind == "encoder":
        n = len(next(iter(capture.query_positions.values())))
        raise InputError(
            f"Between {n:,} frames there are too many numbers for a terminal: give --csv or --json"
            + (", or --kind cross for the words." if "cross" in capture.kinds else ".")
        )
    pattern_frame(capture, options.layer, options.head, kind="cross")  # refuses other heads
    table = listening_frame(capture, options.layer, options.head)
    print(f"{capture.model_name} {head_name(options.layer, options.head)}, transcript: {capture.target}")
    print("What each word listens to as the model writes it (with the share within 0.1 s), and once it was read:")
    width = max(map(len, table["word"]), default=0)
    for row in table.to_dict("records"):
        share = f"({in_percent(row['share'])})"
        print(f"{row['word']:<{width}}  {in_seconds(row['written']):>7} {share:<7} {in_seconds(row['read']):>7}")
