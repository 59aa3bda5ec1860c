"""A chat captured: the patterns of eager attention on the ids that transformers' own template gives."""

import copy

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.media import Chat, Message
from mha_viz.models.load import load_model, model_from, random_twin
from mha_viz.recording.again import read_again
from mha_viz.recording.capture import capture
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.chats import MARKED, chat_model, messages

EXACT = {"rtol": 0, "atol": 1e-5}
GIVEN = messages("user: Why?", "assistant: It was tired.", "user: Oh")


def test_patterns_are_those_of_eager_attention():
    model = chat_model()
    reference = copy.deepcopy(model.network)
    reference.set_attn_implementation("eager")
    ids = model.processor.apply_chat_template(GIVEN, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        expected = reference(ids, output_attentions=True).attentions
    found = capture(model, GIVEN)
    for layer, attention in enumerate(expected):
        torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)
    assert found.text == model.processor.apply_chat_template(GIVEN, tokenize=False)
    assert found.chat == Chat(tuple(Message(**message) for message in GIVEN))
    assert (found.pair, found.target, found.n_generated) == (None, None, 0)
    again = capture(model, found.chat)
    assert again.query_positions == found.query_positions


def test_a_model_answers_a_chat():
    model = chat_model(MARKED)
    found = capture(model, GIVEN, add_generation_prompt=True, new_tokens=7)
    positions = found.query_positions["decoder"]
    prompt = model.processor.apply_chat_template(GIVEN, add_generation_prompt=True)["input_ids"]
    with torch.no_grad():
        expected = model.network.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=7)[0].tolist()
    assert list(positions.ids) == expected
    assert len(expected) == len(prompt) + 7
    assert positions.parts == ("user", "assistant", "user", "template", "generated")
    assert positions.segments[-8:] == (3, *[4] * 7)
    assert found.n_generated == 7
    assert found.chat.add_generation_prompt
    *asked, answer = (found.text[slice(*span)] for span in positions.contents)
    assert asked == [message["content"] for message in GIVEN]
    assert answer == found.text[len(model.processor.decode(prompt)) :]


@pytest.mark.parametrize("given", [GIVEN, "Oh"])
def test_other_weights_read_the_tokens_of_an_answer_again(given):
    model = chat_model(MARKED)
    found, other = capture(model, given, new_tokens=7), random_twin(model)
    again = read_again(other, found)
    assert again.query_positions["decoder"] == found.query_positions["decoder"]
    assert (again.text, again.n_generated, again.chat) == (found.text, 7, found.chat)
    reference = copy.deepcopy(other.network)
    reference.set_attn_implementation("eager")
    with torch.no_grad():
        expected = reference(torch.tensor([found.query_positions["decoder"].ids]), output_attentions=True).attentions
    for layer, attention in enumerate(expected):
        torch.testing.assert_close(pattern(again, layer), attention[0], **EXACT)
    assert not torch.allclose(pattern(again, 0), pattern(found, 0))


@pytest.mark.parametrize(
    ("given", "settings", "sentence"),
    [
        (GIVEN, {"pair": "Hi"}, "A chat has no second text"),
        (GIVEN, {"source_language": "eng_Latn"}, "A chat has no second text, and its template no languages"),
        ("Hi", {"add_generation_prompt": True}, "add_generation_prompt belongs to a chat"),
        (GIVEN[0], {}, "One message stands in a list too"),
        ([("user", "Hi")], {}, "Give a text, a list of texts, a list of messages or a mapping of tensors, not list"),
        (GIVEN * 9, {}, "tokens; tiny reads at most 131"),
    ],
)
def test_what_cannot_be_read_is_refused(given, settings, sentence):
    with pytest.raises(InputError, match=sentence):
        capture(chat_model(MARKED), given, **settings)


def test_a_model_without_a_template_refuses_a_chat():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    with pytest.raises(InputError, match="has no chat template"):
        capture(model, GIVEN)


@pytest.mark.real_model
def test_the_template_of_a_pretrained_model():
    model = load_model("smollm2")
    found = capture(model, GIVEN, add_generation_prompt=True)
    positions = found.query_positions["decoder"]
    assert positions.ids == tuple(model.processor.apply_chat_template(GIVEN, add_generation_prompt=True)["input_ids"])
    said = {i: "".join(t for t, s in zip(positions.labels, positions.segments, strict=True) if s == i) for i in (0, 2)}
    assert said == {0: "Why?", 2: "Oh"}
    assert any("You are a helpful AI assistant named SmolLM" in note for note in positions.notes)
