"""The grammar, its tokenizer, the training and what is measured: on cases that can be counted by hand."""

import math
from collections import Counter
from dataclasses import replace

import pytest
import torch

from mha_viz.attention.multi_head_attention import MultiHeadAttention
from mha_viz.errors import InputError
from mha_viz.evidence.corpus.passages import REPORT, SELECT
from mha_viz.evidence.statistics.crossed import CROSSED
from mha_viz.progress import Progress
from mha_viz.training.grammar import (
    ADJECTIVES,
    DOERS,
    FRAMES,
    HELD_OUT_FRAMES,
    NOUNS,
    TIMES,
    closings,
    grammar_words,
    training_sentences,
    twins,
)
from mha_viz.training.measures import (
    _closing_logits,
    ablated,
    checkpoint_table,
    classroom_passages,
    closing_accuracy,
    head_scores,
    without_head,
)
from mha_viz.training.tokenizer import classroom_tokenizer, words_outside
from mha_viz.training.train import Checkpoint, TrainingPlan, checkpoint_steps, train

SMALL = TrainingPlan(
    seed=3, steps=7, layers=2, heads=3, width=15, feed_forward=11, batch=5, sentences=13, checkpoints=3
)
HELD_OUT = {noun.form(many) for noun in NOUNS if noun.is_held_out for many in (False, True)}
CATS = ("The cat sat on the mat because it was tired.", "The cat sat on the mat because it was dirty.")


@pytest.fixture(scope="module")
def model():
    *_, last = train(SMALL)
    return last.model


# ---- grammar ---------------------------------------------------------------------------------------------------


def test_every_verb_is_done_by_animals_and_by_things():
    nouns = [noun.singular for noun in NOUNS]
    assert len(set(nouns)) == len(nouns) == 80
    assert all(len(kinds) == 2 and len(kinds[0]) == len(kinds[1]) == 4 for kinds in DOERS.values())
    assert sum(noun.is_held_out for noun in NOUNS) == 20
    assert not set(ADJECTIVES[0]) & set(ADJECTIVES[1])
    assert not set(FRAMES) & set(HELD_OUT_FRAMES)


def test_what_is_held_out_stays_out_of_sentences_with_a_pronoun():
    sentences = training_sentences(2000, seed=5)
    assert sentences == training_sentences(2000, seed=5) != training_sentences(2000, seed=7)
    asked = [one for one in sentences if {"it", "they", "It", "They"} & set(one.replace(",", " ").split())]
    assert 1000 < len(asked) < 1500
    words = {word.strip(".,") for one in asked for word in one.split()}
    assert not words & HELD_OUT
    assert not {one.split()[0] for one in asked} - {"The", "When", *(time.split()[0] for time in TIMES)}
    plain = {word.strip(".,") for one in sentences if one not in asked for word in one.split()}
    assert plain >= HELD_OUT


def test_twins_differ_in_adjective_and_verb_and_turn_the_answer_round():
    texts = list(twins())
    assert len(texts) == 180
    assert len({text.document for text in texts}) == 90
    assert texts == list(twins())
    for one, other in zip(texts[::2], texts[1::2], strict=True):
        (link,), (second,) = one.links, other.links
        assert link.group == second.group
        assert link.answer != second.answer
        changed = [pair for pair in zip(one.text.split(), other.text.split(), strict=True) if pair[0] != pair[1]]
        assert len(changed) == 2
        for text, its in ((one, link), (other, second)):
            said = [text.text[begin:end] for begin, end in its.candidates]
            assert set(said) <= HELD_OUT
            assert text.text[slice(*its.pronoun)] in ("it", "they")
            begun, right, wrong = closings(text)
            assert text.text == f"{begun} {right}."
            assert right != wrong
            noun = next(noun for noun in NOUNS if said[its.answer] in (noun.form(False), noun.form(True)))
            assert noun.verb == right
            assert sum(adjective in text.text for adjective in ADJECTIVES[noun.kind]) == 1
            assert not any(adjective in text.text for adjective in ADJECTIVES[1 - noun.kind])
    firsts = Counter(text.links[0].answer for text in texts)
    assert firsts == {0: 90, 1: 90}
    learned = {text.text[slice(*span)] for text in twins(held_out=False) for span in text.links[0].candidates}
    assert not learned & HELD_OUT


def test_a_text_that_leaves_open_what_is_meant_is_no_twin():
    one = next(twins())
    with pytest.raises(InputError, match="no twin"):
        closings(replace(one, links=(replace(one.links[0], answer=None),)))


# ---- tokenizer -------------------------------------------------------------------------------------------------


def test_every_word_is_one_token_and_any_text_can_be_read():
    tokenizer = classroom_tokenizer()
    for word in grammar_words():
        assert len(tokenizer(f" {word}", add_special_tokens=False)["input_ids"]) == 1, word
    for text in (*CATS, *training_sentences(50, seed=1)):
        assert len(tokenizer.tokenize(text)) == sum(1 + (word[-1] in ".,") for word in text.split())
    for text in ("Zürich 🐈 …", *CATS):
        ids = tokenizer(text)["input_ids"]
        assert ids[0] == tokenizer.bos_token_id == 0
        assert tokenizer.decode(ids[1:]) == text
    assert len(tokenizer.tokenize(" moon")) == 5


def test_words_outside_the_grammar_are_said():
    assert words_outside(CATS[0]) == words_outside(CATS[1]) == []
    assert words_outside("Anna's cat sat on the moon, the moon!") == ["Anna's", "moon"]


# ---- training --------------------------------------------------------------------------------------------------


def test_the_same_plan_gives_the_same_weights_and_leaves_random_numbers_alone():
    runs = []
    for state in (11, 13):  # of the caller's random numbers
        torch.manual_seed(state)
        before = torch.get_rng_state()
        runs.append([(one.step, one.loss, weights(one)) for one in train(SMALL)])
        assert torch.equal(torch.get_rng_state(), before)
    assert [step for step, _, _ in runs[0]] == [0, *checkpoint_steps(SMALL)] == [0, 3, 7]
    assert math.isnan(runs[0][0][1])
    for (_, loss, one), (_, other_loss, other) in zip(*runs, strict=True):
        assert loss == other_loss or math.isnan(loss)
        assert torch.equal(one, other)
    assert not torch.equal(runs[0][0][2], runs[0][1][2])
    *_, last = train(TrainingPlan(**{**vars(SMALL), "seed": 5}))
    assert not torch.equal(weights(last), runs[0][-1][2])


def weights(checkpoint) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in checkpoint.model.network.parameters()])


def test_the_loss_falls_and_progress_and_cancelling_are_heard():
    shares, plan = [], TrainingPlan(**{**vars(SMALL), "steps": 40, "checkpoints": 2})
    first, last = train(plan, progress=Progress(report=lambda share, _what: shares.append(share)))
    assert first.step == 0
    assert last.loss < math.log(last.model.network.config.vocab_size)
    assert shares == [0.25, 0.5, 0.75, 1.0]
    asked = iter([False, False, False, True])
    assert [one.step for one in train(SMALL, cancelled=lambda: next(asked))] == [0, 3]


@pytest.mark.parametrize("name", ["steps", "layers", "heads", "batch", "checkpoints"])
def test_a_plan_for_nothing_is_refused(name):
    with pytest.raises(InputError, match=rf"these are below 1: {name} \("):
        TrainingPlan(**{name: 0})


# ---- measures --------------------------------------------------------------------------------------------------


def test_accuracy_is_counted_on_the_token_after_the_pronoun(model, monkeypatch):
    texts = list(twins())[:6]
    logits = torch.zeros(6, 7)
    right, other = torch.tensor([1, 2, 3, 4, 5, 6]), torch.tensor([2, 1, 4, 3, 6, 5])
    logits[0, 1] = logits[1, 2] = 1.0  # both twins right
    logits[2, 3], logits[3, 0], logits[3, 4] = 1.0, 2.0, 1.0  # the second likelier than the other, not likeliest
    logits[4, 6], logits[5, 6] = 1.0, 1.0  # one wrong
    monkeypatch.setattr("mha_viz.training.measures._closing_logits", lambda _model, _texts: (logits, right, other))
    table = closing_accuracy(model, texts).set_index("measure")
    assert table["value"].tolist() == pytest.approx([4 / 6, 5 / 6, 2 / 3])
    assert table["n"].tolist() == [6, 6, 3]
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()


def test_what_is_asked_are_the_logits_after_the_pronoun(model):
    texts = list(twins())[:4]
    logits, right, other = _closing_logits(model, texts)
    for i, text in enumerate(texts):
        begun, verb, wrong = closings(text)
        ids = torch.tensor([model.processor(begun)["input_ids"]])
        torch.testing.assert_close(logits[i], model.network(ids).logits[0, -1].detach(), atol=1e-5, rtol=1e-4)
        assert model.processor.decode([right[i]]) == f" {verb}"
        assert model.processor.decode([other[i]]) == f" {wrong}"
    with pytest.raises(InputError, match="3 texts are no pairs"):
        closing_accuracy(model, texts[:3])


def test_a_head_that_is_taken_out_hands_on_nothing(model):
    attention = model.network.model.blocks[1].attention
    x = torch.randn(1, 7, 15)
    whole = attention(x)[0]
    with without_head(model, 1, 2):
        left = attention(x)[0]
    assert torch.equal(attention(x)[0], whole)  # the hook is gone again
    own = MultiHeadAttention(15, 3)
    own.load_state_dict(attention.state_dict())
    expected = own(x, causal=True, head_scale=torch.tensor([1.0, 1.0, 0.0]))
    torch.testing.assert_close(own(x, causal=True), whole, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(left, expected, atol=1e-5, rtol=1e-4)
    with pytest.raises(InputError, match="no head L1 H3"), without_head(model, 1, 3):
        pass


def test_ablated_counts_what_is_lost(model, monkeypatch):
    out = []

    def asked(given, texts):
        silent = next(((i, b.attention) for i, b in enumerate(given.network.model.blocks)
                       if b.attention.output_projection._forward_pre_hooks), None)  # fmt: skip
        out.append(silent)
        logits = torch.zeros(10, 3)
        logits[:, 1] = 1.0
        if len(out) == 3:  # the second head alone is needed, in three sentences
            logits[:3, 2] = 2.0
        return logits, torch.ones(10, dtype=torch.long), torch.full((10,), 2)

    monkeypatch.setattr("mha_viz.training.measures._closing_logits", asked)
    table = ablated(model, list(twins())[:10])
    assert table[["layer", "head"]].to_numpy().tolist() == [[i, j] for i in range(2) for j in range(3)]
    assert [one and one[0] for one in out] == [None, 0, 0, 0, 1, 1, 1]
    assert table["drop"].tolist() == pytest.approx([0, 0.3, 0, 0, 0, 0])
    things = {link.group.split()[1] for text in list(twins())[:10] for link in text.links}
    assert table["n_units"].unique().tolist() == [len(things)] == [4]  # of five pairs two share a thing
    assert table["low"][1] <= 0.3 <= table["high"][1]


def test_a_checkpoint_is_one_tidy_table(model):
    table = checkpoint_table(Checkpoint(7, 1.5, model))
    assert table["step"].unique().tolist() == [7]
    of_twins = table[table["score"] == "twins"]
    assert of_twins[["layer", "head"]].to_numpy().tolist() == [[i, j] for i in range(2) for j in range(3)]
    assert of_twins["n"].unique().tolist() == [90]
    assert of_twins["n_units"].unique().tolist() == [10]  # nouns of a kind
    assert of_twins["chance"].unique().tolist() == pytest.approx([0.25])
    assert of_twins["baseline"].max() == 0  # no rule of place is right in both twins
    assert {"attention to previous", "induction on random tokens"} <= set(table["score"])
    assert table["accuracy_n"].unique().tolist() == [180]
    assert table[["value", "n", "low", "high"]].notna().all(axis=None)


def test_nothing_is_established_of_a_model_that_has_learned_nothing(model):
    passages = [one for one in classroom_passages(model) if "twins" in one.scopes]
    assert Counter(one.part for one in passages) == {REPORT: 90, SELECT: 200}
    nouns = [{noun for one in passages if one.part == part for noun in one.unit.split(CROSSED)} for part in (1, 2)]
    assert (len(nouns[0]), len(nouns[1])) == (20, 60)
    assert not nouns[0] & nouns[1]
    table = head_scores(model, passages, with_control=False)
    assert len(table) == 6
    assert "established" not in set(table["verdict"])
