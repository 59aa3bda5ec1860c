"""The tokenizer of the classroom model: every word of the grammar is one token, any other text falls back to bytes."""

from __future__ import annotations

import re

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from mha_viz.models.classroom import ClassroomConfig
from mha_viz.training.grammar import grammar_words

BEGIN, END, PADDING = "<begin>", "<end>", "<pad>"  # ids 0, 1, 2, as the config has them
SPACE = "Ġ"  # how byte-level tokenizers write the space before a word
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def classroom_tokenizer(*, max_length: int = ClassroomConfig.max_position_embeddings) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer that holds the 256 bytes and the words of the grammar, and no other pieces.

    A word is looked up whole, and what is not found is read byte by byte, so no text is unknown. Texts begin with
    ``<begin>``, also each text of a pair; ``<end>`` is learned and ends what the model goes on with.
    """
    words = grammar_words()
    whole = [*(f"{SPACE}{word}" for word in words), *(word for word in words if word[0].isupper())]
    vocabulary = dict.fromkeys([BEGIN, END, PADDING, *sorted(pre_tokenizers.ByteLevel.alphabet()), *whole])
    ids = {token: number for number, token in enumerate(vocabulary)}
    core = Tokenizer(models.BPE(vocab=ids, merges=[], ignore_merges=True))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A {BEGIN} $B", special_tokens=[(BEGIN, ids[BEGIN])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token=BEGIN, eos_token=END, pad_token=PADDING, model_max_length=max_length
    )


def words_outside(text: str) -> list[str]:
    """The words of a text that the classroom model has never read, each once, in the order of the text.

    A word counts as it is written: *Cat* has not been read, as no sentence of the grammar begins with it; nor has
    *the* at the beginning of a text.

    >>> words_outside("The cat sat on the moon because it was tired.")
    ['moon']
    """
    read_words = set(grammar_words())
    words = (match.group() for match in WORD.finditer(text))
    return list(dict.fromkeys(word for word in words if word not in read_words))
