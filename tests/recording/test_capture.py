"""What is captured equals what eager attention returns, family by family."""

import copy
import threading

import pytest
import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

from mha_viz.attention.maps import contribution, head_output, logits, pattern, value_weighted_pattern
from mha_viz.errors import InputError, NotSeenError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.objects import KINDS
from mha_viz.recording.capture import capture
from tests.support.networks.families import (
    BERT,
    DECODERS,
    ENCODER_DECODERS,
    EXACT,
    OTHER_SENSES,
    OWN_CODE,
    TEXT,
    TEXTS,
    make,
    text_model,
    tokenizer,
)


def eager(network, **inputs):
    """The attentions of the same network, run by transformers alone."""
    reference = copy.deepcopy(network)
    reference.set_attn_implementation("eager")
    with torch.no_grad():
        return reference(**inputs, output_attentions=True)


@pytest.mark.parametrize("name", TEXT)
def test_pattern_equals_eager_for_each_text_of_a_padded_batch(name):
    network, model = text_model(name)
    reference = copy.deepcopy(network)
    for text, found in zip(TEXTS, capture(model, list(TEXTS)), strict=True):
        ids = torch.tensor([found.query_positions[found.kinds[0]].ids])
        expected = eager(reference, input_ids=ids).attentions
        assert len(found.calls) == len(expected) == network.config.num_hidden_layers
        for layer, attention in enumerate(expected):
            assert attention.std() > 0.005 or attention.numel() < 40  # a uniform map would prove nothing
            torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)
        assert found.text == text


def asks_the_interface(network) -> bool:
    """Whether the network takes its attention function from transformers' registry, seen by putting one there."""
    asked = []

    def counting(_module, query, _key, value, *_arguments, **_options):
        asked.append(1)
        return value.new_zeros(*query.transpose(1, 2).shape[:3], value.shape[-1]), None

    AttentionInterface.register("counting", counting)
    AttentionMaskInterface.register("counting", sdpa_mask)
    network.config._attn_implementation_internal = "counting"
    with torch.no_grad():
        network(input_ids=torch.tensor([[5, 6, 7]]))
    return bool(asked)


@pytest.mark.parametrize("name", TEXT)
def test_reading_is_the_interface_where_transformers_has_the_family_on_it(name):
    network, model = text_model(name)
    assert model.reading == ("interface" if asks_the_interface(copy.deepcopy(network)) else "observed")


def test_both_ways_of_reading_are_tested():
    assert {text_model(name)[1].reading for name in TEXT} == {"interface", "observed"}


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_encoder_decoder_and_cross_are_told_apart(name):
    network = make(*ENCODER_DECODERS[name])
    reference = copy.deepcopy(network)
    model = model_from(network, tokenizer(), name=name)
    targets = ["he ran", "a dog and a cat ran", "eat"]
    for found in capture(model, list(TEXTS), target=targets):
        ids = torch.tensor([found.query_positions["encoder"].ids])
        decoder_ids = torch.tensor([found.query_positions["decoder"].ids])
        outputs = eager(reference, input_ids=ids, decoder_input_ids=decoder_ids)
        for kind in KINDS:
            expected = outputs[f"{kind}_attentions"]
            assert len(found.calls_of(kind)) == len(expected)
            for layer, attention in enumerate(expected):
                torch.testing.assert_close(pattern(found, layer, kind=kind), attention[0], **EXACT)
        assert found.key_positions["cross"].labels[1] in TEXTS[0] + TEXTS[1] + TEXTS[2]
        assert found.query_positions["cross"].labels[0] == "[start]"


def test_encoder_decoder_without_target_shows_its_encoder():
    model = model_from(make(*ENCODER_DECODERS["t5"]), tokenizer(), name="t5")
    found = capture(model, TEXTS[0])
    assert found.kinds == ("encoder",)
    assert pattern(found, 1).shape == (3, 8, 8)


@pytest.mark.parametrize("name", OTHER_SENSES)
def test_images_and_sounds(name):
    network_class, config, inputs = OTHER_SENSES[name]
    network = make(network_class, config)
    reference = copy.deepcopy(network)
    batch = inputs()
    found = capture(model_from(network, name=name), batch)
    outputs = eager(reference, **batch)
    if name == "clip":
        expected = {
            "encoder": outputs.vision_model_output.attentions,
            "decoder": outputs.text_model_output.attentions,
        }
    elif name == "whisper":
        expected = {kind: outputs[f"{kind}_attentions"] for kind in KINDS}
    else:
        expected = {"encoder": outputs.attentions}
    assert found.kinds == tuple(kind for kind in KINDS if kind in expected)
    for kind, attentions in expected.items():
        assert len(found.calls_of(kind)) == len(attentions)
        for layer, attention in enumerate(attentions):
            torch.testing.assert_close(pattern(found, layer, kind=kind), attention[0], **EXACT)


def test_at_least_24_families():
    assert len({*TEXT, *ENCODER_DECODERS, *OTHER_SENSES}) >= 24


@pytest.mark.parametrize("name", ["bert", "llama", "gemma2", "gpt-oss", *OWN_CODE])
def test_other_maps_follow_from_pattern_and_values(name):
    _, model = text_model(name)
    found = capture(model, TEXTS[1])
    for layer, call in enumerate(found.calls):
        weights = pattern(found, layer)
        value = call.value.repeat_interleave(call.n_heads // len(call.value), dim=0)
        by_hand = torch.einsum("hqk,hkd->hqkd", weights, value)
        torch.testing.assert_close(value_weighted_pattern(found, layer), by_hand.norm(dim=-1), **EXACT)
        torch.testing.assert_close(head_output(found, layer), by_hand.sum(dim=2), **EXACT)
        assert ((logits(found, layer) == -torch.inf) <= (weights == 0)).all()


def test_rows_sum_to_one_except_with_sinks():
    for name, shape in (("llama", (6, 6)), ("mpnet", (3, 8))):
        _, model = text_model(name)
        torch.testing.assert_close(pattern(capture(model, TEXTS[0]), 0).sum(-1), torch.ones(shape), **EXACT)
    _, model = text_model("gpt-oss")
    assert (pattern(capture(model, TEXTS[0]), 0).sum(-1) < 1).all()


def test_a_causal_row_never_looks_ahead_and_one_token_looks_at_itself():
    _, model = text_model("llama")
    assert not pattern(capture(model, TEXTS[1]), 0).triu(1).any()
    assert pattern(capture(model, "fish"), 1).tolist() == [[[1.0]]] * 6


def test_threads_with_different_texts_never_mix():
    _, model = text_model("bert")
    expected = {text: pattern(capture(model, text), 1) for text in TEXTS}
    wrong = []

    def work(text):
        for _ in range(25):
            found = capture(model, text)
            same_shape = pattern(found, 1).shape == expected[text].shape
            if len(found.calls) != 2 or not same_shape or not torch.equal(pattern(found, 1), expected[text]):
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(text,)) for text in TEXTS * 2]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not wrong


def test_a_plain_forward_outside_a_capture_is_unchanged_and_keeps_nothing():
    network, _ = text_model("llama")
    reference = make(*TEXT["llama"])
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        torch.testing.assert_close(network(ids).last_hidden_state, reference(ids).last_hidden_state, **EXACT)


def test_inputs_are_not_written_to():
    network_class, config, inputs = OTHER_SENSES["clip"]
    batch = inputs()
    before = {key: value.clone() for key, value in batch.items()}
    capture(model_from(make(network_class, config), name="clip"), batch)
    assert all(torch.equal(batch[key], before[key]) for key in before)


def test_the_language_model_head_is_not_run():
    import transformers as hf

    network = make(hf.LlamaForCausalLM, DECODERS["llama"][1])
    network.lm_head.register_forward_pre_hook(lambda *_: pytest.fail("the language-model head was run"))
    capture(model_from(network, tokenizer(ends=False), name="llama"), TEXTS[0])


def test_a_capture_is_much_smaller_than_its_maps():
    _, model = text_model("llama")
    found = capture(model, TEXTS[1])
    assert all(call.seen_pattern is None and call.seen_logits is None for call in found.calls)
    same = found.calls[0].query.untyped_storage().data_ptr()
    assert same != found.calls[1].query.untyped_storage().data_ptr()


def test_too_long_a_text_is_refused_with_the_limit():
    _, model = text_model("bert")
    with pytest.raises(InputError, match=r"52 tokens; bert reads at most 43"):
        capture(model, " ".join(["cat"] * 50))


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u3000"])
def test_empty_text_is_refused(text):
    _, model = text_model("bert")
    with pytest.raises(InputError, match="empty"):
        capture(model, text)


def test_half_a_character_is_refused():
    _, model = text_model("bert")
    with pytest.raises(InputError, match=r"U\+D83D"):
        capture(model, "cat \ud83d sat")


def test_a_target_needs_a_decoder_and_one_a_text():
    _, model = text_model("bert")
    with pytest.raises(InputError, match="no separate decoder"):
        capture(model, TEXTS[0], target="he ran")
    with pytest.raises(InputError, match="2 texts but 1 targets"):
        capture(model, list(TEXTS[:2]), target=["he"])


def test_asking_for_what_is_not_there_says_what_is():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(model, TEXTS[0], target="he ran")
    with pytest.raises(InputError, match="encoder and decoder and cross"):
        pattern(found, 0)
    with pytest.raises(InputError, match="layers 0 to 2"):
        pattern(found, 3, kind="decoder")
    with pytest.raises(InputError, match="it holds: encoder, decoder, cross"):
        pattern(found, 0, kind="sideways")


def test_an_unknown_tensor_handed_to_the_attention_is_refused_by_name():
    network, model = text_model("bert")
    attention = network.encoder.layer[1].attention.self
    plain = attention.forward
    attention.forward = lambda *args, **kwargs: plain(*args, **kwargs, mystery=torch.ones(1))
    with pytest.raises(UnreadableModelError, match=r"bert \(BertSelfAttention\) hands mystery"):
        capture(model, TEXTS[0])


def test_a_pattern_that_does_not_explain_the_output_is_refused(monkeypatch):
    from mha_viz.recording import interface

    _, model = text_model("bert")
    real = interface.sdpa_attention_forward

    def altered(module, query, *args, **kwargs):
        return real(module, query * 1.5, *args, **kwargs)

    monkeypatch.setattr(interface, "sdpa_attention_forward", altered)
    with pytest.raises(UnreadableModelError, match=r"layer 0 \(encoder\) cannot be reproduced"):
        capture(model, TEXTS[0])


def test_a_path_that_was_not_seen_yet_is_checked_too(monkeypatch):
    """No mask comes without padding: what runs then is another function than the one that was checked with a mask."""
    from mha_viz.recording import interface

    _, model = text_model("bert")
    real = interface.sdpa_attention_forward

    begun = []

    def altered(module, query, key, value, mask, **options):
        return real(module, query * 1.5 if begun and mask is None else query, key, value, mask, **options)

    monkeypatch.setattr(interface, "sdpa_attention_forward", altered)
    monkeypatch.setattr("mha_viz.recording.together._changed_by_padding", lambda *_: False)
    capture(model, list(TEXTS))
    begun.append(True)
    with pytest.raises(UnreadableModelError, match=r"layer 0 \(encoder\) cannot be reproduced"):
        capture(model, TEXTS[0])


def test_an_encoder_whose_modules_do_not_say_that_they_look_ahead_is_an_encoder():
    import transformers as hf

    config = hf.ClapTextConfig(**BERT, projection_dim=5)
    network = make(hf.ClapTextModel, config)
    reference = copy.deepcopy(network)
    model = model_from(network, tokenizer(), name="clap")
    for texts in ([TEXTS[2]], list(TEXTS), [TEXTS[0]]):
        for found in capture(model, texts):
            assert found.kinds == ("encoder",)
            ids = torch.tensor([found.query_positions["encoder"].ids])
            for layer, attention in enumerate(eager(reference, input_ids=ids).attentions):
                torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)


def test_a_model_without_softmax_attention_is_refused_by_name():
    import transformers as hf

    config = hf.MambaConfig(vocab_size=37, hidden_size=24, num_hidden_layers=2, state_size=3)
    model = model_from(make(hf.MambaModel, config), tokenizer(), name="mamba")
    with pytest.raises(UnreadableModelError, match=r"mamba \(MambaModel\) shows no softmax attention"):
        capture(model, TEXTS[0])


def test_windows_that_cannot_be_labelled_are_refused_by_name():
    import transformers as hf

    config = hf.SwinConfig(image_size=16, patch_size=2, embed_dim=12, depths=[1, 1], num_heads=[2, 3], window_size=2)
    with pytest.raises(UnreadableModelError, match=r"swin .* windows"):
        capture(model_from(make(hf.SwinModel, config), name="swin"), {"pixel_values": torch.rand(1, 3, 16, 16)})


def test_values_that_cannot_be_seen_are_said_to_be_unknown():
    import transformers as hf

    config = hf.XLNetConfig(vocab_size=37, d_model=24, n_layer=2, n_head=3, d_inner=31)
    network = make(hf.XLNetModel, config)
    reference = copy.deepcopy(network)
    found = capture(model_from(network, tokenizer(), name="xlnet"), TEXTS[0])
    ids = torch.tensor([found.query_positions["encoder"].ids])
    expected = eager(reference, input_ids=ids).attentions
    torch.testing.assert_close(pattern(found, 0), expected[0][0], **EXACT)
    with pytest.raises(NotSeenError, match="values"):
        head_output(found, 0)


# ---- contributions ---------------------------------------------------------------------------------------------


def block_outputs(network, weight_of, **inputs):
    """What the linear maps with these weights put out in a plain forward pass, by hooks on every module."""
    found = {}

    def note(module, _inputs, output):
        weight = getattr(module, "weight", None)
        if isinstance(weight, torch.Tensor):
            found.setdefault(weight.data_ptr(), []).append(output)

    hooks = [module.register_forward_hook(note) for module in network.modules()]
    with torch.no_grad():
        network(**inputs)
    [hook.remove() for hook in hooks]
    return [found[pointer].pop(0) for pointer in weight_of]


@pytest.mark.parametrize("name", [name for name in TEXT if name != "gpt-oss"])
def test_contributions_add_up_to_the_block_s_output(name):
    network, model = text_model(name)
    found = capture(model, TEXTS[1])
    ids = torch.tensor([found.query_positions[found.kinds[0]].ids])
    expected = block_outputs(network, [call.projection.data_ptr() for call in found.calls], input_ids=ids)
    for layer, call in enumerate(found.calls):
        parts = contribution(found, layer)
        assert parts.shape[0] == call.n_heads
        total = parts.sum(0) + (0 if call.projection_bias is None else call.projection_bias)
        block = expected[layer].reshape(total.shape)
        torch.testing.assert_close(total, block, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ENCODER_DECODERS)
def test_contributions_of_encoder_decoder_and_cross(name):
    network = make(*ENCODER_DECODERS[name])
    model = model_from(network, tokenizer(), name=name)
    capture(model, TEXTS[0])  # the encoder alone first: the decoder's projections are found all the same
    found = capture(model, TEXTS[0], target="he ran")
    inputs = {
        "input_ids": torch.tensor([found.query_positions["encoder"].ids]),
        "decoder_input_ids": torch.tensor([found.query_positions["decoder"].ids]),
    }
    expected = block_outputs(network, [call.projection.data_ptr() for call in found.calls], **inputs)
    for call, block in zip(found.calls, expected, strict=True):
        total = contribution(found, call.layer, kind=call.kind).sum(0)
        total = total + (0 if call.projection_bias is None else call.projection_bias)
        torch.testing.assert_close(total, block[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", OTHER_SENSES)
def test_contributions_of_images_and_sounds(name):
    network_class, config, inputs = OTHER_SENSES[name]
    network, batch = make(network_class, config), inputs()
    found = capture(model_from(network, name=name), batch)
    expected = block_outputs(network, [call.projection.data_ptr() for call in found.calls], **batch)
    for call, block in zip(found.calls, expected, strict=True):
        total = contribution(found, call.layer, kind=call.kind).sum(0) + call.projection_bias
        torch.testing.assert_close(total, block[0], rtol=1e-4, atol=1e-4)


FOLLOWED = {
    "bert": "sum",
    "gpt2": "sum",
    "llama": "sum",
    "mpnet": "sum",
    "bloom": "sum",
    "gemma2": "norm",
    "gemma3": "norm",
}


@pytest.mark.parametrize("name", FOLLOWED)
def test_what_follows_the_projection_is_seen(name):
    _, model = text_model(name)
    assert {call.followed_by for call in capture(model, TEXTS[0]).calls} == {FOLLOWED[name]}


def test_a_layer_scale_after_the_projection_is_seen():
    network_class, config, inputs = OTHER_SENSES["dinov2"]
    found = capture(model_from(make(network_class, config), name="dinov2"), inputs())
    assert {call.followed_by for call in found.calls} == {"scale"}


def test_a_gate_before_the_projection_is_refused():
    import transformers as hf

    config = hf.Qwen3NextConfig(
        vocab_size=37, hidden_size=24, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
        intermediate_size=32, moe_intermediate_size=32, shared_expert_intermediate_size=32, num_experts=4,
        num_experts_per_tok=2, linear_num_key_heads=2, linear_num_value_heads=4, linear_key_head_dim=8,
        linear_value_head_dim=8, max_position_embeddings=43, pad_token_id=0,
    )  # fmt: skip
    model = model_from(make(hf.Qwen3NextModel, config), tokenizer(ends=False), name="qwen3-next")
    found = capture(model, TEXTS[0])
    assert len(found.calls) < config.num_hidden_layers  # a hybrid: not every layer attends
    with pytest.raises(NotSeenError, match=r"Layer 3.*a gate or a norm"):
        contribution(found, 3)


def test_the_first_and_later_captures_agree():
    _, model = text_model("bert")
    first, second = capture(model, TEXTS[0]), capture(model, TEXTS[0])
    assert torch.equal(contribution(first, 1), contribution(second, 1))
    assert first.calls[0].projection.data_ptr() == second.calls[0].projection.data_ptr()


@pytest.mark.parametrize("name", ["roberta", "mpnet", "gpt2", "llama"])
def test_the_longest_text_that_is_not_refused_runs(name):
    _, model = text_model(name)
    limit = 43 - {"roberta": 1, "mpnet": 2}.get(name, 0)  # positions that stand for padding
    n_words = limit - 2 * (name not in DECODERS)
    assert len(capture(model, " ".join(["cat"] * n_words)).query_positions[capture(model, "cat").kinds[0]]) == limit
    with pytest.raises(InputError, match=f"{limit + 1} tokens; {name} reads at most {limit}"):
        capture(model, " ".join(["cat"] * (n_words + 1)))


def test_what_is_captured_may_be_used_with_weights_that_learn():
    _, model = text_model("bert")
    value = capture(model, TEXTS[0]).calls[0].value
    linear = torch.nn.Linear(value.shape[-1], 2)
    linear(value).sum().backward()
    assert linear.weight.grad is not None


# ---- what the first capture guards -------------------------------------------------------------------------------


def test_a_second_thread_is_checked_too_while_the_first_check_runs(monkeypatch):
    """Nobody gets numbers of a network before its self-check has passed."""
    from mha_viz.recording import cut, interface

    _, model = text_model("bert")
    real = interface.sdpa_attention_forward
    monkeypatch.setattr(
        interface, "sdpa_attention_forward", lambda module, query, *rest, **kw: real(module, query * 1.5, *rest, **kw)
    )
    second = []
    check = cut._self_check

    def slow_check(*arguments):
        if not second:
            second.append(None)
            with pytest.raises(UnreadableModelError):
                capture(model, TEXTS[0])
            second.append("refused")
        check(*arguments)

    monkeypatch.setattr(cut, "_self_check", slow_check)
    with pytest.raises(UnreadableModelError):
        capture(model, TEXTS[1])
    assert second == [None, "refused"]


def test_attention_that_combines_two_patterns_is_refused_by_name():
    import transformers as hf

    from tests.support.networks.families import LLAMA

    config = hf.DiffLlamaConfig(**{**LLAMA, "num_attention_heads": 4, "hidden_size": 32, "head_dim": 8})
    model = model_from(make(hf.DiffLlamaModel, config), tokenizer(ends=False), name="diffllama")
    with pytest.raises(UnreadableModelError, match="diffllama .* attends twice in one layer"):
        capture(model, TEXTS[0])


def test_an_encoder_that_does_not_show_is_refused_by_name():
    import transformers as hf

    from tests.support.networks.families import BERT

    encoder = hf.FNetConfig(**{**BERT, "hidden_size": 20})
    decoder = hf.BertConfig(**BERT, is_decoder=True, add_cross_attention=True)
    config = hf.EncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder, decoder_start_token_id=4)
    model = model_from(make(hf.EncoderDecoderModel, config), tokenizer(), name="fnet2bert")
    with pytest.raises(UnreadableModelError, match="^fnet2bert .* computes its encoder's attention in its own code"):
        capture(model, TEXTS[0], target="he ran")


def test_one_text_of_a_list_does_not_keep_the_others_alive():
    _, model = text_model("llama")
    short = capture(model, [" ".join(["cat"] * 40), "cat"])[1]
    tensors = [getattr(call, name) for call in short.calls for name in ("query", "key", "value", "allowed")]
    kept = sum(tensor.untyped_storage().nbytes() for tensor in tensors if tensor is not None)
    assert kept == sum(tensor.nbytes for tensor in tensors if tensor is not None)


@pytest.mark.parametrize("wrong", [5, None, [1, 2], ["cat", None]])
def test_what_is_no_text_is_refused(wrong):
    _, model = text_model("bert")
    with pytest.raises(InputError, match="Give a text"):
        capture(model, wrong)
    with pytest.raises(InputError, match="batch_size is 0"):
        capture(model, "cat", batch_size=0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_number_formats_reach_tables(dtype):
    from mha_viz.attention.tables import pattern_frame
    from mha_viz.comparison.distance import against_average

    for name in ("bert", "mpnet"):
        network = make(*TEXT[name]).to(dtype)
        found = capture(model_from(network, tokenizer(), name=name), TEXTS[0])
        assert pattern_frame(found, 0, 0).sum(axis=1).tolist() == pytest.approx([1.0] * 8, abs=0.02)
        assert against_average(found, 1)[1] >= 0


# ---- progress --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bert", "llama", "gemma2", "mpnet", "bloom"])
def test_progress_is_told_after_each_layer(name):
    _, model = text_model(name)
    for _ in range(2):  # watched, and not
        shares = []
        capture(model, TEXTS[0], progress=shares.append)
        assert shares == [0.5, 1.0]
    capture(model, list(TEXTS), batch_size=2, progress=shares.append)
    assert shares[2:] == pytest.approx([1 / 3, 2 / 3, 5 / 6, 1.0])


def test_progress_of_an_encoder_decoder():
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    shares = []
    capture(model, TEXTS[0], progress=shares.append)
    assert shares == [0.5, 1.0]
    capture(model, TEXTS[0], target="he ran", progress=shares.append)
    assert shares[2:] == [n / 8 for n in range(1, 9)]


@pytest.mark.parametrize("name", OTHER_SENSES)
def test_progress_never_goes_beyond_the_whole(name):
    network_class, config, inputs = OTHER_SENSES[name]
    shares = []
    capture(model_from(make(network_class, config), name=name), inputs(), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_configuration_that_does_not_say_how_many_layers_is_no_obstacle(monkeypatch):
    from mha_viz.recording import run

    class Silent:
        is_encoder_decoder = False

        def get_text_config(self):
            return self

    assert run._n_layers(Silent(), False) == 0
    monkeypatch.setattr(run, "_n_layers", lambda *_: 0)
    _, model = text_model("bert")
    assert len(capture(model, TEXTS[0], progress=pytest.fail).calls) == 2
