"""Tiny random networks of many families, for comparing what we capture with what eager attention returns.

Sizes are small primes where a family allows it, and differ from axis to axis, so that a swapped axis cannot pass.
"""

from __future__ import annotations

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from mha_viz.models.load import model_from

WORDS = "the cat sat on a mat because it was tired and then he ran home to eat fish with his old dog".split()  # noqa: SIM905
SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[START]"]
VOCABULARY = {token: i for i, token in enumerate([*SPECIAL, *WORDS, "."])}
TEXTS = ("the cat sat on a mat", "because it was tired and then he ran home", "fish")

EXACT = {"rtol": 0, "atol": 1e-5}


def tokenizer(*, ends: bool = True) -> hf.PreTrainedTokenizerFast:
    """A word-level tokenizer; ``ends`` puts [CLS] and [SEP] around a text."""
    core = Tokenizer(models.WordLevel(VOCABULARY, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    if ends:
        core.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return hf.PreTrainedTokenizerFast(tokenizer_object=core, **names)


SIZES = {
    "vocab_size": 37,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "pad_token_id": 0,
}
BERT = {**SIZES, "intermediate_size": 31, "max_position_embeddings": 43, "type_vocab_size": 2}
LLAMA = {
    **SIZES,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "head_dim": 4,
    "intermediate_size": 31,
    "max_position_embeddings": 43,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
WINDOW = {**LLAMA, "sliding_window": 3, "layer_types": ["sliding_attention", "full_attention"]}
T5 = {"vocab_size": 37, "d_model": 20, "d_kv": 7, "d_ff": 31, "num_layers": 2, "num_heads": 3}
BART = {
    "vocab_size": 37, "d_model": 24, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 3,
    "decoder_attention_heads": 4, "encoder_ffn_dim": 31, "decoder_ffn_dim": 29, "max_position_embeddings": 43,
    "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 4,
}  # fmt: skip
WHISPER = {
    **BART, "num_mel_bins": 5, "max_source_positions": 11, "max_target_positions": 43, "max_position_embeddings": 43,
}  # fmt: skip
PATCHES = {**SIZES, "intermediate_size": 31, "image_size": 12, "patch_size": 4}
SPEECH = {
    **SIZES, "intermediate_size": 31, "conv_dim": (8, 8), "conv_kernel": (5, 3), "conv_stride": (5, 2),
    "num_feat_extract_layers": 2, "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip
CLIP = {"hidden_size": 24, "intermediate_size": 31, "num_hidden_layers": 2, "num_attention_heads": 3}

# name: (network class, its configuration)
ENCODERS = {
    "bert": (hf.BertModel, hf.BertConfig(**BERT)),
    "roberta": (hf.RobertaModel, hf.RobertaConfig(**BERT)),
    "xlm-roberta": (hf.XLMRobertaModel, hf.XLMRobertaConfig(**BERT)),
    "electra": (hf.ElectraModel, hf.ElectraConfig(**BERT, embedding_size=16)),
    "albert": (hf.AlbertModel, hf.AlbertConfig(**BERT, embedding_size=16)),
    "distilbert": (
        hf.DistilBertModel,
        hf.DistilBertConfig(vocab_size=37, dim=24, n_layers=2, n_heads=3, hidden_dim=31, max_position_embeddings=43),
    ),
    "modernbert": (
        hf.ModernBertModel,
        hf.ModernBertConfig(
            **{**BERT, "num_hidden_layers": 3}, global_attn_every_n_layers=2, local_attention=4, cls_token_id=1,
            sep_token_id=2, bos_token_id=1, eos_token_id=2,
        ),
    ),
}  # fmt: skip
DECODERS = {
    "gpt2": (hf.GPT2Model, hf.GPT2Config(vocab_size=37, n_positions=43, n_embd=24, n_layer=2, n_head=3)),
    "gpt-neox": (
        hf.GPTNeoXModel,
        hf.GPTNeoXConfig(**{k: v for k, v in BERT.items() if k != "type_vocab_size"}),
    ),
    "opt": (
        hf.OPTModel,
        hf.OPTConfig(**SIZES, ffn_dim=31, max_position_embeddings=43, word_embed_proj_dim=24),
    ),
    "llama": (hf.LlamaModel, hf.LlamaConfig(**LLAMA)),
    "qwen3": (hf.Qwen3Model, hf.Qwen3Config(**LLAMA)),
    "phi3": (hf.Phi3Model, hf.Phi3Config(**LLAMA)),
    "mistral": (hf.MistralModel, hf.MistralConfig(**LLAMA, sliding_window=3)),
    "gemma3": (hf.Gemma3TextModel, hf.Gemma3TextConfig(**WINDOW)),
    "gemma2": (
        hf.Gemma2Model,
        hf.Gemma2Config(**WINDOW, attn_logit_softcapping=1.5, query_pre_attn_scalar=4),
    ),
    "gpt-oss": (
        hf.GptOssModel,
        hf.GptOssConfig(**{**WINDOW, "intermediate_size": 32}, num_local_experts=3, num_experts_per_tok=2),
    ),
}
ENCODER_DECODERS = {
    "t5": (hf.T5Model, hf.T5Config(**T5, decoder_start_token_id=4, pad_token_id=0)),
    "bart": (hf.BartModel, hf.BartConfig(**BART)),
    "marian": (hf.MarianModel, hf.MarianConfig(**BART)),
}
# Families that computed attention in their own code when they came in here. transformers moves them onto its interface
# one by one, so tests ask the network how it is read.
OWN_CODE = {
    "mpnet": (hf.MPNetModel, hf.MPNetConfig(**{k: v for k, v in BERT.items() if k != "type_vocab_size"})),
    "deberta-v2": (
        hf.DebertaV2Model,
        hf.DebertaV2Config(**BERT, relative_attention=True, pos_att_type=["c2p", "p2c"], position_buckets=8),
    ),
    "gpt-neo": (
        hf.GPTNeoModel,
        hf.GPTNeoConfig(
            vocab_size=37, max_position_embeddings=43, hidden_size=24, num_layers=2, num_heads=3, window_size=3,
            attention_types=[[["global", "local"], 1]], intermediate_size=31,
        ),
    ),
    "bloom": (hf.BloomModel, hf.BloomConfig(vocab_size=37, hidden_size=24, n_layer=2, n_head=3)),
    "falcon": (hf.FalconModel, hf.FalconConfig(**SIZES, alibi=False, multi_query=True)),
    "gptj": (hf.GPTJModel, hf.GPTJConfig(vocab_size=37, n_positions=43, n_embd=24, n_layer=2, n_head=3, rotary_dim=4)),
}  # fmt: skip


def pixels(n: int = 12) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.rand(1, 3, n, n)}


# name: (network class, configuration, inputs)
OTHER_SENSES = {
    "vit": (hf.ViTModel, hf.ViTConfig(**PATCHES), pixels),
    "dinov2": (hf.Dinov2Model, hf.Dinov2Config(**PATCHES), pixels),
    "clip": (
        hf.CLIPModel,
        hf.CLIPConfig(
            text_config={**CLIP, "vocab_size": 37, "max_position_embeddings": 43, "num_hidden_layers": 3},
            vision_config={**CLIP, "image_size": 12, "patch_size": 4},
            projection_dim=8,
        ),
        lambda: {**pixels(), "input_ids": torch.tensor([[1, 5, 6, 7, 2]])},
    ),
    "wav2vec2": (
        hf.Wav2Vec2Model,
        hf.Wav2Vec2Config(**SPEECH),
        lambda: {"input_values": torch.randn(1, 233)},
    ),
    "ast": (
        hf.ASTModel,
        hf.ASTConfig(**{**PATCHES, "num_mel_bins": 11, "max_length": 17}, frequency_stride=3, time_stride=5),
        lambda: {"input_values": torch.randn(1, 17, 11)},
    ),
    "whisper": (
        hf.WhisperModel,
        hf.WhisperConfig(**WHISPER),
        lambda: {"input_features": torch.randn(1, 5, 22), "decoder_input_ids": torch.tensor([[4, 5, 6]])},
    ),
}
TEXT = {**ENCODERS, **DECODERS, **OWN_CODE}


def make(network_class, config, *, seed: int = 0):
    """The network with random weights, larger than usual so that attention is far from uniform."""
    torch.manual_seed(seed)
    config = type(config).from_dict(config.to_dict())
    network = network_class(config)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.mul_(2.0 if hasattr(config, "d_kv") else 6.0)  # T5 and its kin do not scale logits
    return network.eval()


def saved(place, network_class, config):
    """A folder with such a network and the word-level tokenizer, as a name of a model."""
    make(network_class, config).save_pretrained(place)
    tokenizer().save_pretrained(place)
    return str(place)


def text_model(name):
    network = make(*TEXT[name])
    return network, model_from(network, tokenizer(ends=name not in DECODERS), name=name)
