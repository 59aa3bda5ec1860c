"""What is said of how a text was read: on the page, in the facts, in tables."""

import pytest
import transformers as hf
from tokenizers import normalizers

from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.tables import map_frame
from mha_viz.comparison.comparison import comparison_of
from mha_viz.evidence.untrained import AS_DRAWN
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.views.captions.facts import facts_of
from mha_viz.views.compare.alignment import alignment_sentence
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from tests.support.networks.families import BERT, TEXT, make, tokenizer
from tests.support.texts.texts import byte_tokenizer

UNKNOWN = "1 of 3 tokens is unknown to this tokenizer (zebra): the model reads [UNK] there, whatever stands there. "


def shown_of(text, **selection):
    own = tokenizer()
    own.backend_tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    found = capture(model_from(make(*TEXT["bert"]), own, name="bert"), text)
    return choose(found, Selection("encoder", **selection))


def test_what_is_unknown_stands_before_everything_else():
    shown = shown_of("thé zebra sat")
    assert head_picture(shown, 1, [2]).header["note"].startswith(UNKNOWN)
    assert model_picture(shown, overview_of(shown, 2)).header["note"].startswith(UNKNOWN)
    assert facts_of(shown)["notes"] == [AS_DRAWN, UNKNOWN.strip()]
    assert facts_of(shown)["read as"] == "“thé” as “the”"


def test_a_text_that_is_read_as_it_was_typed_needs_no_word():
    shown = shown_of("the cat sat")
    assert not {"note", "read as"} & set(facts_of(shown))
    assert "unknown" not in head_picture(shown, 1, [2]).header["note"]


def test_the_table_says_what_the_model_reads():
    frame = map_frame(shown_of("thé cat"), 1, [2])
    assert list(frame)[:7] == ["layer", "head", "query_position", "query", "key_position", "key", "value"]
    row = frame[(frame["query_position"] == 1) & (frame["key_position"] == 2)].iloc[0]
    assert row["query"] == "thé"
    assert (row["query_token"], row["query_id"], row["query_reads"]) == ("the", 5, "the")
    assert (row["key_token"], row["key_id"], row["key_reads"]) == ("cat", 6, "")
    words = map_frame(shown_of("thé cat", words=True), 1, [2])
    assert "query_token" not in words
    assert words["query_reads"].tolist()[4:8] == ["the"] * 4
    plain = map_frame(shown_of("the cat"), 1, [2])
    assert "query_reads" not in plain


@pytest.mark.parametrize(
    ("normaliser", "said"),
    [
        (normalizers.NFC(), "the tokens are the same, so the model sees no difference."),
        (None, "the tokens differ, so the model sees a difference."),
    ],
)
def test_a_comparison_says_where_letters_are_other_code_points(normaliser, said):
    own = byte_tokenizer()
    if normaliser:
        own.backend_tokenizer.normalizer = normaliser
    network = make(hf.BertModel, hf.BertConfig(**{**BERT, "vocab_size": len(own)}))
    model = model_from(network, own, name="bert")
    texts = "le caf\u00e9", "le cafe\u0301"
    sentence = alignment_sentence(comparison_of(*capture(model, list(texts))))
    assert f"The same letters in other code points on the two sides: caf\u00e9; {said}" in sentence
    assert "code points" not in alignment_sentence(comparison_of(*capture(model, [texts[0]] * 2)))
