"""All heads in one run equal one run a head by hand; what cannot grow falls back; estimates and controls by hand."""

import pandas as pd
import pytest
import torch
import transformers as hf

from mha_viz.comparison.asks import LogitDifference, Loss, NextWord, Similarity, Vectors
from mha_viz.comparison.effects import effect
from mha_viz.errors import InputError
from mha_viz.evidence.importance import single_heads as module
from mha_viz.evidence.importance.importance import among_others, importance, where_effects_part
from mha_viz.evidence.importance.single_heads import estimate, question_of, without_each
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Mean, Zero
from mha_viz.recording.interventions.growing import blocks_of
from tests.support.networks.families import BERT, DECODERS, ENCODER_DECODERS, LLAMA, OWN_CODE, make, tokenizer
from tests.support.networks.predicting import CAUSAL, MASKED, model_of

TEXT, OTHER = "the cat sat on a mat", "his old dog ran home"
ASK = LogitDifference("dog", "fish")


def one_by_one(model, text, ask, *, kind=None, change=Zero, **inputs):
    """A run of its own for each head."""
    found = []
    for call in capture(model, text, **inputs).calls:
        if call.kind == kind or kind is None:
            heads = [[(call.layer, head)] for head in range(call.n_heads)]
            found += [effect(model, text, change(one, kind=kind), ask, **inputs)["difference"].item() for one in heads]
    return torch.tensor(found)


@pytest.mark.parametrize("name", [*CAUSAL, *MASKED])
def test_all_heads_in_one_run_equal_one_run_a_head(name):
    model = model_of(name)
    expected = one_by_one(model, TEXT, ASK)
    assert expected.abs().max() > 1e-2
    found = without_each(question_of(model, TEXT, ASK))
    torch.testing.assert_close(found, expected.double(), rtol=0, atol=2e-4)


@pytest.mark.parametrize("name", ["llama", "bert", "bloom"])  # bloom's batch cannot grow
def test_a_head_that_is_alone_in_its_layer_equals_a_run_without_the_others(name):
    model = model_of(name)
    expected = []
    for call in capture(model, TEXT).calls:
        for kept in range(call.n_heads):
            others = [(call.layer, head) for head in range(call.n_heads) if head != kept]
            expected.append(effect(model, TEXT, Zero(others), ASK)["difference"].item())
    found = without_each(question_of(model, TEXT, ASK), alone=True)
    torch.testing.assert_close(found, torch.tensor(expected).double(), rtol=0, atol=2e-4)


@pytest.mark.parametrize("name", ["t5", "bart"])
@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_all_heads_of_each_part_of_an_encoder_decoder(name, kind):
    network_class = {"t5": hf.T5ForConditionalGeneration, "bart": hf.BartForConditionalGeneration}[name]
    model = model_from(make(network_class, ENCODER_DECODERS[name][1]), tokenizer(), name=name)
    expected = one_by_one(model, TEXT, ASK, kind=kind, target="he ran home")
    found = without_each(question_of(model, TEXT, ASK, kind=kind, target="he ran home"))
    torch.testing.assert_close(found, expected.double(), rtol=0, atol=2e-4)


def test_most_networks_grow_and_those_that_cannot_repeat_the_text(monkeypatch):
    grew = {}
    real = module.run_growing

    def seen(*arguments, places, **options):
        found = real(*arguments, places=places, **options)
        grew[name] = places is not None
        return found

    monkeypatch.setattr(module, "run_growing", seen)
    for name in ("llama", "bert", "albert", "mpnet", "gpt2", "bloom"):
        without_each(question_of(model_of(name), TEXT, ASK))
    assert grew == {"llama": True, "bert": True, "albert": True, "mpnet": True, "gpt2": True, "bloom": False}


def test_chunks_of_layers_say_the_same_and_end_where_progress_says_so(monkeypatch):
    model = model_of("llama")
    whole = without_each(question_of(model, TEXT, ASK))
    monkeypatch.setattr(module, "ROWS_TIMES_TOKENS", 6)
    shares = []
    found = without_each(question_of(model, TEXT, ASK), progress=lambda share, _what: shares.append(share))
    torch.testing.assert_close(found, whole, rtol=0, atol=1e-4)
    assert shares == [0.0, 0.5, 1.0]

    def stop(share, _what):
        if share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        without_each(question_of(model, TEXT, ASK), progress=stop)


def test_direct_effects_leave_the_other_heads_as_they_were():
    """By hand: the later layer's heads are put back to what they hand on in the plain run."""
    from mha_viz.attention.maps import head_output

    model = model_of("llama")
    read = capture(model, TEXT)
    plain = head_output(read, 1).transpose(0, 1).flatten(1)  # (position, head × d_head)
    layers, ids = model.network.model.layers, torch.tensor([read.query_positions["decoder"].ids])
    words = [model.processor.convert_tokens_to_ids(word) for word in ("dog", "fish")]
    expected = []
    for head in (None, *range(6)):

        def without(_module, given, head=head):
            rest = given[0].clone()
            if head is not None:
                rest[..., head * 4 : head * 4 + 4] = 0.0
            return (rest,)

        hooks = [
            layers[0].self_attn.o_proj.register_forward_pre_hook(without),
            layers[1].self_attn.o_proj.register_forward_pre_hook(lambda *_: (plain[None],)),
        ]
        with torch.no_grad():
            last = model.network(input_ids=ids).logits[0, -1]
        [hook.remove() for hook in hooks]
        expected.append(last[words[0]] - last[words[1]])
    wanted = (torch.stack(expected[1:]) - expected[0]).double()
    question = question_of(model, TEXT, ASK)
    found, total = without_each(question, direct=True), without_each(question)
    torch.testing.assert_close(found[:6], wanted, rtol=0, atol=2e-4)
    assert (found[:6] - total[:6]).abs().max() > 1e-2
    torch.testing.assert_close(found[6:], total[6:], rtol=0, atol=2e-4)  # nothing comes after the last layer


@pytest.mark.parametrize("name", ["llama", "gpt2", "mpnet"])
def test_the_estimate_is_the_slope_of_the_exact_effect(name):
    """Of a head that is scaled down by very little, the exact effect per share taken away."""
    from mha_viz.recording.interventions.changes import Scale

    model = model_of(name)
    model.network.double()
    found = estimate(question_of(model, TEXT, ASK))
    heads = [(call.layer, head) for call in capture(model, TEXT).calls for head in range(call.n_heads)]
    exact = [effect(model, TEXT, Scale([head], 1 - 1e-3), ASK)["difference"].item() * 1e3 for head in heads]
    assert found.abs().max() > 1e-2
    torch.testing.assert_close(found, torch.tensor(exact).double(), rtol=2e-2, atol=2e-2)


def test_means_are_taken_over_all_texts():
    model = model_of("llama")
    table = importance(model, [TEXT, OTHER], ASK, how="mean", effects=["total"])
    wanted = [
        one_by_one(model, text, ASK, change=lambda heads, kind: Mean(heads, [TEXT, OTHER], kind=kind))
        for text in (TEXT, OTHER)
    ]
    assert table["total"].tolist() == pytest.approx(torch.stack(wanted).mean(dim=0).tolist(), abs=2e-4)
    assert set(table["how"]) == {"mean"}


def test_the_table_over_texts_has_intervals_and_p():
    model = model_of("llama")
    texts = [TEXT, OTHER, "he ran home", "the old dog sat", "fish eat fish", "a cat ran", "his mat", "it was tired"]
    table = importance(model, texts, ASK)
    assert list(table.columns) == [
        "kind", "layer", "head", "total", "direct", "estimate", "rank_in_layer", "z", "low", "high", "p", "n_texts",
        "n_units", "how", "ask",
    ]  # fmt: skip
    assert len(table) == 12
    assert ((table["low"] < table["total"]) & (table["total"] < table["high"])).all()
    assert table["p"].between(1 / 1001, 1).all()
    values = torch.stack([without_each(question_of(model, text, ASK)) for text in texts])
    half = 2.364624 * values.std(dim=0) / 8**0.5  # Student's t of 7
    width = torch.tensor((table["high"] - table["total"]).tolist()).double() / half
    assert width.min() > 1 - 1e-4  # wider where fewer texts move a head
    assert width.median().item() == pytest.approx(1.0, abs=1e-4)
    one = importance(model, TEXT, Loss(), effects=["estimate", "total"])
    assert one["p"].isna().all()
    assert set(one["ask"]) == {"loss"}


def test_rank_and_z_are_among_the_other_heads_of_a_layer():
    ranks, z = among_others(torch.tensor([1.0, -5.0, 3.0, 7.0, 100.0]), [0, 0, 0, 0, 1])
    assert ranks == [4, 2, 3, 1, 1]
    others = torch.tensor([1.0, 3.0, 7.0])
    assert z[1] == pytest.approx(((-5 - others.mean()) / others.std()).item())
    assert z[4] != z[4]


def test_a_sentence_says_where_the_effects_part():
    table = pd.DataFrame(
        {
            "layer": [0, 0, 1, 1], "head": [0, 1, 0, 1], "total": [1.0, 2.0, 3.0, 4.0],
            "direct": [0.9, 2.2, 0.004, 4.1], "estimate": [2.0, 1.0, 3.5, 9.0],
        }
    )  # fmt: skip
    said = where_effects_part(table)
    assert said == (
        "Total and direct effects rank the heads with a correlation of 0.40 (Spearman); they part most at L1 H0 (total "
        "+3.000, direct +0.004): most of it goes through other heads. Estimates rank them as total effects do with a "
        "correlation of 0.80, and are farthest off at L1 H1 (total +4.000, estimate +9.000): slopes hold for small "
        "changes."
    )
    made_up_for = where_effects_part(table.assign(direct=[-5.0, 2.2, 3.1, 4.1], estimate=float("nan")))
    assert made_up_for.endswith("part most at L0 H0 (total +1.000, direct −5.000): other heads make up for it.")
    assert where_effects_part(table.drop(columns="direct")) == ""


def test_refusals_say_what_would_work():
    model = model_of("llama")
    with pytest.raises(InputError, match="2 texts but 1 questions"):
        importance(model, [TEXT, OTHER], [ASK])
    with pytest.raises(InputError, match="no single number as its answer"):
        importance(model, TEXT, NextWord())
    with pytest.raises(InputError, match="give some of total, direct, estimate, attribution"):
        importance(model, TEXT, ASK, effects=["whole"])


def test_albert_runs_one_block_for_every_layer():
    question = question_of(model_of("albert"), TEXT, ASK)
    places = blocks_of(question.model, question.batch, question.read, vectors=False)
    assert len(set(places.values())) == len(question.read.calls) == 2
    assert {*DECODERS, *OWN_CODE} >= {*CAUSAL}
    assert BERT["num_hidden_layers"] == LLAMA["num_hidden_layers"] == 2


@pytest.mark.parametrize("ask", [Vectors(), Similarity(OTHER)])
@pytest.mark.parametrize("name", ["bert", "llama", "bloom"])
def test_heads_are_worth_something_to_vectors_too(name, ask):
    """As what one run a head does to each word's vector, in the mean over words."""
    model = model_of(name)
    sign = -1 if isinstance(ask, Vectors) else 1  # a cosine that falls is a vector that turns
    expected = sign * torch.tensor(
        [
            effect(model, TEXT, Zero([(call.layer, head)]), ask)["difference"].mean()
            for call in capture(model, TEXT).calls
            for head in range(call.n_heads)
        ]
    )
    assert expected.abs().max() > 1e-3
    question = question_of(model, TEXT, ask)
    torch.testing.assert_close(without_each(question), expected.double(), rtol=0, atol=2e-5)
    if isinstance(ask, Vectors):
        assert question.plain() == pytest.approx(0, abs=1e-5)


def test_what_is_least_where_nothing_is_changed_is_not_estimated():
    model = model_of("bert")
    table = importance(model, TEXT, Vectors())
    assert {"total", "direct"} <= {*table}
    assert "estimate" not in table
    with pytest.raises(InputError, match="no slopes to estimate from"):
        importance(model, TEXT, Vectors(), effects=["estimate"])
    small = question_of(model, TEXT, Similarity(OTHER))
    assert estimate(small).abs().max() > 1e-4
