"""The panel of specialists, from a real profile."""

import pandas as pd

from mha_viz.evidence.corpus.profile import profile_of
from mha_viz.evidence.specialists import specialists
from mha_viz.recording.capture import capture


def test_specialists_are_established_and_no_head_speaks_twice(minilm):
    table = profile_of(minilm.name, minilm.identity).table
    experts = specialists(table, capture(minilm, "The cat sat on the mat because it was tired."), "encoder")
    places = [(expert.layer, expert.head) for expert in experts]
    assert len(places) == len(set(places)) >= 4
    assert (2, 0) in places
    assert any("points from an object to its verb in 74 % of 1,169 cases" in expert.sentence for expert in experts)
    of_two = table[(table["score"] == "det") & (table["verdict"] == "established")].iloc[[0]]
    of_two = pd.concat([table, of_two.assign(layer=2, head=0, value=0.999)], ignore_index=True)
    again = [(expert.layer, expert.head) for expert in specialists(of_two, capture(minilm, "The cat sat."), "encoder")]
    assert len(again) == len(set(again)) == len(places)
    weak = table.assign(verdict="consistent with")
    assert specialists(weak, capture(minilm, "The cat sat."), "encoder") == []
