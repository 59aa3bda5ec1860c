"""The step with several heads at once, in a lesson of one's own: its picture, its numbers, and where there is none."""

import pytest

import mha_viz
from mha_viz.lessons.shelf import VARIABLE
from tests.support.pages.pages import opened, sound, view

LESSON = """\
title: Several
sentence:
  text: The cat sat on the mat because it was tired.
  from: it
  to: cat
steps:
  - title: At once
    shows: several heads
    text: "In layer {layer}, {drawn}: {looked_at}. {most} adds {most_share}, together {together}."
    notice: "So do {all} heads."
"""


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    file = tmp_path / "several.yaml"
    file.write_text(LESSON, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))


def test_it_looks_at_several_words_at_once(lesson):
    test = sound(opened("app.py", model="minilm"))
    header = view(test, "heads_apart")
    seen = mha_viz.capture(mha_viz.load_model("minilm"), "The cat sat on the mat because it was tired.")
    layer = header["heads"][0][0]
    words = [header["words"][i] for i in header["looked_at"]]
    assert words == ["cat", "mat", "because", "was", "tired"]
    for (_, head), word in zip(header["heads"], words, strict=True):
        row = mha_viz.pattern_frame(seen, layer, head, words=True).loc["it"].drop(["[CLS]", "[SEP]", "it"])
        assert row.idxmax() == word
    lengths = mha_viz.contribution(seen, layer)[:, 8].norm(dim=-1)
    of_most = header["caption"].partition("L1 H")[2].partition(" ")[0]
    drawn = [head for _, head in header["heads"]]
    assert header["caption"].startswith(
        "In layer 1, 5 heads: “cat”, “mat”, “because”, “was” and “tired”. L1 H7 adds 27 %"
    )
    assert int(of_most) == max(drawn, key=lambda head: lengths[head].item())
    assert "So do 72 heads." in [part.value for part in test.markdown]


def test_where_no_head_has_a_word_of_its_own_the_step_says_so(lesson, monkeypatch):
    monkeypatch.setattr("mha_viz.attention.heads_apart.MORE", 1.5)
    test = sound(opened("app.py", model="classroom"))
    assert any("No head of classroom looks from “it” at a word of its own" in info.value for info in test.info)
