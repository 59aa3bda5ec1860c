"""Pictures and sounds side by side: patch beside patch, moment beside moment, and what does not fit is told."""

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.comparison.changes import head_changes
from mha_viz.comparison.comparison import by_place, comparison_of, distances_between
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import read_sound
from mha_viz.models.load import random_twin
from mha_viz.recording.capture import capture
from mha_viz.views.compare.alignment import alignment_sentence
from tests.support.networks.families import text_model
from tests.support.networks.hearing import RATE, SLOW, tone, wav2vec2, whisper
from tests.support.networks.seeing import photograph, processor, seeing_model


@pytest.fixture(scope="module")
def dino():
    return seeing_model("dinov2", processor(20, 28))  # 5 × 7 patches


@pytest.fixture(scope="module")
def seen(dino):
    return capture(dino, photograph())


def test_patches_stand_beside_those_in_the_same_place_whatever_comes_before_them(seen):
    other = capture(seeing_model("dinov2, registers", processor(20, 28)), photograph())  # four registers more
    both = comparison_of(seen, other)
    assert len(both.queries) == 36  # 35 patches and CLS
    assert both.queries.alone(1) == ["reg 1", "reg 2", "reg 3", "reg 4"]
    for side, found in enumerate((seen, other)):
        axis = found.key_positions["encoder"]
        cells = [axis.cells[group[0]] for group in both.keys.tokens(side)]
        assert sorted(c for c in cells if c is not None) == [(i, j) for i in range(5) for j in range(7)]
        rows = pattern(found, 1)[2]
        places = [group[0] for group in both.keys.tokens(side)]
        expected = torch.cat([rows[places][:, places], 1 - rows[places][:, places].sum(dim=1, keepdim=True)], dim=1)
        torch.testing.assert_close(both.pattern(side, (1, 2)), expected, atol=1e-6, rtol=0)
    names = [
        [f.key_positions["encoder"].labels[g[0]] for g in both.keys.tokens(s)] for s, f in enumerate((seen, other))
    ]
    assert names[0] == names[1]
    assert alignment_sentence(both) == (
        "35 patches and CLS are compared, each with what stands in the same place of the other side."
    )


def test_two_pictures_in_one_model_and_one_beside_itself(dino, seen):
    same = comparison_of(seen, capture(dino, photograph()))
    assert torch.allclose(distances_between(same).diagonal(), torch.zeros(6), atol=1e-6)
    other = comparison_of(seen, capture(dino, photograph(53, 71)))
    changes = head_changes(other, by_place(other), looks=other.queries.find("3, 4"), to=other.keys.find("CLS"))
    row = changes.iloc[0]
    mine = pattern(seen, row["layer"])[row["head"]]
    axis = seen.key_positions["encoder"].labels
    assert row["first"] == pytest.approx(mine[axis.index("3, 4"), axis.index("CLS")].item())
    assert other.n_equal == 0


def test_other_grids_and_other_parts_of_a_picture_are_refused(dino, seen):
    with pytest.raises(InputError, match=r"dinov2 sees 5 × 7 patches and vit 7 × 7, so that these do not cover"):
        comparison_of(seen, capture(seeing_model("vit"), photograph()))
    square = capture(seeing_model("vit"), photograph())
    with pytest.raises(
        InputError, match=r"sees the pixels \d+ to \d+ across and \d+ to \d+ down, .* their patches do not"
    ):
        comparison_of(square, capture(seeing_model("clip, vision", processor(28, 28, shortest=50)), photograph()))


def test_a_picture_beside_a_text_or_a_sound_is_refused(seen):
    text = capture(text_model("bert")[1], "the cat")
    with pytest.raises(InputError, match=r"No places of one kind: patches of a picture and words"):
        comparison_of(seen, text)
    sound = capture(wav2vec2(), read_sound(tone(0.5), SLOW))
    with pytest.raises(InputError, match=r"No places of one kind: moments of a sound and patches of a picture"):
        comparison_of(sound, seen)


def test_moments_stand_beside_those_of_the_same_seconds(seen):
    model = whisper()
    sounds = [capture(model, read_sound(tone(s, RATE), RATE), target="the cat") for s in (0.4, 0.8)]
    both = comparison_of(*sounds, kinds=("encoder", "encoder"))
    heard = [one.key_positions["encoder"].is_special.count(False) for one in sounds]
    assert len(both.queries) == min(heard) < max(heard)
    assert [a for (a,), (b,) in both.queries.pairs] == [b for (a,), (b,) in both.queries.pairs] == [*range(min(heard))]
    rows = pattern(sounds[1], 1, kind="encoder")[2][: min(heard)]
    expected = 1 - rows[:, : min(heard)].sum(dim=1)
    torch.testing.assert_close(both.pattern(1, (1, 2))[:, -1], expected, atol=1e-6, rtol=0)
    assert alignment_sentence(both) == (
        f"{min(heard)} moments are compared, each with that of the same seconds; {max(heard) - min(heard)} moments of "
        "the second sound and the silence that fills sounds up stand under (elsewhere)."
    )


def test_words_over_a_sound_are_words_and_nothing_of_them_is_equal_by_construction():
    model = whisper()
    sounds = [capture(model, read_sound(tone(0.8, RATE, h), RATE), target="the cat sat") for h in (220, 700)]
    assert len(comparison_of(*sounds, kinds=("cross", "cross")).queries) == 5
    other = capture(model, sounds[1].sound, target="the cat ran")
    assert comparison_of(sounds[0], other, kinds=("decoder", "decoder")).n_equal == 0  # the sounds differ
    same = capture(model, sounds[0].sound, target="the cat ran")
    assert comparison_of(sounds[0], same, kinds=("decoder", "decoder")).n_equal > 0


def test_frames_of_other_lengths_are_refused():
    first = capture(whisper(), read_sound(tone(0.8, RATE), RATE), target="the cat")
    with pytest.raises(InputError, match=r"tiny whisper hears frames of .* ms and tiny wav2vec2 of .* ms"):
        comparison_of(first, capture(wav2vec2(), read_sound(tone(0.8), SLOW)), kinds=("encoder", "encoder"))


def test_random_weights_see_the_same_patches(dino, seen):
    both = comparison_of(seen, capture(random_twin(dino), photograph()))
    assert len(both.queries) == 36
