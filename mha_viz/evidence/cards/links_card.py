"""A head of cross-attention → how well it links the words of translations, beside place alone and random weights."""

from __future__ import annotations

from typing import Any

from mha_viz.evidence.alignment.translation import Translated
from mha_viz.evidence.cards.cards import Card
from mha_viz.language import N_, gettext, ngettext
from mha_viz.scores.alignment import READ
from mha_viz.wording import between, head_name, listed, with_interval

BEST = 3  # heads that are named
RATES = {
    READ: N_(
        "Where it looks once a word was read, its alignment error rate is {rate}; where it looks while the word is "
        "written, {other}."
    ),
    "": N_(
        "Where it looks while a word is written, its alignment error rate is {rate}; where it looks once the word was "
        "read, {other}."
    ),
}
BETTER = N_(
    "{head} is best on every other pair; on the rest it has {rate}, place alone {diagonal}: better (difference "
    "{difference} points)."
)
WORSE = N_(
    "{head} is best on every other pair; on the rest it has {rate}, place alone {diagonal}: worse (difference "
    "{difference} points)."
)
NEITHER = N_(
    "{head} is best on every other pair; on the rest it has {rate}, place alone {diagonal}: as far as these pairs "
    "tell, neither better nor worse (difference {difference} points)."
)


def links_card(found: Translated, layer: int, head: int) -> Card:
    """The error rates of one head, what they are held against, and which heads have the smallest.

    Raises
    ------
    KeyError
        If the head was not measured.
    """
    rows = found.table.set_index(["layer", "head"])
    lines = [_rates(rows.loc[(layer, head)]), _beside(found.facts), _best(found), _chosen(found.facts)]
    return Card(tuple((None, line) for line in lines), _over(found))


def _rates(row: Any) -> str:
    """Both rows, the better one first."""
    first, other = (READ, "") if row["error_rate_read"] <= row["error_rate"] else ("", READ)
    return gettext(RATES[first], rate=_rate(row, first), other=_rate(row, other))


def _rate(row: Any, at: str) -> str:
    ending = f"_{at}" if at else ""
    return with_interval(row[f"error_rate{ending}"], row[f"low{ending}"], row[f"high{ending}"])


def _beside(facts: dict[str, Any]) -> str:
    return gettext(
        "By place alone (each word with the one that stands as far along) it is {diagonal}, with random weights "
        "{random} in the best head, in the mean of all heads {mean}.",
        diagonal=_plain(facts["diagonal"]), random=_plain(facts["random_weights"]), mean=_plain(facts["all_heads"]),
    )  # fmt: skip


def _best(found: Translated) -> str:
    """The table has the best heads first."""
    heads = [
        f"{head_name(row['layer'], row['head'])} ({_plain(min(row['error_rate'], row['error_rate_read']))})"
        for row in found.table.head(BEST).to_dict("records")
    ]
    told = N_("Of {n} heads these have the smallest rates: {heads}.")
    return gettext(told, n=len(found.table), heads=listed(heads))


def _chosen(facts: dict[str, Any]) -> str:
    """What is not chosen and measured on the same pairs."""
    low, high = facts["less_low"], facts["less_high"]
    rate = with_interval(facts["chosen_error_rate"], facts["chosen_low"], facts["chosen_high"])
    return gettext(
        BETTER if low > 0 else WORSE if high < 0 else NEITHER, head=head_name(*facts["chosen"]), rate=rate,
        diagonal=_plain(facts["chosen_diagonal"]), difference=between(low, high),
    )  # fmt: skip


def _over(found: Translated) -> str:
    return ngettext(
        "Over {n} English sentence with its German translation, whose words people linked ({links} sure links).",
        "Over {n} English sentences with their German translations, whose words people linked ({links} sure links).",
        found.n_pairs, links=found.n_links,
    )  # fmt: skip


def _plain(share: float) -> str:
    return f"{100 * share:.1f} %"
