"""What is established in a profile, and of which heads."""

from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.evidence.importance.established import heads_by_score
from mha_viz.language import spoken
from mha_viz.paths import app_folder


def test_each_score_has_the_heads_that_the_profile_establishes_it_of():
    table = load_profile(app_folder() / "assets" / "profiles" / "minilm.parquet").table
    found = heads_by_score(table)
    assert found
    for label, heads in found.items():
        family, _, score = label.partition(": ")
        rows = table[(table["family"] == family) & (table["verdict"] == "established")]
        rows = rows[[label.endswith(name) or score.startswith(f"{name} (") for name in rows["score"]]]
        assert set(heads) == set(zip(rows["layer"], rows["head"], strict=True))
    families = [label.partition(":")[0] for label in found]
    assert families == sorted(families, key=families.index)  # each family stands together
    assert len(found) == len(table[table["verdict"] == "established"].groupby(["family", "score"]))


def test_names_of_scores_that_links_hold_are_in_english_whoever_reads():
    table = load_profile(app_folder() / "assets" / "profiles" / "minilm.parquet").table
    with spoken("de"):
        in_german = list(heads_by_score(table))
    assert in_german == list(heads_by_score(table))
    assert "positional: previous token" in in_german


def test_nothing_established_is_nothing_to_choose():
    table = load_profile(app_folder() / "assets" / "profiles" / "minilm.parquet").table
    assert heads_by_score(table[table["verdict"] != "established"]) == {}
