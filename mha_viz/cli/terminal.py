"""What the commands share: models with progress bars, and silence from other libraries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from mha_viz.models.catalogue import CATALOGUE
from mha_viz.paths import model_folder

if TYPE_CHECKING:
    import argparse

    from mha_viz.objects import Model

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # what commands are added to


def loaded(name: str) -> Model:
    """A model by catalogue name, folder or hub id; a catalogue model is fetched first, with a bar."""
    from mha_viz.models.load import load_model

    be_quiet()
    if name in CATALOGUE:
        fetched(name)
    return load_model(name)


def fetched(name: str) -> Path:
    """The folder of a catalogue model, fetched with a progress bar on stderr; at once where it is already there."""
    if name in CATALOGUE and model_folder(name).is_dir():
        return model_folder(name)
    from mha_viz.models.load import (
        fetch_model,  # not before: it brings torch, and who has the model need not wait for it
    )

    be_quiet()
    with progress_bar() as progress:
        return fetch_model(name, progress)


def fetched_parser() -> Path:
    """The folder of the parser, fetched with a progress bar where it is not there yet."""
    from mha_viz.models.fetch import fetch_parser

    with progress_bar() as progress:
        return fetch_parser(progress)


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    """A bar on stderr that appears when the work takes a moment; call it with the share done and a few words."""
    with tqdm(total=100, unit="%", bar_format="{desc} {bar} {n:.0f} %", leave=False, delay=0.2) as bar:

        def progress(share: float, what: str = "") -> None:
            bar.set_description_str(what, refresh=False)
            bar.n = round(share * 100)
            bar.refresh()

        yield progress


def be_quiet() -> None:
    """Keep other libraries' bars and notes out of the output; errors are told by us, in a sentence."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
