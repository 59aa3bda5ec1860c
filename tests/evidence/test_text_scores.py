"""A text that is read only to be counted has the score table of its capture."""

import pytest
from pandas.testing import assert_frame_equal

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.errors import InputError
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.text_scores import read_scores
from mha_viz.models.load import random_twin
from mha_viz.recording.capture import capture
from mha_viz.scores.tallies import similarity_of
from tests.support.captures.same_calls import model_of
from tests.support.networks.families import OWN_CODE
from tests.support.texts.chats import MARKED, chat_model

CAT = "the cat sat on a mat"
SPANS = ((0, 3), (4, 7), (8, 11), (12, 14), (15, 16), (17, 20))
ARCS = tuple(Arc(*arc) for arc in ((0, 1, "det"), (1, 2, "nsubj"), (4, 5, "det"), (3, 5, "case"), (5, 2, "obl")))
TAGS = ("DET", "NOUN", "VERB", "ADP", "DET", "NOUN")
ANNOTATED = Annotated(CAT, tuple(CAT.split()), SPANS, ARCS, tags=TAGS)


@pytest.mark.parametrize("name", ["bert", "llama", "t5", *list(OWN_CODE)[:1]])
@pytest.mark.parametrize("annotated", [None, ANNOTATED], ids=["tokens", "words"])
def test_the_table_is_that_of_a_capture(name, annotated):
    model = model_of(name)
    twin, asked = random_twin(model), []

    def annotate(positions):
        asked.append(positions.text)
        return annotated

    table = read_scores(model, twin, CAT, annotate)
    found = capture(model, CAT)
    similarity = None if annotated is None else similarity_of(model, found, annotated)
    assert_frame_equal(table, score_table(found, annotated, control=capture(twin, CAT), similarity=similarity))
    assert asked == [CAT]
    assert table["control"].notna().any()


def test_a_chat_is_read_through_its_template():
    model, messages = chat_model(MARKED), [{"role": "user", "content": "the cat sat"}]
    twin = random_twin(model)
    table = read_scores(model, twin, messages, lambda _: None, add_generation_prompt=True)
    found, control = (capture(one, messages, add_generation_prompt=True) for one in (model, twin))
    assert_frame_equal(table, score_table(found, control=control))


def test_nothing_is_captured(monkeypatch):
    model = model_of("llama")
    twin = random_twin(model)
    monkeypatch.setattr("mha_viz.recording.looking.together.read_together", None)
    monkeypatch.setattr("mha_viz.recording.together.read_as_one", None)
    assert len(read_scores(model, twin, CAT, lambda _: ANNOTATED))


def test_a_text_that_cannot_be_read_is_refused_before_it_is_annotated():
    model = model_of("bert")
    with pytest.raises(InputError, match="reads at most"):
        read_scores(model, random_twin(model), "cat " * 50, lambda _: pytest.fail("was asked for"))
