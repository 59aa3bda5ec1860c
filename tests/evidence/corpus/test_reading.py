"""What a model is given to read beside a corpus: tokens drawn at random are text."""

from mha_viz.evidence.corpus.reading import random_vocabulary
from tests.support.networks.families import VOCABULARY, text_model
from tests.support.texts.chats import MARKERS, TURNS, chat_model


def test_markers_of_turns_are_no_random_tokens():
    """256 bytes are text; the seven markers after them are not, though only the first has a name (start, padding)."""
    model = chat_model(TURNS)
    assert len(model.processor) == 256 + len(MARKERS)
    assert random_vocabulary(model) == (list(range(256)), 256)


def test_neither_named_tokens_nor_the_unknown_one_are_random_tokens():
    named = [VOCABULARY[name] for name in ("[PAD]", "[CLS]", "[SEP]", "[UNK]")]
    vocabulary, first = random_vocabulary(text_model("bert")[1])
    assert vocabulary == [i for i in range(len(VOCABULARY)) if i not in named]
    assert first == VOCABULARY["[CLS]"]
