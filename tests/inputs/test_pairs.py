"""Two texts read together: what is captured equals what transformers' own tokenizer and eager attention give."""

import copy

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.text import read_text
from mha_viz.inputs.words import group_words
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.watching.entering import token_vectors
from tests.support.networks.families import BERT, DECODERS, ENCODER_DECODERS, TEXT, TEXTS, make, tokenizer

EXACT = {"rtol": 0, "atol": 1e-5}
FIRST, SECOND = "the cat sat on a mat", "he ran home"


def with_types():
    found = tokenizer()
    found.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    return found


def eager(network, **inputs):
    reference = copy.deepcopy(network)
    reference.set_attn_implementation("eager")
    with torch.no_grad():
        return reference(**inputs, output_attentions=True).attentions


@pytest.mark.parametrize("name", ["bert", "electra", "albert", "deberta-v2"])
def test_token_types_reach_the_network(name):
    network = make(*TEXT[name])
    if name == "deberta-v2":
        network = make(hf.DebertaV2Model, hf.DebertaV2Config(**BERT))
    reference = copy.deepcopy(network)
    inputs = with_types()(FIRST, SECOND, return_tensors="pt")
    model = model_from(network, with_types(), name=name)
    found = capture(model, FIRST, pair=SECOND)
    positions = found.query_positions["encoder"]
    assert positions.ids == tuple(inputs["input_ids"][0].tolist())
    assert positions.segments == tuple(inputs["token_type_ids"][0].tolist()) == (0,) * 8 + (1,) * 4
    expected = eager(reference, **inputs)
    for layer, attention in enumerate(expected):
        torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)
    without = eager(reference, input_ids=inputs["input_ids"])
    assert (expected[0] - without[0]).abs().max() > 0.005  # or it would not show whether types were handed over


@pytest.mark.parametrize("name", ["mpnet", "roberta", "distilbert", "llama", "gpt2"])
def test_a_network_that_is_not_told_the_parts_apart(name):
    network = make(*TEXT[name])
    reference = copy.deepcopy(network)
    own = tokenizer(ends=name not in DECODERS)
    inputs = own(FIRST, SECOND, return_tensors="pt")
    found = capture(model_from(network, own, name=name), FIRST, pair=SECOND)
    positions = found.query_positions[found.kinds[0]]
    assert positions.segments == ((0,) * 6 + (1,) * 3 if name in DECODERS else (0,) * 8 + (1,) * 4)
    for layer, attention in enumerate(eager(reference, **inputs)):
        torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)


def test_positions_of_a_pair_lie_in_both_texts():
    found = read_text(tokenizer(), FIRST, SECOND)
    assert found.text == f"{FIRST}\n{SECOND}"
    words = [found.text[slice(*span)] for span in found.spans if span is not None]
    assert words == f"{FIRST} {SECOND}".split()
    assert found.labels[-4:] == ("he", "ran", "home", "[SEP]")
    assert read_text(tokenizer(), FIRST).segments == ()


def test_no_word_crosses_and_words_carry_their_part():
    from tests.support.texts.texts import byte_tokenizer

    tokens = read_text(byte_tokenizer(), "ab cd", "éf gh")
    words = group_words(tokens).positions
    assert words.labels == ("ab", "␣", "cd", "éf", "␣", "gh")
    assert words.segments == (0, 0, 0, 1, 1, 1)
    assert group_words(read_text(byte_tokenizer(), "ab")).positions.segments == ()


def test_texts_with_and_without_a_second_one_in_one_batch():
    model = model_from(make(*TEXT["bert"]), with_types(), name="bert")
    seconds = [SECOND, None, "eat fish"]
    for text, second, found in zip(TEXTS, seconds, capture(model, list(TEXTS), pair=seconds), strict=True):
        alone = capture(model, text, pair=second)
        torch.testing.assert_close(pattern(found, 1), pattern(alone, 1), **EXACT)
        assert (found.text, found.pair) == (text, second)
        assert bool(found.query_positions["encoder"].segments) == (second is not None)


@pytest.mark.parametrize("nothing", [None, "", "  \n", [""], [None]])
def test_an_empty_second_text_is_none(nothing):
    model = model_from(make(*TEXT["bert"]), with_types(), name="bert")
    found = capture(model, FIRST, pair=nothing)
    assert found.pair is None
    assert found.query_positions["encoder"] == read_text(with_types(), FIRST)


def test_a_pair_that_cannot_be_read_is_refused():
    model = model_from(make(*TEXT["bert"]), with_types(), name="bert")
    with pytest.raises(InputError, match="2 texts but 1 second texts"):
        capture(model, [FIRST, SECOND], pair=[SECOND])
    with pytest.raises(InputError, match="Give a second text or a list of them as pair, not int"):
        capture(model, FIRST, pair=5)
    with pytest.raises(InputError, match="47 tokens; bert reads at most 43"):
        capture(model, " ".join(["cat"] * 22), pair=" ".join(["cat"] * 22))
    with pytest.raises(InputError, match=r"U\+D83D"):
        capture(model, FIRST, pair="\ud83d")
    with pytest.raises(InputError, match="leave pair and new_tokens out"):
        capture(model, {"input_ids": torch.tensor([[1, 5, 2]])}, pair=SECOND)


def test_an_encoder_decoder_reads_a_pair_in_its_encoder():
    network = make(*ENCODER_DECODERS["t5"])
    reference = copy.deepcopy(network)
    found = capture(model_from(network, with_types(), name="t5"), FIRST, pair=SECOND, target="eat fish")
    reference.set_attn_implementation("eager")
    ids = torch.tensor([found.query_positions["decoder"].ids])
    with torch.no_grad():
        expected = reference(
            input_ids=tokenizer()(FIRST, SECOND, return_tensors="pt")["input_ids"],
            decoder_input_ids=ids,
            output_attentions=True,
        )
    for kind in ("encoder", "decoder", "cross"):
        torch.testing.assert_close(pattern(found, 1, kind=kind), expected[f"{kind}_attentions"][1][0], **EXACT)
    assert found.key_positions["cross"].segments == (0,) * 8 + (1,) * 4


def test_token_vectors_of_a_pair_are_what_goes_into_the_layer():
    network = make(*TEXT["bert"])
    model = model_from(network, with_types(), name="bert")
    found = capture(model, FIRST, pair=SECOND)
    read, _ = token_vectors(model, found, 0)
    with torch.no_grad():
        values = network.encoder.layer[0].attention.self.value(read)
    torch.testing.assert_close(values.unflatten(1, (3, -1)).transpose(0, 1), found.calls[0].value)


@pytest.mark.real_model
@pytest.mark.parametrize("name", ["minilm", "mpnet"])
def test_a_pretrained_model_on_a_pair(name):
    from mha_viz.models.load import fetch_model

    first, second = "A man plays the guitar.", "Somebody makes music!"
    own = hf.AutoTokenizer.from_pretrained(fetch_model(name))
    reference = hf.AutoModel.from_pretrained(fetch_model(name), attn_implementation="eager").eval()
    inputs = own(first, second, return_tensors="pt")
    with torch.no_grad():
        expected = reference(**inputs, output_attentions=True).attentions
    found = capture(load_model(name), first, pair=second)
    positions = found.query_positions["encoder"]
    assert positions.ids == tuple(inputs["input_ids"][0].tolist())
    parts = {
        part: [w for w, s in zip(positions.labels, positions.segments, strict=True) if s == part] for part in (0, 1)
    }
    end = positions.labels[-1]
    assert "guitar" in parts[0] and "music" in parts[1]  # noqa: PT018
    assert parts[1][-1] == end
    for layer, attention in enumerate(expected):
        torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)
