"""What may be said of a whole model's heads, and of what a profile was measured on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isnan
from typing import Any

import pandas as pd

from mha_viz.evidence.cards.cards import claim, rivals, share_of
from mha_viz.evidence.corpus.profiles import SHIPPED
from mha_viz.evidence.ranking import rows_of_twins
from mha_viz.evidence.verdict import ESTABLISHED, RULES
from mha_viz.language import N_, gettext, ngettext, whole
from mha_viz.precision import WHOLE
from mha_viz.scores.families.twins import set_of_twins
from mha_viz.wording import head_name, in_a_row, in_clauses, in_percent, in_words, with_interval

CODE = "code"  # the source of functions of Python, as a profile calls it
# What profiles that come with the app, or that the app makes by itself, say that they were measured on.
OURS = (
    N_("held-out twins of the classroom grammar"), N_("classroom grammar"), N_("example sentences of mha_viz"),
    N_("classroom grammar, drawn anew"), N_("Winogender, half of its occupations (MIT)"),
)  # fmt: skip
NAMED = 2  # files of a profile that are called by name; ``measured_on`` names all
MOST_SURE = 0.001  # the smallest p that is told


def twins_sentence(table: pd.DataFrame, model_name: str, facts: Mapping[str, Any] | None = None) -> str:
    """What sentences that turn on one word say of a model's heads; "" where none were read.

    ``facts`` of the profile may tell of one head that was chosen on one half and tested alone on the other.
    """
    rows = rows_of_twins(table).dropna(subset="value")
    if rows.empty:
        return ""
    best = best_on_twins(rows)
    name, n_established = head_name(best.layer, best.head), int((rows["said"] == ESTABLISHED).sum())
    test = gettext("a test with pairs of sentences")
    test += f" ({named})" if (named := set_of_twins(best.score)) else ""
    told = {"count": in_words(n_established).capitalize(), "model": model_name, "test": test}
    begin = (
        ngettext(
            "{count} of {model}'s heads passes {test} in which one word changes the answer.",
            "{count} of {model}'s heads pass {test} in which one word changes the answer.",
            n_established,
            **told,
        )
        if n_established
        else gettext(
            "A head that solves this sentence need not be one that finds antecedents: none of {model}'s heads passes "
            "{test} in which one word changes the answer.",
            model=model_name,
            test=test,
        )
    )
    value = f"{share_of(best)}{rivals(best, 'share of items')}{_beside_all(best.p)}"
    right = gettext("The best, {head}, is right in both sentences in {share}.", head=name, share=value)
    return f"{begin} {right}{_alone(facts or {}, best.score)}"


def best_on_twins(rows: pd.DataFrame) -> Any:
    """Of some ``rows_of_twins`` the one that is told: an established one before one that is right more often."""
    return max(rows.itertuples(index=False), key=lambda row: (row.said == ESTABLISHED, row.value))


def _alone(facts: Mapping[str, Any], score: str) -> str:
    """The one head that was tested alone on twins of a set."""
    test = next((test for test in facts.get("alone", ()) if test["score"] == score), None)
    if test is None:
        return ""
    name, share = head_name(test["layer"], test["head"]), with_interval(test["value"], test["low"], test["high"])
    return gettext(
        " The head that does most on one half of them, {head}, gets {share} of {n} on the other; tested there alone, "
        "against {bar}: {p}.",
        head=name, share=share, n=test["n"], bar=in_percent(test["bar"]), p=_p_in_words(test["p"]),
    )  # fmt: skip


def _p_in_words(p: float) -> str:
    """A p as it is said.

    >>> _p_in_words(0.775), _p_in_words(0.0001), _p_in_words(1.0)
    ('p .78', 'p below .001', 'p 1')
    """
    least = f"{MOST_SURE:g}".replace("0.", ".")
    return f"p {p:.2g}".replace("0.", ".") if p >= MOST_SURE else gettext("p below {least}", least=least)


def twins_of_head_sentence(table: pd.DataFrame, layer: int, head: int) -> str:
    """What twins say of one head that was met in a single sentence; "" where none were read."""
    rows = rows_of_twins(table).dropna(subset="value")
    rows = rows[(rows["layer"] == layer) & (rows["head"] == head)]
    sentences = []
    for row in rows.itertuples(index=False):
        said = claim(row, _beside_all(row.p))
        sentences.append(gettext("{head} {claim}", head=head_name(layer, head), claim=said))
    return " ".join(sentences)


def _beside_all(p: float) -> str:
    return "" if isnan(p) else gettext(" ({p} against the best of all heads)", p=_p_in_words(p))


def model_sentence(kinds: pd.DataFrame, n_heads: int, model_name: str) -> str:
    """How many heads of a model are of which kind, from ``kinds_of_heads``."""
    of_kind = kinds[kinds["said"] == ESTABLISHED].groupby("family", sort=False)["heads"].sum()
    if of_kind.empty:
        return gettext("Of {all} heads of {model}, nothing is established.", all=whole(n_heads), model=model_name)
    in_order = of_kind.sort_values(ascending=False, kind="stable")
    counts = zip(map(str, in_order.index), map(int, in_order), strict=True)
    # TRANSLATORS: how many heads of a family of scores, such as "12 syntactic"
    parts = [gettext("{n} {family}", n=whole(n), family=gettext(family)) for family, n in counts]
    return gettext(
        "Of {all} heads of {model}, established are: {parts}. A head counts in every family that a score is "
        "established of; “sinks” rest on the first token or on signs.",
        all=whole(n_heads), model=model_name, parts=in_a_row(parts),
    )  # fmt: skip


def whose_sentence(model_name: str, whose: str, facts: Mapping[str, Any]) -> str:
    """Whose profile of a model is shown, when it was made, and on what.

    >>> corpora = [{"what": f"{name}.conllu", "sentences": 7} for name in "abc"]
    >>> whose_sentence("minilm", "yours", {"made": "2026-11-26", "corpora": corpora})
    'Profile of minilm: yours, of 2026-11-26, on a.conllu, b.conllu and 1 more, 21 sentences.'
    """
    return gettext("Profile of {model}: {whose}.", model=model_name, whose=whose_in_words(whose, facts, model_name))


def whose_in_words(whose: str, facts: Mapping[str, Any], model_name: str = "") -> str:
    """The same without the model, for the facts of an export; of weights that go by another name here, what they are
    called where their profile was measured.
    """
    corpora = list(facts.get("corpora", ()))
    names = [str(corpus["what"]) for corpus in corpora]
    if whose == SHIPPED:  # these say revision and licence too
        shorter = [re.split(r", | \(", name)[0] for name in names]
        names = [gettext(name) for name in shorter if name]
    of_code, of_text = (
        sum(corpus.get("sentences") or 0 for corpus in corpora if (corpus.get("source") == CODE) == is_code)
        for is_code in (True, False)
    )
    files = in_a_row(names[:NAMED])
    if len(names) > NAMED:
        files = gettext("{names} and {n} more", names=files, n=len(names) - NAMED)
    parts = [
        _from_whom(whose, str(facts.get("model", "")), model_name),
        gettext("of {date}", date=facts["made"]) if facts.get("made") else "",
        gettext("on {files}", files=files) if files else "",
        ngettext("{n} sentence", "{n} sentences", of_text) if of_text else "",
        ngettext("{n} function", "{n} functions", of_code) if of_code else "",
        _in_half(facts),
    ]
    return in_a_row([part for part in parts if part])


def _from_whom(whose: str, measured: str, model_name: str) -> str:
    if whose != SHIPPED:
        return gettext("yours")
    if not model_name or measured in ("", model_name):
        return gettext("shipped with mha_viz")
    return gettext("shipped with mha_viz for {model}, whose weights these are", model=measured)


def _in_half(facts: Mapping[str, Any]) -> str:
    """Which numbers a profile was measured in, where that is not float32; older files say nothing and are."""
    dtype = str(facts.get("dtype", WHOLE))
    return "" if dtype == WHOLE else gettext("in {dtype}", dtype=dtype)


def measured_on(facts: Mapping[str, Any]) -> str:
    """What a profile was measured on, who annotated it, and whether by the rules of today, as far as its facts tell."""
    corpora = [_corpus(corpus) for corpus in facts.get("corpora", ())]
    corpora = corpora or [source["file"] for source in facts.get("sources", {}).values()]
    if not corpora:
        return ""
    older = gettext("by the rules of an earlier version") if facts.get("rules", 1) != RULES else ""
    parts = in_a_row([part for part in (in_clauses(corpora), _in_half(facts), older) if part])
    sentences = [gettext("Measured on {corpora}.", corpora=parts)]
    if n := facts.get("left_out", 0):
        sentences.append(
            ngettext(
                "{n} passage was left out, too long or with a word without token.",
                "{n} passages were left out, too long or with a word without token.",
                n,
            )
        )
    if lost := len(facts.get("lost", [])):
        sentences.append(gettext("{n} of them ended whatever process read them.", n=lost))
    return " ".join([*sentences, *_in_groups(facts)])


def _corpus(corpus: Mapping[str, Any]) -> str:
    """One of the files of a profile: how much was read of it, and who annotated it."""
    n, is_code = corpus.get("sentences"), corpus.get("source") == CODE
    inside = ""
    if is_code:
        inside = gettext("read by Python's own parser")
    elif corpus.get("is_gold") is not None:
        inside = gettext("annotated by people") if corpus["is_gold"] else gettext("annotated by a program")
    if n and is_code:
        inside = ngettext("{n} function, {how}", "{n} functions, {how}", n, how=inside)
    elif n and inside:
        inside = ngettext("{n} sentence, {how}", "{n} sentences, {how}", n, how=inside)
    elif n:
        inside = ngettext("{n} sentence", "{n} sentences", n)
    what = gettext(corpus["what"]) if corpus["what"] in OURS else str(corpus["what"])
    return gettext("{what} ({inside})", what=what, inside=inside) if inside else what


def _in_groups(facts: Mapping[str, Any]) -> list[str]:
    """That the units of a large corpus were merged, and what that means for ``n_units``."""
    if not (groups := facts.get("groups")):
        return []
    return [
        gettext(
            "Its {n} units are merged into {most} groups, half of them for choosing heads: intervals and p are made "
            "from groups, and n_units counts them.",
            n=whole(groups["units"]), most=groups["most"],
        )
    ]  # fmt: skip
