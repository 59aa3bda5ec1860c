"""What a rerun allows to be said: of a claim whether it holds here, of a printed number whether ours is the same."""

from __future__ import annotations

import math

from mha_viz.evidence.claims.claim import Estimate, Printed, Statement
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Model

HOLDS, FAILS = N_("holds here"), N_("does not hold here")
OPEN, CANNOT = N_("not enough evidence"), N_("cannot be tested with this model")
SAME, DIFFERENT, NOT_COMPARABLE = N_("same"), N_("different"), N_("not comparable")
NEAR = 1.5  # points, where model, data and protocol are the same
TOO_FEW = N_("{n} texts, and no interval is sure with fewer than {least}")
WITHIN = N_("within {n} points")


def claim_verdict(statement: Statement, found: Estimate, random: Estimate) -> tuple[str, str]:
    """Whether a statement holds, and why it is so.

    Parameters
    ----------
    statement : Statement
    found, random : Estimate
        Of the model, and of the same architecture with random weights, on the same texts.

    Returns
    -------
    verdict, reason : str
        ``HOLDS``, ``FAILS``, ``OPEN`` or ``CANNOT``.

    Examples
    --------
    >>> said = Statement("sinks", "Heads rest on the first token.", "share of heads", "%", 10.0, "10 %, ours")
    >>> claim_verdict(said, Estimate(75.0, 73.0, 77.0, 32), Estimate(0.0, 0.0, 0.0, 32))[0]
    'holds here'
    >>> claim_verdict(said, Estimate(5.0, 4.0, 6.0, 32), Estimate(0.0, 0.0, 0.0, 32))[0]
    'does not hold here'
    """
    if found.why_not or math.isnan(found.value):
        return CANNOT, found.why_not or N_("there is nothing to count")
    if found.n < LEAST_UNITS:
        return OPEN, lazy_gettext(TOO_FEW, n=found.n, least=LEAST_UNITS)
    if found.high < statement.bar:
        return FAILS, N_("the whole interval is below the bar")
    if not found.low > statement.bar:
        return OPEN, N_("the interval holds the bar")
    if not found.low > random.high:  # nan too: nothing holds beside random weights that were not measured
        return OPEN, N_("random weights reach as much")
    return HOLDS, N_("the whole interval is above the bar, and above random weights")


def number_verdict(statement: Statement, printed: Printed, found: Estimate, model: Model) -> tuple[str, str]:
    """Whether a printed number is also ours, and why it is so.

    Returns
    -------
    verdict, reason : str
        ``SAME``, ``DIFFERENT`` or ``NOT_COMPARABLE``. Another model is never compared. Of the same model, a number
        inside our interval is the same; one outside is different only where data and protocol are the paper's.
    """
    if found.why_not or math.isnan(found.value):
        return NOT_COMPARABLE, N_("no number here")
    if not is_theirs(model, printed):
        return NOT_COMPARABLE, N_("another model")
    if found.low <= printed.value <= found.high:
        return SAME, N_("inside our interval")
    if printed.is_least and found.value > printed.value:
        return SAME, N_("more than that, as printed")
    if statement.deviations:
        return NOT_COMPARABLE, N_("data or protocol differ")
    if statement.unit == "%" and abs(found.value - printed.value) <= NEAR:
        return SAME, lazy_gettext(WITHIN, n=f"{NEAR:g}")
    return DIFFERENT, N_("outside our interval")


def is_theirs(model: Model, printed: Printed) -> bool:
    """Whether this is the very model of the paper: by its hub id, for a folder of that name may hold anything."""
    name, _, _ = model.name.partition("@")
    return model.source == "hub" and name in printed.hub_ids
