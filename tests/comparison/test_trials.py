"""What may be tried and asked of a text, by the names that links use."""

import pytest
import transformers as hf

from mha_viz.comparison.asks import Continuation, LogitDifference, Loss, NextWord, Similarity, Vectors
from mha_viz.comparison.trials import HOWS, Asks, Hows, Trial, ask_of, asks_of, change_of
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.interventions.changes import Cut, From, Mean, Pattern, Scale, Zero
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer

KINDS = {
    Hows.remove: Zero, Hows.mean: Mean, Hows.even: Pattern, Hows.before: Pattern, Hows.patch: From, Hows.cut: Cut,
    Hows.double: Scale,
}  # fmt: skip


def tiny(network_class, config, **ends):
    return model_from(make(network_class, config), tokenizer(**ends), name="tiny")


@pytest.mark.parametrize("how", HOWS)
def test_every_name_is_a_change_of_just_these_heads(how):
    change = change_of(Trial(((0, 2), (1, 1)), "decoder", how, other="a dog", edges=((3, 1),)))
    assert type(change) is KINDS[how]
    assert (change.heads, change.kind) == (((0, 2), (1, 1)), "decoder")


def test_what_names_do():
    assert change_of(Trial(((0, 2),), "encoder", Hows.double)).factor == 2
    assert change_of(Trial(((0, 2),), "encoder", Hows.even)).pattern == "uniform"
    assert change_of(Trial(((0, 2),), "encoder", Hows.before)).pattern == "previous"
    assert change_of(Trial(((0, 2),), "encoder", Hows.patch, "a dog")).text == "a dog"
    assert change_of(Trial(((0, 2),), "encoder", Hows.cut, edges=((3, 1),))).edges == ((3, 1),)
    with pytest.raises(InputError, match="Type the other text"):
        change_of(Trial(((0, 2),), "encoder", Hows.patch, "  "))
    with pytest.raises(InputError, match="Choose which word"):
        change_of(Trial(((0, 2),), "encoder", Hows.cut))


def test_what_can_be_asked_is_what_the_model_can_answer():
    causal = tiny(hf.LlamaForCausalLM, TEXT["llama"][1])
    of_causal = asks_of(causal, capture(causal, "the cat sat"))
    assert of_causal == (Asks.next_word, Asks.two_words, Asks.loss, Asks.go_on, Asks.vectors)
    bare = tiny(*TEXT["bert"], ends=True)
    assert asks_of(bare, capture(bare, "the cat sat")) == (Asks.vectors, Asks.similarity)
    both = tiny(hf.T5ForConditionalGeneration, ENCODER_DECODERS["t5"][1])
    assert asks_of(both, capture(both, "the cat sat")) == (Asks.vectors, Asks.similarity)
    assert asks_of(both, capture(both, "the cat", target="he ran")) == (
        Asks.next_word, Asks.two_words, Asks.loss, Asks.vectors,
    )  # fmt: skip


def test_a_masked_word_can_be_asked_about_where_there_is_a_mask():
    model = tiny(hf.BertForMaskedLM, TEXT["bert"][1], ends=True)
    assert asks_of(model, capture(model, "the cat sat")) == (Asks.vectors, Asks.similarity)
    model.processor.mask_token = "cat"
    assert asks_of(model, capture(model, "the cat sat"))[:2] == (Asks.next_word, Asks.two_words)


def test_names_are_questions():
    made = [ask_of(name, word=" a", against=" b", other="x") for name in vars(Asks).values() if name in ALL]
    assert [type(one) for one in made] == list(ALL.values())
    with pytest.raises(InputError, match="two words"):
        ask_of(Asks.two_words, word=" a", against=" ", other="")
    with pytest.raises(InputError, match="Type the text"):
        ask_of(Asks.similarity, word="", against="", other="")


ALL = {
    Asks.next_word: NextWord, Asks.two_words: LogitDifference, Asks.loss: Loss, Asks.go_on: Continuation,
    Asks.vectors: Vectors, Asks.similarity: Similarity,
}  # fmt: skip
