"""Where chunks of a corpus are read: in this process, or on a Ray cluster that starts once it is needed."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from mha_viz.cli.shared.terminal import tell

if TYPE_CHECKING:
    from mha_viz.evidence.corpus.reading import Run


@contextmanager
def runner(options: argparse.Namespace) -> Iterator[Run | None]:
    """What reads chunks on a cluster (``--ray``); None where this process does it."""
    from mha_viz.evidence.corpus.cluster import ray_run

    if options.ray is None:
        yield None
        return
    with ExitStack() as stack:
        begun: list[Run] = []

        def run(scoring: Any, chunks: Iterable[list[Any]]) -> Iterable[list[Any]]:
            if not begun:  # not before: files and models are looked at first, and another run may be at the same work
                tell("Ray takes a moment to start.")
                begun.append(stack.enter_context(ray_run(options.ray or None, tell=tell)))
            return begun[0](scoring, chunks)

        yield run
