"""Tiny networks that claims can be asked of: enough layers, positions and words; and patterns to plant in them."""

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from mha_viz.evidence.claims.circuits.indirect_objects import FRAMES, NAMES
from mha_viz.models.load import model_from

WHITESPACE = pre_tokenizers.Whitespace()
SPECIAL = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
WORDS = [f"w{i}" for i in range(53)]
SIZES = {
    "vocab_size": len(SPECIAL) + len(WORDS), "hidden_size": 20, "num_hidden_layers": 7, "num_attention_heads": 5,
    "intermediate_size": 31, "max_position_embeddings": 211, "pad_token_id": 0,
}  # fmt: skip


def tokenizer(*, starts=True, separates=True, words=WORDS):
    vocabulary = {token: i for i, token in enumerate([*SPECIAL, *words])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    if separates:
        core.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    names = {"unk_token": "[UNK]", "pad_token": "[PAD]", "sep_token": "[SEP]"}
    names |= {"cls_token": "[CLS]"} if starts else {}
    return hf.PreTrainedTokenizerFast(tokenizer_object=core, **names)


def reader(*, seed=0, identity=None, starts=True, **settings):
    """A language model with rotary positions."""
    torch.manual_seed(seed)
    network = hf.LlamaModel(hf.LlamaConfig(**{**SIZES, **settings}, bos_token_id=1, eos_token_id=2)).eval()
    words = tokenizer(starts=starts, separates=False)
    return model_from(network, words, name="reader", identity=identity)


def speaker(texts=(), *, seed=0, identity=None, starts=True, **settings):
    """A language model that predicts, to which all words of these texts are tokens of their own."""
    words = sorted({*WORDS, *(word for text in texts for word, _ in WHITESPACE.pre_tokenize_str(text))})
    torch.manual_seed(seed)
    sizes = {**SIZES, "vocab_size": len(SPECIAL) + len(words), **settings}
    network = hf.LlamaForCausalLM(hf.LlamaConfig(**sizes, bos_token_id=1, eos_token_id=2)).eval()
    mine = tokenizer(starts=starts, separates=False, words=words)
    return model_from(network, mine, name="speaker", identity=identity)


def named(*, seed=0, **settings):
    """The same, to which the names and words of indirect objects are tokens."""
    texts = [
        frame.format(first=one, second=other, giver=one) for frame, (one, other) in zip(FRAMES, NAMES, strict=True)
    ]
    return speaker(texts, seed=seed, **settings)


def encoder(*, seed=0, identity=None, **settings):
    """A model of the kind of BERT."""
    torch.manual_seed(seed)
    network = hf.BertModel(hf.BertConfig(**{**SIZES, **settings}, type_vocab_size=2)).eval()
    return model_from(network, tokenizer(), name="encoder", identity=identity)


def even(n, heads, *, is_causal):
    """A layer that prefers nothing, (head, query, key)."""
    seen = torch.ones(n, n)
    seen = seen.tril() if is_causal else seen
    return (seen / seen.sum(dim=-1, keepdim=True)).expand(heads, n, n).clone()


def looking_at(keys, share, n, *, is_causal):
    """One head, (query, key): so much of its attention at the key of each query (−1: none), the rest even."""
    spread = even(n, 1, is_causal=is_causal)[0]
    for query, key in enumerate(keys):
        if 0 <= key < n:
            spread[query] *= 1 - share
            spread[query, key] += share
    return spread
