"""Going on with a text: the same tokens as a loop by hand over the full logits, and one plain forward pass of them."""

import copy
from dataclasses import fields

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.text import go_on, read_text
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.generate import continue_text
from tests.support.networks.families import (
    DECODERS,
    OWN_CODE,
    TEXT,
    TEXTS,
    VOCABULARY,
    make,
    tokenizer,
)
from tests.support.texts.texts import byte_tokenizer

EXACT = {"rtol": 0, "atol": 1e-5}
HEADS = {
    "llama": (hf.LlamaForCausalLM, DECODERS["llama"][1]),
    "gpt2": (hf.GPT2LMHeadModel, DECODERS["gpt2"][1]),
    "mistral": (hf.MistralForCausalLM, DECODERS["mistral"][1]),
    "gemma2": (hf.Gemma2ForCausalLM, DECODERS["gemma2"][1]),
    "gpt-oss": (hf.GptOssForCausalLM, DECODERS["gpt-oss"][1]),
    "falcon": (hf.FalconForCausalLM, OWN_CODE["falcon"][1]),
    "bloom": (hf.BloomForCausalLM, OWN_CODE["bloom"][1]),
    "gpt-neo": (hf.GPTNeoForCausalLM, OWN_CODE["gpt-neo"][1]),
}


def with_head(name):
    network = make(*HEADS[name])
    return network, model_from(network, tokenizer(ends=False), name=name)


def by_hand(network, ids, n, end=()):
    """The most likely token of the full logits, n times, without a cache."""
    ids = list(ids)
    for _ in range(n):
        with torch.no_grad():
            logits = network(torch.tensor([ids]), use_cache=False).logits[0, -1]
        if (best := logits.argmax().item()) in end:
            break
        ids.append(best)
    return ids


@pytest.mark.parametrize("name", HEADS)
def test_the_tokens_are_those_of_a_loop_by_hand(name):
    network, model = with_head(name)
    reference = copy.deepcopy(network)
    reference.set_attn_implementation("eager")
    found = capture(model, TEXTS[0], new_tokens=9)
    positions = found.query_positions["decoder"]
    end = [model.network.generation_config.eos_token_id]
    expected = by_hand(reference, tokenizer(ends=False)(TEXTS[0])["input_ids"], 9, end)
    assert list(positions.ids) == expected
    assert found.n_generated == len(expected) - 6 > 1
    assert positions.segments == (0,) * 6 + (1,) * found.n_generated
    with torch.no_grad():
        attentions = reference(torch.tensor([expected]), output_attentions=True).attentions
    for layer, attention in enumerate(attentions):
        torch.testing.assert_close(pattern(found, layer), attention[0], **EXACT)


@pytest.mark.parametrize("name", ["llama", "gpt2", "bloom"])
def test_nothing_of_the_network_has_changed_after(name):
    network, model = with_head(name)
    settings = (network.config.to_dict(), network.generation_config.to_dict(), set(vars(network)))
    before = capture(model, TEXTS[1])
    capture(model, TEXTS[0], new_tokens=5)
    after = capture(model, TEXTS[1])
    assert settings == (network.config.to_dict(), network.generation_config.to_dict(), set(vars(network)))
    assert len(before.calls) == len(after.calls) == 2
    for one, other in zip(before.calls, after.calls, strict=True):
        for field in fields(one):
            was, now = getattr(one, field.name), getattr(other, field.name)
            assert torch.equal(was, now) if isinstance(was, torch.Tensor) else was == now, field.name


def test_settings_of_the_file_do_not_apply():
    network, model = with_head("gpt2")
    expected = capture(model, TEXTS[0], new_tokens=9).query_positions["decoder"].ids
    for name, value in {"do_sample": True, "temperature": 9.0, "repetition_penalty": 9.0, "no_repeat_ngram_size": 1,
                        "suppress_tokens": [expected[6]], "max_length": 3, "num_beams": 3}.items():  # fmt: skip
        setattr(network.generation_config, name, value)
    assert capture(model, TEXTS[0], new_tokens=9).query_positions["decoder"].ids == expected


@pytest.mark.parametrize("several", [False, True])
def test_the_end_token_ends_it_and_is_not_shown(several):
    network, model = with_head("gpt2")
    whole = capture(model, TEXTS[0], new_tokens=9).query_positions["decoder"].ids
    end = next(i for i in whole[8:] if i not in whole[6:8])
    network.generation_config.eos_token_id = [0, end] if several else end
    found = capture(model, TEXTS[0], new_tokens=9)
    n = whole[6:].index(end)
    assert found.query_positions["decoder"].ids == whole[: 6 + n]
    assert found.n_generated == n > 1


def test_a_model_that_ends_at_once_shows_the_text_alone():
    network, model = with_head("gpt2")
    first = capture(model, TEXTS[0], new_tokens=1).query_positions["decoder"].ids[-1]
    network.generation_config.eos_token_id = first
    found = capture(model, TEXTS[0], new_tokens=9)
    assert (found.text, found.n_generated) == (TEXTS[0], 0)
    assert found.query_positions["decoder"] == read_text(tokenizer(ends=False), TEXTS[0])


def test_each_text_of_a_list_goes_on_as_it_would_alone():
    _, model = with_head("llama")
    for text, found in zip(TEXTS, capture(model, list(TEXTS), new_tokens=4), strict=True):
        alone = capture(model, text, new_tokens=4)
        assert found.query_positions["decoder"] == alone.query_positions["decoder"]
        torch.testing.assert_close(pattern(found, 1), pattern(alone, 1), **EXACT)
        assert found.text == found.query_positions["decoder"].text
        assert found.text.startswith(text)


def test_the_end_that_a_tokenizer_puts_after_every_text_is_left_out():
    network = make(*HEADS["llama"])
    found = continue_text(model_from(network, tokenizer(), name="llama"), read_text(tokenizer(), TEXTS[0]), 3)
    assert found.labels[:7] == ("[CLS]", *TEXTS[0].split())
    assert found.segments == (0,) * 7 + (1,) * (len(found) - 7)


def test_progress_covers_the_tokens_and_the_capture():
    _, model = with_head("gpt2")
    shares, words = [], []
    capture(model, list(TEXTS[:2]), new_tokens=3, progress=shares.append)
    assert shares == pytest.approx([0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.95, 1.0])
    continue_text(model, read_text(model.processor, "fish"), 2, lambda *told: words.append(told))
    assert words == [(0.5, "1 of 2 tokens"), (1.0, "2 of 2 tokens")]


# ---- positions -------------------------------------------------------------------------------------------------


def test_new_tokens_cover_what_they_add():
    found = go_on(
        tokenizer(ends=False),
        read_text(tokenizer(ends=False), "the cat"),
        [VOCABULARY[word] for word in ("sat", "[SEP]", "old")],
    )
    assert found.text == "the cat sat old"
    assert found.labels == ("the", "cat", "sat", "[SEP]", "old")
    assert found.is_special == (False, False, False, True, False)
    assert found.spans == ((0, 3), (4, 7), (7, 11), None, (11, 15))


@pytest.mark.parametrize("continuation", ["🙂", " a🙂é", "\n", "🙂🙂 日本", "\ufffd"])
def test_bytes_of_a_character_cover_it_as_if_it_had_been_typed(continuation):
    own = byte_tokenizer()
    prompt, whole = read_text(own, "a 🙂"), read_text(own, "a 🙂" + continuation)
    found = go_on(own, prompt, list(whole.ids[len(prompt) :]))
    assert (found.ids, found.labels, found.spans, found.text) == (whole.ids, whole.labels, whole.spans, whole.text)


@pytest.mark.parametrize("n_bytes", [1, 2, 3])
def test_a_character_that_never_came_to_its_end(n_bytes):
    own = byte_tokenizer()
    prompt, ids = read_text(own, "a"), read_text(own, "b🙂").ids
    found = go_on(own, prompt, list(ids[: 1 + n_bytes]))
    assert found.text == "ab\ufffd"
    assert found.spans == ((0, 1), (1, 2), *[(2, 3)] * n_bytes)


def test_any_bytes_can_be_gone_on_with():
    own, generator = byte_tokenizer(), torch.Generator().manual_seed(0)
    for _ in range(50):
        ids = torch.randint(256, (12,), generator=generator).tolist()
        found = go_on(own, read_text(own, "é"), ids)
        assert len(found) == len(found.spans) == len(found.segments) == 14
        assert found.text == "é" + own.decode(ids)
        begins = [span[0] for span in found.spans if span is not None]
        assert begins == sorted(begins)
        assert max(span[1] for span in found.spans if span is not None) == len(found.text)


# ---- what is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bert", "mpnet"])
def test_a_model_that_reads_both_ways_is_refused(name):
    model = model_from(make(*TEXT[name]), tokenizer(), name=name)
    with pytest.raises(InputError, match=f"{name} reads a text in both directions"):
        capture(model, TEXTS[0], new_tokens=3)


@pytest.mark.parametrize("name", ["llama", "gpt2", "bloom"])
def test_a_network_without_a_head_is_refused(name):
    model = model_from(make(*TEXT[name]), tokenizer(ends=False), name=name)
    with pytest.raises(InputError, match=f"{name} cannot go on .* its files hold no language-model head"):
        capture(model, TEXTS[0], new_tokens=3)


def test_more_than_the_model_reads_is_refused():
    network, model = with_head("llama")
    network.generation_config.eos_token_id = network.config.eos_token_id = None
    assert len(capture(model, TEXTS[0], new_tokens=37).query_positions["decoder"]) == 43
    with pytest.raises(InputError, match="has 6 tokens and 38 more would make 44; llama reads at most 43"):
        capture(model, TEXTS[0], new_tokens=38)


@pytest.mark.parametrize("n", [-1, 201, 2.5, None])
def test_a_number_of_tokens_that_cannot_be(n):
    _, model = with_head("llama")
    with pytest.raises(InputError, match=f"0 to 200 tokens in one go; new_tokens is {n}"):
        capture(model, TEXTS[0], new_tokens=n)


def test_a_pair_does_not_go_on():
    _, model = with_head("llama")
    with pytest.raises(InputError, match="with one text, not with a pair"):
        capture(model, TEXTS[0], pair=TEXTS[1], new_tokens=2)
    assert capture(model, TEXTS[0], pair=" ", new_tokens=2).n_generated == 2


# ---- a pretrained model ----------------------------------------------------------------------------------------


@pytest.mark.real_model
def test_smollm2_goes_on_as_by_hand():
    model = load_model("smollm2")
    reference = copy.deepcopy(model.network)
    reference.set_attn_implementation("eager")
    found = capture(model, "The capital of France is", new_tokens=12)
    positions = found.query_positions["decoder"]
    assert list(positions.ids) == by_hand(reference, positions.ids[:5], 12, [2])
    assert found.text.startswith("The capital of France is Paris.")
    assert positions.labels[5] == "Paris"
    assert (found.n_generated, positions.segments) == (12, (0,) * 5 + (1,) * 12)
    with torch.no_grad():
        attentions = reference(torch.tensor([positions.ids]), output_attentions=True).attentions
    for layer in (0, 15, 29):
        torch.testing.assert_close(pattern(found, layer), attentions[layer][0], **EXACT)
