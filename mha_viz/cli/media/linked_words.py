"""What ``mha-viz alignment-heads`` says of a model that translates: sentences and a row a head, or every digit."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mha_viz.errors import InputError
from mha_viz.wording import counted, head_name, head_names

if TYPE_CHECKING:
    from mha_viz.evidence.alignment.translation import Translated

OF_TEXTS = ("pairs", "prompt", "source_language", "target_language")
ROWS = {"written": "in the row that writes a word", "read": "in the row that has read a word"}


def refuse_for_sound(name: str, options: argparse.Namespace) -> None:
    """A model that hears takes nothing of what is for translations."""
    for option in OF_TEXTS:
        if getattr(options, option) is not None:
            raise InputError(f"{name} hears: give --audio in place of --{option.replace('_', '-')}.")


def linked_as_json(name: str, found: Translated, identity: str | None) -> str:
    """Every digit, and of which weights."""
    heads = [{key: _plain(value) for key, value in row.items()} for row in found.table.to_dict("records")]
    facts = {key: _plain(value) for key, value in found.facts.items()}
    sizes = {"pairs": found.n_pairs, "sure_links": found.n_links}
    return json.dumps({"model": name, "identity": identity, **sizes, **facts, "heads": heads}, allow_nan=False)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def linked_as_text(name: str, found: Translated) -> str:
    """What the table says, what it is held against, and a row a head: alignment error rates of both rows."""
    rows = [
        (head_name(row["layer"], row["head"]), *(_share(row, ending) for ending in ("", "_read")))
        for row in found.table.to_dict("records")
    ]
    table = in_columns([("head", "wrong, as it writes", "wrong, once read"), *rows])
    return "\n".join([*_sentences(name, found), "", table])


def _sentences(name: str, found: Translated) -> list[str]:
    facts, pairs = found.facts, counted(found.n_pairs, "pair")
    lines = [
        f"{name}: {len(found.table)} heads of its cross-attention, {counted(found.n_links, 'sure link')} in {pairs} of "
        "sentences. What is wrong is the alignment error rate.",
        f"By place alone (the diagonal) {facts['diagonal']:.1%} are wrong, with random weights of the best head "
        f"{facts['random_weights']:.1%}, of all heads in the mean {facts['all_heads']:.1%}.",
    ]
    return [*lines, *_chosen(facts)]


def _chosen(facts: dict[str, Any]) -> list[str]:
    """The head that was chosen on one half, on the other; and whether it does better than the diagonal there."""
    if "chosen" not in facts:
        return []
    low, high = facts["less_low"], facts["less_high"]
    verdict = "better" if low > 0 else "worse" if high < 0 else "neither better nor worse, as far as these pairs tell"
    return [
        f"{head_names([facts['chosen']])}, {ROWS[facts['chosen_row']]}, is best on every other pair; on the rest "
        f"{facts['chosen_error_rate']:.1%} [{facts['chosen_low']:.1%}, {facts['chosen_high']:.1%}] are wrong, by place "
        f"alone {facts['chosen_diagonal']:.1%}: {verdict} (difference [{100 * low:.1f}, {100 * high:.1f}] points)."
    ]


def _share(row: dict[str, Any], ending: str) -> str:
    low, high = row[f"low{ending}"], row[f"high{ending}"]
    interval = "" if math.isnan(low) else f" [{low:.1%}, {high:.1%}]"
    return f"{row[f'error_rate{ending}']:.1%}{interval}"


def in_columns(table: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return "\n".join("  ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)).rstrip() for row in table)
