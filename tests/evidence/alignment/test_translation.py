"""Alignment error rates of heads: held against plain loops over patterns."""

import numpy as np
import pytest
import transformers as hf

from mha_viz.annotation.files.aligned import AlignedPair
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.alignment.heads import alignment_heads
from mha_viz.evidence.alignment.translation import example_languages, prompt_of, translation_heads
from mha_viz.models.load import load_model, model_from
from mha_viz.recording.capture import capture
from tests.support.networks.families import BART, T5, make, text_model, tokenizer
from tests.support.networks.hearing import whisper
from tests.support.texts.translators import mbart50, nllb, saved, with_pieces

TEXTS = [("the cat sat", "his cat sat"), ("he ran home", "home he ran to"), ("a dog was tired", "old dog"),
         ("fish to eat", "eat his fish"), ("it sat on a mat", "a mat it sat")]  # fmt: skip
LINKS = [{(0, 0), (1, 1), (2, 2)}, {(2, 0), (0, 1), (1, 2)}, {(1, 1)}, {(2, 0), (0, 2)}, {(3, 0), (4, 1), (0, 2)}]


def pair(texts, links):
    source, target = (tuple(text.split()) for text in texts)
    return AlignedPair(source, target, frozenset(links), frozenset({*links, (0, 0)}))


PAIRS = [pair(*each) for each in zip(TEXTS, LINKS, strict=True)]


@pytest.fixture(scope="module")
def model():
    return model_from(make(hf.BartModel, hf.BartConfig(**BART)), tokenizer(), name="tiny bart")


@pytest.fixture(scope="module")
def read(model):
    """Our pairs after one word more, each with what the model reads of it."""
    return [(each, capture(model, "because " + " ".join(each.source), target=" ".join(each.target))) for each in PAIRS]


def wrong(read, layer, head, back):
    """The alignment error rate of one head, word by word."""
    right, n = 0, 0
    for each, found in read:
        rows = pattern(found, layer, kind="cross")[head].numpy()
        keys = [i for i, special in enumerate(found.key_positions["cross"].is_special) if not special]
        queries = [i for i, special in enumerate(found.query_positions["cross"].is_special) if not special]
        among = rows[:, keys[1:]]
        for j, query in enumerate(queries):
            link = (int(np.argmax(among[query - back])), j)
            right += (link in each.sure) + (link in each.possible)
        n += len(queries) + len(each.sure)
    return 1 - right / n


def test_rates_are_those_of_a_plain_loop(model, read):
    found = translation_heads(model, PAIRS, prompt="because ")
    assert (found.n_pairs, found.n_links, len(found.table)) == (5, 12, 12)
    for row in found.table.to_dict("records"):
        for ending, back in (("", 1), ("_read", 0)):
            rate = wrong(read, row["layer"], row["head"], back)
            assert row[f"error_rate{ending}"] == pytest.approx(rate)
            assert row[f"low{ending}"] <= rate <= row[f"high{ending}"]
    assert found.table[["error_rate", "error_rate_read"]].min(axis=1).is_monotonic_increasing


def test_a_head_is_chosen_on_every_other_pair_and_measured_on_the_rest_beside_the_diagonal(model, read):
    facts = translation_heads(model, PAIRS, prompt="because ").facts
    rates = {
        (at, head): wrong(read[::2], *head, back)
        for at, back in (("written", 1), ("read", 0))
        for head in np.ndindex(3, 4)
    }
    best = min(rates, key=rates.get)
    assert (facts["chosen_row"], facts["chosen"]) == best
    back = 1 if best[0] == "written" else 0
    assert facts["chosen_error_rate"] == pytest.approx(wrong(read[1::2], *best[1], back))
    # By place "home he ran to" is "he ran ran home": 1-2 is sure, 0-0 possible; of "eat his fish" 0-0 is possible.
    assert facts["chosen_diagonal"] == pytest.approx(1 - (1 + 2 + 0 + 1) / (4 + 3 + 3 + 2))


def test_one_pair_has_no_interval_and_chooses_nothing(model):
    found = translation_heads(model, PAIRS[:1])
    assert found.table["low"].isna().all()
    assert "chosen" not in found.facts
    assert found.facts["diagonal"] == 0


def test_families_are_told_what_to_do_in_their_own_way(tmp_path, model):
    t5 = model_from(
        make(hf.T5Model, hf.T5Config(**T5, decoder_start_token_id=4, pad_token_id=0)), tokenizer(), name="t5"
    )
    assert prompt_of(t5) == "translate English to German: "
    assert (prompt_of(model), example_languages(model)) == ("", (None, None))
    told = load_model(saved(tmp_path, mbart50(with_pieces(tmp_path)), hf.MBartModel, hf.MBartConfig))
    assert example_languages(told) == ("en_XX", "de_DE")
    assert example_languages(model_from(model.network, nllb(tmp_path), name="nllb")) == ("eng_Latn", "deu_Latn")


def test_languages_reach_the_model(tmp_path):
    told = load_model(saved(tmp_path, mbart50(with_pieces(tmp_path)), hf.MBartModel, hf.MBartConfig))
    pairs = [pair(("the cat", "le chat"), {(0, 0), (1, 1)})]
    translation_heads(told, pairs, languages=("en_XX", "fr_XX"))
    with pytest.raises(InputError, match="'fr' is not a language of this model: write fr_XX for French"):
        translation_heads(told, pairs, languages=("en_XX", "fr"))


def test_the_public_table_holds_what_it_is_held_against(tmp_path, model):
    (tmp_path / "pairs").write_text("\n".join(" ||| ".join(texts) for texts in TEXTS))
    (tmp_path / "gold").write_text("\n".join(" ".join(f"{i}-{j}" for i, j in links) for links in LINKS))
    table = alignment_heads(model, pairs=tmp_path / "pairs", gold=str(tmp_path / "gold"))
    sure = [AlignedPair(each.source, each.target, each.sure, each.sure) for each in PAIRS]
    found = translation_heads(model, sure)
    assert table.equals(found.table)
    assert table.attrs == found.facts


@pytest.mark.parametrize(
    ("hearing", "given", "sentence"),
    [
        (False, {"sounds": ["a.wav"]}, "tiny bart does not hear: give pairs and gold, and nothing else"),
        (False, {"pairs": "a"}, "belong together: give both, or neither"),
        (True, {"prompt": "translate"}, "tiny whisper hears: give sounds and timings, and nothing else"),
        (True, {"timings": ["a.txt"]}, "Timings belong to sounds: give sounds as well"),
    ],
)
def test_what_is_of_the_other_kind_is_refused(model, hearing, given, sentence):
    with pytest.raises(InputError, match=sentence):
        alignment_heads(whisper() if hearing else model, **given)


def test_without_cross_attention_or_sure_links_nothing_is_scored(model):
    with pytest.raises(InputError, match="bert has no cross-attention"):
        translation_heads(text_model("bert")[1], PAIRS)
    with pytest.raises(InputError, match="No pair has a sure link"):
        translation_heads(model, [pair(("the cat", "a cat"), set())])


def test_a_pair_that_is_too_long_is_named(model):
    long = AlignedPair(("the",) * 60, ("a",), frozenset({(0, 0)}), frozenset({(0, 0)}), "pairs.txt, line 7")
    with pytest.raises(InputError, match=r"^pairs\.txt, line 7: "):
        translation_heads(model, [PAIRS[0], long])
