"""A word that never sees cells of the picture: the prediction is that of a network whose mask hides them."""

import pytest
import torch

from mha_viz.comparison.picture_effect import picture_effect
from mha_viz.errors import InputError
from mha_viz.inputs.media.picture import read_picture
from mha_viz.inputs.media.picture_in_text import see_in_text
from mha_viz.recording.media.pictures_in_text import capture_with_picture
from tests.support.networks.picture_in_text import reading_model
from tests.support.networks.seeing import photograph

TEXT = "the cat sat on a mat"


def masked(name, hide):
    """The probabilities of the next token of a network that is handed a mask, (query, key), True where it may look."""
    model, _ = reading_model(name)
    inputs = see_in_text(model.processor, read_picture(photograph()), TEXT, name).inputs
    axis = capture_with_picture(model, photograph(), TEXT).query_positions["decoder"]
    n = len(axis)
    allowed = torch.ones(n, n).tril().bool()
    hide(allowed, axis)
    with torch.no_grad():
        logits = model.network(**{**inputs, "attention_mask": allowed[None, None]}).logits
    return logits[0, -1].softmax(dim=-1)


def cells(axis, wanted=None):
    return [i for i, cell in enumerate(axis.cells) if cell and (wanted is None or cell in wanted)]


@pytest.mark.parametrize("wanted", [None, [(2, 3), (0, 6)]])
def test_a_word_that_never_sees_cells_is_that_of_a_mask(wanted):
    def hide(allowed, axis):
        allowed[axis.labels.index("then"), cells(axis, wanted)] = False

    table = picture_effect(reading_model("llava")[0], photograph(), TEXT, "then", wanted, n=3)
    expected, before = masked("llava", hide), masked("llava", lambda *_: None)
    tokenizer = reading_model("llava")[0].processor.tokenizer
    ids = [tokenizer.convert_tokens_to_ids(token) for token in table["what"]]
    assert table["after"].tolist() == pytest.approx(expected[ids].tolist(), abs=1e-5)
    assert table["before"].tolist() == pytest.approx(before[ids].tolist(), abs=1e-5)
    assert table["difference"].abs().max() > 1e-4
    n = len(wanted) if wanted else 49
    assert table["change"][0] == f"cut “then” → {n} cells of the picture in all heads"


def test_every_word_blind_for_the_picture():
    def hide(allowed, axis):
        allowed[cells(axis)[-1] + 1 :, cells(axis)] = False

    table = picture_effect(reading_model("llava")[0], photograph(), TEXT, n=3)
    expected = masked("llava", hide)
    tokenizer = reading_model("llava")[0].processor.tokenizer
    ids = [tokenizer.convert_tokens_to_ids(token) for token in table["what"]]
    assert table["after"].tolist() == pytest.approx(expected[ids].tolist(), abs=1e-5)


@pytest.mark.parametrize("name", ["idefics3", "idefics3, tiles", "gemma3", "paligemma", "qwen2-vl"])
def test_other_families_are_cut_too(name):
    table = picture_effect(reading_model(name)[0], photograph(), TEXT, "mat", [(1, 1)], n=4)
    assert len(table) >= 4
    assert table["difference"].abs().sum() > 0


@pytest.mark.parametrize(
    ("word", "wanted", "told"),
    [
        ("mat", [(7, 0)], "The picture has no cell 7, 0: give rows and columns from 0, 0 to 6, 6"),
        ("mat", [], "no cell that was named"),
        ("ran", None, "“ran” sees none of these cells of the picture: choose a word that stands after it"),
        ("dog", None, "'dog' is no word of this text"),
    ],
)
def test_what_cannot_be_cut_is_one_sentence(word, wanted, told):
    with pytest.raises(InputError, match=told):
        picture_effect(reading_model("llava")[0], photograph(), TEXT, word, wanted)
