"""What each step of a head says and draws, on numbers that are made by hand."""

import pytest
import torch

from mha_viz.attention.steps import HeadSteps
from mha_viz.attention.trace import Trace
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.views.inside.steps import FOLLOWS, STEPS, numbered, step_facts, step_picture
from tests.support.pages.drawn import opened

QUERIES, KEYS = ("er", "schlief", "ein"), ("the", "cat", "fell", "a", "sleep")
N_HEADS, N_QUERY, N_KEY, D_HEAD, D_MODEL = 2, 3, 5, 7, 11
HEAD, ROW = 1, 2


def axis(labels):
    return Positions((0,) * len(labels), labels, (False,) * len(labels), (None,) * len(labels))


def made(**call):
    """Two heads with one set of keys; “ein” may not look at the last key. Only what the sentences tell is not zero."""
    query, key, value = (torch.zeros(n, m, D_HEAD) for n, m in ((N_HEADS, N_QUERY), (1, N_KEY), (1, N_KEY)))
    query[HEAD, ROW, :3] = torch.tensor([2.0, -1.0, 0.5])
    key[0, 1, :2], key[0, 2, :3] = torch.tensor([1.0, 1.0]), torch.tensor([3.0, -1.0, 0.5])
    value[0, 0, 0], value[0, 3, 4] = 1.0, 8.0
    logits, pattern = torch.zeros(2, N_HEADS, N_QUERY, N_KEY)
    logits[HEAD, ROW] = torch.tensor([0.0, 1.0, 7.25, 0.5, -torch.inf])
    pattern[HEAD, ROW] = torch.tensor([0.25, 0.05, 0.5, 0.2, 0.0])
    contributions = torch.zeros(N_HEADS, N_QUERY, D_MODEL)
    contributions[0, ROW, 0], contributions[HEAD, ROW, :2] = 6.0, torch.tensor([3.0, 4.0])
    output = contributions.sum(dim=0)
    outputs = torch.arange(N_HEADS * N_QUERY * D_HEAD).reshape(N_HEADS, N_QUERY, D_HEAD).float()
    trace = Trace(
        query, key, value, logits, pattern, outputs, outputs.transpose(0, 1).flatten(1), contributions, output
    )
    seen = AttentionCall(0, "cross", query, key, value, **{"scaling": 0.125, **call})
    capture = Capture("made", "0", "er schlief ein", "x", (seen,), {"cross": axis(QUERIES)}, {"cross": axis(KEYS)})
    vectors = torch.ones(N_QUERY, D_MODEL), torch.ones(N_KEY, D_MODEL)
    return HeadSteps(capture, seen, trace, HEAD, ROW, lambda: vectors)


def step(name, steps=None):
    return next(explain for title, explain in STEPS if title == name)(steps or made())


SENTENCES = {
    "Token vectors": "vector of 11 numbers, one row each: what the layers before made of it. The marked row is “ein”. "
    "Keys and values come from the other sequence",
    "Query, key, value": "7 numbers each, in this head's own view. Biases are added, and rotary positions turn query "
    "and key, where a model has them. H0, H1 share these keys and values: 2 heads, 1 sets of keys.",
    "Query · key": "Added up, “fell” gets the most (7.25).",
    "Scale and mask": "by 0.125, so that wide heads do not drown out the rest. 1 of 5 keys are masked: “ein” may not",
    "Softmax": "“ein” gives 50 % to “fell”; an even spread over 4 keys would give each 25 %.",
    "Weighted values": "this head's output for “ein”. The longest part comes from “a”, which is not always",
    "All heads side by side": "All 2 heads did the same at once, each with its own matrices. Their outputs for “ein” "
    "are laid end to end: 2 × 7 = 14 numbers.",
    "Output projection": "these contributions, and one bias, add up to the block's output exactly.",
    "What this head added": "H1 added a vector of length 5.00 to “ein”: number 2 of 2 heads; the whole block put out "
    f"9.85. {FOLLOWS[None]}",
}


def test_every_step_has_its_sentence_here():
    assert list(SENTENCES) == [name for name, _ in STEPS]


@pytest.mark.parametrize("name", SENTENCES)
def test_a_step_tells_its_numbers(name):
    assert SENTENCES[name] in step(name).sentence


def test_a_scaling_by_the_width_of_the_head_says_so():
    assert "multiplied by 0.378 (1/√7), so" in step("Scale and mask", made(scaling=7**-0.5)).sentence


def test_the_panels_hold_what_the_formula_names():
    shapes = {name: [tuple(panel.values.shape) for panel in explain(made()).panels] for name, explain in STEPS}
    assert shapes == {
        "Token vectors": [(3, 11), (5, 11)], "Query, key, value": [(3, 7), (5, 7), (5, 7)],
        "Query · key": [(5, 7), (5, 1)], "Scale and mask": [(5, 1)], "Softmax": [(5, 1)],
        "Weighted values": [(5, 7), (1, 7)], "All heads side by side": [(2, 7), (1, 14)],
        "Output projection": [(2, 11), (1, 11)], "What this head added": [(2, 1)],
    }  # fmt: skip
    for _, explain in STEPS:
        for panel in explain(made()).panels:
            assert len(panel.rows) == len(panel.values)
    assert step("Query · key").panels[1].values[:, 0].tolist() == [0, 1, 7.25, 0, 0]
    assert [step("Weighted values").panels[0].values[3, 4].item(), step("Weighted values").panels[0].marked] == [
        pytest.approx(1.6), 3,
    ]  # fmt: skip


def test_what_a_model_adds_to_its_logits_is_named():
    assert (
        "This model also applies its bias and softcap."
        in step("Scale and mask", made(bias=torch.zeros(1), softcap=50.0)).sentence
    )
    assert FOLLOWS["norm"] in step("What this head added", made(followed_by="norm")).sentence


def test_the_picture_and_its_facts_say_which_step_of_which_head_it_is():
    steps = made()
    header, arrays = opened(step_picture(steps, 2, step("Query · key")))
    assert (header["title"], header["note"]) == ("3. Query · key: L0 H1 of made", step("Query · key").sentence)
    assert (header["file_name"], numbered(2)) == ("made-L0-H1-step-3", "3. Query · key")
    assert header["facts"][0] == "“er schlief ein”"
    assert "attention cross; layer 0; heads H1; token that looks ein; step Query · key" in header["facts"][1]
    assert arrays["values"].size == N_KEY * (D_HEAD + 1)
    assert step_facts(steps, 2, "formula")["formula"] == "formula"
