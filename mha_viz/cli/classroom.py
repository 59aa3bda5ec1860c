"""``mha-viz --classroom``: a server for a class."""

from __future__ import annotations

import argparse
from pathlib import Path

import psutil

from mha_viz.cli.shared.terminal import fetched, fetched_parser, integer, tell
from mha_viz.errors import InputError, MhaVizError
from mha_viz.models.catalogue import CATALOGUE, DEFAULT, TEXT, WITHOUT_NETWORK, reads_of
from mha_viz.ui.addresses import EVERYWHERE, LOOPBACK, Address
from mha_viz.ui.classroom import ClassMode, address_in_network, listed_models
from mha_viz.ui.serve import refuse_taken_port, serve, url_of
from mha_viz.ui.several.seat import STUDENTS, cores, servers_for, servers_here

MODELS = f"{DEFAULT},{WITHOUT_NETWORK}"


def add_class_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--classroom", action="store_true",
        help="serve a class: everybody in this network can open it, and may use the listed models, short texts and "
        "nothing else; prints the students' link and the teacher's",
    )  # fmt: skip
    parser.add_argument(
        "--models", default=MODELS, metavar="NAMES",
        help=f"of a class, with commas between, fetched at its start (default {MODELS}); a folder may be one too",
    )  # fmt: skip
    parser.add_argument(
        "--students", type=integer, metavar="N",
        help=f"about how many there are in the class (default {STUDENTS}): they get several servers behind one "
        "address, as far as the cores and the memory of this machine go",
    )  # fmt: skip
    parser.add_argument(
        "--own-profiles", action="store_true",
        help="a class may also choose the profiles that you made with `mha-viz profile`; without it, it sees the ones "
        "that come with the app",
    )  # fmt: skip


def serve_class(options: argparse.Namespace, address: Address) -> None:
    """Fetch the models of a class, then serve it until interrupted."""
    host = options.host or (LOOPBACK if address.origins else EVERYWHERE[0])  # a proxy is the one who comes
    refuse_taken_port(host, options.port)
    n_servers = _servers_for(options.students)
    names = listed_models(options.models)
    for name in names:
        _refuse_unknown(name)
    models = tuple(name for name in names if _is_there(name))
    if not any(reads_of(name) == TEXT for name in models):  # lessons need one
        models = (*models, WITHOUT_NETWORK)
    try:
        fetched_parser()
    except MhaVizError as error:
        tell(f"{error} Sentences are not parsed, and scores that need it are left out.")
    url = address.public_url(students_url(host, options.port))
    mode = ClassMode(models, url, own_profiles=options.own_profiles)
    serve(
        host, options.port, open_browser=not options.no_browser, address=address, mode=mode, n_servers=n_servers
    )  # fmt: skip


def _servers_for(students: int | None) -> int:
    """How many servers a class of that many gets here; where somebody said how many, and it should have more, that is
    said.
    """
    if students is not None and students < 1:
        raise InputError(f"--students {students}: a class has at least one.")
    wanted, free = servers_for(students or STUDENTS), psutil.virtual_memory().available / 1e9
    most = servers_here(free)
    if students is not None and most < wanted:
        n = f"{cores()} core" + "s" * (cores() > 1)
        tell(
            f"{students} students should have {wanted} servers; with {n} and {free:.1f} GB of free memory they get "
            f"{most}, so pages take longer when all ask at once."
        )
    return min(wanted, most)


def students_url(host: str, port: int) -> str:
    """What others in the local network open; this machine's own address where it is in no network."""
    if host in EVERYWHERE:
        host = address_in_network() or host
    return url_of(host, port)


def _refuse_unknown(name: str) -> None:
    if name not in CATALOGUE and not (Path(name) / "config.json").is_file():
        raise InputError(f"{name[:80]!r} is neither in the catalogue ({', '.join(CATALOGUE)}) nor a model's folder.")


def _is_there(name: str) -> bool:
    """Fetches a catalogue model, looks at a folder; says so where it cannot be had, as others can still be shown."""
    try:
        if name in CATALOGUE:
            fetched(name)
        else:
            _refuse_cut_weights(name)
    except MhaVizError as error:
        tell(f"{error} The class goes on without it.")
        return False
    return True


def _refuse_cut_weights(name: str) -> None:
    """A folder whose weights are missing, or end before their end; what else is wrong is said when they are loaded."""
    from mha_viz.models.folders import transformer_folder  # not before: it brings torch
    from mha_viz.models.weights import numbers_in, weights_in

    folder = transformer_folder(Path(name), name)
    numbers_in(folder, weights_in(folder, name), name)
