"""`mha-viz profile --models`: the models of a list, one after the other, whatever becomes of each."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mha_viz.cli.scores import json_rows, print_best
from mha_viz.cli.shared.terminal import loaded, tell
from mha_viz.disk import kept_in
from mha_viz.errors import InputError, MhaVizError
from mha_viz.outside import cut, open_file
from mha_viz.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from mha_viz.objects import Model

Measure = Callable[[argparse.Namespace, "Model", Path | None], tuple["pd.DataFrame", list[Path]]]


def models_in(path: str) -> list[str]:
    """The models of a file, one a line; empty lines, and what follows a #, are not read.

    Raises
    ------
    InputError
        If there are none, or one stands there twice.
    """
    with open_file(path) as file:
        try:
            lines = file.read().decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise InputError(f"{cut(path)} is no text: give a file with one model a line.") from None
    names = [name for line in lines if (name := line.partition("#")[0].strip())]
    if not names:
        raise InputError(f"{cut(path)} names no model: give one a line, as for --model.")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise InputError(f"{cut(path)} names {cut(twice)} twice.")
    return names


def profile_each(options: argparse.Namespace, names: list[str], measure: Measure) -> None:
    """Measure every model and say what became of it; what cannot be measured keeps no other from being measured.

    Raises
    ------
    InputError
        At the end, if some have no profile.
    """
    n_failed, rows = 0, []
    for number, name in enumerate(names, 1):
        try:
            model = loaded(name, options.dtype)
            table, paths = measure(_of_one(options, name), model, _file_of(options.out, model))
        except MhaVizError as error:
            n_failed += 1
            tell(f"{name}: {error}")
            continue
        rows += [{"model": name, **row} for row in json_rows(table)] if options.json else []
        if not options.json:
            print(f"{name} ({number} of {len(names)}): best head of each score, established first")
            print_best(table)
            print("\n".join(f"Kept in {path}" for path in paths), flush=True)
    if options.json:
        print(json.dumps(rows, ensure_ascii=False))
    if n_failed:
        done = counted(len(names) - n_failed, "profile is", "profiles are")
        raise InputError(f"{n_failed} of {counted(len(names), 'model')} cannot be measured; {done} kept.")


def refuse_folder(name: str | None) -> None:
    """Before anything that takes long: the folder of the profiles can be made.

    Raises
    ------
    InputError
        If it is a file.
    """
    if name is None:
        return
    if name == "" or Path(name).is_file():
        raise InputError(f"{name!r} is no folder: with --models give --out a folder.")
    with kept_in(Path(name), "profiles", way_out="name another folder with --out"):
        Path(name).mkdir(parents=True, exist_ok=True)


def _of_one(options: argparse.Namespace, name: str) -> argparse.Namespace:
    return argparse.Namespace(**{**vars(options), "model": name, "models": None})


def _file_of(folder: str | None, model: Model) -> Path | None:
    """Where a profile goes: in a folder a model, as tables that are cut in parts are found by others."""
    from mha_viz.evidence.corpus.profiles import profile_path

    if folder is None:
        return None
    own = profile_path(model.name, model.identity, model.dtype)
    name = profile_path(model.name, model.identity).stem.rpartition("-")[0]
    return Path(folder, f"model={name}", own.name)
