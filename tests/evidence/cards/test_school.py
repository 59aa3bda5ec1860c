"""What a school class reads of heads: the profile's shares, a simple rule, and nothing that needs statistics."""

import re
from math import nan
from types import SimpleNamespace

import pytest

from mha_viz.evidence.cards.school import school_card, school_claim, school_twins, school_twins_of_head
from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.verdict import CONSISTENT, ESTABLISHED, MOSTLY, TOO_FEW
from mha_viz.paths import app_folder
from mha_viz.scores.families.twins import OF, TWINS

STATISTICS = re.compile(
    r"\bp [.\d]|\[|\bbits?\b|\bnats\b|established|consistent|correlation|untrained|offset|deviation"
)


def row(family, score, direction=None, **numbers):
    numbers = {"value": 0.631, "n": 275, "baseline": 0.473, "chance": 0.25, "rule": "nearest adjective after",
               "said": ESTABLISHED, "control": 0.28} | numbers  # fmt: skip
    return SimpleNamespace(family=family, score=score, direction=direction, **numbers)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            row("syntactic", "obj", "dep→head"),
            "points from an object to its verb in 63 % of 275 cases; the rule “nearest adjective after” gets 47 %. We "
            "checked it on other sentences, and it held.",
        ),
        (
            row("syntactic", "obj", "dep→head", rule="offset -1", said=MOSTLY),
            "points from an object to its verb in 63 % of 275 cases; always looking at the word just before gets 47 %. "
            "A simple rule does nearly as well, or better.",
        ),
        (
            row("syntactic", "obj", "dep→head", rule="offset +3", n=19),
            "points from an object to its verb in 12 of 19 cases; always looking at the word 3 places after gets 47 %. "
            "We checked it on other sentences, and it held.",
        ),
        (
            row("positional", "attention to previous", baseline=nan, chance=0.055, said=CONSISTENT),
            "gives 63 % of its attention to the token just before; an even spread gets 5.5 %. That may be so, but we "
            "cannot be sure.",
        ),
        (
            row("coreference", f"{TWINS}{OF}Winogender", baseline=nan, n=90, said=TOO_FEW),
            "picks the right noun in both sentences of a pair like tired/dirty in 63 % of 90 pairs; guessing gets "
            "25 %. That is too little to say more.",
        ),
    ],
)  # fmt: skip
def test_a_claim_says_the_share_and_a_simple_rule(told, expected):
    assert school_claim(told) == expected


@pytest.mark.parametrize("model", ["mpnet", "minilm", "classroom", "smollm2"])
def test_nothing_said_of_any_head_needs_statistics(model):
    table = load_profile(app_folder() / "assets" / "profiles" / f"{model}.parquet").table
    heads = table[["layer", "head"]].drop_duplicates().itertuples(index=False)
    said = [school_twins(table, model)]
    for layer, head in list(heads)[::7]:
        said += [*school_card(table, layer, head), school_twins_of_head(table, layer, head)]
    text = "\n".join(said)
    assert " %" in text
    assert STATISTICS.findall(text) == []


def test_how_many_heads_pass_is_counted():
    table = load_profile(app_folder() / "assets" / "profiles" / "classroom.parquet").table
    assert (
        "Three of classroom's heads pass that test. The best, L1 H2, is right in both sentences in 96 % of 90 pairs; "
        in (school_twins(table, "classroom"))
    )
    table = load_profile(app_folder() / "assets" / "profiles" / "mpnet.parquet").table
    assert "None of mpnet's heads passes that test." in school_twins(table, "mpnet")
    assert school_twins(table[table["family"] == "sinks"], "mpnet") == ""
    assert school_card(table[table["family"] == "spread"], 0, 0) == ["Of what else it does, nothing is sure."]
