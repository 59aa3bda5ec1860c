"""A profile that is measured in a process of its own: `mha-viz profile`, told how far it is, ended when nobody waits.

So the app measures on a Ray cluster too: Ray ends the process that has lost its cluster, and that is not the app then.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from threading import Thread

from mha_viz.errors import InputError, MhaVizError
from mha_viz.language import N_, lazy_gettext
from mha_viz.progress import AS_LINES, Report, share_in_line

# It ends with the process that began it, however that ends: then nobody holds the other end of its input.
CODE = """
import os, sys, threading

def end_with_parent():
    sys.stdin.read()
    os._exit(1)

threading.Thread(target=end_with_parent, daemon=True).start()
from mha_viz.cli.main import main

raise SystemExit(main(sys.argv[1:]))
"""
MOMENT = 0.25  # seconds after which whoever waits is asked whether they still do
REFUSED = "mha-viz: "  # with which a command says why it does not work
STEPS = (N_("loading the model"), N_("weighing"), N_("random weights"))  # as the command says what it is at
PASSAGES = re.compile(r"(.+): ([\d,]+) of ([\d,]+) passages")
Lines = SimpleQueue[str | None]


def may_use_cluster() -> bool:
    """Whether Ray is installed; it is not imported."""
    return find_spec("ray") is not None


def measure_profile(
    model_name: str, *, dtype: str = "float32", conllu: str | None = None, ray: str | None = None,
    progress: Report | None = None,
) -> None:  # fmt: skip
    """Measure a profile of a model and keep it as one's own, as ``mha-viz profile`` does.

    Parameters
    ----------
    model_name, dtype : str
        As the command takes them.
    conllu : str, optional
        A file of annotated sentences; by default our few example sentences are read.
    ray : str, optional
        Read on the Ray cluster at this address; "" for one that is started on this machine.
    progress : callable, optional
        Takes the share that is done and what is being done, several times a second. What it raises ends the work:
        counts of whole passages are kept, and the same work goes on from there.

    Raises
    ------
    InputError
        If the command refuses, in its words.
    MhaVizError
        If the process ends otherwise.
    """
    arguments = ["profile", f"--model={model_name}", f"--dtype={dtype}"]
    arguments += [] if conllu is None else [f"--conllu={conllu}"]
    arguments += [] if ray is None else [f"--ray={ray}" if ray else "--ray"]
    with _begun(arguments) as process:
        said = _heard(process, progress)
        if (status := process.wait()) == 0:
            return
    if said.startswith(REFUSED):
        raise InputError(said.removeprefix(REFUSED))
    last = said or lazy_gettext("it said nothing")
    raise MhaVizError(lazy_gettext("The process that measured ended ({status}): {last}", status=status, last=last))


def in_any_language(what: str) -> str:
    """What the command is at, which it says in English, to be said to each reader in their language.

    >>> in_any_language("minilm: 1,200 of 2,001 passages"), in_any_language("weighing")
    ('minilm: 1,200 of 2,001 passages', 'weighing')
    """
    if found := PASSAGES.fullmatch(what):
        n, n_all = (int(found[i].replace(",", "")) for i in (2, 3))
        return lazy_gettext("{model}: {n} of {all} passages", model=found[1], n=n, all=n_all)
    return lazy_gettext(what) if what in STEPS else what


@contextmanager
def _begun(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A command that runs, and is ended with whatever happens here."""
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *arguments], env={**os.environ, AS_LINES: "1"}, text=True, encoding="utf-8",
        errors="replace", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()  # its workers end when it does
        process.communicate()


def _heard(process: subprocess.Popen[str], progress: Report | None) -> str:
    """Pass on how far it is, until it says nothing more; the last line that is something else."""
    lines: Lines = SimpleQueue()
    Thread(target=_read, args=(process, lines), daemon=True).start()
    said, share, what = "", 0.0, STEPS[0]
    while True:
        if progress is not None:
            progress(share, in_any_language(what))
        try:
            line = lines.get(timeout=MOMENT)
        except Empty:
            continue
        if line is None:
            return said
        told = share_in_line(line)
        share, what = told or (share, what)
        said = said if told else line.strip() or said


def _read(process: subprocess.Popen[str], lines: Lines) -> None:
    for line in process.stderr or ():
        lines.put(line)
    lines.put(None)
