"""The target that an encoder-decoder writes of a text: the tokens its family's own generate gives, read as text."""

import pytest
import torch
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.languages import language_tags
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.written import NOT_ENDED, NOTHING, WRITTEN, is_written
from tests.support.networks.families import BART, EXACT, make, tokenizer
from tests.support.texts.translators import m2m100, marian, mbart50, nllb, with_pieces

TEXT, NEW = "the cat sat on a mat", 7
T5 = {"d_model": 20, "d_kv": 5, "d_ff": 22, "num_layers": 2, "num_heads": 4, "decoder_start_token_id": 0}
TOLD = {"NLLB": ("eng_Latn", "fra_Latn"), "mBART-50": ("en_XX", "fr_XX"), "M2M-100": ("en", "fr")}


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    return with_pieces(tmp_path_factory.mktemp("pieces"))


def writer(pieces, name):
    """A tiny random network with a head, and its tokenizer."""
    own = {"NLLB": nllb, "mBART-50": mbart50, "M2M-100": m2m100, "Marian": marian}.get(name, lambda _: tokenizer())(
        pieces
    )
    size = max([len(own), *language_tags(own).values()]) + 1
    network = {
        "BART": (hf.BartForConditionalGeneration, hf.BartConfig), "T5": (hf.T5ForConditionalGeneration, hf.T5Config),
        "Marian": (hf.MarianMTModel, hf.MarianConfig), "mBART-50": (hf.MBartForConditionalGeneration, hf.MBartConfig),
    }.get(name, (hf.M2M100ForConditionalGeneration, hf.M2M100Config))  # fmt: skip
    sizes = T5 if name == "T5" else BART
    config = network[1](**{**sizes, "vocab_size": size, "eos_token_id": 2, "pad_token_id": own.pad_token_id})
    made = make(network[0], config, seed=3)
    # Random weights like any token: what stands for no text is kept out, as files do it with their own lists.
    plain = [i for i in range(len(own)) if i not in own.all_special_ids and own.decode([i]).strip(" >fra<[]SEP")]
    tags = language_tags(own).values()
    made.generation_config.forced_eos_token_id = None
    made.generation_config.suppress_tokens = [i for i in range(size) if i not in plain or i in tags]
    return model_from(made, own, name=name)


def own_way(model, languages, start):
    """What the network itself writes after this beginning, without it."""
    own, network = model.processor, model.network
    if languages[0]:
        own.src_lang = languages[0]
    batch = {key: value for key, value in own(TEXT, return_tensors="pt").items() if key != "token_type_ids"}
    how = {"max_new_tokens": NEW, "do_sample": False, "num_beams": 1, "decoder_input_ids": torch.tensor([start])}
    return network.generate(**batch, **how)[0, len(start) :]


@pytest.mark.parametrize("name", ["BART", "T5", "Marian", "NLLB", "mBART-50", "M2M-100"])
def test_what_is_written_is_what_its_own_generate_writes(pieces, name):
    model, languages = writer(pieces, name), TOLD.get(name, (None, None))
    asked = dict(zip(("source_language", "target_language"), languages, strict=True))
    found = capture(model, TEXT, new_tokens=NEW, **asked)
    start = [model.network.config.decoder_start_token_id, *{"BART": [1], "T5": [1], "Marian": []}.get(name, [None])]
    start = [language_tags(model.processor)[languages[1]] if i is None else i for i in start]
    expected = model.processor.decode(own_way(model, languages, start), skip_special_tokens=True).strip()
    assert expected
    assert (found.target, is_written(found)) == (expected, True)
    assert list(found.query_positions["cross"].ids[: len(start)]) == start
    assert found.kinds == ("encoder", "decoder", "cross")
    again = capture(model, TEXT, target=found.target, **asked)
    assert again.query_positions == found.query_positions
    torch.testing.assert_close(pattern(again, 1, kind="cross"), pattern(found, 1, kind="cross"), **EXACT)
    if languages[1]:
        tags = language_tags(model.processor)
        assert found.key_positions["cross"].ids[0] == tags[languages[0]]


@pytest.mark.parametrize("name", ["BART", "T5", "Marian", "NLLB", "mBART-50"])
def test_its_cross_attention_equals_eager(pieces, name):
    model, languages = writer(pieces, name), TOLD.get(name, (None, None))
    found = capture(model, TEXT, new_tokens=NEW, source_language=languages[0], target_language=languages[1])
    eager = type(model.network)(model.network.config)
    eager.load_state_dict(model.network.state_dict())
    eager.eval().set_attn_implementation("eager")
    ids = [torch.tensor([found.key_positions["cross"].ids]), torch.tensor([found.query_positions["cross"].ids])]
    with torch.no_grad():
        out = eager(input_ids=ids[0], decoder_input_ids=ids[1], output_attentions=True)
    for layer, of_layer in enumerate(out.cross_attentions):
        torch.testing.assert_close(pattern(found, layer, kind="cross"), of_layer[0], **EXACT)


def test_what_comes_to_no_end_and_what_ends_at_once_are_told(pieces):
    model = writer(pieces, "T5")
    found = capture(model, TEXT, new_tokens=2)
    assert NOT_ENDED.format(n=2) in found.notes
    first = own_way(model, (None, None), [0, 1])[0].item()
    model.network.generation_config.eos_token_id = first
    ended = capture(model, TEXT, new_tokens=NEW)
    assert (ended.kinds, ended.target) == (("encoder",), None)
    assert NOTHING in ended.notes
    assert WRITTEN not in ended.notes


def test_what_does_not_fit_together_is_refused(pieces):
    model = writer(pieces, "NLLB")
    with pytest.raises(InputError, match="nothing says which one the target is in: name the target language"):
        capture(model, TEXT, new_tokens=NEW)
    with pytest.raises(InputError, match="The target is given, so that the model writes none"):
        capture(model, TEXT, target="le chat", target_language="fra_Latn", new_tokens=NEW)
    headless = model_from(make(hf.BartModel, hf.BartConfig(**BART)), tokenizer(), name="bart")
    with pytest.raises(InputError, match="bart cannot write a target: its files hold no language-model head"):
        capture(headless, TEXT, new_tokens=NEW)


def test_each_text_of_a_list_gets_its_own_and_progress_is_told(pieces):
    model, shares = writer(pieces, "T5"), []
    texts = [TEXT, "the dog ran home"]
    each = capture(model, texts, new_tokens=NEW, progress=shares.append)
    assert [one.target for one in each] == [capture(model, text, new_tokens=NEW).target for text in texts]
    assert (min(shares) >= 0, max(shares)) == (True, 1.0)
