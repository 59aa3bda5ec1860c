"""How many tokens a network reads: where its positions end, whatever its tokenizer is set to."""

import copy

import pytest
import transformers as hf

from mha_viz.errors import InputError
from mha_viz.inputs.limits import length_note, position_limit
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, BERT, LLAMA, SIZES, T5, TEXT, VOCABULARY, make, tokenizer
from tests.support.networks.more_families import family


def llama(**rope):
    return hf.LlamaModel, hf.LlamaConfig(
        **{**LLAMA, "max_position_embeddings": 16}, rope_parameters={"rope_theta": 1e4, **rope}
    )


MPT = {"d_model": 24, "n_heads": 4, "n_layers": 2, "vocab_size": 37, "max_seq_len": 16}
LED = {
    **BART, "attention_window": 4, "max_encoder_position_embeddings": 24, "max_decoder_position_embeddings": 19,
    "max_position_embeddings": None,
}  # fmt: skip
DEBERTA = {**BERT, "relative_attention": True, "pos_att_type": ["c2p", "p2c"], "position_buckets": 8}
WITHOUT_END = {
    "t5": (hf.T5EncoderModel, hf.T5Config(**T5)),
    "bloom": TEXT["bloom"],
    "falcon with distances": (hf.FalconModel, hf.FalconConfig(**SIZES, alibi=True, max_position_embeddings=16)),
    "xlnet": (hf.XLNetModel, hf.XLNetConfig(vocab_size=37, d_model=24, n_layer=2, n_head=3, d_inner=31)),
    "deberta without positions": (hf.DebertaV2Model, hf.DebertaV2Config(**DEBERTA, position_biased_input=False)),
}
ENDS = {
    "bert": (*TEXT["bert"], 43),
    "roberta": (*TEXT["roberta"], 42),
    "gpt2": (*TEXT["gpt2"], 43),
    "opt": (*TEXT["opt"], 43),
    "mpt, which makes its distances before": (hf.MptModel, hf.MptConfig(**MPT), 16),
    "led": (*family(("LED", LED)), 24),
    "deberta with positions": (*TEXT["deberta-v2"], 43),
    "falcon with rotation": (hf.FalconModel, hf.FalconConfig(**SIZES, alibi=False, max_position_embeddings=29), 29),
    "rotation as it was": (*llama(rope_type="default"), 16),
    "yarn": (*llama(rope_type="yarn", factor=4.0), 64),
    "yarn over less": (*llama(rope_type="yarn", factor=5.0, original_max_position_embeddings=7), 35),
    "yarn as the file says": (*llama(rope_type="yarn", factor=2.0, original_max_position_embeddings=8), 16),
    "linear": (*llama(rope_type="linear", factor=3.0), 48),
    "dynamic": (*llama(rope_type="dynamic", factor=2.0), 32),
    "one factor a kind of layer": (*TEXT["gemma3"], 43),
}


@pytest.mark.parametrize("name", WITHOUT_END)
def test_positions_without_an_end_are_no_limit(name):
    assert position_limit(make(*WITHOUT_END[name])) is None


@pytest.mark.parametrize("name", ENDS)
def test_positions_end_where_the_network_ends_them(name):
    *network, limit = ENDS[name]
    assert position_limit(make(*network)) == limit


def test_of_two_texts_the_shorter_limit_counts():
    config = hf.EncoderDecoderConfig.from_encoder_decoder_configs(
        hf.BertConfig(**BERT), hf.BertConfig(**{**BERT, "max_position_embeddings": 29})
    )
    assert position_limit(make(hf.EncoderDecoderModel, config)) == 29


def set_to(n):
    words = tokenizer()
    words.model_max_length = n
    return words


@pytest.mark.parametrize(
    ("name", "note"),
    [("t5", "26 tokens were read where 16 are usual for this model; its positions have no end."),
     ("falcon with distances", "26 tokens were read where 16 are usual for this model; its positions have no end."),
     ("yarn", "26 tokens were read where 16 are usual for this model; its positions go up to 64.")],
)  # fmt: skip
def test_a_text_beyond_a_habit_is_read_with_a_note(name, note):
    network = make(*{**WITHOUT_END, **{key: value[:2] for key, value in ENDS.items()}}[name])
    model = model_from(network, set_to(16), name=name)
    found = capture(model, " ".join(["cat"] * 24))
    assert len(found.query_positions[found.kinds[0]]) == 26
    assert found.notes == (note,)
    assert capture(model, " ".join(["cat"] * 14)).notes == ()


def test_a_text_beyond_the_end_is_refused_as_ever():
    model = model_from(make(*TEXT["bert"]), set_to(16), name="bert")
    assert capture(model, " ".join(["cat"] * 41)).notes == (
        "43 tokens were read where 16 are usual for this model; its positions go up to 43.",
    )
    with pytest.raises(InputError, match="44 tokens; bert reads at most 43"):
        capture(model, " ".join(["cat"] * 42))


def test_a_tokenizer_without_a_limit_says_nothing():
    assert length_note(make(*WITHOUT_END["t5"]), tokenizer(), 10_000) == ""


# ---- a tokenizer of another model ----------------------------------------------------------------------------------

SMALLER = {"bert": TEXT["bert"], "gpt2": TEXT["gpt2"], "bloom": TEXT["bloom"], "llama": TEXT["llama"]}


@pytest.mark.parametrize("name", SMALLER)
@pytest.mark.parametrize("new_tokens", [0, 2])
def test_tokens_that_a_network_has_no_vector_of_are_another_models(name, new_tokens):
    network_class, config = SMALLER[name]
    config = copy.deepcopy(config)
    config.vocab_size = VOCABULARY["mat"]
    model = model_from(make(network_class, config), tokenizer(ends=False), name="mixed")
    assert len(capture(model, "the cat sat on a").query_positions["decoder" if name != "bert" else "encoder"]) == 5
    said = rf"weights of mixed is another model's: .mat. is its token {config.vocab_size}, and the network knows 10, fr"
    with pytest.raises(InputError, match=said):
        capture(model, "the cat sat on a mat", new_tokens=new_tokens)


def test_source_and_target_have_each_their_own_vocabulary():
    config = hf.FSMTConfig(
        langs=["en", "de"], src_vocab_size=VOCABULARY["ran"], tgt_vocab_size=37, d_model=24, encoder_layers=2,
        decoder_layers=2, encoder_attention_heads=3, decoder_attention_heads=3, encoder_ffn_dim=31, decoder_ffn_dim=29,
        max_position_embeddings=43, decoder_start_token_id=2, tie_word_embeddings=False,
    )  # fmt: skip
    model = model_from(make(hf.FSMTModel, config), tokenizer(), name="mixed")
    assert capture(model, "the cat", target="he ran").kinds == ("encoder", "decoder", "cross")
    with pytest.raises(InputError, match=r".ran. is its token 18, and the network knows 18"):
        capture(model, "he ran", target="the cat")
