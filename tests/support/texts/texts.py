"""Texts, tokenizers and positions for tests."""

from __future__ import annotations

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from mha_viz.objects import Positions


def byte_tokenizer():
    """Every byte a token, as byte-level BPE does with what it has never seen."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=core)


def with_end_of_text():
    """Puts no start token before a text, as GPT-2's: one token begins and ends texts, and is named unknown too."""
    core = byte_tokenizer().backend_tokenizer
    core.add_special_tokens(["<|endoftext|>"])
    names = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")
    return PreTrainedTokenizerFast(tokenizer_object=core, **names)


def normalised_byte_tokenizer(normalizer):
    """``byte_tokenizer`` behind a rule that changes characters first."""
    tokenizer = byte_tokenizer()
    tokenizer.backend_tokenizer.normalizer = normalizer
    return tokenizer


def positions(text, *spans):
    labels = tuple("[S]" if span is None else text[slice(*span)] for span in spans)
    return Positions((0,) * len(spans), labels, tuple(span is None for span in spans), spans, text)


def with_offsets(tokenizer, change):
    """The same tokenizer, saying that its tokens stand elsewhere: ``change`` of each begin and end."""

    class Elsewhere(type(tokenizer)):
        def __call__(self, *texts, **settings):
            encoding = super().__call__(*texts, **settings)
            encoding["offset_mapping"] = [change(*span) for span in encoding["offset_mapping"]]
            return encoding

    tokenizer.__class__ = Elsewhere
    return tokenizer
