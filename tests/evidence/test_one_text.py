"""Every score of one text: equal to its parts by hand, told as a table, and the cases behind a number."""

import math
from dataclasses import replace

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc, Mention
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.evidence.one_text import COLUMNS, attention_rows, points, score_table
from mha_viz.evidence.verdict import CONSISTENT, TOO_LITTLE, UNDEFINED
from mha_viz.models.load import model_from, random_twin
from mha_viz.recording.capture import capture
from mha_viz.scores.tallies import SCOPES, items_of, tallies_of
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer

CAT = "the cat sat on a mat"
SPANS = ((0, 3), (4, 7), (8, 11), (12, 14), (15, 16), (17, 20))
ARCS = tuple(Arc(*arc) for arc in ((0, 1, "det"), (1, 2, "nsubj"), (4, 5, "det"), (3, 5, "case"), (5, 2, "obl")))
ANNOTATED = Annotated(CAT, tuple(CAT.split()), SPANS, ARCS)


def model_of(name, ends):
    return model_from(make(*(TEXT | ENCODER_DECODERS)[name]), tokenizer(ends=ends), name=name)


@pytest.fixture(scope="module")
def bert():
    return model_of("bert", True)


@pytest.mark.parametrize(("name", "ends"), [("bert", True), ("llama", False)])
def test_hits_are_those_of_the_patterns(name, ends):
    model = model_of(name, ends)
    found = capture(model, CAT)
    tallies = tallies_of(found, ANNOTATED)
    begin = int(ends)  # tokens of the words
    words = torch.stack([pattern(found, layer) for layer in range(len(found.calls))])[
        ..., begin : begin + 6, begin : begin + 6
    ]
    words = words.masked_fill(torch.eye(6, dtype=torch.bool), 0)
    right = (words[..., 0, :].argmax(dim=-1) == 1).long() + (words[..., 4, :].argmax(dim=-1) == 5).long()
    det = tallies["syntactic", "det", "dep→head"]
    if name == "bert":
        assert det.counts.hits.tolist() == right.tolist()
        assert det.rules["offset +1"] == 2
        assert det.chance == pytest.approx(2 / 5)
    else:  # no word after itself can be looked at
        assert det.left_out == 2
        assert det.share.isnan().all()
        obl = tallies["syntactic", "obl", "dep→head"]  # mat → sat, among five words
        assert obl.counts.hits.tolist() == (words[..., 5, :].argmax(dim=-1) == 2).long().tolist()
        assert obl.chance == pytest.approx(1 / 5)


def test_layers_in_blocks_are_layers_at_once(bert, monkeypatch):
    found = capture(bert, CAT)
    whole = tallies_of(found, ANNOTATED)
    monkeypatch.setattr("mha_viz.scores.tallies.BLOCK", 1)
    for key, tally in tallies_of(found, ANNOTATED).items():
        torch.testing.assert_close(tally.counts.hits, whole[key].counts.hits, rtol=1e-6, atol=1e-6)
        assert torch.equal(tally.counts.n, whole[key].counts.n)
        assert tally.rules == whole[key].rules
        assert tally.chance == pytest.approx(whole[key].chance)


@pytest.mark.parametrize(("name", "ends"), [("bert", True), ("llama", False)])
@pytest.mark.parametrize("n_rows", [1, 3])
def test_a_long_text_is_counted_some_queries_at_a_time(name, ends, n_rows, monkeypatch):
    """ "on a" is a word of two tokens, which stand in two blocks."""
    model = model_of(name, ends)
    spans = (*SPANS[:3], (12, 16), SPANS[5])
    arcs = (Arc(0, 1, "det"), Arc(1, 2, "nsubj"), Arc(3, 4, "case"), Arc(4, 2, "obl"))
    clusters = (Mention(0, 2, "1"), Mention(3, 5, "1"))
    words = tuple(CAT[slice(*span)] for span in spans)
    text = Annotated(CAT, words, spans, arcs, mentions=clusters, tags=("DET", "NOUN", "VERB", "ADP", "NOUN"))
    similarity = torch.rand(5, 5, generator=torch.Generator().manual_seed(3))
    found = capture(model, CAT)
    wholes = [
        tallies_of(found, of, scopes=scopes, similarity=similarity)
        for of, scopes in ((None, SCOPES), (text, SCOPES), (text, ("document",)))
    ]
    (call, *_), seen = found.calls, []
    monkeypatch.setattr("mha_viz.scores.blocks.LONG", call.n_heads * call.n_query * call.n_key - 1)
    monkeypatch.setattr("mha_viz.attention.calls.BLOCK", n_rows * call.n_heads * call.n_key)

    def some_rows(part):
        seen.append(part.n_query)
        return call_pattern(part)

    monkeypatch.setattr("mha_viz.scores.tallies.call_pattern", some_rows)
    for (of, scopes), whole in zip(((None, SCOPES), (text, SCOPES), (text, ("document",))), wholes, strict=True):
        blocks = tallies_of(found, of, scopes=scopes, similarity=similarity)
        assert list(blocks) == list(whole)
        for key, tally in blocks.items():
            torch.testing.assert_close(tally.counts.hits, whole[key].counts.hits, rtol=1e-6, atol=1e-6)
            assert torch.equal(tally.counts.n, whole[key].counts.n)
            assert tally.rules == pytest.approx(whole[key].rules)
            assert tally.chance == pytest.approx(whole[key].chance, nan_ok=True)
            assert tally.left_out == whole[key].left_out
    assert max(seen) == n_rows


def test_a_document_computes_only_the_rows_that_are_asked(bert):
    clusters = (Mention(0, 2, "1"), Mention(4, 6, "1"), Mention(2, 3, "2"))
    one = replace(ANNOTATED, mentions=clusters, tags=("DET", "NOUN", "VERB", "ADP", "DET", "NOUN"))
    found = capture(bert, CAT)
    whole, alone = tallies_of(found, one), tallies_of(found, one, scopes=("document",))
    assert set(alone) == {("coreference", "noun → earlier mention", None)}
    for key, tally in alone.items():
        assert tally.counts.n.tolist() == [[1.0] * 3] * 2
        assert torch.equal(tally.counts.hits, whole[key].counts.hits)


def test_only_what_is_new_is_counted():
    everything, new = items_of(ANNOTATED), items_of(ANNOTATED, new_from=3)
    assert [item.query for item in everything["syntactic", "det", "dep→head"]] == [0, 4]
    assert [item.query for item in new["syntactic", "det", "dep→head"]] == [4]
    assert items_of(ANNOTATED, scopes=("tokens",)) == {}


def test_the_table_of_one_text(bert):
    found = capture(bert, CAT)
    table = score_table(found, ANNOTATED, control=capture(random_twin(bert), CAT))
    assert list(table.columns) == list(COLUMNS)
    tallies = tallies_of(found, ANNOTATED)
    assert len(table) == 6 * len(tallies)
    for (family, score, direction), tally in tallies.items():
        rows = table[
            (table["family"] == family)
            & (table["score"] == score)
            & (table["direction"].eq(direction) | (direction is None))
        ]
        assert rows["value"].tolist() == pytest.approx(tally.share.flatten().tolist(), nan_ok=True)
        assert rows["layer"].tolist() == [0, 0, 0, 1, 1, 1]
        assert rows["head"].tolist() == [0, 1, 2, 0, 1, 2]
        assert (rows["n_units"] == (rows["n"] > 0)).all()
    assert set(table["verdict"].dropna()) <= {UNDEFINED, TOO_LITTLE, CONSISTENT}  # one text establishes nothing
    assert table.loc[table["family"] == "spread", "verdict"].isna().all()
    assert table["p"].isna().all()
    undefined = table[table["n"] == 0]
    assert (undefined["verdict"] == UNDEFINED).all()
    assert undefined["value"].isna().all()
    without = score_table(found)
    assert "syntactic" not in set(without["family"])
    assert without["control"].isna().all()
    with pytest.raises(InputError, match="control is of another text"):
        score_table(found, control=capture(random_twin(bert), "fish"))
    with pytest.raises(InputError, match="tokens are of"):
        score_table(found, Annotated("fish", ("fish",), ((0, 4),)))


def test_the_cases_behind_a_number(bert):
    found = capture(bert, CAT)
    table = score_table(found, ANNOTATED).set_index(["family", "score", "direction", "layer", "head"])
    for layer, head in ((0, 1), (1, 2)):
        cases = points(found, ANNOTATED, layer, head, "syntactic", "det", "dep→head")
        assert cases["query_word"].tolist() == ["the", "a"]
        assert cases["right_words"].tolist() == [[1], [5]]
        assert cases["right"].mean() == table.loc[("syntactic", "det", "dep→head", layer, head), "value"]
        weights = pattern(found, layer)[head, 1:7, 1:7]
        for row in cases.itertuples():
            assert row.attention == pytest.approx(weights[row.query, row.points_at].item(), rel=1e-5)
            assert row.points_at_word == ANNOTATED.words[row.points_at]
    causal = points(capture(model_of("llama", False), CAT), ANNOTATED, 0, 0, "syntactic", "det", "dep→head")
    assert causal.empty
    with pytest.raises(InputError, match="no score that points"):
        points(found, ANNOTATED, 0, 0, "spread", "entropy")


def test_cross_attention_has_no_scores_and_two_kinds_are_told_apart():
    model = model_of("bart", True)
    found = capture(model, CAT, target="the dog")
    with pytest.raises(InputError, match="encoder and decoder"):
        tallies_of(found)
    assert tallies_of(found, kind="decoder")["positional", "next token", None].counts.n.sum() == 0
    assert not math.isnan(tallies_of(found, ANNOTATED, kind="encoder")["syntactic", "det", "dep→head"].chance)


def test_attention_between_two_words_is_told_as_a_score_that_claims_nothing(bert):
    seen = capture(bert, CAT)
    rows = attention_rows(seen, "sat", "cat", kind="encoder", score="of “sat” to “cat”")
    expected = {(layer, head): pattern(seen, layer)[head, 3, 2].item() for layer in range(2) for head in range(3)}
    values = {(row.layer, row.head): row.value for row in rows.itertuples()}
    assert values == {place: pytest.approx(value, abs=1e-6) for place, value in expected.items()}
    assert rows["value"].is_monotonic_decreasing
    assert set(rows["chance"]) == {1 / 6}
    assert (rows["gain"] - rows["value"] + 1 / 6).abs().max() < 1e-9
    assert set(rows["score"]) == {"of “sat” to “cat”"}
    assert rows[["verdict", "said", "low", "control", "p"]].isna().all(axis=None)
    assert set(COLUMNS) <= set(rows)
