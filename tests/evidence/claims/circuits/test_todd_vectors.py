"""Function vectors: what heads promise against small changes, a vector added by heads against one added by hand."""

import pytest
import torch

from mha_viz.attention.calls import call_head_output
from mha_viz.errors import InputError
from mha_viz.evidence.claims.circuits import todd_vectors as here
from mha_viz.evidence.claims.circuits.reading import heads_of, logits_with, reading
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from mha_viz.recording.interventions.changes import Add
from tests.support.networks.claims import encoder, reader, speaker


def fresh(seed=0, **settings):
    """A network to which all words of the tasks are tokens of their own."""
    return speaker(["Q : A : what", *here.TASKS.values()], seed=seed, **settings)


@pytest.fixture(scope="module")
def model():
    return fresh()


def test_no_vector_has_seen_what_is_counted():
    for piece in here._make(None, None):
        word, answer = piece.texts
        for i in range(here.LEARNED):
            text = here.prompt(word, here._examples(piece.kind, i))
            assert text.count(f"Q: {word}\n") == 1
            assert f"A: {answer}" not in text
            assert text.count("A: ") == here.SHOTS


def test_mixed_up_examples_have_the_same_words_and_no_right_answer():
    for task, pairs in here.PAIRS.items():
        mixed, right = here._examples(task, 2, mixed=True), here._examples(task, 2)
        assert {word for word, _ in mixed} == {word for word, _ in right}
        assert {answer for _, answer in mixed} == {answer for _, answer in right}
        assert not set(mixed) & set(pairs)


def test_what_is_asked_in_a_prompt_is_none_of_its_examples():
    for task, pairs in here.PAIRS.items():
        for i in range(here.PROMPTS):
            assert here._asked(task, i) in pairs[: here.LEARNED]
            assert here._asked(task, i) not in here._examples(task, i)


def test_the_mean_after_examples_is_that_of_the_last_position(model):
    means = here.after_examples(model, "past")
    prompts = [
        here.prompt(here.PAIRS["past"][(i + 50) % 12][0], here._examples("past", i)) for i in range(here.PROMPTS)
    ]
    outputs = [call_head_output(reading(model, text).read.calls[4])[:, -1] for text in prompts]
    torch.testing.assert_close(means[4], sum(outputs) / len(outputs))


def test_a_promise_is_what_a_small_step_towards_the_mean_gains(model):
    means = here.after_examples(model, "opposite")
    promised = here.promise(model, "opposite", 1, means)
    word, answer = here.PAIRS["opposite"][51 % 12]
    found = reading(model, here.prompt(word, here._examples("opposite", 1, mixed=True)))
    heads, right, last = heads_of(found), here.first_token(model, answer), len(found.ids) - 1
    assert promised.shape == (35,)

    def said(changes):
        return logits_with(found, [last], changes)[0].double().log_softmax(dim=-1)[right].item()

    for i in (3, 17, 31):
        layer, head = heads[i]
        step = means[layer][head] - call_head_output(found.read.calls[layer])[head, last]
        more, less = (said([Add([(layer, head)], sign * step, positions=[last])]) for sign in (1.0, -1.0))
        assert promised[i].item() == pytest.approx((more - less) / 2, rel=0.05, abs=1e-6)


def test_heads_of_a_layer_add_just_the_vector(model):
    found, vector = reading(model, here.prompt("hot")), torch.linspace(-1, 1, 20)
    layer = 7 // here.DEEP

    def add(_module, _inputs, output):
        output[:, -1] += vector
        return output

    hook = model.network.model.layers[layer].self_attn.o_proj.register_forward_hook(add)
    try:
        with torch.no_grad():
            wanted = model.network(input_ids=torch.tensor([found.ids])).logits[0, -1].log_softmax(dim=-1)
    finally:
        hook.remove()
    torch.testing.assert_close(here.said_with(found, vector), wanted, atol=1e-4, rtol=1e-4)
    assert (here.said_with(found) - wanted).abs().max() > 1e-3


def test_a_vector_is_the_sum_of_what_its_heads_add(model):
    vectors, means = here.vectors_of(model), here.after_examples(model, "capital")
    assert len(set(vectors.heads)) == here.HEADS
    weights = [layer.self_attn.o_proj.weight.detach() for layer in model.network.model.layers]
    by_hand = sum(
        weights[layer][:, 4 * head : 4 * head + 4] @ means[layer][head].float() for layer, head in vectors.heads
    )
    torch.testing.assert_close(vectors.theirs["capital"].float(), by_hand, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(vectors.theirs["capital"], vectors.of_others["capital"])


@pytest.fixture
def plant(monkeypatch):
    """How likely the right answer is after examples, with each vector, and without either."""

    def of(examples, vector, others, alone=-8.0):
        ours = here.Vectors([], *({task: torch.tensor([which]) for task in here.PAIRS} for which in (1.0, 2.0)))
        monkeypatch.setattr(here, "vectors_of", lambda _model: ours)

        def said_with(found, vector_=None):
            likely = torch.full((len(found.model.processor),), -9.0)
            if "random weights" in found.model.name:
                return likely
            told = {1.0: vector, 2.0: others}
            share = examples if len(found.ids) > 9 else alone if vector_ is None else told[vector_.item()]
            likely[answer_of(found)] = share + found.ids[-3] / 1000
            likely[0] = -3.0  # what comes first, where the right answer is less likely
            return likely

        monkeypatch.setattr(here, "said_with", said_with)

    return of


def answer_of(found):
    """The token of the right answer to what is asked last."""
    words = found.model.processor.convert_ids_to_tokens(found.ids)
    asked = words[max(i for i, word in enumerate(words) if word == "Q") + 2]
    return here.first_token(found.model, dict(pair for pairs in here.PAIRS.values() for pair in pairs)[asked])


@pytest.mark.parametrize(
    ("planted", "verdicts"),
    [
        ((-1.0, -1.0, -7.0), {"examples": HOLDS, "vector": HOLDS, "likelier": HOLDS}),
        ((-1.0, -6.0, -7.5), {"examples": HOLDS, "vector": FAILS, "likelier": HOLDS}),
        ((-5.0, -7.9, -7.9), {"examples": FAILS, "vector": FAILS, "likelier": FAILS}),
        ((-1.0, -1.0, -1.0), {"examples": HOLDS, "vector": HOLDS, "likelier": FAILS}),
        ((-1.0, -1.0, -7.0, -1.0), {"examples": HOLDS, "vector": FAILS, "likelier": FAILS}),
    ],
)
def test_vectors_are_found_where_they_are_planted(plant, planted, verdicts):
    plant(*planted)
    assert {each.statement.name: each.verdict for each in rerun(here.CLAIM, fresh()).results} == verdicts


def test_random_weights_carry_nothing():
    assert HOLDS not in {each.verdict for each in rerun(here.CLAIM, fresh(seed=1)).results}


def test_who_cannot_be_asked():
    for model in (reader(), encoder()):
        assert rerun(here.CLAIM, model).why_not
    with pytest.raises(InputError, match="leave --data out"):
        here._make(None, "pairs.txt")
