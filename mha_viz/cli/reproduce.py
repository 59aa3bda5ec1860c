"""``mha-viz reproduce``: published claims, measured again."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from mha_viz.cli.shared.terminal import add_dtype, loaded
from mha_viz.cli.shared.threads import one_thread
from mha_viz.errors import InputError
from mha_viz.models.catalogue import CATALOGUE
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
    from mha_viz.evidence.claims.table import CLAIMS, claim_of
    from mha_viz.evidence.claims.tables import claim_row, rerun_row

    if options.name is None:
        if options.model or options.data or options.restart:
            raise InputError(f"Name a claim, or {ALL}: without a name the claims are only listed.")
        rows = [claim_row(claim) for claim in CLAIMS.values()]
        print(json.dumps(rows, ensure_ascii=False) if options.json else "\n".join(map(_listed, CLAIMS.values())))
        return
    claims = list(CLAIMS.values()) if options.name == ALL else [claim_of(options.name)]
    done = [_rerun(claim, options) for claim in claims]
    if options.json:
        print(json.dumps([rerun_row(each) for each in done], ensure_ascii=False, allow_nan=False))
    else:
        print("\n\n".join(map(_said, done)))


def _rerun(claim: Claim, options: argparse.Namespace) -> Rerun:
    from mha_viz.evidence.claims.rerun import rerun
    from mha_viz.evidence.claims.store import kept

    model = loaded(options.model or claim.model, options.dtype)
    with kept() as store, progress_bar() as progress, one_thread():
        if options.restart:
            store.forget(claim, model)
        data = options.data if claim.reads_file or options.name != ALL else None
        return rerun(claim, model, data, kept=store, progress=progress)


def _listed(claim: Claim) -> str:
    facts = f"{claim.source}; models: {claim.models}; here {claim.model}, about {claim.minutes:g} min"
    return f"{claim.name}: {claim.title}.\n" + _indented(f"{facts}.") + "\n" + _indented(f"Data: {claim.data}.")


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
    digits = 0 if unit == "heads" else 1
    what = "head" if unit == "heads" and found.value == 1 else unit
    return f"{found.value:.{digits}f} {what} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


def _indented(text: str, by: int = 4) -> str:
    return textwrap.fill(text, 110, initial_indent=" " * by, subsequent_indent=" " * (by + 2))
