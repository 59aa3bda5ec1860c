"""What a page begins with: the examples' words, pronouns and what they stand for, and the head that links them."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.proposals import first_head, first_look, first_word, target_word
from mha_viz.attention.tables import word_rows
from mha_viz.attention.word_pairs import above_others
from mha_viz.inputs.examples import examples
from mha_viz.inputs.words import merge_pattern, ordinary, unique_labels, word_axes
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer

# What a reader would look at first: a pronoun, and the noun that it may stand for.
READERS = {
    "The cat sat on the mat because it was tired.": ("it", {"cat"}),
    "The trophy does not fit into the suitcase because it is too big.": ("it", {"trophy", "suitcase"}),
    "Anna told Ben that she would be late.": ("she", {"Anna"}),
    "When Maria came home, she fed the dog.": ("she", {"Maria"}),
    "The boys thanked the teacher because he had helped them.": ("he", {"teacher"}),
    "The keys to the cabinet are old, but they still work.": ("they", {"keys"}),
    "Take the old bread and give it to the birds.": ("it", {"bread"}),
    "The children ran to the beach because they wanted to swim.": ("they", {"children"}),
    "Paul lost his wallet and he called the police.": ("his", {"Paul"}),
    "The nurse helped the old man although he was rude.": ("he", {"man", "nurse"}),
    "My sister bought a car, but she never drives it.": ("she", {"sister"}),
    "The students read the book and they liked it.": ("they", {"students"}),
}


def proposed(found):
    """The labels of both words."""
    kind = found.kinds[0]
    query_words, key_words = word_axes(found, kind)
    query = first_word(found, query_words)
    looks = unique_labels(query_words.positions.labels)[query]

    def above_of(word):
        rows = word_rows(found, query_words, key_words, word, kind=kind)
        return above_others(found, query_words, key_words, word, rows, kind=kind)

    return looks, unique_labels(key_words.positions.labels)[target_word(found, looks, query, key_words, kind, above_of)]


@pytest.mark.real_model
@pytest.mark.parametrize("name", ["minilm", "mpnet", "smollm2"])
def test_a_page_begins_with_a_pair_that_a_reader_would_choose(name):
    model = load_model(name)
    wrong = {text: pair for text, pair in ((text, proposed(capture(model, text))) for text in READERS)
             if pair[0] != READERS[text][0] or pair[1] not in READERS[text][1]}  # fmt: skip
    assert not wrong


def tiny(text, name="bert"):
    return capture(model_from(make(*TEXT[name]), tokenizer(ends=name == "bert"), name=name), text)


def test_an_example_says_its_two_words():
    for example in examples():
        found = tiny(example["text"])
        assert proposed(found) == (example["from"], example["to"])


def test_of_an_example_the_later_word_looks_where_a_model_reads_left_to_right():
    for example in examples():
        found = tiny(example["text"], "llama")
        labels = unique_labels(word_axes(found, "decoder")[0].positions.labels)
        ends = (example["from"], example["to"])
        later, earlier = sorted(ends, key=labels.index, reverse=True)
        assert proposed(found) == (later, earlier)
        look = first_look(found, "decoder")
        assert (look.query, look.key) == (later, earlier)
        assert look.share > 0


def test_the_first_look_holds_what_its_head_gives_and_what_the_others_give():
    found = tiny("the dog thanked a cat and then he ran home")
    words, _ = word_axes(found, "encoder")
    look, labels = first_look(found, "encoder"), words.positions.labels
    layer, head = look.head
    whole = merge_pattern(pattern(found, layer, kind="encoder"), words, words)[head].double()
    looks, target = labels.index(look.query), labels.index(look.key)
    others = [i for i in ordinary(words) if i not in (looks, target)]
    assert look.share == pytest.approx(whole[looks, target].item(), abs=1e-6)
    assert look.others == pytest.approx(whole[others, target].mean().item(), abs=1e-6)
    assert first_look(tiny("cat"), "encoder").others is None


@pytest.mark.parametrize(
    ("text", "looks"), [("the cat saw a dog and he ran .", "he"), ("the cat sat on the mat .", "mat"), ("...", "...")]
)
def test_a_pronoun_looks_else_the_last_word(text, looks):
    found = tiny(text)
    words, _ = word_axes(found, "encoder")
    assert words.positions.labels[first_word(found, words)] == looks


@pytest.mark.parametrize("name", ["bert", "llama"])
def test_the_head_is_the_one_that_stands_out_between_both(name):
    found = tiny("the dog thanked a cat and then he ran home", name)
    (kind,) = found.kinds
    words, _ = word_axes(found, kind)
    labels = words.positions.labels
    looks, target = labels.index("he"), labels.index(proposed(found)[1])
    whole = torch.stack([merge_pattern(pattern(found, layer, kind=kind), words, words) for layer in range(2)]).double()
    others = [i for i in ordinary(words) if i not in (looks, target) and (kind == "encoder" or i > target)]
    more = whole[:, :, looks, target] - whole[:, :, others, target].mean(dim=2)
    assert first_head(found, kind) == divmod(int(more.argmax()), whole.shape[1])


def test_of_one_word_the_head_that_gives_most_is_proposed():
    found = tiny("cat")
    whole = torch.stack([pattern(found, layer, kind="encoder") for layer in range(2)])
    assert first_head(found, "encoder") == divmod(int(whole[:, :, 1, 1].argmax()), 3)
