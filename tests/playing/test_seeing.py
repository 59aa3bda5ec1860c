"""The step of a lesson that shows heads over a picture: its numbers counted on the pattern, and a machine without the
model.
"""

from dataclasses import replace

import pytest
import torch

import mha_viz
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_figure, drawn_file
from mha_viz.lessons.lesson import Step
from mha_viz.lessons.shelf import FIRST, take_lesson
from mha_viz.models.load import load_model
from mha_viz.playing.parts import Drawn, Missing
from mha_viz.playing.scene import begin_scene
from mha_viz.playing.steps import PARTS
from mha_viz.playing.work import Work
from mha_viz.recording.capture import capture
from mha_viz.scores.media.figure import cells_covered
from mha_viz.wording import head_name, in_percent
from tests.support.networks.seeing import processor, seeing_model
from tests.support.pages.drawn import opened

TEXT = "{head} {share} {area} {seen_by} {pictured} {patches}"


@pytest.fixture(scope="module")
def found():
    return capture(seeing_model("dinov2, registers", processor(20, 44)), drawn_file(DRAWN[2]))


@pytest.fixture(scope="module")
def scene():
    return begin_scene(take_lesson(FIRST), load_model("classroom"), None, "", capture)


def played(scene, look_at, **settings):
    step = Step("A step", "heads on a picture", TEXT, settings={"drawing": DRAWN[2], **settings})
    return list(PARTS[step.shows](replace(scene, work=Work(look_at=look_at)), step))


def test_the_head_is_the_one_that_lies_most_evenly_on_the_figure(scene, found):
    (part,) = played(scene, lambda name: found if name == DRAWN[2] else None, looks="CLS")
    assert isinstance(part, Drawn)
    header, _ = opened(part.view)
    cells = cells_covered(drawn_figure(DRAWN[2]), found.picture.box, 5, 11)
    figure = torch.tensor([5 + 11 * row + column for row, column in cells])
    shares, even = {}, {}
    for layer in (0, 1):
        rows = mha_viz.pattern(found, layer)[:, 0]  # what CLS gives, (head, key)
        for head, row in enumerate(rows):
            shares[layer, head] = (row[figure].sum() / row[5:].sum()).item()
            even[layer, head] = (row[figure] / row[5:].sum()).clamp(max=1 / len(figure)).sum().item()
    best = max(even, key=even.get)
    assert len(set(even.values())) == 6
    expected = (head_name(*best), in_percent(shares[best]), in_percent(len(cells) / 55))
    assert header["caption"] == " ".join([*expected, "dinov2, registers 6 5 × 11"])
    assert header["heads"][header["chosen"]] == list(best)
    assert header["region"] == [11 * row + column for row, column in cells]


def test_a_patch_of_the_figure_does_not_count_itself(scene, found):
    (part,) = played(scene, lambda _: found)
    header, _ = opened(part.view)
    own = header["query"]
    assert (own - 5) in header["region"]
    layer, head = header["heads"][header["chosen"]]
    row = mha_viz.pattern(found, layer)[head, own]
    figure = [5 + cell for cell in header["region"] if 5 + cell != own]
    share = row[figure].sum() / (row[5:].sum() - row[own])
    assert in_percent(share.item()) in header["caption"]


def test_where_the_model_is_not_there_one_line_says_how_to_fetch_it(scene):
    (part,) = played(scene, lambda _: None)
    assert isinstance(part, Missing)
    assert "mha-viz models get dinov2" in part.text
