"""The menu Share of a page: the link, the picture, the numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.language import N_, gettext
from mha_viz.table_files import to_csv, to_json, to_parquet
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.origins import public_origins
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.saving import saving_view
from mha_viz.views.view import View

Facts = dict[str, Any] | Callable[[], dict[str, Any]]  # what files say of themselves, or what tells it when it is asked
FORMATS: dict[str, tuple[Callable[[pd.DataFrame, dict[str, Any]], bytes], str, str]] = {
    "CSV": (to_csv, "csv", "text/csv"),
    "Parquet": (to_parquet, "parquet", "application/vnd.apache.parquet"),
    "JSON": (to_json, "json", "application/json"),
}


def fill(
    menu: DeltaGenerator, view: View, table: Callable[[], pd.DataFrame], facts: Facts, label: str = N_("Share")
) -> None:
    """Draw what waits, and put the menu there; files are made when somebody asks for one, and are called what the view
    is called. A page with several pictures has a menu, with a ``label`` of its own, for each.
    """
    frame.draw_rest()
    with menu:
        _menu(view, table, facts, label)


def fill_later(menu: DeltaGenerator, view: View, table: Callable[[], pd.DataFrame], facts: Facts) -> None:
    """The same of the first of two pictures: what waits is drawn after the second, which is not to wait for it."""
    frame.later(menu, lambda: fill(menu, view, table, facts))


def _menu(view: View, table: Callable[[], pd.DataFrame], facts: Facts, label: str) -> None:
    """What is in it is sent when somebody opens it: most never do, and a class of thirty would wait for it."""
    key = label.casefold().replace(" ", "_")
    menu = st.popover(gettext(label), key=key, on_change="rerun")
    if not menu.open:
        return
    title, file_name = view.header["title"], view.header["file_name"]
    said = (facts() if callable(facts) else facts) | _link()
    with menu:
        mount(saving_view(title, public_origins()), f"saving_{key}")
        if not link.link_holds_all():
            st.caption(gettext("The text is too long for a link: the link opens the page without it."))
        with st.container(horizontal=True):
            st.download_button(
                gettext("Page (HTML)"),
                lambda: to_page(view, title, said),
                f"{file_name}.html",
                "text/html",
                key=f"{key}_html",
                on_click="ignore",
                help=gettext("The picture with its readout, in one file that needs no network."),
            )
            for name, (make, ending, kind) in FORMATS.items():
                file = partial(_file, make, table, said)
                key_of_file = f"{key}_{ending}"
                st.download_button(name, file, f"{file_name}.{ending}", kind, key=key_of_file, on_click="ignore")
        st.caption(gettext("Every file says which model, text, head and settings it shows."))


def _file(
    make: Callable[[pd.DataFrame, dict[str, Any]], bytes], table: Callable[[], pd.DataFrame], facts: dict[str, Any]
) -> bytes:
    return make(table(), facts)


def _link() -> dict[str, str]:
    """Where a file comes from, if others reach the page: a link to one's own machine would lead them nowhere."""
    origins, here = public_origins(), st.context.url
    if not origins or here is None:
        return {}
    return {"link": f"{origins[0]}{urlsplit(here).path}?{urlencode(link.link())}"}
