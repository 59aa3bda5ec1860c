"""Steps that show a head from the inside and trainings: what they draw, beside the files and the network itself."""

import pandas as pd
import pytest
import torch

from mha_viz.attention.costs import heads_cost
from mha_viz.attention.maps import pattern
from mha_viz.lessons.lesson import Step
from mha_viz.lessons.shelf import FIRST, take_lesson
from mha_viz.models.load import load_model
from mha_viz.paths import app_folder
from mha_viz.playing.parts import Drawn, Missing, Sentence, Text
from mha_viz.playing.scene import begin_scene
from mha_viz.playing.steps import PARTS
from mha_viz.recording.capture import capture
from mha_viz.training.findings import classroom_heads
from mha_viz.wording import in_percent
from tests.support.pages.drawn import opened

ASSETS = app_folder() / "assets"


@pytest.fixture(scope="module")
def scene():
    return begin_scene(take_lesson(FIRST), load_model("classroom"), None, "", capture)


def played(scene, shows, text="", **settings):
    return list(PARTS[shows](scene, Step("A step", shows, text, settings=settings)))


def test_a_step_inside_is_of_the_head_that_stands_out_and_of_the_word_that_looks(scene):
    text, drawn = played(scene, "inside", "{head} gives {share}", step="Softmax")
    layer, head = scene.best("tired")[0]
    row = pattern(scene.capture, layer)[head, scene.words.groups[scene.looks][-1]]
    _, arrays = opened(drawn.view)
    assert arrays["values"] == pytest.approx(row.numpy(), abs=1e-6)
    assert text.plain == f"L{layer} H{head} gives {in_percent(row.max().item())}"
    (added,) = played(scene, "inside", step="What this head added")
    assert opened(added.view)[0]["panels"][0]["title"] == "length of each head's contribution"


def test_a_layer_stands_beside_its_average(scene):
    grid, distances = played(scene, "many against one")
    assert opened(grid.view)[0]["names"] == ["H0", "H1", "H2", "H3", "average"]
    assert opened(distances.view)[1]["values"].min() > 0


def test_heads_are_counted_beside_those_of_known_models(scene):
    (drawn,) = played(scene, "how many heads")
    header, arrays = opened(drawn.view)
    (panel,) = header["panels"]
    totals = dict(zip(panel["rows"], arrays["values"], strict=True))
    assert (totals["classroom"], totals["GPT-3"], panel["is_count"]) == (8, 9216, True)
    assert header["note"].startswith("Layers × heads: classroom 2 × 4, BERT base 12 × 12, ")


def table_of(folder, score):
    table = pd.read_parquet(ASSETS / folder / "checkpoints.parquet")
    return table[table["score"] == score].set_index(["step", "layer", "head"])["value"]


def test_a_head_of_a_training_is_the_one_that_does_most_in_the_end(scene):
    values = table_of("classroom", "twins")
    last = values.loc[1200]
    layer, head = last.idxmax()
    text, said, drawn = played(scene, "training", "{head}: {before}, {after}, {steps}", when="before")
    first = in_percent(values.loc[0, layer, head])
    assert text.plain == f"L{layer} H{head}: {first}, {in_percent(last.max())}, 1,200"
    assert said.text.startswith("Before any training")
    assert opened(drawn.view)[0]["title"] == f"Pattern of L{layer} H{head} after 0 steps"
    _, said, drawn = played(scene, "training", "x")
    assert said.text.startswith("After 1,200 steps")
    assert opened(drawn.view)[0]["title"].endswith("after 1,200 steps")


def test_the_course_of_a_training_has_every_checkpoint(scene):
    values = table_of("induction", "induction on random tokens")
    layer, head = values.loc[1000].idxmax()
    drawn, said = played(scene, "training", of="repeated words", head="what followed before", when="all along")
    header, arrays = opened(drawn.view)
    assert arrays["values"] == pytest.approx(values.xs((layer, head), level=("layer", "head")).to_numpy(), abs=1e-6)
    assert header["panels"][0]["rows"][:2] == ["step 0", "step 13"]
    assert said.text.startswith("Half of the fall in the loss on repeated words")


def test_the_layers_of_an_induction_head_are_the_first_and_the_second(scene):
    of = {"of": "repeated words"}
    below, above = (
        played(scene, "training", "{layer}", head=head, **of)[0]
        for head in ("the previous word", "what followed before")
    )
    assert (below.plain, above.plain) == ("0", "1")


def test_what_was_not_measured_is_said(scene):
    (missing,) = played(scene, "training", of="repeated words", head="the right noun")
    assert missing == Missing("In the training on repeated words, this was not measured.")


def test_one_head_or_several_claims_no_loss_that_seeds_do_not_show(scene):
    models, drawn, lost = played(scene, "one head or several")
    assert isinstance(models, Sentence)
    table = pd.read_parquet(ASSETS / "classroom" / "head_counts.parquet")
    means = table[table["step"] == table["step"].max()].groupby("heads")["accuracy"].mean()
    assert opened(drawn.view)[1]["values"] == pytest.approx(means.to_numpy(), abs=1e-6)
    assert opened(drawn.view)[0]["panels"][0]["rows"][0] == "1 head"
    assert "do not show that one head is worse than four" in lost.text


def test_what_the_model_says_without_the_head_is_drawn(scene):
    parts = played(scene, "what if")
    (drawn,) = (part for part in parts if isinstance(part, Drawn))
    header, arrays = opened(drawn.view)
    layer, head = scene.best("tired")[0]
    assert header["caption"].startswith(f"Without L{layer} H{head}, ")
    assert torch.tensor(arrays["before"]).sum() <= 1.0001
    assert any(isinstance(part, Text) and "What if it were gone" in part.plain for part in parts)


def test_heads_that_divide_the_width_cost_as_many_operations_as_one(scene):
    (drawn,) = played(scene, "cost")
    header, arrays = opened(drawn.view)
    operations, time = (panel["title"] for panel in header["panels"])
    assert (operations, time) == ("Operations, one head = 1", "Time, one head = 1")
    costs = dict(zip(header["panels"][0]["rows"], arrays["values"], strict=False))
    assert (costs["1 of 256"], costs["16 of 16"], costs["16 of 256"]) == (1.0, 1.0, 16.0)
    again = heads_cost(rounds=1)
    shipped = pd.read_csv(ASSETS / "heads_cost.csv")
    columns = ["heads", "d_head", "parameters", "flops"]
    assert shipped[columns].to_numpy().tolist() == again[columns].to_numpy().tolist()


def test_looking_stands_beside_mattering(scene):
    drawn, said = played(scene, "looking and mattering")
    header, arrays = opened(drawn.view)
    table = classroom_heads()
    assert header["panels"][0]["rows"][-1] == "L1 H3"
    assert arrays["values"] == pytest.approx([*table["looks"], *table["drop"]], abs=1e-6)
    assert said.text.endswith("to look is not to matter.")
