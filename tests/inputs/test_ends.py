"""Start and end tokens: one too many left out, a missing one put before the text."""

import json

import pytest
import torch
import transformers as hf
from tokenizers import processors

from mha_viz.attention.maps import pattern
from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.inputs.ends import missing_start_token, with_start_token, without_doubled_ends
from mha_viz.inputs.text import go_on, read_text
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.texts import byte_tokenizer, with_end_of_text


@pytest.mark.parametrize(
    ("text", "single"),
    [
        ("[CLS] the cat [SEP]", "the cat"),
        ("[CLS] the cat", "the cat"),
        ("the cat [SEP]", "the cat"),
        ("the [SEP] cat", "the [SEP] cat"),
        ("the cat", "the cat"),
        ("[CLS]", "[CLS]"),  # nothing would be left
        ("[CLS] [CLS] the", "[CLS] the"),
    ],
)
def test_what_is_there_twice_is_left_out(text, single):
    assert without_doubled_ends(tokenizer(), text) == single
    assert without_doubled_ends(tokenizer(ends=False), text) == text  # adds none: both were meant
    if single == "the cat":
        assert read_text(tokenizer(), single).notes == ()


def test_a_start_token_for_a_tokenizer_that_puts_none_there():
    own = with_end_of_text()
    text = with_start_token(own, "ab")
    assert text == "<|endoftext|>ab"
    found = read_text(own, text)
    assert found.labels == ("<|endoftext|>", "a", "b")
    assert found.is_special == (True, False, False)
    with pytest.raises(InputError, match=r"begins with a start token already \(<\|endoftext\|>\)"):
        with_start_token(own, text)
    with pytest.raises(InputError, match=r"begins with a start token already \(\[CLS\]\)"):
        with_start_token(tokenizer(), "the cat")
    with pytest.raises(InputError, match="has no start token"):
        with_start_token(byte_tokenizer(), "the cat")


def test_a_start_token_that_a_tokenizer_has_and_puts_nowhere():
    own = with_end_of_text()
    assert missing_start_token(own, read_text(own, "ab")) == "<|endoftext|>"
    assert missing_start_token(own, read_text(own, "ab<|endoftext|>")) == "<|endoftext|>"  # typed at the end
    assert missing_start_token(own, read_text(own, "<|endoftext|>ab")) is None
    assert missing_start_token(tokenizer(), read_text(tokenizer(), "the cat")) is None
    assert missing_start_token(tokenizer(ends=False), read_text(tokenizer(ends=False), "the cat")) == "[CLS]"
    assert missing_start_token(byte_tokenizer(), read_text(byte_tokenizer(), "ab")) is None  # has none at all


def test_where_another_token_begins_or_ends_a_text_no_start_token_is_missing():
    last = tokenizer(ends=False)
    last.backend_tokenizer.post_processor = processors.TemplateProcessing("$A [CLS]", special_tokens=[("[CLS]", 1)])
    assert read_text(last, "the cat").labels == ("the", "cat", "[CLS]")
    assert missing_start_token(last, read_text(last, "the cat")) is None
    first = tokenizer(ends=False)
    first.backend_tokenizer.post_processor = processors.TemplateProcessing("[PAD] $A", special_tokens=[("[PAD]", 0)])
    assert read_text(first, "the cat").labels == ("[PAD]", "the", "cat")
    assert missing_start_token(first, read_text(first, "the cat")) is None


def test_an_end_token_that_a_model_went_on_with_is_no_start_token():
    own = with_end_of_text()
    gone_on = go_on(own, read_text(own, "ab"), own("c")["input_ids"] + [own.eos_token_id])
    assert (gone_on.labels[-1], gone_on.spans[-1]) == ("<|endoftext|>", None)
    assert missing_start_token(own, gone_on) == "<|endoftext|>"


def test_patterns_with_a_start_token_are_those_of_its_id_before_the_text():
    own = with_end_of_text()
    network = make(hf.GPT2Model, hf.GPT2Config(vocab_size=len(own), n_positions=43, n_embd=24, n_layer=2, n_head=3))
    found = capture(model_from(network, own, name="gpt2"), with_start_token(own, "ab cd"))
    ids = [own.bos_token_id, *own("ab cd")["input_ids"]]
    network.set_attn_implementation("eager")
    with torch.no_grad():
        expected = network(input_ids=torch.tensor([ids]), output_attentions=True).attentions
    for layer, attention in enumerate(expected):
        torch.testing.assert_close(pattern(found, layer), attention[0], rtol=0, atol=1e-5)


def test_both_in_the_terminal(tmp_path, capsys):
    make(*TEXT["bert"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    asked = ["attention", "[CLS] the cat", "--model", str(tmp_path), "--layer", "0", "--head", "0", "--json"]
    assert main(asked) == 0
    doubled = capsys.readouterr()
    assert json.loads(doubled.out)["query"] == ["[CLS]", "[CLS]#2", "the", "cat", "[SEP]"]
    assert "The text has two start tokens ([CLS])" in doubled.err
    assert main([*asked, "--single-ends"]) == 0
    single = capsys.readouterr()
    assert json.loads(single.out)["query"] == ["[CLS]", "the", "cat", "[SEP]"]
    assert "two start tokens" not in single.err
    assert main([*asked, "--start-token"]) == 1
    assert "begins with a start token already" in capsys.readouterr().err
