"""What comes with the project on several types of text is of exactly the weights that were measured."""

from dataclasses import replace

import pandas as pd
import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.text_types.material import text_types
from mha_viz.evidence.text_types.measured import TYPE, TextTypeScores, scores_on
from mha_viz.evidence.text_types.roles import ROLES, differences, how_roles_vary
from mha_viz.evidence.text_types.shipped import load_text_types, save_text_types, text_types_of
from mha_viz.evidence.verdict import RULES
from mha_viz.models.catalogue import CATALOGUE
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder
from tests.support.networks.families import text_model
from tests.support.text_types import delimiters, previous, two_types

FILES = sorted((app_folder() / "assets" / "text_types").glob("*.parquet"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_is_of_a_model_of_the_catalogue_and_holds_four_types(path):
    scores = load_text_types(path)
    assert path.stem in CATALOGUE
    assert scores.facts["model"] == path.stem
    assert scores.facts["rules"] == RULES
    assert list(dict.fromkeys(scores.table[TYPE])) == ["prose", "code", "JSON", "repeats"]
    assert set(scores.table["score"]) <= set(ROLES)
    assert ((scores.table["low"] <= scores.table["high"]) | scores.table["low"].isna()).all()
    assert path.stat().st_size < 150_000
    model = replace(text_model("bert")[1], identity=scores.facts["identity"], dtype="float32")
    pd.testing.assert_frame_equal(text_types_of(model).table, scores.table)
    assert text_types_of(replace(model, dtype="bfloat16")) is None
    assert text_types_of(replace(model, identity=scores.facts["identity"][:-1] + "x")) is None


def test_there_are_files():
    assert [path.stem for path in FILES] == ["minilm", "mpnet", "smollm2"]


@pytest.mark.real_model
def test_they_are_what_a_measurement_gives():
    model = load_model("minilm")
    types = [one for one in text_types() if one.name != "code"]  # which is another one for another Python
    measured, shipped = scores_on(model, types).table, text_types_of(model).table
    key = [TYPE, "score", "layer", "head"]
    both = measured.merge(shipped, on=key, suffixes=("", " shipped"))
    assert len(both) == (shipped[TYPE] != "code").sum()
    for name in ("value", "low", "high", "chance"):
        assert (both[name] - both[f"{name} shipped"]).abs().max() < 1e-3
    assert (both["verdict"] == both["verdict shipped"]).mean() > 0.99


def test_what_is_written_says_the_same_when_it_is_read(tmp_path):
    table = two_types([(previous, 0.5), (previous, 0.5)], [(delimiters, 0.5), (previous, 0.5)])
    scores = TextTypeScores(table, {"model": "made up", "identity": "0"})
    again = load_text_types(save_text_types(scores, tmp_path / "new" / "types.parquet"))
    assert again.facts == scores.facts
    assert how_roles_vary(again.table) == how_roles_vary(table)
    (found,), (before,) = differences(again.table), differences(table)
    assert (found.head, found.first.score, found.second.score) == (before.head, before.first.score, before.second.score)
    assert found.size == pytest.approx(before.size, abs=1e-3)


def test_another_file_is_refused(tmp_path):
    other = tmp_path / "other.parquet"
    pd.DataFrame({"score": ["first token"]}).to_parquet(other)
    with pytest.raises(InputError, match="holds no scores on types of text"):
        load_text_types(other)
    other.write_bytes(b"no table")
    with pytest.raises(InputError, match="holds no scores"):
        load_text_types(other)
