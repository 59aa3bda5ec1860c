"""Copies of texts tell nothing new: a corpus several times over has the same numbers and verdicts, everywhere."""

from dataclasses import replace
from itertools import combinations, islice
from pathlib import Path

import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Link, Mention
from mha_viz.annotation.code.parser import parse_code
from mha_viz.annotation.files.ratings import RatedPair
from mha_viz.evidence.corpus.controls import read_controls
from mha_viz.evidence.corpus.passages import (
    REPORT,
    SELECT,
    FirstWith,
    code_passages,
    document_passages,
    pronoun_passages,
    sentence_passages,
    twin_passages,
)
from mha_viz.evidence.corpus.profile import weigh_corpus
from mha_viz.evidence.corpus.reading import read_corpus
from mha_viz.evidence.corpus.store import open_store
from mha_viz.evidence.corpus.word_ratings import rating_table
from mha_viz.evidence.importance.over_texts import interval_over_texts, n_units_of, p_over_texts, unit_names
from mha_viz.evidence.statistics.intervals import interval
from mha_viz.models.load import model_from, random_twin
from mha_viz.scores.counting import Counts
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.sentences import annotated

SAME = ["value", "n_units", "low", "high", "baseline", "chance", "control", "rule", "verdict"]
WORDS = ["cat", "dog", "fish", "mat", "home", "man"]


def sentences(n=18):
    """Each has a name that comes back."""
    for i in range(n):
        one, other = WORDS[i % 6], WORDS[(i + 1 + i // 6) % 6]
        text = f"the old {one} sat {'. ' * (i // 6)}the {other} ran and it sat"
        last = 5 + i // 6
        plain = annotated(text, ((0, 2, "det"), (2, 3, "nsubj"), (last - 1, last, "det"), (last, last + 1, "nsubj")))
        mentions = Mention(1, 3, "e", "person"), Mention(last, last + 1, "e", "person")
        tags = tuple({"the": "DET", "sat": "VERB", "ran": "VERB"}.get(word, "PROPN") for word in plain.words)
        yield replace(plain, tags=tags, mentions=mentions)


def asked(n=10):
    """Twins: pronouns with two candidates that no other has, and both answers."""
    for i, (one, other) in enumerate(islice(combinations(WORDS, 2), n)):
        for answer, end in enumerate(("tired", "big")):
            text = f"the {one} number {i} sat on the {other} number {i} because it was {end}"
            spans = [
                (text.index(f"{word} number"), text.index(f"{word} number") + len(f"{word} number {i}"))
                for word in (one, other)
            ]
            at = text.index(" it ") + 1
            yield Annotated(text, links=(Link((at, at + 2), tuple(spans), answer, f"g{i}"),))


def functions(n=9):
    for i in range(n):
        code = parse_code(f"def cat{i}(dog):\n    if dog:\n        return dog + {i}\n    return [cat{i}(dog)]\n")
        yield replace(code, document=f"file{i}.py")


def count(text):
    return len(text.split()) + 2


def thrice(texts, apart=""):
    """Each text twice in a row, then the whole file again; a copy's document is called otherwise with ``apart``."""
    texts = list(texts)
    again = [(text, i) for text in texts for i in "01"] + [(text, "2") for text in texts]
    return [replace(text, document=text.document and f"{text.document}{apart and apart + i}") for text, i in again]


def as_they_are(texts, _apart=""):
    return list(texts)


def passages(times=as_they_are):
    in_documents = [replace(text, document=f"of its own {i}") for i, text in enumerate(sentences(9))]
    return [
        *sentence_passages(times(sentences()), "f"),
        *document_passages(times(in_documents, "copy "), "d", count, 40),
        *twin_passages(times(asked()), "t"),
        *pronoun_passages(times(asked()), "p"),
        *code_passages(times(functions(), "copy "), "c"),
    ]


def table_of(model, corpus):
    store = open_store(Path(":memory:"))
    read_corpus(model, lambda: corpus, store)
    read_controls(model, lambda: corpus, store)
    table = weigh_corpus(store).set_index(["family", "score", "direction", "layer", "head"])
    store.close()
    return table


@pytest.fixture(scope="module")
def model():
    return model_from(make(*TEXT["bert"]), tokenizer(), name="bert", identity="x")


def test_a_profile_of_copies_is_that_of_the_texts(model, monkeypatch):
    monkeypatch.setattr("mha_viz.evidence.corpus.controls.SPREADS", (5.0,))
    once, copies = (table_of(model, corpus) for corpus in (passages(), passages(thrice)))
    families = {"syntactic", "coreference", "entities", "code", "sinks", "positional", "copying", "semantic"}
    assert families <= set(once.index.unique("family"))
    assert {"too few", "not enough evidence", "consistent with"} <= set(once["verdict"])
    copies = copies.reindex(once.index)
    assert (copies["n"] == 3 * once["n"]).mean() > 0.8  # twins of one group are read once
    pd.testing.assert_frame_equal(copies[SAME], once[SAME], rtol=1e-4, atol=1e-5)
    pd.testing.assert_series_equal(copies["p"], once["p"], rtol=0, atol=0.1)  # drawn: units come in another order


def test_a_sentence_of_another_file_is_a_copy_and_chooses_no_head():
    first, texts = FirstWith(), list(sentences(24))
    reported = list(sentence_passages(texts[:20], "conllu", REPORT, first=first))
    chosen = list(sentence_passages(texts[15:], "select", SELECT, first=first))
    assert not any(passage.is_copy for passage in reported)
    assert [passage.texts[0] for passage in chosen] == texts[20:]
    other = FirstWith()
    list(sentence_passages(texts[:20], "conllu", first=other))
    both = list(sentence_passages(texts[15:], "documents", first=other))
    assert [passage.is_copy for passage in both] == [True] * 5 + [False] * 4
    assert [passage.unit.split()[0] for passage in both] == ["conllu"] * 5 + ["documents"] * 4


def test_shares_of_a_text_and_copies_of_it_are_as_sure_as_of_the_text_alone():
    """One unit of seven items, three of them right, counted five times: Wilson's interval of seven items, by hand."""
    low, high = interval(Counts(torch.tensor([15.0]), torch.tensor([35.0])), times=torch.tensor([5.0]))
    z, share, n = 1.959964, 3 / 7, 7
    middle = (share + z * z / 2 / n) / (1 + z * z / n)
    half = z * (share * (1 - share) / n + z * z / 4 / n / n) ** 0.5 / (1 + z * z / n)
    assert (low.item(), high.item()) == (pytest.approx(middle - half), pytest.approx(middle + half))


def test_equal_texts_are_one_unit_where_nobody_says_what_they_are_about():
    values = torch.tensor([[1.0], [2.0], [4.0], [3.0], [7.0]])
    texts = ["a b", "c", "d", "e f", "g"]
    once, thrice = unit_names(None, texts), unit_names(None, texts * 3)
    assert n_units_of(thrice) == n_units_of(once) == 5
    for ends in zip(interval_over_texts(values, once), interval_over_texts(values.repeat(3, 1), thrice), strict=True):
        torch.testing.assert_close(*ends)
    assert p_over_texts(values, once).equal(p_over_texts(values.repeat(3, 1), thrice))


def test_a_pair_of_words_that_was_rated_twice_is_one(model):
    words = ("cat", "dog", "fish", "mat", "old", "tired", "big", "small", "ran")
    pairs = [
        RatedPair(one, other, float(i * i % 7)) for i, (one, other) in enumerate(zip(words, words[1:], strict=False))
    ]
    twin = random_twin(model)
    once = rating_table(model, twin, pairs)
    told = [replace(pair, rating=pair.rating + by) for by in (-1.0, 0.0, 1.0) for pair in pairs]
    turned = [replace(pair, first=pair.second.upper(), second=pair.first) for pair in pairs]
    pd.testing.assert_frame_equal(rating_table(model, twin, told + turned), once)
    assert once["n_units"].unique().tolist() == [8]
