"""What a change of heads does to a prediction → a view, with the sentence on what one sees."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.comparison.asks import said_of_number
from mha_viz.comparison.trials import Asks, Hows, Trial
from mha_viz.inputs.labels import readable, visible
from mha_viz.language import N_, gettext
from mha_viz.objects import Capture, Head
from mha_viz.views.captions.facts import fact_lines, input_facts, weights_facts
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.captions.labels import long_sentence
from mha_viz.views.captions.places import said_place
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_digits, in_percent, listed, quoted, safe_name, with_minus

MOST_ROWS = 60  # words whose vectors turn: of a longer text those that turn most
UNITS = {
    Asks.next_word: "share", Asks.two_words: "logits", Asks.loss: "nats", Asks.vectors: "1 − cosine",
    Asks.similarity: "cosine", Asks.go_on: "tokens", Asks.grammar: "share", Asks.classes: "share",
}  # fmt: skip
PATCHES = N_("How far the vector of each patch turns")
NAMES = {
    Asks.next_word: N_("The likeliest next words"), Asks.two_words: N_("Two words against each other"),
    Asks.loss: N_("Loss of the text"), Asks.vectors: N_("How far each word's vector turns"),
    Asks.similarity: N_("Similarity"), Asks.go_on: N_("How the model goes on"),
    Asks.grammar: N_("Accuracy over its grammar"), Asks.classes: N_("The likeliest classes"),
}  # fmt: skip


def effect_facts(capture: Capture, trial: Trial, ask: str, table: pd.DataFrame | None = None) -> dict[str, Any]:
    """What an export says of itself: what was changed, how, and what was asked."""
    facts: dict[str, Any] = {**weights_facts(capture), "text": capture.text}
    facts |= {"second text": capture.pair, "target": capture.target, **input_facts(capture)}
    facts |= {"attention": trial.kind, "heads changed": [head_name(*head) for head in trial.heads], "how": trial.how}
    facts |= {"taken from": trial.other if trial.how == Hows.patch else None, "asked": ask}
    if table is not None:
        facts |= {"change": table["change"][0], "way": table["way"][0]}
    return {name: fact for name, fact in facts.items() if fact not in (None, "", [])}


def effect_picture(
    table: pd.DataFrame, trial: Trial, ask: str, facts: dict[str, Any], *, caption: str = "", note: str = "",
    of_patches: bool = False, most: int = MOST_ROWS,
) -> View:  # fmt: skip
    """Before and after, a row a word or number.

    Parameters
    ----------
    table : DataFrame
        From ``effect``.
    ask : str
        Of ``Asks``.
    facts : dict
        From ``effect_facts``.
    caption, note : str
        What one sees, and what is to be known of it, where the table does not say it.
    of_patches : bool
        Whether what turns are the vectors of patches of a picture, not of tokens.
    most : int
        Of more vectors than these, those that turn most are drawn.
    """
    rows = _rows(table, ask, most)
    before, after = (rows[name].to_numpy(dtype=float) for name in ("before", "after"))
    if ask == Asks.vectors:
        before, after = np.zeros_like(before), 1.0 - after
    of_patches = of_patches and ask == Asks.vectors
    of = f"{gettext(PATCHES if of_patches else NAMES[ask])}, {trial_in_words(trial)}"
    return View(
        "effect",
        {
            "rows": _labels(rows, ask),
            "unit": UNITS[ask],
            "low": float(min(0.0, before.min(initial=0.0), after.min(initial=0.0))),
            "high": _high(ask, before, after),
            "has_before": ask != Asks.vectors,
            "marked": int(rows["difference"].abs().argmax()) if len(rows) else -1,
            **said_hint(Hints.effect),
            "label": of,
            "caption": caption or effect_sentence(table, trial, ask, of_patches=of_patches),
            "note": note or _note(rows, table, ask, of_patches),
            "title": f"{of}: {facts['model']}",
            "facts": fact_lines(facts),
            "file_name": safe_name(facts["model"], "effect", trial.how, *map(_plain_name, trial.heads[:4])),
            "identity": f"{facts['model']}|{facts.get('text', '')}|{ask}",
        },
        {"before": before.astype("<f4"), "after": after.astype("<f4")},
    )


def _rows(table: pd.DataFrame, ask: str, most: int) -> pd.DataFrame:
    """What is drawn: nothing of a continuation, which is text; of many words those that turn most, in their order."""
    if ask == Asks.go_on:
        return table[:0].astype({"before": float, "after": float})
    if ask != Asks.vectors or len(table) <= most:
        return table
    return table.loc[sorted(table["difference"].abs().nlargest(most).index)]


def _labels(rows: pd.DataFrame, ask: str) -> list[str]:
    if ask != Asks.next_word:
        names = list(map(str, rows["what"]))
        return [gettext(name) if ask == Asks.loss else said_place(name) for name in names]
    words = [readable(what) for what in rows["what"]]  # without the space before them, unless two are then alike
    pairs = zip(rows["what"], words, strict=True)
    return [quoted(visible(what) if words.count(word) > 1 else word) for what, word in pairs]


def _high(ask: str, before: np.ndarray, after: np.ndarray) -> float:
    most = float(max(before.max(initial=0.0), after.max(initial=0.0)))
    return 1.0 if ask in (Asks.similarity, Asks.grammar) else max(most, 1e-6)


def _note(rows: pd.DataFrame, table: pd.DataFrame, ask: str, of_patches: bool) -> str:
    if ask == Asks.vectors:
        most = N_(" Of {n} positions, the {drawn} that turn most.")
        most = most if of_patches else N_(" Of {n} tokens, the {drawn} that turn most.")
        left = gettext(most, n=len(table), drawn=len(rows))
        stays = gettext("0: the vector of the last layer stays; 1: it is at right angles to what it was.")
        return stays + left * (len(rows) < len(table))
    return long_sentence(list(map(str, rows["what"]))) if ask == Asks.next_word else ""


# ---- sentences -------------------------------------------------------------------------------------------------


DONE = {
    Hows.remove: N_("without {who}"), Hows.mean: N_("with {who} at the mean"), Hows.double: N_("with {who} doubled"),
    Hows.even: N_("with {who} looking evenly"), Hows.before: N_("with {who} looking at the word before"),
    Hows.cut: N_("with a line of {who} cut"),
}  # fmt: skip


def trial_in_words(trial: Trial) -> str:
    """What was done, as the beginning of a sentence.

    >>> trial_in_words(Trial(((3, 1),), "encoder"))
    'without L3 H1'
    """
    who = heads_in_words(trial.heads)
    if trial.how == Hows.patch:
        return gettext("with {who} taking from {other}", who=who, other=quoted(trial.other))
    return gettext(DONE[trial.how], who=who)


def heads_in_words(heads: Sequence[Head]) -> str:
    return listed([head_name(*head) for head in heads])


def effect_sentence(table: pd.DataFrame, trial: Trial, ask: str, *, of_patches: bool = False) -> str:
    """What one sees, in one sentence."""
    done = trial_in_words(trial)
    done = done[0].upper() + done[1:]
    if ask == Asks.next_word:
        return _next_words(done, table)
    if ask == Asks.classes:
        return _classes(done, table)
    row = table.iloc[0]
    if ask == Asks.go_on:
        before, after = quoted(str(row["before"])), quoted(str(row["after"]))
        if row["before"] == row["after"]:
            return gettext("{done}, the model goes on as before: {before}.", done=done, before=before)
        return gettext("{done}, it goes on {after} not {before}.", done=done, after=after, before=before)
    if ask == Asks.vectors:
        return _vectors(done, table, of_patches)
    goes = (
        N_("{done}, its {what} goes from {before} to {after} ({difference}).")
        if ask == Asks.similarity
        else N_("{done}, the {what} goes from {before} to {after} ({difference}).")
    )
    numbers = {name: with_minus(f"{row[name]:.3f}") for name in ("before", "after")}
    numbers["difference"] = in_digits(row["difference"], sign=True)
    return gettext(goes, done=done, what=said_of_number(row["what"]), **numbers)


def _vectors(done: str, table: pd.DataFrame, of_patches: bool) -> str:
    most = table.loc[table["difference"].abs().idxmax()]
    what, mean = str(most["what"]), in_digits((1.0 - table["after"]).mean())
    told = {"done": done, "most": in_digits(1.0 - most["after"]), "mean": mean}
    if not of_patches:
        turns = N_("{done}, the vector of {word} turns most (1 − cosine {most}); the mean over all tokens is {mean}.")
        return gettext(turns, word=quoted(what), **told)
    who = gettext("patch {patch}", patch=what) if what[0].isdigit() else what  # else what stands for no patch: CLS
    turns = N_("{done}, the vector of {word} turns most (1 − cosine {most}); the mean over all positions is {mean}.")
    return gettext(turns, word=who, **told)


def _classes(done: str, table: pd.DataFrame) -> str:
    """The likeliest class, and what becomes of the log-probability of the one that was."""
    before, after = (table.loc[table[name].idxmax()] for name in ("before", "after"))
    least = sys.float_info.min
    nats = math.log(max(before["after"], least)) - math.log(max(before["before"], least))
    told = {"done": done, "old": quoted(before["what"]), "nats": in_digits(nats, sign=True)}
    told |= {"shares_of_old": _shares(before)}
    if before["what"] == after["what"]:
        stays = N_(
            "{done}, {old} stays the likeliest class: {shares_of_old}; its log-probability changes by {nats} nats."
        )
        return gettext(stays, **told)
    goes = N_(
        "{done}, the likeliest class is {new} ({shares}) in place of {old} ({shares_of_old}), whose log-probability "
        "changes by {nats} nats."
    )
    return gettext(goes, new=quoted(after["what"]), shares=_shares(after), **told)


def _next_words(done: str, table: pd.DataFrame) -> str:
    before, after = (table.loc[table[name].idxmax()] for name in ("before", "after"))
    new, old = quoted(readable(after["what"])), quoted(readable(before["what"]))
    told = {"done": done, "word": new, "shares": _shares(after)}
    if before["what"] == after["what"]:
        return gettext("{done}, {word} stays the likeliest: {shares}.", **told)
    return gettext(
        "{done}, the likeliest is {word} ({shares}) in place of {old} ({shares_of_old}).",
        **told, old=old, shares_of_old=_shares(before),
    )  # fmt: skip


def _shares(row: pd.Series) -> str:
    before, after = in_percent(row["before"]), in_percent(row["after"])
    return gettext("{before} before, {after} now", before=before, after=after)


def _plain_name(head: Head) -> str:
    return head_name(*head).replace(" ", "")
