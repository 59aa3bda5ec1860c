"""The server of a class, as a program: Streamlit's own, with code and models loaded before anybody comes.

Streamlit runs a page's code only when somebody opens it: the first of thirty would wait for torch, and the others too.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from streamlit.web.cli import main

from mha_viz.class_mode import class_mode
from mha_viz.errors import MhaVizError


def warm_up() -> None:
    """Load the models of the class; one that cannot be loaded is said by the page that is asked for it."""
    logging.disable(logging.WARNING)  # outside a page Streamlit warns of every function of its own
    from mha_viz.parsing import parse
    from mha_viz.ui import atlas, comparison, head, heads, inside, lessons, names, scores, sentence, story, training  # noqa: F401
    from mha_viz.ui.cache import warm
    from mha_viz.ui.frame import DEFAULT_TEXT

    with suppress(MhaVizError):
        parse(DEFAULT_TEXT)
    mode = class_mode()
    for name in mode.models if mode else ():
        with suppress(MhaVizError):
            warm(name)
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    warm_up()
    main()
