"""Heads and the rest sum to the logit difference; the rest is what embeddings, feed-forward parts and biases add."""

from contextlib import ExitStack

import pytest
import torch
import transformers as hf

from mha_viz.comparison.asks import Accuracy, LogitDifference, Loss, Vectors
from mha_viz.errors import InputError, UnreadableModelError
from mha_viz.evidence.importance.attribution import logit_attribution
from mha_viz.evidence.importance.importance import importance
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.residual import _straight
from mha_viz.wording import head_name
from tests.support.networks.families import ENCODER_DECODERS, LLAMA, T5, VOCABULARY, make, tokenizer
from tests.support.networks.predicting import CAUSAL, MASKED, model_of

TEXT, OTHER = "the cat sat on a mat", "his old dog ran home"
ASK = LogitDifference("dog", "fish")
WORDS = [VOCABULARY["dog"], VOCABULARY["fish"]]
STRAIGHT = [name for name in CAUSAL if name != "gemma2"]
# Written down by hand: what adds to the stream beside heads (embeddings, feed-forward parts), where heads are
# projected, the last norm, and whether it takes the mean away.
PARTS = {
    "llama": (("model.embed_tokens",), "model.layers.{}.mlp", "model.layers.{}.self_attn.o_proj", "model.norm", False),
    "gpt2": (
        ("transformer.wte", "transformer.wpe"), "transformer.h.{}.mlp", "transformer.h.{}.attn.c_proj",
        "transformer.ln_f", True,
    ),
    "gpt-neox": (
        ("gpt_neox.embed_in",), "gpt_neox.layers.{}.mlp", "gpt_neox.layers.{}.attention.dense",
        "gpt_neox.final_layer_norm", True,
    ),
    "opt": (
        ("model.decoder.embed_tokens", "model.decoder.embed_positions"), "model.decoder.layers.{}.fc2",
        "model.decoder.layers.{}.self_attn.out_proj", "model.decoder.final_layer_norm", True,
    ),
}  # fmt: skip


def watched(network, paths, ids, at):
    """What went in and came out of modules at a position, by path, and the logits there."""
    found = {}
    with ExitStack() as hooks, torch.no_grad():
        for path in paths:

            def keep(_module, given, output, path=path):
                found[path] = [
                    flat[at] for one in (given[0], output) if len(flat := one.flatten(0, -2)) == ids.shape[1]
                ]

            hooks.callback(network.get_submodule(path).register_forward_hook(keep).remove)
        logits = network(input_ids=ids).logits[0, at]
    return found, logits


@pytest.mark.parametrize("at", [5, 2])
@pytest.mark.parametrize("name", PARTS)
def test_heads_and_rest_are_what_the_modules_add(name, at):
    model = model_of(name)
    network, (embeddings, mlp, projection, norm, is_centred) = model.network, PARTS[name]
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() == 1:  # weights of norms that are not all 1, biases that are not all 0
                parameter.add_(torch.rand(parameter.shape, generator=generator))
    ids = torch.tensor([capture(model, TEXT).query_positions["decoder"].ids])
    projections = [projection.format(layer) for layer in (0, 1)]
    paths = [*embeddings, *projections, mlp.format(0), mlp.format(1), norm]
    found, logits = watched(network, paths, ids, at)
    head = network.get_output_embeddings().weight.detach()
    last = network.get_submodule(norm)
    x, y = found[norm]
    bias = getattr(last, "bias", None)
    bias = torch.zeros(24) if bias is None else bias.detach()
    middle = x - x.mean() if is_centred else x
    scale = last.weight.detach() / (middle**2).mean().add(getattr(last, "eps", 1e-6)).sqrt()
    torch.testing.assert_close(middle * scale + bias, y, rtol=0, atol=1e-4)

    def read(part):
        part = part - part.mean() if is_centred else part
        return ((part * scale) @ (head[WORDS[0]] - head[WORDS[1]])).item()

    wanted = []
    for path in projections:
        module, heads = network.get_submodule(path), found[path][0]
        weight = module.weight.detach() if name == "gpt2" else module.weight.detach().T  # (heads × d_head, d_model)
        n_heads = 6 if name == "llama" else 3
        pairs = zip(heads.chunk(n_heads), weight.chunk(n_heads), strict=True)
        wanted += [read(outputs @ weights) for outputs, weights in pairs]
    biases = [getattr(network.get_submodule(path), "bias", None) for path in projections]
    others = [*(found[path][-1] for path in (*embeddings, mlp.format(0), mlp.format(1)))]
    others += [one.detach() for one in biases if one is not None]
    rest = sum(map(read, others)) + (bias @ (head[WORDS[0]] - head[WORDS[1]])).item()
    table = logit_attribution(model, TEXT, LogitDifference("dog", "fish", position=at))
    assert table["attribution"].tolist() == pytest.approx(wanted, abs=1e-4)
    assert table["attribution"].abs().max() > 1e-2
    assert table["rest"][0] == pytest.approx(rest, abs=1e-4)
    assert table["total"][0] == pytest.approx((logits[WORDS[0]] - logits[WORDS[1]]).item(), abs=1e-4)


def test_heads_are_straight_where_one_projection_and_sums_alone_lie_between():
    zeros = [torch.zeros(1, 5, 2, 3, requires_grad=True) for _ in range(6)]
    once, twice, scaled, unprojected, later, doubled = [(zero + 1.0).flatten(2) for zero in zeros]
    weight = torch.rand(7, 6)
    project = lambda heads: torch.nn.functional.linear(heads, weight)  # noqa: E731
    stream = torch.rand(1, 5, 7) + project(once) + (project(twice) + project(twice)) + project(scaled) * 0.5
    stream = stream + torch.add(torch.rand(7), project(doubled), alpha=2)
    stream = stream + torch.cat([unprojected, unprojected[..., :1]], dim=-1)
    stream = stream + torch.nn.functional.linear(project(later).tanh(), torch.rand(7, 7)) + (unprojected * 2).sum()
    assert _straight(stream.grad_fn, zeros) == {0}


@pytest.mark.parametrize("name", STRAIGHT)
def test_the_parts_sum_to_the_logit_difference(name):
    model = model_of(name)
    table = logit_attribution(model, TEXT, LogitDifference("dog", "fish", position=2))
    assert list(table) == ["kind", "layer", "head", "attribution", "rest", "total", "ask"]
    assert len(table) == sum(call.n_heads for call in capture(model, TEXT).calls)
    ids = torch.tensor([capture(model, TEXT).query_positions["decoder"].ids])
    with torch.no_grad():
        logits = model.network(input_ids=ids).logits[0, 2]
    assert table["attribution"].sum() + table["rest"][0] == pytest.approx(
        (logits[WORDS[0]] - logits[WORDS[1]]).item(), abs=1e-4
    )
    assert table["attribution"].abs().max() > 1e-2


def test_the_heads_of_a_last_layer_without_a_feed_forward_part_are_their_direct_effects():
    """Where a norm keeps its scale, what is lost without a head is what it added."""
    model = load_model("classroom")
    text, ask = "The cat sat on the mat because it was tired, so it", LogitDifference(" purred", " squeaked")
    table = importance(model, text, ask, effects=["attribution", "direct"])
    assert list(table)[3:5] == ["attribution", "direct"]
    assert table["attribution"].tolist() == logit_attribution(model, text, ask)["attribution"].tolist()
    last = table[table["layer"] == 1]
    assert last["attribution"].corr(-last["direct"]) > 0.9


def test_decoder_and_cross_attention_of_one_that_reads_its_sum_unscaled():
    config = hf.T5Config(**T5, decoder_start_token_id=4, pad_token_id=0, tie_word_embeddings=False)
    model = model_from(make(hf.T5ForConditionalGeneration, config), tokenizer(), name="t5")
    tables = {
        kind: logit_attribution(model, TEXT, ASK, kind=kind, target="he ran home") for kind in ("decoder", "cross")
    }
    totals = [table["total"][0] for table in tables.values()]
    assert totals[0] == totals[1]
    for table in tables.values():
        assert table["attribution"].sum() + table["rest"][0] == pytest.approx(totals[0], abs=1e-4)
    assert tables["cross"]["attribution"].abs().max() > 1e-3
    assert tables["cross"]["rest"][0] != pytest.approx(tables["decoder"]["rest"][0])
    with pytest.raises(UnreadableModelError, match=r"heads of layer 0 \(encoder\) add does not go straight"):
        logit_attribution(model, TEXT, ASK, kind="encoder", target="he ran home")


def gemma3():
    config = hf.Gemma3TextConfig(**LLAMA, sliding_window=3, layer_types=["sliding_attention", "full_attention"])
    return model_from(make(hf.Gemma3ForCausalLM, config), tokenizer(ends=False), name="gemma3")


def bart():
    return model_from(make(hf.BartForConditionalGeneration, ENCODER_DECODERS["bart"][1]), tokenizer(), name="bart")


def cohere():
    config = hf.CohereConfig(**{**LLAMA, "logit_scale": 0.5})
    return model_from(make(hf.CohereForCausalLM, config), tokenizer(ends=False), name="cohere")


def granite():
    config = hf.GraniteConfig(**LLAMA, residual_multiplier=0.5)
    return model_from(make(hf.GraniteForCausalLM, config), tokenizer(ends=False), name="granite")


@pytest.mark.parametrize(
    ("make_model", "says"),
    [
        (lambda: model_of("gemma2"), "a norm comes between"),
        (gemma3, "a norm comes between"),
        (granite, "a scale comes between"),
        *((lambda name=name: model_of(name), "other steps come between") for name in MASKED),
        (bart, "other steps come between"),
        (cohere, "stands more than one norm and the output embedding"),
    ],
)
def test_what_is_no_sum_is_refused_by_name(make_model, says):
    model = make_model()
    inputs = {"kind": "decoder", "target": "he ran home"} if model.name == "bart" else {}
    with pytest.raises(UnreadableModelError, match=rf"{model.name} \({type(model.network).__name__}\).*{says}"):
        logit_attribution(model, TEXT, ASK, **inputs)


@pytest.mark.parametrize("ask", [Loss(), Accuracy("dog", "fish"), Vectors()])
def test_what_is_no_difference_of_logits_is_refused(ask):
    with pytest.raises(InputError, match="ask LogitDifference"):
        logit_attribution(model_of("llama"), TEXT, ask)


def test_over_several_texts_it_is_the_mean():
    model = model_of("llama")
    table = importance(model, [TEXT, OTHER], ASK, effects=["attribution"])
    single = [logit_attribution(model, text, ASK)["attribution"] for text in (TEXT, OTHER)]
    assert table["attribution"].tolist() == pytest.approx(((single[0] + single[1]) / 2).tolist())
    assert (table["low"] < table["attribution"]).all()


@pytest.mark.real_model
def test_smollm2_knows_who_got_the_drink():
    """llama's last norm is taken at the run's own scale."""
    model = load_model("smollm2")
    text, ask = "When Mary and John went to the store, John gave a drink to", LogitDifference(" Mary", " John")
    table = logit_attribution(model, text, ask)
    ids = torch.tensor([model.processor(text)["input_ids"]])
    words = [model.processor(word)["input_ids"][0] for word in (" Mary", " John")]
    with torch.no_grad():
        logits = model.network(input_ids=ids).logits[0, -1]
    assert table["attribution"].sum() + table["rest"][0] == pytest.approx(
        (logits[words[0]] - logits[words[1]]).item(), abs=1e-4
    )
    best = table.loc[table["attribution"].abs().idxmax()]
    assert head_name(best["layer"], best["head"]) == "L23 H3"
