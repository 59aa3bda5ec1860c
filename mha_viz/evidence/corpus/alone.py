"""One head of each set of twins, named on one half of them and tested alone on the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import torch

from mha_viz.evidence.corpus.passages import CHOOSE, REPORT
from mha_viz.evidence.corpus.store import parts_kept, scores_kept
from mha_viz.evidence.statistics.intervals import sign_flip_p
from mha_viz.evidence.verdict import weigh
from mha_viz.scores.families.twins import is_twins

DRAWS = 10_000


def heads_alone(store: sqlite3.Connection, layers: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Of each set of twins the head that does most on the half for choosing, tested alone on the half that reports.

    One head, named before these data are looked at, pays for no other: its p is not corrected. ``layers`` are the
    numbers of those that attend, by default 0, 1, 2, …

    Returns
    -------
    list of dict
        ``score, layer, head``; on the half for choosing ``chosen_at``, on the other ``value, n, n_units, low, high``,
        the ``bar`` (the best rule or chance, whichever has more) and ``p``. Nothing where a half is not there.
    """
    tests = []
    for key in scores_kept(store):
        parts = parts_kept(store, key) if is_twins(key[1]) else {}
        if CHOOSE in parts and REPORT in parts:
            share, reported = parts[CHOOSE].share, parts[REPORT]
            best = int(share.flatten().argmax())
            layer, head = divmod(best, share.shape[1])
            gains = reported.gains[:, layer, head, None]
            flipped = {key: (torch.arange(len(gains)), gains)}
            p = sign_flip_p([key], flipped.__getitem__, len(gains), draws=DRAWS)[key].item()
            found = weigh(reported)[best]
            numbers = {name: getattr(found, name) for name in ("value", "n", "n_units", "low", "high")}
            bar = reported.bar.sum().item() / reported.items
            at = layer if layers is None else layers[layer]
            place = {"score": key[1], "layer": at, "head": head, "chosen_at": share.max().item()}
            tests.append({**place, **numbers, "bar": bar, "p": p})
    return tests
