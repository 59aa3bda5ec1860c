"""What heads are called that are drawn together, and what their exports say."""

import pytest

from mha_viz.attention.selection import OVER, Selection
from mha_viz.attention.shown import choose
from mha_viz.recording.capture import capture
from mha_viz.views.captions.several import MEAN, SIDE_BY_SIDE, facts_of_heads, titled
from mha_viz.views.head import heads_picture
from tests.support.networks.families import TEXTS, text_model

TWO = [(1, 2), (0, 1)]


@pytest.fixture(scope="module")
def found():
    return capture(text_model("bert")[1], TEXTS[1])


@pytest.fixture(scope="module")
def shown(found):
    return choose(found, Selection("encoder"))


def test_a_title_names_the_heads_and_says_where_it_is_their_mean(found, shown):
    assert titled(shown, [(1, 2)], mean=True) == "Pattern of L1 H2"  # of one there is no mean
    assert titled(shown, [(1, 2), (1, 0)]) == "Pattern of L1 H2, H0"
    assert titled(shown, TWO) == "Pattern of L1 H2, L0 H1"
    assert titled(shown, TWO, mean=True) == "Pattern, mean of L1 H2, L0 H1"
    assert titled(shown, [*TWO, (0, 0), (0, 2), (1, 1)]) == "Pattern of 5 heads of 2 layers"
    whole = choose(found, Selection("encoder", over=OVER[1]))
    assert titled(whole, [(1, 2), (1, 0)], mean=True) == "Pattern of mean of the layer's heads of L1"


def test_exports_name_every_head(shown):
    facts = facts_of_heads(shown, TWO)
    assert (facts["heads"], facts.get("layer"), facts.get("drawn")) == (["L1 H2", "L0 H1"], None, None)
    facts = facts_of_heads(shown, [(1, 2), (1, 0)], mean=True)
    assert (facts["layer"], facts["heads"], facts["drawn"]) == (1, ["H2", "H0"], "the mean of these heads")
    assert "drawn" not in facts_of_heads(shown, [(1, 2)], mean=True)


def test_a_picture_says_what_one_sees(shown):
    one, several = heads_picture(shown, [(1, 2)]).header, heads_picture(shown, TWO).header
    mean = heads_picture(shown, TWO, mean=True).header
    assert [header["mean"] for header in (one, several, mean)] == [False, False, True]
    assert several["note"].startswith(SIDE_BY_SIDE)
    assert mean["note"].startswith(MEAN)
    assert one["note"]
    assert not one["note"].startswith((SIDE_BY_SIDE, MEAN))
    assert "mean-of-L1-H2--L0-H1" in mean["file_name"]
    assert "drawn the mean of these heads" in mean["facts"][-1]


def test_heads_of_another_layer_travel_with_all_of_the_first_ones(shown):
    header = heads_picture(shown, TWO).header
    assert [head["name"] for head in header["heads"]] == ["L1 H0", "L1 H1", "L1 H2", "L0 H1"]
    assert (header["shown"], header["switches"]) == ([2, 3], [(1, 0), (1, 1), (1, 2)])
    assert header["offers"] == [(0, [0, 1, 2]), (1, [0, 1, 2])]
    assert "offers" not in heads_picture(shown, TWO, switches=False).header
