"""The classroom model asked by its accuracy: sentences of its grammar up to the last verb, and which verb is right."""

from __future__ import annotations

from itertools import islice

import pandas as pd

from mha_viz.annotation.annotated import Annotated
from mha_viz.comparison.asks import Accuracy
from mha_viz.errors import InputError
from mha_viz.objects import Model
from mha_viz.training.findings import looks_and_matters
from mha_viz.training.grammar import closings, nouns_of, twins


def verb_questions(
    n_pairs: int | None = None, *, held_out: bool = True
) -> tuple[list[str], list[Accuracy], list[tuple[str, str]]]:
    """What ``importance`` and ``mean_effect`` ask of the classroom model: the verb of the noun that is meant.

    Parameters
    ----------
    n_pairs : int, optional
        Pairs of twins, of which each gives two sentences; by default all.
    held_out : bool
        Nouns that no sentence with a pronoun held while the model was trained, in frames it never read; else nouns and
        frames that it learned from.

    Returns
    -------
    texts : list of str
        Up to the pronoun that is asked about.
    asks : list of Accuracy
        Whether the right verb is the likeliest of all tokens.
    units : list of (str, str)
        The animal and the thing that each is about; both stand in other sentences too.

    Raises
    ------
    InputError
        If no pair is asked for.

    Examples
    --------
    >>> texts, asks, units = verb_questions()
    >>> len(texts), units[0]
    (180, ('cub', 'cup'))
    """
    if n_pairs is not None and n_pairs < 1:
        raise InputError(f"verb_questions: n_pairs is {n_pairs}; give 1 or more.")
    sentences = list(islice(twins(held_out=bool(held_out)), None if n_pairs is None else 2 * n_pairs))
    texts, asks = zip(*map(_question, sentences), strict=True)
    return list(texts), list(asks), [nouns_of(sentence) for sentence in sentences]


def _question(sentence: Annotated) -> tuple[str, Accuracy]:
    text, right, _ = closings(sentence)
    return text, Accuracy(f" {right}")


def looks_beside(table: pd.DataFrame, profile: pd.DataFrame) -> pd.DataFrame:
    """``findings.looks_and_matters`` of what ``importance`` measured with ``verb_questions``, and of a head profile."""
    rows = table.assign(drop=-table["total"], low=-table["high"], high=-table["low"], n=table["n_texts"])
    return looks_and_matters(profile, rows[["layer", "head", "drop", "low", "high", "n"]].to_dict("records"))


def has_grammar(model: Model) -> bool:
    """Whether a model was trained on this grammar."""
    return getattr(model.network.config, "model_type", None) == "mha_viz_classroom" and model.processor is not None


def refuse_other_grammar(model: Model) -> None:
    """Raise InputError unless a model was trained on this grammar."""
    if not has_grammar(model):
        raise InputError(f"{model.name} was not trained on the classroom model's grammar: take classroom.")
