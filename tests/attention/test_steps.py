"""The steps of one head against the whole maps of its layer, computed another way."""

import pytest
import torch

from mha_viz.attention.maps import head_output, logits, pattern, trace_of
from mha_viz.attention.steps import HeadSteps
from mha_viz.errors import NotSeenError
from mha_viz.recording.capture import capture
from tests.support.networks.families import text_model

TOKENS = "the cat sat on a"
ROW = 3


def steps_of(name, head, layer=1, row=ROW):
    """Of a text with five tokens: Llama has six heads, three of which share a key head, four dimensions each."""
    seen = capture(text_model(name)[1], TOKENS)
    kind = seen.kinds[0]
    return HeadSteps(seen, seen.calls_of(kind)[layer], trace_of(seen, layer, kind=kind), head, row, lambda: None)


@pytest.mark.parametrize(("head", "group"), [(0, 0), (2, 0), (3, 1), (5, 1)])
def test_each_step_is_a_row_of_the_map_of_the_layer(head, group):
    steps = steps_of("llama", head)
    call = steps.call
    assert (steps.group, list(steps.mates)) == (group, [3 * group, 3 * group + 1, 3 * group + 2])
    expected = torch.stack([call.query[head, ROW] * call.key[group, key] for key in range(5)])
    torch.testing.assert_close(steps.terms(), expected)
    torch.testing.assert_close(steps.logits, logits(steps.capture, 1)[head, ROW])
    torch.testing.assert_close(expected.sum(dim=1)[: ROW + 1] * call.scaling, steps.logits[: ROW + 1])
    torch.testing.assert_close(steps.pattern, pattern(steps.capture, 1)[head, ROW])
    torch.testing.assert_close(steps.weighted().sum(dim=0), head_output(steps.capture, 1)[head, ROW])


def test_the_rank_of_a_head_counts_those_that_add_more():
    lengths = steps_of("llama", 0).lengths()
    assert lengths.shape == (6,)
    order = lengths.argsort(descending=True).tolist()
    assert [steps_of("llama", head).rank() for head in order] == [1, 2, 3, 4, 5, 6]
    torch.testing.assert_close(lengths[2], torch.linalg.norm(steps_of("llama", 0).trace.contributions[2, ROW]))


def test_the_token_that_looks_is_told_apart_from_its_like():
    seen = capture(text_model("bert")[1], "the cat the cat")
    steps = HeadSteps(seen, seen.calls_of("encoder")[0], trace_of(seen, 0), 0, 4, lambda: None)
    assert (steps.looks, steps.keys) == ("cat#2", ["[CLS]", "the", "cat", "the#2", "cat#2", "[SEP]"])


def test_queries_and_keys_that_were_not_seen_are_named():
    steps = steps_of("mpnet", 1)
    with pytest.raises(NotSeenError, match="mpnet computes attention in its own code"):
        steps.terms()
    torch.testing.assert_close(steps.pattern, pattern(steps.capture, 1)[1, ROW])
