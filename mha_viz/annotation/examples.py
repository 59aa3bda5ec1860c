"""The sentences that come with the project, parsed: something to look at where no corpus is given."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.english.parser import parse
from mha_viz.inputs.examples import sentence_lines


@cache
def example_sentences() -> tuple[Annotated, ...]:
    """A few dozen sentences of everyday English, annotated by the parser (silver).

    Raises
    ------
    ModelError
        If the parser can be neither fetched nor loaded.
    """
    return tuple(replace(parse(line), sentence_id=str(i)) for i, line in enumerate(sentence_lines(), start=1))
