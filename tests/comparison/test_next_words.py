"""What comes next: held against the softmax of the network's own logits, and against what it then writes."""

import pytest
import torch
import transformers as hf

from mha_viz.comparison.next_words import next_words
from mha_viz.errors import CannotGoOnError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import DECODERS, TEXT, make, tokenizer


@pytest.fixture(scope="module")
def causal():
    network = make(hf.GPT2LMHeadModel, DECODERS["gpt2"][1])
    return network, model_from(network, tokenizer(ends=False), name="gpt2")


def shares(network, ids):
    with torch.no_grad():
        return network(torch.tensor([ids])).logits[0].double().softmax(dim=-1)


def test_what_is_likeliest_after_a_text_is_the_softmax_of_its_last_logits(causal):
    network, model = causal
    read = capture(model, "the cat sat")
    table, expected = next_words(model, read, n=3), shares(network, read.query_positions["decoder"].ids)[-1].topk(3)
    assert table["probability"].tolist() == pytest.approx(expected.values.tolist(), abs=1e-6)
    assert table["next"].tolist() == [model.processor.decode([one]).strip() for one in expected.indices.tolist()]
    assert set(table["after"]) == {"sat"}
    assert not table["stands"].any()


def test_at_each_place_the_token_that_was_written_is_the_likeliest_and_stands(causal):
    network, model = causal
    read = capture(model, "the cat sat", new_tokens=2)
    positions = read.query_positions["decoder"]
    table, expected = next_words(model, read, n=3), shares(network, positions.ids)
    assert len(table) == 3 * 3  # after the text, and after each of the two
    stand = table[table["stands"]]
    assert stand.index.tolist() == [0, 3]
    assert stand["next"].tolist() == list(positions.labels[3:])
    right = [expected[place, positions.ids[place + 1]].item() for place in (2, 3)]
    assert stand["probability"].tolist() == pytest.approx(right, abs=1e-6)


def test_a_model_that_reads_both_ways_is_refused():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    with pytest.raises(CannotGoOnError, match="reads a text in both directions"):
        next_words(model, capture(model, "the cat sat"))
