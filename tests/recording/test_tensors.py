"""Attention that people bring: read rightly whatever form it has, or refused with what would work."""

import numpy as np
import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.recording.elsewhere.tensors import capture_of
from tests.support.networks.families import BART, ENCODER_DECODERS, EXACT, LLAMA, TEXT, TEXTS, make, tokenizer

LETTERS = tuple("abcdefghijklmnopqrst")
WORDS = ("the", "cat", "sat", "on", "it")


def patterns(*shape, causal=False, seed=0):
    generator = torch.Generator().manual_seed(seed)
    raw = torch.randn(*shape, generator=generator).mul(3)
    if causal:
        raw = raw.masked_fill(torch.ones(shape[-2:], dtype=torch.bool).triu(1), -torch.inf)
    return raw.softmax(dim=-1)


def refused(sentence, *given, **settings):
    with pytest.raises(InputError) as error:
        capture_of(*given, **settings)
    assert sentence in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


# ---- arrays of any kind ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "exact"),
    {
        "tensor": (lambda layer: layer, True),
        "without the axis of one text": (lambda layer: layer[0], True),
        "a layer of a batch of batches": (lambda layer: layer[None], True),
        "strided": (lambda layer: torch.cat([layer, layer], dim=-1)[..., :5], True),
        "permuted in memory": (lambda layer: layer.permute(3, 2, 1, 0).contiguous().permute(3, 2, 1, 0), True),
        "with a gradient": (lambda layer: layer.clone().requires_grad_(), True),
        "sparse": (lambda layer: layer.to_sparse(), True),
        "numpy": (lambda layer: layer.numpy(), True),
        "numpy with negative strides": (lambda layer: layer.numpy()[:, ::-1, ::-1][:, ::-1, ::-1], True),
        "numpy in the other byte order": (lambda layer: layer.numpy().astype(">f4"), True),
        "numpy double": (lambda layer: layer.numpy().astype(np.float64), True),
        "nested lists": (lambda layer: layer.tolist(), True),
        "a list of heads": (lambda layer: list(layer[0]), True),
        "half": (lambda layer: layer.half(), False),
        "bfloat16": (lambda layer: layer.bfloat16(), False),
        "numpy half": (lambda layer: layer.numpy().astype(np.float16), False),
    }.values(),
)
def test_arrays_of_any_kind_hold_the_same_numbers(form, exact):
    given = patterns(2, 1, 3, 5, 5)
    found = capture_of([form(layer) for layer in given], WORDS)
    assert (found.kinds, found.layers_of("encoder")) == (("encoder",), (0, 1))
    for i in (0, 1):
        assert pattern(found, i).shape == (3, 5, 5)
        assert (pattern(found, i) - given[i, 0]).abs().max() <= (0 if exact else 2**-9)


@pytest.mark.parametrize("join", [torch.stack, lambda layers: torch.stack(layers).numpy()])
def test_one_array_of_all_layers(join):
    given = list(patterns(2, 3, 5, 5))
    found = capture_of(join(given), WORDS)
    assert torch.equal(torch.stack([pattern(found, i) for i in (0, 1)]), torch.stack(given))


def test_layers_without_a_pattern_keep_their_numbers():
    given = patterns(2, 1, 3, 5, 5)
    found = capture_of([None, given[0], None, given[1]], WORDS)
    assert found.layers_of("encoder") == (1, 3)
    assert torch.equal(pattern(found, 3), given[1, 0])
    assert dict(found.not_attending) == {"encoder": (0, 2)}
    assert not capture_of(list(given), WORDS).not_attending


def test_layers_may_have_other_numbers_of_heads():
    given = [patterns(1, 2, 5, 5), patterns(1, 3, 5, 5, seed=1)]
    found = capture_of(given, WORDS)
    assert [call.n_heads for call in found.calls] == [2, 3]
    assert torch.equal(pattern(found, 1), given[1][0])


@pytest.mark.parametrize(
    ("attention", "sentence"),
    [
        (None, "output_attentions=True"),
        ({"attentions": None}, "output_attentions=True"),
        ({"last_hidden_state": torch.zeros(1, 5, 7)}, "output_attentions=True"),
        ({"first": patterns(1, 3, 5, 5)}, "A dictionary with first was handed in: a list with one tensor a layer"),
        ({"text_attentions": 1, "image_attentions": 1}, "hand in one, of text_attentions, image_attentions"),
        (17, "Attention of type int is unknown"),
        (["the", "cat"], "The attention comes first, then the tokens"),
        ("the cat", "The attention comes first, then the tokens"),
        ([3.0], "Layer 0 has shape ()"),
        ([object()], "Layer 0 is no array of numbers (numbers of type object)"),
        ([[[[0.5, 0.5], [1.0]]]], "Layer 0 is no array of numbers"),
        ([patterns(1, 3, 5, 5) + 0j], "Layer 0 is no array of numbers (complex numbers)"),
        (patterns(3, 5, 5), "one array of shape (3, 5, 5): put it into a list, [attention]"),
        (patterns(5, 5).numpy(), "one array of shape (5, 5)"),
        ((torch.zeros(1, 5, 7), (patterns(1, 3, 5, 5),)), "often outputs[-1]"),
        (torch.nn.Linear(2, 3), "This is a model: hand in mha_viz.capture(model, text)"),
        (capture_of([patterns(3, 5, 5)], WORDS), "This is a capture already"),
        ([capture_of([patterns(3, 5, 5)], WORDS)], "This is a list of captures, one a text"),
    ],
)
def test_what_is_no_attention_is_told(attention, sentence):
    refused(sentence, attention, WORDS)


# ---- rows --------------------------------------------------------------------------------------------------------


def test_rows_that_do_not_sum_to_1_are_told_with_their_place():
    given = patterns(1, 2, 3, 3)
    given[0, 1, 2] *= 3.1
    place = "Rows of layer 1 sum to 3.1, not 1 (L1 H1, row 2 “c”): "
    refused(place, [patterns(1, 2, 3, 3), given], LETTERS[:3])
    given[0, 1, 2, 0] -= 1
    given[0, 1, 2, 1] += 1
    refused(place + "these look like logits; layer.softmax(dim=-1)", [patterns(1, 2, 3, 3), given], LETTERS[:3])


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (lambda layer: layer.mT, "its columns do, so queries and keys are exchanged; hand in layer.transpose(-1, -2)"),
        (lambda layer: layer.log(), "these are logarithms; hand in layer.exp()"),
        (lambda layer: layer.log() - 5, "these look like logits"),
        (lambda layer: layer * 100, "all of them do, so layer / 100 is a pattern"),
        (lambda layer: layer * torch.tensor([1.0, 0.9, 1, 1, 1])[:, None], "say sinks=True; if dropout does, call"),
        (lambda layer: layer * torch.tensor([1.0, 0.0, 1, 1, 1])[:, None], "rows that hold nothing come from padding"),
        (lambda layer: layer * torch.tensor([1.0, 0.9, 1.1, 1, 1])[:, None], "hand in what stands after the softmax"),
    ],
)
def test_what_numbers_seem_to_be_is_said(form, sentence):
    refused(sentence, [form(patterns(1, 3, 5, 5))], WORDS)


def test_numbers_below_0_are_no_shares_even_where_rows_sum_to_1():
    given = patterns(1, 3, 5, 5)
    given[0, 1, 2, 0] = -0.25
    given[0, 1, 2, 3] += 1 - given[0, 1, 2].sum()
    refused("Layer 0 holds -0.25, and a share is never below 0: these look like logits", [given], WORDS)


def test_learned_sinks_take_the_rest_where_somebody_says_so():
    given = patterns(1, 3, 5, 5) * 0.75
    refused("Rows of layer 0 sum to 0.75, not 1", [given], WORDS)
    assert torch.equal(pattern(capture_of([given], WORDS, sinks=True), 0), given[0])
    refused("Rows of layer 0 sum to 1.5, not at most 1", [given * 2], WORDS, sinks=True)


def test_undefined_rows_are_told_by_layer_head_and_row():
    one, head, all_of_it, logits = patterns(4, 1, 3, 5, 5).unbind()
    one[0, 1, 2, 4] = torch.nan
    refused("L1 H1 holds NaN in row 2 “sat”: such rows come from padding", [patterns(1, 3, 5, 5), one], WORDS)
    head[0, 2] = torch.nan
    refused("L0 H2 holds NaN in row 0 “the” (and 4 more rows of this layer)", [head], WORDS)
    refused("L0 H0 holds NaN in row 0 “the” (and 14 more rows", [torch.full_like(all_of_it, torch.nan)], WORDS)
    logits[0, 0, 0, 1:] = -torch.inf
    refused("L0 H0 holds -inf in row 0 “the”: these look like logits with a mask", [logits], WORDS)
    hidden = np.ma.masked_less(patterns(1, 3, 5, 5).numpy(), 0.001)
    refused("holds NaN in row", [hidden], WORDS)  # what a masked array hides is no number


# ---- axes and tokens ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "back"),
    [((0, 2, 3, 1), (0, 3, 1, 2)), ((0, 2, 1, 3), (0, 2, 1, 3)), ((0, 3, 2, 1), None)],
)
def test_axes_in_another_order_are_told_with_the_way_back(order, back):
    given = patterns(1, 3, 5, 5)
    turned = given.permute(order)
    with pytest.raises(InputError, match="axes stand in another order; layer.permute") as error:
        capture_of([turned], WORDS)
    if back is None:
        return
    assert f"layer.permute{back}" in str(error.value)
    assert torch.equal(turned.permute(back), given)


def test_axes_of_one_length_in_another_order_are_told():
    causal = patterns(1, 5, 5, 5, causal=True)
    for turned in (causal.permute(0, 2, 3, 1), causal.permute(0, 3, 2, 1)):
        refused("another axis does, so the axes stand in another order", [turned], WORDS)
    refused("hand in layer.transpose(-3, -2), or say kind='encoder'", [causal.transpose(1, 2)], WORDS)
    assert capture_of([causal], WORDS).kinds == ("decoder",)
    assert capture_of([causal.transpose(1, 2)], WORDS, kind="encoder").kinds == ("encoder",)
    assert capture_of([patterns(1, 5, 5, 5)], WORDS).kinds == ("encoder",)


def test_shapes_that_do_not_fit_are_told_with_what_would():
    refused("one text at a time, for example [layer[:1] for layer in attention]", [patterns(2, 3, 5, 5)], WORDS)
    refused("with each of the 7 tokens that the model read, special ones too", [patterns(1, 3, 7, 7)], WORDS)
    refused("it has no axis of heads; layer[None] makes it one head", [patterns(5, 5)], WORDS)
    refused("expected (1, heads, 5, 5)", [patterns(1, 0, 5, 5)], WORDS)


@pytest.mark.parametrize(
    "tokens",
    [list(WORDS), np.array(WORDS), [word.encode() for word in WORDS], [list(WORDS)], iter(WORDS)],
    ids=["list", "numpy", "bytes", "a batch of one", "iterator"],
)
def test_tokens_of_any_kind(tokens):
    assert capture_of([patterns(1, 3, 5, 5)], tokens).query_positions["encoder"].labels == WORDS


@pytest.mark.parametrize(
    ("tokens", "sentence"),
    [
        ("the cat", "tokens is one string: a list with one token a position would work"),
        ([], "tokens is empty"),
        (5, "tokens is of type int"),
        (torch.arange(5), "Number 0 of tokens is of type Tensor"),
        (np.arange(5), "Number 0 of tokens is of type int64"),
        (["the", None, "sat", "on", "it"], "Number 1 of tokens is of type NoneType"),
        ([list(WORDS), list(WORDS)], "Number 0 of tokens is of type list"),
        (None, "Attention tensors need their tokens"),
    ],
)
def test_what_are_no_tokens_is_told(tokens, sentence):
    refused(sentence, [patterns(1, 3, 5, 5)], tokens)


def test_what_a_tokenizer_returned_is_no_list_of_tokens():
    refused("hand in its tokens, tokens=inputs.tokens()", [patterns(1, 3, 5, 5)], tokenizer()(TEXTS[1]))


def test_signs_for_spaces_stay_where_somebody_wants_them():
    tokens = ("Ġthe", "▁cat", "sat</w>", "Ġ", "")
    read = [capture_of([patterns(1, 3, 5, 5)], tokens, prettify_tokens=pretty) for pretty in (True, False)]
    labels = [one.query_positions["encoder"].labels for one in read]
    assert labels == [("the", "cat", "sat", "␣", "␣"), ("Ġthe", "▁cat", "sat</w>", "Ġ", "␣")]


def test_the_second_text_of_a_pair():
    found = capture_of([patterns(1, 3, 5, 5)], WORDS, sentence_b_start=3)
    assert found.query_positions["encoder"].segments == found.key_positions["encoder"].segments == (0, 0, 0, 1, 1)
    for begin in (0, 5, -1, "3"):
        refused(f"sentence_b_start is {begin!r}: the number of a token from 1 to 4", [patterns(1, 3, 5, 5)], WORDS,
                sentence_b_start=begin)  # fmt: skip
    refused("cross-attention has none", [patterns(1, 3, 2, 5)], ["a", "b"], key_tokens=WORDS, sentence_b_start=1)


# ---- outputs of models -------------------------------------------------------------------------------------------


def of_bart():
    network = make(*ENCODER_DECODERS["bart"])
    network.set_attn_implementation("eager")
    own = tokenizer()
    source, target = own(TEXTS[1], return_tensors="pt")["input_ids"], own("he ran", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        outputs = network(input_ids=source, decoder_input_ids=target, output_attentions=True)
    return outputs, own.convert_ids_to_tokens(source[0]), own.convert_ids_to_tokens(target[0])


def test_outputs_of_an_encoder_decoder():
    outputs, source, target = of_bart()
    found = capture_of(outputs, encoder_tokens=source, decoder_tokens=target)
    assert found.kinds == ("encoder", "decoder", "cross")
    fields = {"encoder": "encoder_attentions", "decoder": "decoder_attentions", "cross": "cross_attentions"}
    lengths = {"encoder": (source, source), "decoder": (target, target), "cross": (target, source)}
    for kind, field in fields.items():
        given, axes = getattr(outputs, field), (found.query_positions[kind], found.key_positions[kind])
        assert [len(axis) for axis in axes] == [len(tokens) for tokens in lengths[kind]]
        assert found.layers_of(kind) == tuple(range(len(given)))
        assert all(torch.equal(pattern(found, i, kind=kind), layer[0]) for i, layer in enumerate(given))
        keywords = {f"{kind}_attention": given, "encoder_tokens": source, "decoder_tokens": target}
        alone = capture_of(**keywords)
        assert alone.kinds == (kind,)
        assert torch.equal(pattern(alone, 1), given[1][0])
        assert capture_of(outputs, kind=kind, encoder_tokens=source, decoder_tokens=target).kinds == (kind,)
    assert capture_of(outputs, target, key_tokens=source).kinds == found.kinds
    assert capture_of(dict(outputs), target, key_tokens=source, kind="cross").kinds == ("cross",)
    refused("hand in encoder_tokens= and decoder_tokens=, or say which with kind=", outputs, source)
    refused("Cross-attention needs the tokens of both axes", outputs, target, kind="cross")


def test_outputs_of_one_tower():
    network = make(*TEXT["bert"])
    network.set_attn_implementation("eager")
    own = tokenizer()
    inputs = own(TEXTS[1], return_tensors="pt")
    with torch.no_grad():
        outputs = network(input_ids=inputs["input_ids"], output_attentions=True)
        without = network(input_ids=inputs["input_ids"])
    found = capture_of(outputs, inputs.tokens())
    assert torch.equal(pattern(found, 1), outputs.attentions[1][0])
    refused("output_attentions=True", without, inputs.tokens())
    refused("There is no cross attention in here", {"encoder_attentions": outputs.attentions}, WORDS, kind="cross")


def test_outputs_of_a_decoder_that_also_looks_at_another_sequence():
    given = {"attentions": [patterns(1, 3, 5, 5, causal=True)], "cross_attentions": [patterns(1, 2, 5, 7)]}
    found = capture_of(given, WORDS, key_tokens=LETTERS[:7])
    assert found.kinds == ("decoder", "cross")
    assert torch.equal(pattern(found, 0, kind="decoder"), given["attentions"][0][0])
    assert torch.equal(pattern(found, 0, kind="cross"), given["cross_attentions"][0][0])
    assert found.key_positions["cross"].labels == LETTERS[:7]
    assert capture_of({**given, "cross_attentions": None}, WORDS).kinds == ("decoder",)


def test_kinds_that_the_numbers_contradict_are_told():
    refused("Layer 1 looks ahead", [patterns(1, 3, 5, 5, causal=True), patterns(1, 3, 5, 5)], WORDS, kind="decoder")
    refused("Layer 0 looks ahead", tokens=WORDS, decoder_attention=[patterns(1, 3, 5, 5)])


# ---- steps of generate -------------------------------------------------------------------------------------------


def steps_of(network, **settings):
    own = tokenizer()
    network.eval().set_attn_implementation("eager")
    ids = own(TEXTS[1], return_tensors="pt")["input_ids"]
    wanted = {"output_attentions": True, "return_dict_in_generate": True, "do_sample": False, "pad_token_id": 0}
    wanted |= {"max_new_tokens": 3, "min_new_tokens": 3}
    out = network.generate(ids, **wanted, **settings)
    labels = [own.convert_ids_to_tokens(int(i)) or str(int(i)) for i in out.sequences[0]]  # not every id is a word
    return ids, own.convert_ids_to_tokens(ids[0]), out, labels


def llama():
    torch.manual_seed(0)
    return hf.LlamaForCausalLM(hf.LlamaConfig(**LLAMA))


@pytest.mark.parametrize("settings", [{}, {"use_cache": False}, {"cache_implementation": "static"}], ids=str)
def test_steps_of_generate_are_joined_to_one_causal_map(settings):
    network = llama()
    ids, _, out, tokens = steps_of(network, **settings)
    n = ids.shape[1]
    assert len(tokens) == n + 3
    with torch.no_grad():
        whole = network(input_ids=out.sequences[:, :-1], output_attentions=True).attentions
    for given in (out, out.attentions):
        for of_tokens in (tokens, tokens[:-1]):  # the last token was never a query
            found = capture_of(given, of_tokens)
            assert (found.kinds, found.n_generated) == (("decoder",), 2)
            assert found.query_positions["decoder"].labels == tuple(tokens[:-1])
            assert found.query_positions["decoder"].segments == (0,) * n + (1, 1)
            for i, layer in enumerate(whole):
                assert pattern(found, i).shape[1:] == (n + 2, n + 2)
                torch.testing.assert_close(pattern(found, i), layer[0], **EXACT)
    refused(f"steps of generate over {n + 2} tokens and one more, and {n} tokens were handed in", out, tokens[:n])
    refused("mha_viz.capture(model, text, new_tokens=3)", out, tokens[:n])
    if not settings:
        refused("one step of generate, with the row of its last token alone", out.attentions[1], tokens[: n + 1])


def test_steps_of_an_encoder_decoder():
    torch.manual_seed(0)
    network = hf.BartForConditionalGeneration(hf.BartConfig(**BART, forced_eos_token_id=None))
    ids, source, out, target = steps_of(network)
    assert len(target) == 4  # the start token and three more
    found = capture_of(out, encoder_tokens=source, decoder_tokens=target)
    with torch.no_grad():
        whole = network(input_ids=ids, decoder_input_ids=out.sequences[:, :-1], output_attentions=True)
    for kind in ("encoder", "decoder", "cross"):
        for i, layer in enumerate(getattr(whole, f"{kind}_attentions")):
            torch.testing.assert_close(pattern(found, i, kind=kind), layer[0], **EXACT)
    assert found.query_positions["cross"].labels == found.query_positions["decoder"].labels
    assert len(found.query_positions["cross"]) == 3


def test_steps_that_cannot_be_joined_are_told():
    torch.manual_seed(0)
    narrow = hf.MistralForCausalLM(hf.MistralConfig(**{**LLAMA, "sliding_window": 3}))
    _, _, out, tokens = steps_of(narrow)
    refused("These are the steps of generate, and in step 1 layer 0 has 3 keys for 12 tokens", out, tokens)
    refused("use mha_viz.capture(model, text, new_tokens=3)", out, tokens)
    _, _, out, tokens = steps_of(llama(), num_beams=2)
    refused("they have shape (2, 6, ", out, tokens)
    first, second = (patterns(1, 3, 5, 5, causal=True),) * 2, (patterns(1, 3, 1, 6),)
    refused("they hold 2, 1 layers", (first, second), WORDS)
    refused("layer 0 has 3, 2 heads", (first, (patterns(1, 2, 1, 6),) * 2), WORDS)
    two = ((patterns(1, 3, 1, 5),), (patterns(1, 3, 1, 7),))
    refused("layer 0 has 5, 7 keys", cross_attention=two, decoder_tokens=WORDS[:2], encoder_tokens=WORDS)
