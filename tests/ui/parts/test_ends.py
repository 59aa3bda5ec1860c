"""Start and end tokens on the pages: one click takes out a doubled one, one click puts a missing one."""

import pytest
import transformers as hf

from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages.pages import opened, sound, view, with_more
from tests.support.texts.texts import with_end_of_text

PAGES = [f"pages/{name}.py" for name in ("Sentence", "Heads", "Head", "Inside", "Atlas")]
KEEP, PUT = "Keep one", "Put it before this text"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Tiny models: one whose tokenizer puts both ends around a text, one whose tokenizer puts none."""
    places = {name: tmp_path_factory.mktemp(name) for name in ("bert", "gpt2")}
    make(*TEXT["bert"]).save_pretrained(places["bert"])
    tokenizer().save_pretrained(places["bert"])
    own = with_end_of_text()
    config = hf.GPT2Config(vocab_size=len(own), n_positions=43, n_embd=24, n_layer=2, n_head=3)
    make(hf.GPT2LMHeadModel, config).save_pretrained(places["gpt2"])
    own.save_pretrained(places["gpt2"])
    return {name: str(place) for name, place in places.items()}


def said(test):
    return "\n".join(part.value.replace("\\", "") for part in [*test.info, *test.caption, *test.error])


def buttons(test):
    return {button.label: button for button in test.button if button.label in (KEEP, PUT)}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_offers_to_keep_one_of_two_start_tokens(page, folders):
    test = sound(opened(page, model=folders["bert"], text="[CLS] the cat sat"))
    assert "The text has two start tokens ([CLS])" in said(test)
    buttons(test)[KEEP].click().run()
    assert test.text_input(key="text").value == test.query_params["text"] == "the cat sat"
    assert "two start tokens" not in said(sound(test))
    assert buttons(test) == {}


def test_after_one_click_the_ids_are_those_of_the_text_alone(folders):
    asked = {"model": folders["bert"], "look": "query:4", "map": "Logits", "head": "2"}
    test = sound(opened("pages/Head.py", text="[CLS] the cat sat [SEP]", **asked))
    assert view(test)["keys"] == ["[CLS]", "[CLS]", "the", "cat", "sat", "[SEP]", "[SEP]"]
    buttons(test)[KEEP].click().run()
    assert view(sound(test))["keys"] == ["[CLS]", "the", "cat", "sat", "[SEP]"]
    assert "look" not in test.query_params  # the fourth token is another one now
    assert (test.query_params["map"], test.query_params["head"]) == ("Logits", "2")


def test_what_is_there_once_or_was_meant_has_no_button(folders):
    for text in ("the cat sat", "the [SEP] cat", "[CLS]"):
        assert buttons(sound(opened("pages/Head.py", model=folders["bert"], text=text))) == {}


def test_the_second_sentence_of_a_comparison_has_a_button_of_its_own(folders):
    link = {"model": folders["bert"], "text": "the cat sat", "second": "the dog sat [SEP]"}
    test = sound(opened("pages/Compare.py", **link))
    assert "Second sentence: The text has two end tokens ([SEP])" in said(test)
    buttons(test)[KEEP].click().run()
    assert not buttons(sound(test))
    assert (test.query_params["text"], test.query_params["second"]) == ("the cat sat", "the dog sat")


def test_both_sentences_of_a_comparison_are_mended_one_by_one(folders):
    link = {"model": folders["bert"], "text": "[CLS] the cat sat", "second": "[CLS] the dog sat"}
    test = sound(opened("pages/Compare.py", **link))
    _, second = (button for button in test.button if button.label == KEEP)
    second.click().run()
    assert (test.query_params["text"], test.query_params["second"]) == ("[CLS] the cat sat", "the dog sat")
    buttons(sound(test))[KEEP].click().run()
    assert (test.query_params["text"], test.query_params["second"]) == ("the cat sat", "the dog sat")


def test_a_missing_start_token_is_one_click_away(folders):
    test = with_more(sound(opened("pages/Head.py", model=folders["gpt2"], text="ab")))
    assert "has a start token (<|endoftext|>) and does not put it before a text: heads that rest" in said(test)
    assert view(test)["keys"] == ["a", "·b"]
    buttons(test)[PUT].click().run()
    assert view(sound(test))["keys"] == ["<|endoftext|>", "a", "·b"]
    assert test.query_params["text"] == "<|endoftext|>ab"
    assert buttons(test) == {}


def test_a_continued_text_gets_its_start_token_before_what_was_typed(folders):
    test = with_more(sound(opened("pages/Head.py", model=folders["gpt2"], text="ab", **{"continue": "5"})))
    assert len(view(test)["keys"]) == 2 + 5
    buttons(test)[PUT].click().run()
    assert test.query_params["text"] == "<|endoftext|>ab"
    assert len(view(sound(test))["keys"]) == 3 + 5
