"""The classroom model against our own attention and the written-out function; in the package like any other family."""

import pytest
import torch
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

import mha_viz
from mha_viz.errors import InputError
from mha_viz.models.classroom import ClassroomConfig, ClassroomForCausalLM
from mha_viz.models.load import load_model, model_from, random_twin
from tests.support.networks.families import make, tokenizer

SIZES = {
    "vocab_size": 37, "hidden_size": 30, "num_hidden_layers": 2, "num_attention_heads": 3,
    "max_position_embeddings": 43, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}  # fmt: skip
KINDS = {
    "attention alone": {},
    "feed-forward": {"intermediate_size": 31},
    "rotary": {"position_kind": "rotary"},
    "window": {"sliding_window": 3},
}
TEXT = "the cat sat on a mat because it was tired"


def network(**settings):
    return make(ClassroomForCausalLM, ClassroomConfig(**SIZES, **settings))


@pytest.fixture(params=KINDS, ids=lambda name: name.replace(" ", "-"))
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def model(kind):
    return model_from(network(**kind), tokenizer(), name="tiny classroom")


def test_patterns_equal_the_written_out_function(model, kind):
    found = mha_viz.capture(model, [TEXT, "the dog"])
    assert model.reading == "interface"
    eager = network(**kind)
    eager.set_attn_implementation("eager")
    for one in found:
        ids = torch.tensor([one.query_positions["decoder"].ids])
        seen = eager(ids, output_attentions=True).attentions
        assert len(seen) == 2
        for layer in range(2):
            assert mha_viz.pattern(one, layer=layer).shape == (3, ids.shape[1], ids.shape[1])
            torch.testing.assert_close(mha_viz.pattern(one, layer=layer), seen[layer][0], atol=1e-6, rtol=1e-5)


def test_our_own_forward_explains_every_step(model, kind):
    found = mha_viz.capture(model, TEXT)
    for layer in range(2):
        attention = mha_viz.MultiHeadAttention.from_layer(model, layer)
        x, _ = mha_viz.token_vectors(model, found, layer)
        near = torch.ones(len(x), len(x), dtype=torch.bool).tril()
        if layer == 0 and "sliding_window" in kind:
            near &= torch.ones_like(near).triu(1 - kind["sliding_window"])
        output, trace = attention(x, mask=near, trace=True)
        torch.testing.assert_close(trace.pattern, mha_viz.pattern(found, layer=layer), atol=1e-6, rtol=1e-5)
        own = mha_viz.contribution(found, layer=layer)
        torch.testing.assert_close(trace.contributions, own, atol=1e-5, rtol=1e-5)
        bias = model.network.model.blocks[layer].attention.output_projection.bias
        torch.testing.assert_close(own.sum(dim=0) + bias, output, atol=1e-5, rtol=1e-5)


def test_the_stream_is_what_the_blocks_add_up_to():
    """Without feed-forward part: embeddings, then each layer's attention of the normed stream, then the last norm."""
    net = network()
    ids = torch.tensor([[1, 5, 6, 7, 8, 9, 11]])
    base = net.model
    x = base.embeddings(ids) + base.positions.weight[:7]
    for block in base.blocks:
        plain = mha_viz.MultiHeadAttention(30, 3)
        plain.load_state_dict(block.attention.state_dict())
        x = x + plain(nn.functional.layer_norm(x, (30,), block.attention_norm.weight), causal=True)
    expected = base.norm(x) @ base.embeddings.weight.T
    torch.testing.assert_close(net(ids).logits, expected, atol=1e-4, rtol=1e-5)


def test_a_window_is_of_the_first_layer_alone():
    model = model_from(network(sliding_window=3), tokenizer(), name="w")
    found = mha_viz.capture(model, TEXT)
    near, far = (mha_viz.pattern(found, layer=layer) for layer in range(2))
    assert near.tril(-3).abs().max() == 0
    assert near.tril(-2).abs().max() > 0.01
    assert far.tril(-3).abs().max() > 0.01
    assert torch.cat([near, far]).triu(1).abs().max() == 0


def test_padding_changes_nothing(model):
    short = mha_viz.capture(model, "the dog")
    together, _ = mha_viz.capture(model, ["the dog", TEXT])
    for layer in range(2):
        one, other = (mha_viz.pattern(found, layer=layer) for found in (short, together))
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


def test_the_loss_is_of_the_next_token():
    net, ids = network(), torch.tensor([[1, 5, 6, 7], [1, 9, 11, 13]])
    labels = ids.masked_fill(ids == 13, -100)
    logp = net(ids).logits.log_softmax(dim=-1)
    expected = -torch.stack([logp[row, i, ids[row, i + 1]] for row, i in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1))])
    torch.testing.assert_close(net(ids, labels=labels).loss, expected.mean())


def test_a_saved_folder_is_loaded_like_any_other(tmp_path, kind):
    net = network(**kind)
    net.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    model = load_model(str(tmp_path))
    assert isinstance(model.network, ClassroomForCausalLM)
    assert isinstance(AutoConfig.from_pretrained(tmp_path), ClassroomConfig)
    assert isinstance(AutoModelForCausalLM.from_pretrained(tmp_path), ClassroomForCausalLM)
    ids = torch.tensor([[1, 5, 6, 7]])
    torch.testing.assert_close(model.network(ids).logits, net(ids).logits)


def test_it_goes_on_with_a_text_and_has_a_random_twin(model):
    found = mha_viz.capture(model, "the cat sat", new_tokens=4)
    positions = found.query_positions["decoder"]
    assert 1 <= found.n_generated <= 4
    given = torch.tensor([positions.ids[: len(positions) - found.n_generated]])
    assert positions.ids[given.shape[1]] == model.network(given).logits[0, -1].argmax().item()
    twins = [random_twin(model, seed=seed).network.state_dict() for seed in (3, 3, 5)]
    name = "model.blocks.1.attention.query_projection.weight"
    assert torch.equal(twins[0][name], twins[1][name])
    assert not torch.equal(twins[0][name], twins[2][name])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"num_attention_heads": 7}, "7 heads cannot share a width of 30 evenly"),
        ({"position_kind": "none"}, "there are: learned, rotary"),
        ({"position_kind": "rotary", "num_attention_heads": 2}, "even width"),
    ],
)
def test_what_cannot_be_built_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        ClassroomConfig(**{**SIZES, **settings})


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(InputError, match="44 tokens; this model reads at most 43"):
        network()(torch.ones(1, 44, dtype=torch.long))
