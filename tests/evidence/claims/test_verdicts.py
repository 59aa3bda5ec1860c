"""Verdicts of reruns: what holds, what fails, what stays open, and which numbers are the same."""

import math
from dataclasses import replace

import pytest

from mha_viz.evidence.claims.claim import Estimate, Printed, Statement
from mha_viz.evidence.claims.verdicts import (
    CANNOT,
    DIFFERENT,
    FAILS,
    HOLDS,
    NOT_COMPARABLE,
    OPEN,
    SAME,
    claim_verdict,
    number_verdict,
)
from mha_viz.objects import Model

SAID = Statement("one", "Said.", "a share", "%", 50.0, "half")
NOTHING = Estimate(1.0, 0.5, 1.5, 8)
THEIRS = Printed(57.0, "GPT-2", "table 3", ("owner/gpt2",))


def of(low, value, high, n=8):
    return Estimate(value, low, high, n)


@pytest.mark.parametrize(
    ("found", "random", "verdict"),
    [
        (of(51, 60, 69), NOTHING, HOLDS),
        (of(49, 60, 71), NOTHING, OPEN),  # the interval holds the bar
        (of(50, 60, 70), NOTHING, OPEN),  # on the bar is not above it
        (of(31, 40, 49), NOTHING, FAILS),
        (of(31, 40, 50), NOTHING, OPEN),
        (of(51, 60, 69), of(40, 47, 51), OPEN),  # random weights reach as much
        (of(51, 60, 69), Estimate(), OPEN),  # random weights were not measured
        (of(51, 60, 69, n=7), NOTHING, OPEN),  # too few
        (of(1, 2, 3, n=7), NOTHING, OPEN),
        (Estimate(why_not="no separator"), NOTHING, CANNOT),
        (Estimate(), NOTHING, CANNOT),
        (of(math.nan, 60, math.nan), NOTHING, OPEN),
    ],
)
def test_what_is_said_of_a_statement(found, random, verdict):
    assert claim_verdict(SAID, found, random)[0] == verdict


def model(name="owner/gpt2", source="hub"):
    return Model(name, None, None, "interface", "abc", source)


def test_a_number_is_compared_with_the_very_model_alone():
    inside = of(55, 58, 61)
    assert number_verdict(SAID, THEIRS, inside, model())[0] == SAME
    assert number_verdict(SAID, THEIRS, inside, model("owner/gpt2@main"))[0] == SAME
    for other in (model("other/gpt2"), model(source="folder")):  # a folder of that name may hold anything
        assert number_verdict(SAID, THEIRS, inside, other) == (NOT_COMPARABLE, "another model")
    assert number_verdict(SAID, THEIRS, Estimate(why_not="none"), model())[0] == NOT_COMPARABLE


def test_outside_our_interval_it_differs_only_where_data_and_protocol_are_theirs():
    outside = of(60, 62, 64)
    assert number_verdict(SAID, THEIRS, outside, model())[0] == DIFFERENT
    deviating = replace(SAID, deviations=("other texts",))
    assert number_verdict(deviating, THEIRS, outside, model()) == (NOT_COMPARABLE, "data or protocol differ")
    near = of(58.4, 58.45, 58.5)
    assert number_verdict(SAID, THEIRS, near, model())[0] == SAME  # 1.45 points
    assert number_verdict(deviating, THEIRS, near, model())[0] == NOT_COMPARABLE
    assert number_verdict(replace(SAID, unit="heads"), THEIRS, near, model())[0] == DIFFERENT


def test_more_than_a_number_is_the_same_where_ours_is_more():
    least = replace(THEIRS, is_least=True)
    assert number_verdict(SAID, least, of(60, 62, 64), model())[0] == SAME
    assert number_verdict(SAID, least, of(50, 52, 54), model())[0] == DIFFERENT
