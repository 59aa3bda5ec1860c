"""Many more families: each text equals the family's own eager attention, alone and in a padded batch."""

import contextlib
import copy

import pytest
import torch
import transformers as hf

from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import contribution, pattern
from mha_viz.errors import MhaVizError, NotSeenError, UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.objects import KINDS
from mha_viz.recording.capture import capture
from tests.support.captures.outcomes import LONG, is_same, outcome
from tests.support.networks.eager import eager_attentions, of_ids
from tests.support.networks.families import ENCODER_DECODERS as FIRST_ENCODER_DECODERS
from tests.support.networks.families import TEXT, TEXTS, make, text_model, tokenizer
from tests.support.networks.more_families import (
    ALONE,
    DECODERS,
    ENCODER_DECODERS,
    ENCODERS,
    HYBRIDS,
    IN_PART,
    REFUSED,
    SINKS,
    WINDOWED,
    WINDOWS,
    family,
)

NEAR = {"rtol": 0, "atol": 2e-5}
ONE_WAY = {**ENCODERS, **DECODERS}
TARGETS = ("he ran", "a dog and a cat ran", "eat")
OTHERS = ([" ".join(["a cat"] * n) for n in range(1, 21)], [LONG])  # twenty of up to 40 words side by side, one alone


def loaded(name, row):
    network = make(*family(row))
    return copy.deepcopy(network), model_from(network, tokenizer(ends=name in ENCODERS), name=name)


def texts_alone_and_together(model, **options):
    """The captures of one text alone, and of all of them in a padded batch; then of the first one after many others,
    which has to be what it was.
    """
    first = {name: value[0] for name, value in options.items()}
    alone = capture(model, TEXTS[0], **first)
    before = outcome(model, TEXTS[0], **first)
    together = capture(model, list(TEXTS), **options)
    for others in OTHERS:
        with contextlib.suppress(MhaVizError):
            capture(model, others, batch_size=len(others), **dict.fromkeys(options, "a cat"))
    assert is_same(outcome(model, TEXTS[0], **first), before)
    return [alone, *together]


@pytest.mark.parametrize("name", ONE_WAY)
def test_a_family_equals_its_own_eager_attention(name):
    reference, model = loaded(name, ONE_WAY[name])
    kind = "encoder" if name in ENCODERS else "decoder"
    for found in texts_alone_and_together(model):
        expected = eager_attentions(reference, **of_ids(found.query_positions[kind].ids)).attentions
        assert [(call.kind, call.layer) for call in found.calls] == [(kind, i) for i in range(len(expected))]
        for layer, attention in enumerate(expected):
            torch.testing.assert_close(pattern(found, layer), attention[0], **NEAR)


@pytest.mark.parametrize("name", ENCODER_DECODERS)
@pytest.mark.parametrize("targets", [TARGETS, TEXTS], ids=["other lengths", "equal lengths"])
def test_encoder_decoder_and_cross_are_told_apart_at_any_length(name, targets):
    reference, model = loaded(name, ENCODER_DECODERS[name])
    for found in texts_alone_and_together(model, target=list(targets)):
        decoded = of_ids(found.query_positions["decoder"].ids)
        inputs = {**of_ids(found.key_positions["cross"].ids), "decoder_input_ids": decoded["input_ids"]}
        outputs = eager_attentions(
            reference, **inputs, use_cache=False
        )  # with a cache FSMT takes its input for one step
        for kind in KINDS:
            expected = outputs[f"{kind}_attentions"]
            assert len(found.calls_of(kind)) == len(expected) > 1
            for call, attention in zip(found.calls_of(kind), expected, strict=True):
                torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)


@pytest.mark.parametrize("name", WINDOWED)
def test_behind_an_encoder_in_windows_decoder_and_cross_attention_equal_eager(name):
    reference, model = loaded(name, WINDOWED[name])
    for found in texts_alone_and_together(model, target=list(TARGETS)):
        assert found.kinds == ("decoder", "cross")
        assert [note.split(" attends inside windows")[0] for note in found.notes] == [
            f"The encoder ({type(reference.get_encoder()).__name__})"
        ]
        decoded = of_ids(found.query_positions["decoder"].ids)["input_ids"]
        inputs = {**of_ids(found.key_positions["cross"].ids), "decoder_input_ids": decoded}
        outputs = eager_attentions(reference, **inputs, use_cache=False)
        for kind in found.kinds:
            expected = outputs[f"{kind}_attentions"]
            assert [call.layer for call in found.calls_of(kind)] == list(range(len(expected)))
            for call, attention in zip(found.calls_of(kind), expected, strict=True):
                torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)
    with pytest.raises(UnreadableModelError, match=f"{WINDOWS}|{IN_PART}"):
        capture(model, TEXTS[1])  # its encoder alone


@pytest.mark.parametrize("name", HYBRIDS)
def test_the_layers_of_a_hybrid_that_attend_equal_eager(name):
    reference, model = loaded(name, HYBRIDS[name])
    attending = HYBRIDS[name][2]
    for found in texts_alone_and_together(model):
        ids = found.query_positions["decoder"].ids
        returned = eager_attentions(reference, **of_ids(ids)).attentions
        expected = [one for one in returned if one is not None and one.shape[2:] == (len(ids), len(ids))]
        assert len(expected) == len(attending)
        assert found.layers_of("decoder") == attending
        others = set(range(reference.config.num_hidden_layers)) - set(attending)
        assert found.not_attending.get("decoder", ()) == tuple(sorted(others))
        for call, attention in zip(found.calls, expected, strict=True):
            torch.testing.assert_close(call_pattern(call), attention[0], **NEAR)


@pytest.mark.parametrize("name", SINKS)
def test_a_learned_sink_has_its_share_where_a_family_returns_the_rows_without_it(name):
    network = make(*family(SINKS[name]))
    for layer in network.layers:
        layer.self_attn.sinks.data.normal_()
    reference, model = copy.deepcopy(network), model_from(network, tokenizer(ends=False), name=name)
    added = []
    for layer in reference.layers:
        layer.self_attn.register_forward_hook(lambda _module, _inputs, output: added.append(output[0][0]))
    for found in texts_alone_and_together(model):
        added.clear()
        returned = eager_attentions(reference, **of_ids(found.query_positions["decoder"].ids)).attentions
        assert found.layers_of("decoder") == (0, 1, 2)
        for layer, attention in enumerate(returned):
            own = pattern(found, layer)
            left = own.sum(dim=-1, keepdim=True)
            assert 0.02 < left.min() < left.max() < 0.999
            torch.testing.assert_close(own / left, attention[0], **NEAR)
            torch.testing.assert_close(contribution(found, layer).sum(dim=0), added[layer], rtol=0, atol=1e-4)


def test_at_least_100_families():
    assert len({*TEXT, *FIRST_ENCODER_DECODERS, *ONE_WAY, *ENCODER_DECODERS, *HYBRIDS, *SINKS, *WINDOWED}) >= 100


# ---- refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_refused_for_its_own_reason(name):
    row, reason = REFUSED[name]
    network = make(*family(row))
    model = model_from(network, tokenizer(), name=name)
    target = {"target": "he ran"} if network.config.is_encoder_decoder else {}
    for texts in (TEXTS[0], list(TEXTS), TEXTS[0]):
        with pytest.raises(UnreadableModelError, match=f"^{name} .*{reason}"):
            capture(model, texts, **target)


def sam():
    vision = {
        "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "image_size": 16, "patch_size": 4,
        "mlp_dim": 31, "window_size": 2, "output_channels": 8, "global_attn_indexes": [1], "num_pos_feats": 4,
    }  # fmt: skip
    mask = {"hidden_size": 8, "num_attention_heads": 2, "mlp_dim": 16, "iou_head_hidden_dim": 8}
    prompt = {"hidden_size": 8, "image_size": 16, "patch_size": 4, "mask_input_channels": 4}
    config = hf.SamConfig(vision_config=vision, mask_decoder_config=mask, prompt_encoder_config=prompt)
    return hf.SamModel, config, {"pixel_values": torch.rand(1, 3, 16, 16)}


def test_a_part_that_attends_inside_windows_is_not_left_out_silently():
    network_class, config, batch = sam()
    with pytest.raises(UnreadableModelError, match="attends inside windows or other parts of its input"):
        capture(model_from(make(network_class, config), name="several parts"), batch)


def segformer(**changed):
    stages = {
        "num_encoder_blocks": 1, "depths": [2], "sr_ratios": [2], "hidden_sizes": [12], "patch_sizes": [5],
        "strides": [2], "num_attention_heads": [3], "mlp_ratios": [2],
    }  # fmt: skip
    return hf.SegformerModel, hf.SegformerConfig(**{**stages, **changed})


def pvt():
    stages = {
        "num_encoder_blocks": 2, "depths": [1, 2], "sequence_reduction_ratios": [2, 1], "hidden_sizes": [8, 16],
        "patch_sizes": [4, 2], "strides": [4, 2], "num_attention_heads": [1, 2], "mlp_ratios": [2, 2],
    }  # fmt: skip
    return hf.PvtModel, hf.PvtConfig(**stages, image_size=16)


@pytest.mark.parametrize(("network_and_config", "size", "known"), [(segformer(), 12, "36 × 9"), (pvt(), 16, "16 × 4")])
def test_positions_that_are_pooled_before_they_are_looked_at_are_no_others(network_and_config, size, known):
    """Neither cross-attention nor a map of as many keys as queries."""
    model = model_from(make(*network_and_config), name="pooled")
    own = f"{known.split()[0]} × {known.split()[0]}"
    for _ in range(2):
        with pytest.raises(UnreadableModelError, match=f"attends over {known} positions where {own} are known"):
            capture(model, {"pixel_values": torch.rand(1, 3, size, size)})


def test_where_nothing_is_pooled_the_same_family_is_read():
    model = model_from(make(*segformer(sr_ratios=[1])), name="not pooled")
    found = capture(model, {"pixel_values": torch.rand(1, 3, 12, 12)})
    assert [(call.kind, call.n_query, call.n_key) for call in found.calls] == [("encoder", 36, 36)] * 2


# ---- side by side, or one after the other --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALONE)
def test_a_text_that_padding_would_change_is_read_alone(name):
    """Exactly as without the others: by a convolution, or a rotary embedding that follows the longest text."""
    network = make(*family(ALONE[name]))
    reference = copy.deepcopy(network)
    model = model_from(network, tokenizer(), name=name)
    capture(model, [TEXTS[0], TEXTS[0].replace("cat", "dog")])  # of one length, and short: nothing shows yet
    for found in capture(model, [*TEXTS, LONG]):
        (kind,) = found.kinds
        ids = found.query_positions[kind].ids
        for layer, attention in enumerate(eager_attentions(reference, **of_ids(ids)).attentions):
            torch.testing.assert_close(pattern(found, layer), attention[0], **NEAR)


def test_texts_that_padding_does_not_change_are_read_side_by_side(monkeypatch):
    from mha_viz.recording import together

    _, model = text_model("bert")
    capture(model, [*TEXTS, LONG])
    sizes = []
    real = together.record

    def counting(model, batch, **options):
        sizes.append(len(batch["input_ids"]))
        return real(model, batch, **options)

    monkeypatch.setattr(together, "record", counting)
    capture(model, [*TEXTS, LONG])
    capture(model, list(TEXTS))
    capture(model, [TEXTS[0], f"{LONG} cat"])  # longer than what was tried: the shorter one is read alone once more
    assert sizes == [4, 3, 2, 1]


@pytest.mark.parametrize("name", ["nystromformer", "convbert"])
def test_what_is_added_to_the_heads_outputs_is_no_contribution(name):
    model = model_from(make(*family(ALONE[name])), tokenizer(), name=name)
    with pytest.raises(NotSeenError, match="something else"):
        contribution(capture(model, TEXTS[0]), 0)
