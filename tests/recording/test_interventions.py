"""A change does what a hand would do at the input of the output projection, in every family."""

import threading
from contextlib import ExitStack

import pytest
import torch

from mha_viz.attention.maps import head_output, pattern
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.again import read_for_changes
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Add, Cut, From, Mean, Pattern, Scale, Zero
from mha_viz.recording.interventions.edits import plan_of
from mha_viz.recording.interventions.run import run_changed
from tests.support.networks.changing import TEXT, by_hand, changed, input_changed, read_by
from tests.support.networks.families import (
    DECODERS,
    ENCODER_DECODERS,
    ENCODERS,
    EXACT,
    OTHER_SENSES,
    OWN_CODE,
    TEXTS,
    make,
    text_model,
    tokenizer,
)

OTHER = "the dog ran on a mat"

# Where each family projects its heads, written down by hand.
PROJECTIONS = {
    "bert": "encoder.layer.{}.attention.output.dense",
    "electra": "encoder.layer.{}.attention.output.dense",
    "albert": "encoder.albert_layer_groups.0.albert_layers.0.attention.dense",
    "distilbert": "transformer.layer.{}.attention.out_lin",
    "modernbert": "layers.{}.attn.Wo",
    "gpt2": "h.{}.attn.c_proj",
    "gpt-neox": "layers.{}.attention.dense",
    "opt": "decoder.layers.{}.self_attn.out_proj",
    **dict.fromkeys(("llama", "qwen3", "phi3", "mistral", "gemma2", "gemma3", "gpt-oss"), "layers.{}.self_attn.o_proj"),
    "mpnet": "encoder.layer.{}.attention.attn.o",
    "deberta-v2": "encoder.layer.{}.attention.output.dense",
    "gpt-neo": "h.{}.attn.attention.out_proj",
    "bloom": "h.{}.self_attention.dense",
    "falcon": "h.{}.self_attention.dense",
    "gptj": "h.{}.attn.out_proj",
}
OF_SEVERAL = {
    ("t5", "encoder"): "encoder.block.{}.layer.0.SelfAttention.o",
    ("t5", "decoder"): "decoder.block.{}.layer.0.SelfAttention.o",
    ("t5", "cross"): "decoder.block.{}.layer.1.EncDecAttention.o",
    ("bart", "encoder"): "encoder.layers.{}.self_attn.out_proj",
    ("bart", "decoder"): "decoder.layers.{}.self_attn.out_proj",
    ("bart", "cross"): "decoder.layers.{}.encoder_attn.out_proj",
}
OF_SENSES = {
    ("vit", "encoder"): "layers.{}.attention.o_proj",
    ("dinov2", "encoder"): "encoder.layer.{}.attention.o_proj",
    ("wav2vec2", "encoder"): "encoder.layers.{}.attention.out_proj",
    ("whisper", "encoder"): "encoder.layers.{}.self_attn.out_proj",
    ("whisper", "decoder"): "decoder.layers.{}.self_attn.out_proj",
    ("whisper", "cross"): "decoder.layers.{}.encoder_attn.out_proj",
}


def zeroed(head, n_heads, positions=slice(None)):
    def change(heads):
        width = heads.shape[-1] // n_heads
        heads[..., positions, head * width : (head + 1) * width] = 0.0

    return change


@pytest.mark.parametrize("name", PROJECTIONS)
def test_zero_equals_zeroing_the_heads_slice_by_hand(name):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    plain = by_hand(model, batch, [])
    assert torch.equal(run_changed(model, batch, read, {}, vectors=True), plain)
    for layer, call in enumerate(read.calls):
        head = call.n_heads - 1 - layer
        expected = by_hand(model, batch, [(PROJECTIONS[name], layer, zeroed(head, call.n_heads))])
        assert (expected - plain).abs().max() > 1e-3
        torch.testing.assert_close(changed(model, read, batch, [Zero([(layer, head)])]), expected, **EXACT)


@pytest.mark.parametrize("name", ["bert", "llama", "mpnet", "bloom"])
def test_zero_at_some_positions_and_in_several_layers(name):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    n_heads, path = read.calls[0].n_heads, PROJECTIONS[name]
    places = [-2, 3]
    steps = [(path, layer, zeroed(head, n_heads, places)) for layer, head in ((0, 1), (1, 2))]
    found = changed(model, read, batch, [Zero([(1, 2), (0, 1)], positions=places)])
    torch.testing.assert_close(found, by_hand(model, batch, steps), **EXACT)
    everywhere = by_hand(model, batch, [(path, layer, zeroed(head, n_heads)) for layer, head in ((0, 1), (1, 2))])
    assert not torch.allclose(found, everywhere, **EXACT)


@pytest.mark.parametrize(("name", "kind"), OF_SEVERAL)
def test_zero_in_each_part_of_an_encoder_decoder(name, kind):
    model = model_from(make(*ENCODER_DECODERS[name]), tokenizer(), name=name)
    read, batch = read_for_changes(model, TEXT, target="he ran home")
    plain = by_hand(model, batch, [])
    for call in read.calls_of(kind):
        expected = by_hand(model, batch, [(OF_SEVERAL[name, kind], call.layer, zeroed(1, call.n_heads))])
        assert (expected - plain).abs().max() > 1e-4
        torch.testing.assert_close(changed(model, read, batch, [Zero([(call.layer, 1)], kind=kind)]), expected, **EXACT)
    with pytest.raises(InputError, match="kind"):
        changed(model, read, batch, [Zero([(0, 1)])])


@pytest.mark.parametrize(("name", "kind"), OF_SENSES)
def test_zero_in_images_and_sounds(name, kind):
    network_class, config, inputs = OTHER_SENSES[name]
    model = model_from(make(network_class, config), name=name)
    read, batch = read_for_changes(model, inputs())
    plain = by_hand(model, batch, [])
    for call in read.calls_of(kind):
        expected = by_hand(model, batch, [(OF_SENSES[name, kind], call.layer, zeroed(1, call.n_heads))])
        assert (expected - plain).abs().max() > 1e-4
        torch.testing.assert_close(changed(model, read, batch, [Zero([(call.layer, 1)], kind=kind)]), expected, **EXACT)


@pytest.mark.parametrize("name", [*ENCODERS, *DECODERS, *OWN_CODE])
def test_all_heads_changed_leaves_a_trace_and_nothing_changed_none(name):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    plain = run_changed(model, batch, read, {}, vectors=True)
    every = [(call.layer, head) for call in read.calls for head in range(call.n_heads)]
    assert not torch.allclose(changed(model, read, batch, [Zero(every)]), plain, atol=1e-2)
    torch.testing.assert_close(changed(model, read, batch, [Scale(every, 1.0)]), plain, **EXACT)
    torch.testing.assert_close(changed(model, read, batch, [From(every, TEXT)]), plain, **EXACT)
    own = [Pattern([(layer, h)], pattern(read, layer)[h]) for layer, h in every]
    torch.testing.assert_close(changed(model, read, batch, own), plain, rtol=0, atol=1e-4)
    assert torch.equal(run_changed(model, batch, read, {}, vectors=True), plain)  # nothing is left behind


def put(head, values):
    """By hand: what a head hands on, (position, d_head), whatever it was."""

    def change(heads):
        width = values.shape[-1]
        heads[..., head * width : (head + 1) * width] = values

    return change


@pytest.mark.parametrize("name", ["bert", "gpt2", "llama", "mpnet", "bloom", "gptj"])
def test_each_other_change_equals_what_a_hand_puts_there(name):
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    path, layer, head = PROJECTIONS[name], 1, read.calls[0].n_heads - 2  # of grouped keys, in the second group
    own = head_output(read, layer)[head]
    value = read.calls[layer].value[head // (read.calls[layer].n_heads // len(read.calls[layer].value))]
    weights = pattern(read, layer)[head]
    mean = torch.cat([head_output(capture(model, text), layer)[head] for text in TEXTS]).mean(dim=0)
    uniform = (weights > 0).float() / (weights > 0).sum(dim=-1, keepdim=True)
    n, vector = len(own), torch.arange(own.shape[-1]).float()
    before = value[(torch.arange(n) - 1).clamp_min(0)]
    heads = [(layer, head)]
    cases = {
        "mean": (Mean(heads, TEXTS), mean.expand(own.shape)),
        "from": (From(heads, OTHER), head_output(capture(model, OTHER), layer)[head]),
        "uniform": (Pattern(heads, "uniform"), uniform @ value),
        "previous": (Pattern(heads, "previous"), before),
        "scale": (Scale(heads, -1.5), -1.5 * own),
        "add": (Add(heads, vector), own + vector),
        "tensor": (Pattern(heads, torch.eye(n)), value),
    }
    plain = by_hand(model, batch, [])
    for what, (change, values) in cases.items():
        expected = by_hand(model, batch, [(path, layer, put(head, values))])
        assert (expected - plain).abs().max() > 1e-3, what
        torch.testing.assert_close(changed(model, read, batch, [change]), expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("name", ["bert", "llama", "mistral", "gemma2", "gpt-oss", "mpnet", "bloom"])
def test_cut_hides_a_key_before_the_softmax(name):
    """Of one head: the rest of the row, as it was, made to sum to 1 again (beside what a learned sink takes)."""
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    call, path, head, query, key = read.calls[1], PROJECTIONS[name], 1, 4, 2
    weights = pattern(read, 1)[head].clone()
    value = call.value[head // (call.n_heads // len(call.value))]
    left = 1.0 - weights[query, key]  # what the other keys, and a sink, have
    weights[query, key] = 0.0
    weights[query] /= left
    expected = by_hand(model, batch, [(path, 1, put(head, weights @ value))])
    assert (expected - by_hand(model, batch, [])).abs().max() > 1e-3
    found = changed(model, read, batch, [Cut([(query, key)], [(1, head)])])
    torch.testing.assert_close(found, expected, rtol=0, atol=2e-5)


@pytest.mark.parametrize("name", ["bert", "llama", "falcon"])
def test_cut_of_all_heads_is_a_mask(name):
    """transformers takes a mask of four axes as it is."""
    _, model = text_model(name)
    read, batch = read_for_changes(model, TEXT)
    n = read.calls[0].n_query
    allowed = (pattern(read, 0)[0] > 0) if name != "bert" else torch.ones(n, n, dtype=torch.bool)
    allowed = allowed.clone()
    for query, key in ((5, 1), (4, 4)):
        allowed[query, key] = False
    mask = torch.zeros(1, 1, n, n).masked_fill(~allowed, torch.finfo(torch.float32).min)
    with torch.no_grad():
        expected = model.network(input_ids=batch["input_ids"], attention_mask=mask).last_hidden_state[0]
    found = changed(model, read, batch, [Cut([(5, 1), (-n + 4, 4)])])
    torch.testing.assert_close(found, expected, **EXACT)
    with pytest.raises(InputError, match="query 0 would see nothing"):
        changed(model, read, batch, [Cut([(0, key) for key in range(n)])])


def test_patterns_come_before_what_heads_put_out_and_the_rest_in_its_order():
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    heads, vector = [(1, 3)], torch.ones(4)
    looks = Pattern(heads, torch.eye(6))
    value = read.calls[1].value[1]
    doubled_then_more = changed(model, read, batch, [Scale(heads, 2.0), Add(heads, vector), looks])
    expected = by_hand(model, batch, [(PROJECTIONS["llama"], 1, put(3, 2 * value + vector))])
    torch.testing.assert_close(doubled_then_more, expected, **EXACT)
    more_then_doubled = changed(model, read, batch, [Add(heads, vector), Scale(heads, 2.0), looks])
    expected = by_hand(model, batch, [(PROJECTIONS["llama"], 1, put(3, 2 * (value + vector)))])
    torch.testing.assert_close(more_then_doubled, expected, **EXACT)


def test_two_threads_with_different_changes_on_one_network_never_mix():
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    wanted = [changed(model, read, batch, [Zero([(layer, head)])]) for layer in (0, 1) for head in range(6)]
    wrong, barrier = [], threading.Barrier(len(wanted))

    def work(number):
        barrier.wait()
        for _ in range(15):
            found = changed(model, read, batch, [Zero([divmod(number, 6)])])
            if not torch.equal(found, wanted[number]):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(wanted))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert wrong == []


def test_a_change_that_did_not_take_place_is_an_error():
    """A network that leaves its last layer out the second time."""
    network, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    plan = plan_of(read, [Zero([(1, 0)])], read_by(model))
    network.layers = network.layers[:1]
    network.config.num_hidden_layers = 1
    with pytest.raises(UnreadableModelError, match="attends otherwise"):
        run_changed(model, batch, read, plan, vectors=True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda: Zero([]), "heads is empty"),
        (lambda: Zero([(0, 1)], positions=[]), "positions is empty"),
        (lambda: Zero([(0, 1)], kind="both"), "kind is 'both'; give encoder, decoder, cross"),
        (lambda: Zero([(2, 0)]), r"no head L2 H0 in llama \(decoder\): its layers are 0 to 1"),
        (lambda: Zero([(1, 6)]), "no head L1 H6 in llama .*: it has 6 heads"),
        (lambda: Zero([(1, 0)], positions=[6]), "no position 6: the text has 6"),
        (lambda: Zero([(1, 0)], kind="cross"), "cross"),
        (lambda: Mean([(1, 0)], []), "over is empty"),
        (lambda: From([(1, 0)], "the cat"), "has 6 tokens and the other one 2"),
        (lambda: From([(1, 0)], OTHER, "words"), "mha_viz.effect"),
        (lambda: Add([(1, 0)], torch.ones(5)), r"shape \(5,\); give \(4,\) or, one a head, \(1, 4\)"),
        (lambda: Pattern([(1, 0)], torch.ones(5, 6)), r"shape \(5, 6\); give \(6, 6\) or \(1, 6, 6\)"),
        (lambda: Pattern([(1, 0)], torch.ones(6, 6)), "query 0 is to look at key 1, where it may not look"),
        (lambda: Cut([]), "edges is empty"),
        (lambda: Cut([(6, 0)]), "no query 6: the text has 6"),
        (lambda: Cut([(0, 0)]), "query 0 would see nothing"),
    ],
)  # fmt: skip
def test_refusals_say_what_was_found(change, says):
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    with pytest.raises(InputError, match=says):
        changed(model, read, batch, [change()])


def test_logits_need_a_prediction_head():
    _, model = text_model("llama")
    read, batch = read_for_changes(model, TEXT)
    with pytest.raises(InputError, match="no prediction head"):
        run_changed(model, batch, read, {})


@pytest.mark.real_model
def test_smollm2_without_a_head_equals_zeroing_its_slice_by_hand():
    from mha_viz.models.load import load_model

    model = load_model("smollm2")
    read, batch = read_for_changes(model, "When Mary and John went to the store, John gave a drink to")

    def logits(heads):
        with ExitStack() as stack, torch.no_grad():
            for layer, head in heads:
                path = "model.layers.{}.self_attn.o_proj"
                stack.enter_context(input_changed(model.network, path, layer, zeroed(head, 9)))
            return model.network(**batch).logits[0]

    assert torch.equal(run_changed(model, batch, read, {}), logits([]))
    for heads in ([(23, 3)], [(0, 0), (5, 8), (29, 2)]):
        found = run_changed(model, batch, read, plan_of(read, [Zero(heads)], read_by(model)), positions=[-1])
        torch.testing.assert_close(found, logits(heads)[-1:], rtol=0, atol=1e-4)
        assert (found - logits([])[-1:]).abs().max() > 1.0
