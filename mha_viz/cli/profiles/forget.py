"""`mha-viz profile --forget`: one's own profile of a model goes."""

from __future__ import annotations

import argparse

from mha_viz.cli.corpus import SOURCES
from mha_viz.disk import kept_in
from mha_viz.errors import InputError
from mha_viz.outside import cut


def forget_profile(options: argparse.Namespace) -> None:
    """Delete one's own profiles of a model, and say of each what it was.

    Raises
    ------
    InputError
        If there is none of this name, or more was asked for.
    """
    from mha_viz.evidence.cards.model_cards import whose_sentence
    from mha_viz.evidence.corpus.profile import load_profile
    from mha_viz.evidence.corpus.profiles import YOURS, own_files, own_names

    if any(getattr(options, other) for other in ("json", "restart", "out", "models", *SOURCES)):
        raise InputError("--forget deletes a profile and makes none: give it a model, and nothing else.")
    name = options.forget
    if not (paths := own_files(name)):
        others = own_names()
        there_are = f"; there are of {', '.join(map(cut, others))}" if others else ""
        raise InputError(f"There is no profile of your own of {cut(name)!r}{there_are}.")
    for path in paths:
        try:
            what = whose_sentence(name, YOURS, load_profile(path).facts)
        except InputError:
            what = f"Profile of {name}: damaged."
        with kept_in(path.parent, "a profile"):
            path.unlink()
        print(f"Deleted {path}. {what}")
