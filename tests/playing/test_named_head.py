"""A head that is named for a task: its rank and share against the whole tensor, and what is refused."""

import pytest

from mha_viz.errors import InputError
from mha_viz.lessons.lesson import Task
from mha_viz.lessons.shelf import FIRST, take_lesson
from mha_viz.models.load import load_model
from mha_viz.playing.named_head import every_head, judge, judged_sentence, judged_strips, of_task, source_sentence
from mha_viz.playing.scene import begin_scene
from mha_viz.recording.capture import capture
from mha_viz.wording import in_percent
from tests.support.pages.drawn import header_of

DIRTY = Task("Find it.", "The cat sat on the mat because it was dirty.", "it", "mat")


def scene_of(model, task=DIRTY):
    return begin_scene(of_task(take_lesson(FIRST), task), model, None, "", capture)


@pytest.fixture(scope="module")
def scene(minilm):
    return scene_of(minilm)


@pytest.mark.real_model
@pytest.mark.parametrize("name", ["L3 H1", "l0h7", "5 3", "5.11", "L2,H5"])
def test_a_head_has_the_rank_that_its_share_has_among_all(scene, name):
    given = scene.rows("")[:, :, 6]  # [CLS] The cat sat on the mat
    assert scene.words.positions.labels[6] == "mat"
    layer, head = (int("".join(filter(str.isdigit, part))) for part in name.replace(".", " ").replace(",", " ")
                   .lower().replace("h", " ").replace("l", " ").split())  # fmt: skip
    judged = judge(scene, name)
    assert judged.named == (layer, head)
    assert judged.share == pytest.approx(given[layer, head].item())
    assert judged.rank == sorted(given.flatten().tolist(), reverse=True).index(given[layer, head].item()) + 1
    assert divmod(int(given.argmax()), 12) == judged.right
    assert (judged.most, judged.n) == (pytest.approx(given.max().item()), 72)


@pytest.mark.real_model
def test_what_is_said_stands_on_those_numbers(scene):
    wrong = judge(scene, "L3 H2")
    assert (wrong.is_right, wrong.in_short) == (False, "L3 H2, rank 47 of 72")
    said = judged_sentence(scene, wrong)
    assert said.startswith(
        f"L3 H2 has rank 47 of 72: there “it” gives “mat” {in_percent(wrong.share)}. Right is L5 H3 "
    )
    assert "the other words give it 40 % on average. Most above what the others give it is L" in said
    right = judge(scene, "L5 H3")
    assert (right.is_right, right.named) == (True, right.right)
    assert judged_sentence(scene, right).startswith(
        "Right: in L5 H3 “it” gives “mat” 35 %, more than in any other of 72"
    )
    assert header_of(judged_strips(scene, wrong))["heads"] == [[3, 2], [5, 3]]
    assert header_of(judged_strips(scene, right))["heads"] == [[5, 3]]
    assert "the pattern of minilm in this sentence: what “it” gives “mat”" in source_sentence(scene, right)
    grid = header_of(every_head(scene, (3, 2)))
    assert (grid["chosen"], "names it" in grid["hint"]) == (3 * 12 + 2, True)


@pytest.mark.real_model
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("the third", "“the third” names no head: write a layer and a head, such as L3 H1."),
        ("L6 H0", "minilm has no L6 H0: its layers are 0 to 5, its heads 0 to 11."),
        ("L0 H12", "minilm has no L0 H12: its layers are 0 to 5, its heads 0 to 11."),
        ("9" * 5000, "names no head"),
    ],
)
def test_what_is_no_head_is_refused(scene, name, told):
    with pytest.raises(InputError) as error:
        judge(scene, name)
    assert told in str(error.value)


def test_where_no_head_can_look_nobody_is_told_to_be_wrong():
    scene = scene_of(load_model("classroom"), Task("Find it.", "The cat sat on the mat", "cat", "mat"))
    with pytest.raises(InputError, match="In classroom no head can look from “cat” to “mat”: it reads left to right"):
        judge(scene, "L1 H2")
