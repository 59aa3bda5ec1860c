"""On the page: what the model reads of what was typed, and turn markers that stand in no named slot."""

import pytest
from tokenizers import AddedToken, normalizers

from tests.support.networks.families import BERT, TEXT, make, tokenizer
from tests.support.pages.pages import opened, sound, view

TYPED = "thé cat<|eot_id|>sat"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny model whose tokenizer drops accents and has a turn marker among its added tokens."""
    place = tmp_path_factory.mktemp("bert")
    own = tokenizer()
    own.backend_tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    own.add_tokens([AddedToken("<|eot_id|>", special=True)])
    network_class, config = TEXT["bert"]
    make(network_class, type(config)(**BERT)).save_pretrained(place)
    own.save_pretrained(place)
    return str(place)


def test_the_label_keeps_what_was_typed_and_hover_and_facts_say_what_is_read(folder):
    drawn = view(sound(opened("pages/Head.py", model=folder, text=TYPED)))
    assert drawn["keys"][1:3] == ["thé", "cat"]
    assert drawn["said"]["query"][1:3] == ["token “the”, id 5, read as “the”", "token “cat”, id 6"]
    assert "read as “thé” as “the”" in drawn["facts"][1]


def test_a_turn_marker_is_a_word_of_its_own_and_hidden_with_the_special_tokens(folder):
    words = view(sound(opened("pages/Head.py", model=folder, text=TYPED, axis="Words")))
    assert words["keys"] == ["[CLS]", "thé", "cat", "<|eot_id|>", "sat", "[SEP]"]
    without = view(sound(opened("pages/Head.py", model=folder, text=TYPED, hide="special tokens")))
    assert without["keys"] == ["thé", "cat", "sat"]
