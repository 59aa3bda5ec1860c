"""The code of the pages, loaded before anybody opens one, or behind the first: with torch it takes seconds."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pkgutil import walk_packages

from mha_viz.language import lazy_gettext
from mha_viz.models.light import import_lightly
from mha_viz.paths import PACKAGE
from mha_viz.progress import Progress

UI = "mha_viz.ui"
PAGES = [module.name for module in walk_packages([str(PACKAGE / "ui" / "pages")], f"{UI}.pages.") if not module.ispkg]
# In the order in which one needs another, so that the bar moves on.
CODE = (
    "torch", "pandas", "plotly.graph_objects", "transformers", "transformers.modeling_utils", "scipy.optimize",
    f"{UI}.shared.captures", *PAGES,
)  # fmt: skip
FRONT = "Learn"  # the page whose model is loaded though nobody has come
WHILE = 3.0  # seconds after which the code is loaded though nobody has come
FIRST = f"{UI}.shared.first"  # compares what was shown before anything was loaded with the model


@dataclass(eq=False)
class Loading:
    """What goes on behind the first page.

    Attributes
    ----------
    progress : Progress
        How far it is, and what is loaded now.
    done : threading.Event
        Set at the end, also of a failure: pages then say themselves what is wrong.
    """

    progress: Progress = field(default_factory=Progress)
    done: threading.Event = field(default_factory=threading.Event)


_begun: list[Loading] = []
_afterwards: list[Callable[[], None]] = []
_one_at_a_time = threading.Lock()


def load_code(progress: Progress) -> None:
    """Import what pages need. Streamlit would do it when somebody opens one, who would wait before an empty page."""
    for i, name in enumerate(CODE):
        progress(i, lazy_gettext("loading {model}", model=name.partition(".")[0]), total=len(CODE))
        if name == "torch":
            import_lightly()
        import_module(name)


def is_loaded() -> bool:
    """Whether a page can be opened at once."""
    return _begun[0].done.is_set() if _begun else f"{UI}.shell.frame" in sys.modules


def load_soon(afterwards: Callable[[], None]) -> None:
    """Load the code when the first picture is drawn, or after a while: it would keep server and picture waiting.
    ``afterwards`` is called with all code there.
    """
    _afterwards.append(afterwards)
    timer = threading.Timer(WHILE, load_behind)
    timer.daemon = True
    timer.start()


def load_behind(page: str = "") -> Loading:
    """Load the code, and the model that the page opens with, in a thread, once in this process; how far it is."""
    with _one_at_a_time:
        if not _begun:
            _begun.append(Loading())
            threading.Thread(target=_load, args=(_begun[0], page), daemon=True, name="loading").start()
    return _begun[0]


def is_different(page: str) -> bool:
    """Whether what comes with the app for a page to show first is not what the model gives here."""
    different: bool = import_module(FIRST).is_different(page)
    return different


def _load(loading: Loading, page: str) -> None:
    logging.disable(logging.WARNING)  # outside a page Streamlit warns of every function of its own
    with suppress(Exception):  # whatever it is, the page that needs it says it
        load_code(loading.progress)
        for call in _afterwards:
            call()
        loading.progress(0.95, lazy_gettext("loading the model"))
        is_different(page or FRONT)
    logging.disable(logging.NOTSET)
    loading.done.set()
