"""What heads are held against: the others of a layer, or random sets; and where an effect stands among theirs."""

import pytest
import torch

from mha_viz.errors import InputError
from mha_viz.evidence.importance.set_control import Control, control_of, control_sentence, others_of
from mha_viz.recording.capture import capture
from tests.support.networks.families import text_model


@pytest.fixture(scope="module")
def read():
    return capture(text_model("llama")[1], "the cat sat on a mat")


def test_one_head_is_held_against_the_others_of_its_layer(read):
    of, others = others_of(read, "decoder", [(1, 4)])
    assert of == "the other heads of its layer"
    assert others == [((1, head),) for head in (0, 1, 2, 3, 5)]


def test_a_set_is_held_against_random_sets_of_the_same_layers(read):
    heads = [(0, 1), (1, 4), (1, 5)]
    _, others = others_of(read, "decoder", heads, draws=23)
    assert len(others) == 23
    assert all(sorted(layer for layer, _ in one) == [0, 1, 1] and len(set(one)) == 3 for one in others)
    assert all(set(one) != set(heads) for one in others)
    assert len({frozenset(one) for one in others}) > 15
    again, with_seed = (others_of(read, "decoder", heads, draws=23, seed=seed)[1] for seed in (0, 1))
    assert others == again != with_seed
    with pytest.raises(InputError, match="at least 20 random sets, not 19"):
        others_of(read, "decoder", heads, draws=19)
    with pytest.raises(InputError, match="all heads of their layers"):
        others_of(read, "decoder", [(0, head) for head in range(6)])


def test_where_an_effect_stands_among_others():
    values = {(0, 0): 1.0, (0, 1): -5.0, (0, 2): 3.0}
    control = control_of(-4.0, "others", [[head] for head in values], lambda heads: values[heads[0]])
    of_all = torch.tensor(list(values.values()))
    assert (control.n, control.rank) == (3, 2)
    assert control.z == pytest.approx(((-4 - of_all.mean()) / of_all.std()).item())
    nobody = control_of(1.0, "others", [], lambda _: 0.0)
    assert (nobody.n, nobody.as_dict()["z"]) == (0, None)


@pytest.mark.parametrize(
    ("z", "said"), [(-0.04, ", +0.0 standard deviations"), (-1.26, ", −1.3 standard"), (float("nan"), None)]
)
def test_a_head_that_is_just_the_mean_has_no_sign(z, said):
    told = control_sentence(Control("the others", 5, 0.25, 0.5, z, 3))
    assert told.startswith("Beside 5 others (the others): 2 with a larger effect")
    assert said in told if said else told.endswith("effect.")
