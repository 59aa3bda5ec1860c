"""Names as headings have them, of a model and of a head: explained where one points at them, a model's facts below."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from mha_viz.language import gettext
from mha_viz.model_names import name_without_path
from mha_viz.objects import Capture, Head, Model
from mha_viz.ui.shell.frame import plain, told
from mha_viz.ui.shell.model_facts import model_facts, model_line, note_facts
from mha_viz.views.captions.terms import marked
from mha_viz.wording import head_name

# As entities: a heading is one line, and what a link says ends with a bracket.
ENTITIES = (("\n", "&#10;"), ('"', "&quot;"), ("\\(", "&#40;"), ("\\)", "&#41;"))


def named(name: str, capture: Capture | None = None) -> str:
    """The name of a model as markdown, with its facts; of a folder its own name, and its path before the facts.

    Parameters
    ----------
    capture : Capture, optional
        What it read, which says of a model outside the catalogue how it is built.
    """
    short = name_without_path(name)
    where = [name] if short != name else []
    facts = plain("\n".join([*where, *model_facts(name, capture)]))
    for sign, entity in ENTITIES:
        facts = facts.replace(sign, entity)
    return f'[{plain(short)}](#model-{quote(name, safe="")} "{facts}")'


def heading(place: Head, model_name: str, capture: Capture | None = None) -> str:
    """Which head of which model, as a heading."""
    said = gettext("{head} of {model}", head=head_name(*place), model=named(model_name, capture))
    return marked(f"#### {said}")


def say_model(model: Model, capture: Capture, *, is_named: bool = False) -> None:
    """A model's facts in one line, after its name or under it."""
    note_facts(model.name, capture)
    name = f"**{named(model.name, capture)}** · " if is_named else ""
    st.caption(name + told(model_line(model, capture)))
