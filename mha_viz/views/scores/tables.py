"""Ranked and compared heads → tables as people read them, a row a head."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from urllib.parse import urlencode

import pandas as pd

from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS
from mha_viz.evidence.ranking import Question, each_row
from mha_viz.evidence.score_names import label_with_direction, rule_in_words
from mha_viz.language import N_, gettext, ngettext, pgettext
from mha_viz.model_names import names_apart
from mha_viz.precision import ENOUGH, WHOLE
from mha_viz.views.scores.scores import GENERAL, SIGNS
from mha_viz.wording import head_name, in_words

PERCENT = "%.1f %%"  # a column of percents; what Streamlit calls "percent" a browser writes in its own language
WHERE = ["layer", "head", "score", "direction"]
OF_WHOM = {SHIPPED: N_("shipped"), YOURS: N_("yours")}  # whose a profile is
OPTIONAL = ("verdict", "hits", "low", "high", "best rule", "baseline", "chance", "control", "p")


def ranking_table(rows: pd.DataFrame, *, has_scores: bool) -> pd.DataFrame:
    """Heads in the order of ``ranked``, without the columns that nothing is known for.

    Parameters
    ----------
    has_scores : bool
        Whether heads stand with scores of several kinds, so that each says which.
    """
    table = pd.DataFrame({"head": names_of_heads(rows)})
    if has_scores:
        table["score"] = [label_with_direction(row.family, row.score, row.direction) for row in each_row(rows)]
    table["verdict"] = [verdict and f"{SIGNS.get(verdict, '')} {gettext(verdict)}".strip() for verdict in rows["said"]]
    for column in ("value", "low", "high"):
        table[column] = rows[column].to_numpy()
    table["hits"] = rows["hits"].to_numpy() if "hits" in rows else nan
    table["n"] = rows["n"].to_numpy()
    table["best rule"] = [rule_in_words(rule).removeprefix("the ") if rule else None for rule in rows["rule"]]
    for column in ("baseline", "chance", "control", "p"):
        table[column] = rows[column].to_numpy()
    return table.drop(columns=[column for column in OPTIONAL if table[column].isna().all()])


def changes_table(changes: pd.DataFrame, *, has_others: bool, turning: pd.Series | None = None) -> pd.DataFrame:
    """Heads in the order of ``head_changes``, each with its rank.

    Parameters
    ----------
    has_others : bool
        Whether a head stands beside another one, not beside itself.
    turning : Series of bool, optional
        Which heads flip (``flips``), where two words are compared.
    """
    table = pd.DataFrame({"rank": changes.index + 1, "head": names_of_heads(changes)})
    if has_others:
        table["beside"] = names_of_heads(changes, "other_")
    for column in ("from", "to", "first", "second", "change"):
        table[column] = changes[column].to_numpy()
    if turning is not None:
        table["flips"] = turning.to_numpy()
    table["distance"] = changes["distance"].to_numpy()
    return table.rename(columns=names_of_changes())


def names_of_changes() -> dict[str, str]:
    """What the columns of ``changes_table`` are called in the language of the run, by what they are in English."""
    return {
        "rank": gettext("rank"), "head": gettext("head"), "beside": pgettext("column", "beside"),
        "from": gettext("from"), "to": gettext("to"), "first": pgettext("side", "first"),
        "second": pgettext("side", "second"), "change": gettext("change"), "flips": pgettext("column", "flips"),
        "distance": gettext("distance"),
    }  # fmt: skip


def nearest_table(rows: pd.DataFrame, chosen: tuple[str, int, int], *, has_models: bool) -> pd.DataFrame:
    """The other heads of an atlas, the nearest first, without the chosen one (model, layer, head)."""
    places = zip(rows["model"], rows["layer"], rows["head"], strict=True)
    others = rows[[place != chosen for place in places]]
    columns = ["head", *(["model"] if has_models else []), "distance", "cluster", "cluster_name", "established"]
    return others.assign(head=names_of_heads(others), model=_models(others))[columns].rename(
        columns={"cluster_name": "called"}
    )


def _models(heads: pd.DataFrame) -> list[str]:
    """What the models of heads are called."""
    models = list(dict.fromkeys(heads["model"]))
    return list(heads["model"].map(dict(zip(models, names_apart(models), strict=True))))


def picked_table(
    rows: pd.DataFrame, picked: Sequence[tuple[str, int, int]], text: str, *, has_models: bool
) -> pd.DataFrame:
    """Some heads of an atlas (model, layer, head) in their order, each with its address in the app."""
    places = list(zip(rows["model"], rows["layer"], rows["head"], strict=True))
    chosen = rows.iloc[[places.index(head) for head in picked]]
    addresses = [f"Head?{urlencode({'model': m, 'layer': i, 'head': j, 'text': text})}" for m, i, j in picked]
    columns = [
        "head",
        *(["model"] if has_models else []),
        "cluster",
        "cluster_name",
        "established",
        "distance",
        "address",
    ]
    table = chosen.assign(head=names_of_heads(chosen), model=_models(chosen), address=addresses)[columns]
    return table.rename(columns={"cluster_name": "called"})


def in_models_sentence(found: pd.DataFrame) -> str:
    """How many of the models of ``in_which_models`` have heads for it."""
    n = int((found["established"] > 0).sum())
    if not n:
        return ngettext(
            "{n} profile has measured this; heads are established for it in none of them.",
            "{n} profiles have measured this; heads are established for it in none of them.",
            len(found),
        )
    return ngettext(
        "{n} profile has measured this; heads are established for it in {some}.",
        "{n} profiles have measured this; heads are established for it in {some}.",
        len(found), some=in_words(n),
    )  # fmt: skip


def in_models_table(found: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The models of ``in_which_models``, each with the address of its best head in the app."""
    table = found[["model", "dtype", "whose", "established", "heads"]].assign(best=names_of_heads(found))
    if question.score is None:
        labels = zip(found["score"], found["direction"], strict=True)
        table["for"] = [label_with_direction(question.family, *label) for label in labels]
    table["whose"] = [gettext(OF_WHOM[whose]) for whose in found["whose"]]
    table = table.join(found[["said", "value", "low", "high", "n"]])
    table["said"] = [said if not isinstance(said, str) else gettext(said) for said in found["said"]]
    table["open"] = [
        _scores_address(question.family, **row) for row in found[["model", "dtype", "whose", *WHERE]].to_dict("records")
    ]
    return table.drop(columns=[] if (table["dtype"] != WHOLE).any() else ["dtype"])


def _scores_address(family: str, *, dtype: str, whose: str, direction: str | None, **place: str | int) -> str:
    link = {**place, "where": GENERAL, "profile": whose, "find": family}
    link |= {"direction": direction} if direction else {}
    return f"Scores?{urlencode(link | ({} if dtype in ENOUGH else {'dtype': dtype}))}"


def names_of_heads(rows: pd.DataFrame, side: str = "") -> list[str]:
    """The heads of a table by name; ``side`` is what stands before ``layer`` and ``head`` in its columns."""
    places = zip(rows[f"{side}layer"], rows[f"{side}head"], strict=True)
    return [head_name(layer, head) for layer, head in places]
