"""A small network on a few types of text: every score of tokens of every head, in each type by itself."""

from dataclasses import replace

import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.text_types.material import TextType
from mha_viz.evidence.text_types.measured import CHOSEN, GAIN, TYPE, passages_of, scores_on, text_type_scores
from mha_viz.progress import Progress
from mha_viz.scores.table import HEAD_SCORES
from tests.support.networks.families import text_model

WORDS = ["the", "cat", "sat", "on", "a", "mat", "and", "it", "was", "tired", "of", "rain"]
FIRST = TextType("one", tuple(" ".join(WORDS[i % 5 : i % 5 + 4] * 3) + f" {i}" for i in range(20)), "words in order")
OTHER = TextType(
    "other", tuple(" ".join(WORDS[::-1][i % 6 : i % 6 + 5] * 2) + f" {i}" for i in range(24)), "words turned round"
)


@pytest.fixture(scope="module")
def measured():
    _, model = text_model("bert")
    said = []
    progress = Progress(report=lambda share, what: said.append((share, what)))
    return scores_on(model, [FIRST, OTHER], progress=progress), said


def test_every_score_of_tokens_of_every_head_is_there_for_each_type(measured):
    scores, _ = measured
    table = scores.table
    of_tokens = {row.family for row in HEAD_SCORES.values() if row.on == "tokens"}
    assert set(table["family"]) == of_tokens
    heads = table[["layer", "head"]].drop_duplicates()
    for name in ("one", "other"):
        rows = table[(table[TYPE] == name) & (table["score"] == "attention to previous")]
        assert len(rows) == len(heads)
    assert {CHOSEN, GAIN, "value", "low", "high", "n", "n_units", "chance", "control", "verdict"} <= set(table)


def test_a_type_is_weighed_as_if_it_were_alone(measured):
    scores, _ = measured
    _, model = text_model("bert")
    alone = scores_on(model, [OTHER]).table
    same = scores.table[scores.table[TYPE] == "other"].reset_index(drop=True)
    for name in ("value", "low", "high", "control", "n_units", "verdict"):
        assert alone[name].astype(str).tolist() == same[name].astype(str).tolist()


def test_one_half_reports_and_facts_say_what_was_read(measured):
    scores, _ = measured
    units = scores.table.groupby(TYPE)["n_units"].max().to_dict()
    assert units == {"one": 10, "other": 12}
    told = [(one["name"], one["texts"], one["about"], one["left_out"]) for one in scores.facts["types"]]
    assert told == [("one", 20, "words in order", 0), ("other", 24, "words turned round", 0)]
    assert [one.part for one in passages_of(OTHER)] == [0, 1] * 12


def test_progress_rises_to_the_end(measured):
    _, said = measured
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_type_that_is_too_long_for_the_model_is_left_out_and_alone_refused():
    _, model = text_model("bert")
    long = replace(FIRST, texts=tuple(" ".join(WORDS * 100) + f" {i}" for i in range(16)))
    found = scores_on(model, [long, OTHER])
    assert set(found.table[TYPE]) == {"other"}
    assert [one["left_out"] for one in found.facts["types"]] == [16, 0]
    with pytest.raises(InputError, match="Every text is longer than bert reads"):
        scores_on(model, [long])


def test_a_type_of_ones_own_stands_beside_ours_or_in_their_place(tmp_path, monkeypatch):
    file = tmp_path / "mine.txt"
    file.write_text("\n\n".join(FIRST.texts[i] for i in range(20)), encoding="utf-8")
    monkeypatch.setattr("mha_viz.evidence.text_types.measured.text_types", lambda: [FIRST])
    _, model = text_model("bert")
    found = text_type_scores(model, {"mine": file})
    assert [one["name"] for one in found.facts["types"]] == ["one", "mine"]
    assert [one["about"] for one in text_type_scores(model, {"one": file}).facts["types"]] == ["paragraphs of mine.txt"]
