"""What sessions share of name trails: the names of recent texts, and what their mentions give back to the first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pandas as pd
import streamlit as st

from mha_viz.annotation.annotated import Annotated, Span
from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.english.names import guess_names, tagged_names
from mha_viz.annotation.english.parser import parse
from mha_viz.annotation.names import Returning, words_of_names
from mha_viz.errors import InputError, MhaVizError
from mha_viz.language import lazy_gettext
from mha_viz.objects import Capture
from mha_viz.progress import Progress
from mha_viz.scores.families.trails import name_trail
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.waiting import loader, put_in_line, result_of, workers
from mha_viz.wording import isolated


def get_names(text: str, contents: tuple[Span, ...] = (), *, as_code: bool = False) -> Annotated:
    """The text with its names, of a chat those in its messages: by the parser, or, for some minutes, by capital letters
    where it cannot be had. Of code that Python's parser reads, its identifiers.
    """
    if as_code and not contents:
        with suppress(InputError):
            return parse_code(text)
    return result_of(_naming, text, contents)


def get_trail(capture: Capture, annotated: Annotated, name: Returning, kind: str) -> pd.DataFrame:
    """What each later mention of a name gives to the first, in every head."""
    return result_of(_following, capture, annotated, name, kind)


@st.cache_resource(max_entries=32, ttl=300, show_spinner=False)
def _naming(text: str, contents: tuple[Span, ...]) -> Job[Annotated]:
    return put_in_line(loader(), lazy_gettext("looking for names"), lambda progress: _named(text, contents, progress))


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _following(capture: Capture, annotated: Annotated, name: Returning, kind: str) -> Job[pd.DataFrame]:
    words, n = words_of_names(annotated), len(name.mentions)
    return put_in_line(
        workers(),
        lazy_gettext("following {name} through {n} mentions", name=isolated(name.name), n=n),
        lambda progress: name_trail(capture, annotated, name.mentions, names=words, kind=kind, progress=progress),
    )


def _named(text: str, contents: tuple[Span, ...], progress: Progress) -> Annotated:
    try:
        return tagged_names(parse(text, stretches=contents or None, progress=progress))
    except MhaVizError:
        return replace(guess_names(_alone(text, contents)), text=text)


def _alone(text: str, contents: tuple[Span, ...]) -> str:
    """A text as long, in which nothing stands but some stretches of it, each on lines of its own."""
    if not contents:
        return text
    ends = [0, *(end for _, end in contents)]
    begins = [*(begin for begin, _ in contents), len(text)]
    stretches = [*(text[slice(*span)] for span in contents), ""]
    return "".join("\n" * (begin - end) + own for end, begin, own in zip(ends, begins, stretches, strict=True))
