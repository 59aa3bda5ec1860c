"""``mha-viz reproduce``: published claims, measured again."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.cli.shared.threads import one_thread
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE, WITHOUT_NETWORK
from mha_viz.models.fetching.sums import is_whole
from mha_viz.precision import WHOLE
from mha_viz.progress import progress_bar
from mha_viz.wording import counted

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.claims.claim import Claim, Estimate
    from mha_viz.evidence.claims.rerun import Compared, Rerun, Result

ALL = "all"


def add_reproduce_command(commands: Commands) -> None:
    """Add ``mha-viz reproduce``."""
    command = commands.add_parser("reproduce", help="published claims, measured again on a model; lists them")
    command.add_argument("name", nargs="?", metavar="NAME", help="the claim, or all; without it, the list of claims")
    command.add_argument("--model", help=f"{', '.join(CATALOGUE)}, a folder or a hub id; each claim has a default")
    add_dtype(command)
    command.add_argument("--data", metavar="F", help="read this text file instead of the texts that come with mha-viz")
    command.add_argument("--json", action="store_true", help="every digit, as JSON")
    command.add_argument("--restart", action="store_true", help="measure anew what an earlier run has measured")
    command.set_defaults(run=_reproduce)


def _reproduce(options: argparse.Namespace) -> None:
    from mha_viz.evidence.claims.table import claim_of
    from mha_viz.evidence.claims.tables import rerun_row

    if options.name is None:
        _list(options)
        return
    done = _all(options) if options.name == ALL else [_rerun(claim_of(options.name), options.model, options)]
    if options.json:
        print(json.dumps([rerun_row(each) for each in done], ensure_ascii=False, allow_nan=False, indent=1))
        return
    print("\n\n".join(map(_said, done)))
    if options.name == ALL:
        print("\n" + "\n".join(verdict_lines(done)))


def _list(options: argparse.Namespace) -> None:
    from mha_viz.evidence.claims.known import known_reruns, minutes_of
    from mha_viz.evidence.claims.table import CLAIMS
    from mha_viz.evidence.claims.tables import claim_row

    if options.model or options.data or options.restart:
        raise InputError(f"Name a claim, or {ALL}: without a name the claims are only listed.")
    known = known_reruns()
    minutes = {name: minutes_of(claim, claim.model, known) for name, claim in CLAIMS.items()}
    if options.json:
        rows = [{**claim_row(claim), "minutes": round(minutes[name], 2)} for name, claim in CLAIMS.items()]
        print(json.dumps(rows, ensure_ascii=False))
        return
    print("\n".join(_listed(claim, minutes[name]) for name, claim in CLAIMS.items()))


def _all(options: argparse.Namespace) -> list[Rerun]:
    """Every claim with the model that was named, or with each that is at hand and can be asked; those without one are
    said.
    """
    from mha_viz.evidence.claims.table import CLAIMS

    done: list[Rerun] = []
    for claim in CLAIMS.values():
        at_hand = [options.model] if options.model else models_at_hand(claim.reads)
        found = [_rerun(claim, model, options) for model in at_hand]
        asked = [each for each in found if not each.why_not]
        if not asked:
            print(f"{claim.name}: no model here can be asked; mha-viz models get {claim.model}", file=sys.stderr)
        done += found if options.model else asked
    return done


def models_at_hand(reads: str) -> list[str]:
    """Catalogue models that are on this machine and were trained on the world at large, by what they read."""
    names = [name for name, entry in CATALOGUE.items() if entry.reads == reads and name != WITHOUT_NETWORK]
    return [name for name in names if is_whole(name)]


def _rerun(claim: Claim, name: str | None, options: argparse.Namespace) -> Rerun:
    from mha_viz.evidence.claims.rerun import rerun
    from mha_viz.evidence.claims.store import kept
    from mha_viz.evidence.claims.tables import rerun_row

    model = loaded(name or claim.model, options.dtype)
    with kept() as store, progress_bar() as progress, one_thread():
        if options.restart:
            store.forget(claim, model)
        data = options.data if claim.reads_file or options.name != ALL else None
        done = rerun(claim, model, data, kept=store, progress=progress)
        if data is None and not done.why_not and model.dtype == WHOLE:  # rows do not say what they were computed in
            store.keep_rerun(rerun_row(done))
        return done


def _listed(claim: Claim, minutes: float) -> str:
    takes = f"about {max(1, round(60 * minutes))} s" if minutes < 1 else f"about {minutes:.0f} min"
    facts = f"{claim.source}; models: {claim.models}; here {claim.model}, {takes}"
    return f"{claim.name}: {claim.title}.\n" + _indented(f"{facts}.") + "\n" + _indented(f"Data: {claim.data}.")


def verdict_lines(done: Sequence[Rerun]) -> list[str]:
    """One table of all statements, a line each: claim, statement, model, our number, verdict."""
    rows = [
        (each.claim.name, one.statement.name, each.model, _short(one), one.verdict)
        for each in done for one in each.results
    ]  # fmt: skip
    rows = [("claim", "statement", "model", "ours", "verdict"), *rows]
    wide = [max(len(row[i]) for row in rows) for i in range(4)]
    return ["  ".join([*(cell.ljust(n) for cell, n in zip(row, wide, strict=False)), row[4]]) for row in rows]


def _short(result: Result) -> str:
    return "–" if result.found.why_not else _number(result.found, result.statement.unit)


def _said(done: Rerun) -> str:
    claim = done.claim
    read = "" if done.why_not else f", {counted(done.n, 'text')}"
    return "\n".join([f"{claim.title} ({claim.source}): {done.model}{read}", *map(_result, done.results)])


def _result(result: Result) -> str:
    said = result.statement
    lines = [f"{said.said} {result.verdict.upper()}: {result.reason}."]
    if not result.found.why_not:
        random = _number(result.random, said.unit) if not result.random.why_not else "no number"
        lines.append(f"{said.number}: {_number(result.found, said.unit)}; with random weights {random}.")
        lines += [f"{result.found.note}."] if result.found.note else []
        lines.append(f"Bar: {said.rule}.")
    lines += _printed(result.compared, said.unit)
    lines += [f"Deviation: {each}." for each in said.deviations]
    return "\n".join([_indented(lines[0], 2), *(_indented(line, 6) for line in lines[1:])])


def _printed(compared: Sequence[Compared], unit: str) -> list[str]:
    """The numbers of the paper, those together of which the same is said."""
    lines = []
    for (verdict, reason), group in groupby(compared, key=lambda each: (each.verdict, each.reason)):
        numbers = [
            f"{'more than ' if each.is_least else ''}{each.value:g} {unit} ({each.model}, {each.where})"
            for each in (one.printed for one in group)
        ]
        lines.append(f"The paper: {', '.join(numbers)}. Number {verdict}: {reason}.")
    return lines


def _number(found: Estimate, unit: str) -> str:
    digits = 0 if unit == "heads" else 1 if unit in ("%", "points") or abs(found.value) >= 1 else 2
    what = "head" if unit == "heads" and found.value == 1 else unit
    return f"{found.value:.{digits}f} {what} [{found.low:.{digits}f}, {found.high:.{digits}f}]".replace("  ", " ")


def _indented(text: str, by: int = 4) -> str:
    return textwrap.fill(text, 110, initial_indent=" " * by, subsequent_indent=" " * (by + 2))
