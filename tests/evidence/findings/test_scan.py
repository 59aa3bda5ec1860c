"""What is worth looking at in one text: patterns made by hand, so that every number can be said beforehand."""

from dataclasses import replace
from math import isnan

import numpy as np
import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc, Entity, Link
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.findings.looks import LONGEST, looks_of
from mha_viz.evidence.findings.scan import scan
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.inputs.words import find_word, group_words
from tests.support.captures.comparing import made

LABELS = ["Anna", "fed", "the", "cat", "because", "it", "mewed"]
N = len(LABELS)
ANNA, FED, THE, CAT, BECAUSE, IT, MEWED = range(N)
EVEN = np.full((N, N), 1 / N)


def looking(*pairs, rest=THE, n=N):
    """A map in which all rest on one word, but for (query, key, share)."""
    rows = np.zeros((n, n))
    rows[:, rest] = 1.0
    for query, key, share in pairs:
        rows[query] = 0.0
        rows[query, rest] = 1 - share
        rows[query, key] += share
    return rows


def capture_of_heads(*layers, labels=LABELS, kind="encoder", **more):
    return made([np.stack(heads) for heads in layers], labels, kind=kind, **more)


def row(family, score, direction, layer, head, value, *, n=1000, low=None, high=None, verdict="established", **more):
    numbers = {
        "baseline": 0.3,
        "chance": 0.1,
        "control": 0.2,
        "p": 0.001,
        "n_units": 50,
        "left_out": 0,
        "rule": "offset -2",
    }
    numbers |= {"low": value - 0.02 if low is None else low, "high": value + 0.02 if high is None else high}
    named = {"family": family, "score": score, "direction": direction, "layer": layer, "head": head, "value": value}
    return {**numbers, **named, "n": n, "verdict": verdict, **more}


def profile_with(*rows):
    return Profile(pd.DataFrame(list(rows), columns=list(COLUMNS)), {"identity": "m", "model": "m"})


def roles(*arguments, **named):
    return [one for one in scan(*arguments, **named) if one.kind == "role"]


def annotated_as(**more):
    spans, at = [], 0
    for label in LABELS:
        spans.append((at, at + len(label)))
        at += len(label) + 1
    return Annotated(" ".join(LABELS), tuple(LABELS), tuple(spans), **more)


NOTHING_KNOWN = profile_with()


def test_what_the_others_give_leaves_out_the_two_words_themselves():
    shares = np.arange(9).reshape(3, 3) / 20
    looks = looks_of(capture_of_heads([shares], labels=["one", "two", "three"]))
    assert looks.by_others[0, 0, 0, 1] == pytest.approx(shares[2, 1])
    assert looks.by_others[0, 0, 2, 1] == pytest.approx(shares[0, 1])
    assert looks.above[0, 0, 2, 1] == pytest.approx(7 / 20 - 1 / 20)
    looks = looks_of(capture_of_heads([EVEN[:5, :5]], labels=LABELS[:5]))
    assert looks.by_others[0, 0, 1, 3] == pytest.approx(1 / N)


def test_in_a_causal_model_others_are_the_words_that_come_later():
    shares = np.tril(np.full((5, 5), 0.1))
    shares[2, 1], shares[3, 1], shares[4, 1] = 0.7, 0.2, 0.4
    looks = looks_of(capture_of_heads([shares], labels=LABELS[:5], kind="decoder"))
    assert looks.by_others[0, 0, 2, 1] == pytest.approx((0.2 + 0.4) / 2)
    assert isnan(looks.by_others[0, 0, 4, 3])
    assert looks.others(2) == [0, 1]
    assert looks.telling == [FED, CAT]  # neither the first word nor those that say little


def test_a_role_shows_where_the_head_points_right_and_others_do_not():
    to_verb = looking((CAT, FED, 0.7))
    capture = capture_of_heads([EVEN, to_verb], [EVEN, EVEN])
    obj = row("syntactic", "obj", "dep→head", 0, 1, 0.74, n=1169)
    annotated = annotated_as(arcs=(Arc(CAT, FED, "obj"),))
    (finding,) = roles(capture, annotated, profile=profile_with(obj))
    assert (finding.kind, finding.layer, finding.head, finding.query, finding.key) == ("role", 0, 1, "cat", "fed")
    assert (finding.share, finding.others) == pytest.approx((0.7, 0.0))
    assert (finding.score, finding.direction, finding.value, finding.n) == ("obj", "dep→head", 0.74, 1169)
    assert (finding.low, finding.high, finding.verdict) == (pytest.approx(0.72), pytest.approx(0.76), "established")
    assert finding.sentence == (
        "L0 H1 plays its role here: “cat” gives “fed” 70 % of its attention (other words: 0 %). In general it points "
        "from an object to its verb in 74 % of 1,169 cases [72.0, 76.0], where the best fixed offset (−2) gets 30 %: "
        "established."
    )
    weaker = profile_with({**obj, "verdict": "consistent with"})
    assert "may be playing its role here" in roles(capture, annotated, profile=weaker)[0].sentence
    assert roles(capture, annotated, profile=profile_with({**obj, "baseline": 0.7, "verdict": "consistent with"})) == []
    assert roles(capture, annotated, profile=profile_with({**obj, "head": 0})) == []
    assert roles(capture, replace(annotated, arcs=(Arc(CAT, ANNA, "obj"),)), profile=profile_with(obj)) == []
    everybody = looking((CAT, FED, 0.7), *((i, FED, 0.7) for i in (THE, BECAUSE, IT, MEWED)))
    assert roles(capture_of_heads([EVEN, everybody], [EVEN, EVEN]), annotated, profile=profile_with(obj)) == []


def test_a_pronoun_plays_the_role_with_a_noun_among_its_candidates():
    to_cat = looking((IT, CAT, 0.6))
    capture = capture_of_heads([to_cat])
    antecedent = row("coreference", "pronoun → antecedent", None, 0, 0, 0.66, n=459)
    spans = annotated_as().spans
    links = (Link(spans[IT], (spans[CAT],), None, ""),)
    (finding,) = roles(capture, annotated_as(links=links), profile=profile_with(antecedent))
    assert (finding.kind, finding.query, finding.key) == ("role", "it", "cat")
    elsewhere = (Link(spans[IT], (spans[ANNA],), None, ""),)
    to_mewed = capture_of_heads([looking((IT, MEWED, 0.6))])
    later = (Link(spans[IT], (spans[CAT], spans[MEWED]), None, ""),)
    assert roles(to_mewed, annotated_as(links=later), profile=profile_with(antecedent)) == []
    assert roles(capture, annotated_as(links=elsewhere), profile=profile_with(antecedent)) == []


def test_words_of_a_name_without_its_article():
    capture = capture_of_heads([looking((CAT, THE, 0.6), (MEWED, CAT, 0.6), rest=BECAUSE)])
    inside = row("entities", "inside a name", None, 0, 0, 0.8)
    named = annotated_as(entities=(Entity(THE, N, "ORG"),))
    article = capture_of_heads([looking((CAT, THE, 0.6), rest=BECAUSE)])
    assert roles(article, named, profile=profile_with(inside)) == []
    assert [(one.query, one.key) for one in roles(capture, named, profile=profile_with(inside))] == [("mewed", "cat")]


def test_words_that_return_need_no_annotation():
    labels = ["green", "tea", "and", "more", "green", "leaves"]
    heads = [looking((4, 0, 0.9), n=6), looking((4, 1, 0.8), n=6)]
    capture = capture_of_heads(heads, labels=labels)
    rows = [
        row("copying", "duplicate token on random tokens", None, 0, 0, 0.5),
        row("copying", "induction", None, 0, 1, 0.3),
    ]
    rows = [{**one, "baseline": 0.1} for one in rows]
    first, second = scan(capture, profile=profile_with(*rows))
    assert (first.query, first.key, second.key) == ("green#2", "green", "tea")
    assert "the second “green” gives the first “green” 90 %" in first.sentence
    assert find_word(group_words(capture.query_positions["encoder"]), first.query) == 4


def test_two_words_that_heads_connect_are_told_of_this_text_alone():
    capture = capture_of_heads([looking((IT, CAT, 0.6)), looking((IT, CAT, 0.9))], [EVEN, looking((MEWED, ANNA, 0.1))])
    (finding,) = scan(capture, profile=NOTHING_KNOWN)
    assert (finding.kind, finding.layer, finding.head, finding.query, finding.key) == ("here", 0, 1, "it", "cat")
    assert finding.sentence == (
        "In 2 of 4 heads “it” looks most at “cat”, most clearly in L0 H1: 90 % of its attention (other words: 0 %). "
        "That is said of this text alone."
    )
    assert (finding.here, finding.score, finding.n) == (0.5, None, 0)
    assert isnan(finding.value)


def test_candidates_by_agreement_decide_where_a_pronoun_looks_back():
    capture = capture_of_heads([looking((IT, FED, 0.9)), looking((IT, CAT, 0.6))])
    spans = annotated_as().spans
    assert scan(capture, profile=NOTHING_KNOWN)[0].key == "fed"
    links = (Link(spans[IT], (spans[CAT],), None, ""),)
    assert [one.key for one in scan(capture, annotated_as(links=links), profile=NOTHING_KNOWN)] == ["cat"]


def test_how_rare_it_is_that_a_resting_head_looks_elsewhere():
    capture = capture_of_heads([looking((MEWED, CAT, 0.8), rest=ANNA), looking((MEWED, CAT, 0.7), rest=ANNA)])
    rests = row("sinks", "first token", None, 0, 0, 0.95, low=0.94, high=0.96, n=5000)
    finding = {one.kind: one for one in scan(capture, profile=profile_with(rests))}["unusual"]
    assert (finding.query, finding.key, finding.value) == ("mewed", "cat", 0.95)
    assert finding.sentence == (
        "Unusual for L0 H0: “mewed” gives “cat” 80 % of its attention (other words: 0 %). In general it gives 95 % "
        "[94.0, 96.0] of its attention to the first token, so at most one token in 13 can do that."
    )  # 0.8 / (1 - 0.94)
    often = profile_with({**rests, "low": 0.79})  # one in 3.8
    assert {one.kind for one in scan(capture, profile=often)} == {"here"}
    unsure = profile_with({**rests, "verdict": "consistent with"})
    assert {one.kind for one in scan(capture, profile=unsure)} == {"here"}


def test_a_head_of_neighbours_is_not_unusual_where_it_looks_at_its_neighbour():
    before = np.eye(N)[np.arange(N) - 1]
    before[ANNA], before[MEWED] = EVEN[ANNA], looking((MEWED, CAT, 0.8))[MEWED]
    previous = row("positional", "attention to previous", None, 0, 0, 0.97)
    (finding,) = scan(capture_of_heads([before]), profile=profile_with(previous))
    assert (finding.kind, finding.query, finding.key) == ("unusual", "mewed", "cat")
    neighbour = np.eye(N)[np.arange(N) - 1]
    neighbour[ANNA], neighbour[FED] = EVEN[ANNA], looking((FED, ANNA, 0.8))[FED]
    assert scan(capture_of_heads([neighbour]), profile=profile_with(previous)) == ()


def test_a_head_far_from_its_average_where_the_others_are_not():
    awake = looking((MEWED, CAT, 0.9), (CAT, MEWED, 0.9), (FED, CAT, 0.9), (IT, FED, 0.3), rest=ANNA)
    awake[[THE, BECAUSE]] = EVEN[0]
    calm = looking(rest=ANNA)
    capture = capture_of_heads([calm, calm, awake])
    rests = [
        row("sinks", "first token", None, 0, head, value, n=5000) for head, value in ((0, 0.98), (1, 0.98), (2, 0.7))
    ]
    kinds = {one.kind: one for one in scan(capture, profile=profile_with(*rests))}
    mean = (1 + 3 * 0.1 + 0.7 + 2 / N) / N
    assert kinds["average"].here == pytest.approx(mean, abs=1e-6)
    assert kinds["average"].head == 2
    assert (
        "rests less than on average: the first token gets 33 % of its attention here, and 70 % [68.0, 72.0] over the "
        in (kinds["average"].sentence)
    )
    alike = capture_of_heads([awake, awake, awake])  # all have moved: that is the text, not a head
    rests = [{**one, "value": 0.7, "low": 0.68, "high": 0.72} for one in rests]
    assert "average" not in {one.kind for one in scan(alike, profile=profile_with(*rests))}


def test_at_most_five_no_two_words_twice_and_no_head_but_of_this_text_alone():
    pairs = [
        (MEWED, CAT),
        (CAT, MEWED),
        (FED, CAT),
        (MEWED, ANNA),
        (CAT, ANNA),
        (MEWED, FED),
        (FED, MEWED),
        (ANNA, CAT),
    ]
    heads = [looking((*pair, 0.9), (IT, FED, 0.5)) for pair in pairs]
    rests = [row("sinks", "delimiters", None, 0, head, 0.96) for head in range(len(heads))]
    relations = {0: "obj", 1: "obl", 2: "nmod", 7: "acl"}  # of the first two the words are the same
    roles = [row("syntactic", relation, "dep→head", 0, head, 0.7) for head, relation in relations.items()]
    arcs = tuple(Arc(*pairs[head], relation) for head, relation in relations.items())
    findings = scan(capture_of_heads(heads), annotated_as(arcs=arcs), profile=profile_with(*rests, *roles))
    assert [one.kind for one in findings] == ["role", "role", "role", "here", "unusual"]
    assert len({(one.layer, one.head) for one in findings if one.kind != "here"}) == 4
    assert len({frozenset((one.query, one.key)) for one in findings}) == 5


def test_nothing_stands_out_where_all_heads_spread_evenly():
    rests = row("sinks", "first token", None, 0, 0, 0.15)
    assert scan(capture_of_heads([EVEN, EVEN]), annotated_as(), profile=profile_with(rests)) == ()
    assert scan(capture_of_heads([EVEN[:1, :1]], labels=["Yes"]), profile=NOTHING_KNOWN) == ()


def test_layers_bear_the_numbers_of_the_model():
    capture = capture_of_heads([EVEN], [looking((MEWED, CAT, 0.8))])
    calls = (replace(capture.calls[0], layer=3), replace(capture.calls[1], layer=7))
    rests = row("sinks", "first token", None, 7, 0, 0.95)
    (finding,) = scan(replace(capture, calls=calls), profile=profile_with(rests))
    assert (finding.layer, finding.sentence[:19]) == (7, "Unusual for L7 H0: ")


def test_heads_that_were_removed_and_layers_of_unlike_size_look_nowhere():
    capture = capture_of_heads([EVEN, EVEN, EVEN], [looking((MEWED, CAT, 0.8))])
    broken = torch.full((3, N, N), torch.nan)
    calls = (replace(capture.calls[0], seen_pattern=broken, removed=(0, 1, 2)), capture.calls[1])
    capture = replace(capture, calls=calls)
    assert not looks_of(capture).shares[[0, 1, 1], [0, 1, 2]].any()
    (finding,) = scan(capture, profile=NOTHING_KNOWN)
    assert (finding.layer, finding.head) == (1, 0)
    assert "In 1 of 1 heads" in finding.sentence


def test_long_texts_are_refused_in_a_sentence():
    n = LONGEST + 1
    capture = capture_of_heads([np.full((n, n), 1 / n)], labels=["word"] * n)
    with pytest.raises(
        InputError, match=r"This text has 257 tokens; what is worth looking at is looked for in texts of up to 256"
    ):
        scan(capture)
