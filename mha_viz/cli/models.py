"""`mha-viz models`: the catalogue, and fetching from it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mha_viz.cli.shared.terminal import repaired
from mha_viz.models.catalogue import CATALOGUE, PARSER, weights_said
from mha_viz.models.fetching.sums import fault_in, is_there
from mha_viz.paths import model_folder

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands


def add_models_command(commands: Commands) -> None:
    models = commands.add_parser("models", help="list the catalogue, or fetch from it")
    models.set_defaults(run=_list_models)
    get = models.add_subparsers(metavar="COMMAND").add_parser("get", help="fetch models, or the parser")
    get.add_argument("names", nargs="+", metavar="NAME")
    get.set_defaults(run=_get_models)


def _list_models(_options: argparse.Namespace) -> None:
    rows = [("name", "layers × heads", "download", "on disk", "licence", "fetched", "what it is")]
    for entry in CATALOGUE.values():
        layers, heads = entry.shape
        sizes = f"{entry.download_mb} MB", f"{entry.disk_mb} MB"
        there = _how_fetched(entry.name, "yes", "no")
        about = f"{entry.title}; {entry.good_for}"
        rows.append((entry.name, f"{layers} × {heads}", *sizes, entry.licence, there, about))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    there = _how_fetched(PARSER.name, "fetched", "not fetched")
    print(f"\n{PARSER.name}: {PARSER.title}, for typed text; {PARSER.download_mb} MB, {PARSER.licence}, {there}.")
    print("Any other model: a folder in Hugging Face format, or a hub id such as owner/name.")


def _how_fetched(name: str, yes: str, no: str) -> str:
    """Yes, no, or what is wrong with what is there."""
    if not is_there(name):
        return no
    fault = fault_in(name)
    return yes if fault is None else fault.word


def _get_models(options: argparse.Namespace) -> None:
    for name in options.names:
        print(f"{name} is in {repaired(name)}{_which_weights(name)}")


def _which_weights(name: str) -> str:
    """Which of two sets of weights of one name were fetched, to go on with; empty where there is one alone."""
    if not weights_said(name, ""):
        return ""
    from mha_viz.models.fetching.wheels import sha256

    return f": {weights_said(name, sha256(model_folder(name) / 'model.safetensors'))}"
