"""A model with two sides on the pages: it writes the target where none is given, and the page says so."""

import pytest
import transformers as hf

from mha_viz.inputs.languages import language_tags
from tests.support.networks.families import BART, make, tokenizer
from tests.support.pages.pages import opened, sound, view, with_more
from tests.support.texts.translators import m2m100, with_pieces

PAGE = "pages/Explore.py"
LINK = {"kind": "cross", "view": "Text"}


def saved(place, network, own, plain):
    """A folder with a head, which writes plain tokens alone: random weights like any."""
    network.generation_config.forced_eos_token_id = None
    network.generation_config.suppress_tokens = [i for i in range(network.config.vocab_size) if i not in plain]
    network.save_pretrained(place)
    own.save_pretrained(place)
    return str(place)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    network = make(hf.BartForConditionalGeneration, hf.BartConfig(**BART), seed=3)
    return saved(tmp_path_factory.mktemp("bart"), network, tokenizer(), plain=[7, 8, 9])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    own = m2m100(with_pieces(tmp_path_factory.mktemp("pieces")), src_lang="en")
    size = 1 + max(len(own), *language_tags(own).values())
    network = make(hf.M2M100ForConditionalGeneration, hf.M2M100Config(**{**BART, "vocab_size": size}))
    return saved(
        tmp_path_factory.mktemp("m2m100"), network, own, plain=own.convert_tokens_to_ids(["\u2581le", "\u2581cat"])
    )


def captions(test):
    return [part.value.replace("\\", "") for part in test.caption]


def test_the_model_writes_the_target_and_the_page_says_so(folder):
    test = with_more(sound(opened(PAGE, model=folder, text="the cat sat", **LINK, continue_=5)))
    sides = view(test, "painted")["sides"]
    assert [side["title"] for side in sides.values()] == ["Source", "Target, written by the model"]
    assert "cat" in sides["key"]["words"]
    assert len(sides["query"]["words"]) > 2
    assert any(" wrote: " in caption for caption in captions(test))
    assert test.text_input(key="target").value == ""


def test_a_target_that_is_given_is_read_as_it_is(folder):
    test = with_more(sound(opened(PAGE, model=folder, text="the cat sat", target="he ran", **LINK)))
    sides = view(test, "painted")["sides"]
    assert sides["query"]["title"] == "Target"
    assert sides["query"]["words"][-3:] in (["he", "ran", "[SEP]"], ["[CLS]", "he", "ran"])
    assert not any(" wrote: " in caption for caption in captions(test))


def test_where_nothing_says_the_language_of_the_target_it_waits_for_that(told):
    test = with_more(sound(opened(PAGE, model=told, text="the cat sat")))
    assert "Choose the language of the target, and the model writes one." in captions(test)
    assert not any(" wrote: " in caption for caption in captions(test))
