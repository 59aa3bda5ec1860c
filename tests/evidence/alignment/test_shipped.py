"""Error rates that come with the project are those that a measurement of the same weights gives, and of no others."""

import json
from dataclasses import replace

import pandas as pd
import pytest

from mha_viz.annotation.files.aligned import aligned_examples
from mha_viz.cli.main import main
from mha_viz.evidence.alignment.shipped import linked_words_of
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder
from tests.support.networks.families import text_model

T5 = json.loads((app_folder() / "assets" / "translation" / "t5.json").read_text(encoding="utf-8"))


def with_identity(identity):
    return replace(text_model("bert")[1], identity=identity)


def test_only_exactly_these_weights_have_them():
    found = linked_words_of(with_identity(T5["identity"]))
    assert found.table.to_dict("records") == T5["heads"]
    assert found.facts["chosen"] == tuple(T5["chosen"])
    pairs = aligned_examples()
    assert (found.n_pairs, found.n_links) == (len(pairs), sum(len(pair.sure) for pair in pairs))
    for identity in (None, "", T5["identity"][:-1] + "x"):
        assert linked_words_of(with_identity(identity)) is None


@pytest.mark.real_model
def test_they_are_what_the_command_measures(capsys):
    assert load_model("t5").identity == T5["identity"]
    assert main(["alignment-heads", "t5", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    for each in (found, T5):
        each["heads"] = pd.DataFrame(each["heads"]).sort_values(["layer", "head"], ignore_index=True)
    pd.testing.assert_frame_equal(found.pop("heads"), T5.pop("heads"), atol=0.02)  # another kernel may turn a link
    assert found.keys() == T5.keys()
