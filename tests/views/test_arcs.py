"""What is drawn of an annotation: arcs and links with their state, parts of a long text, bytes that read back."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from mha_viz.annotation.annotated import Annotated, Arc, Link
from mha_viz.annotation.marks import read_marks
from mha_viz.views.arcs import FROM_RIGHT, arc_rows, arcs_view, link_rows, parts_of, source_sentence
from mha_viz.views.captions.labels import LONG
from tests.support.pages.drawn import opened


def sentence(text, *arcs):
    words = tuple(text.split())
    begins = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    spans = tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True))
    return Annotated(text, words, spans, tuple(Arc(*arc) for arc in arcs))


SAW = sentence("The cat saw the dog when it barked", (0, 1, "det"), (1, 2, "nsubj"), (3, 4, "det"), (4, 2, "obj"))
LINKED = replace(SAW, links=(Link((25, 27), ((0, 7), (12, 19)), 0, ""),))


def marks(text):
    return read_marks(text)[0]


def test_arcs_have_a_state():
    assert arc_rows(SAW) == [(1, 0, "det", ""), (2, 1, "nsubj", ""), (4, 3, "det", ""), (2, 4, "obj", "")]
    assert arc_rows(SAW, marks("2>7:advcl,7>4:obl,2>1:obj,-4>3:det")) == [
        (1, 0, "det", ""), (2, 1, "obj", "marked"), (7, 4, "obl", "marked"), (2, 7, "advcl", "marked"),
        (4, 3, "det", "removed"), (2, 4, "obj", "removed"),
    ]  # fmt: skip


def test_links_have_a_state():
    assert link_rows(LINKED) == [(6, 1, "stands for", "answer"), (6, 4, "perhaps", "candidate")]
    assert link_rows(LINKED, marks("6~4")) == [(6, 1, "perhaps", "candidate"), (6, 4, "stands for", "marked")]
    assert link_rows(LINKED, marks("-6~1")) == [(6, 4, "perhaps", "candidate"), (6, 1, "stands for", "removed")]
    assert link_rows(SAW, marks("6~2")) == [(6, 2, "stands for", "marked")]
    unknown = replace(LINKED, links=(replace(LINKED.links[0], answer=None),))
    assert [state for *_, state in link_rows(unknown)] == ["candidate", "candidate"]


def test_of_a_part_the_links_that_touch_it():
    assert link_rows(LINKED, part=range(2, 5)) == [(6, 4, "perhaps", "candidate")]
    assert len(link_rows(LINKED, part=range(5, 8))) == 2
    assert link_rows(LINKED, marks("-6~1"), part=range(2, 3)) == []


def header(view):
    found, arrays = opened(view)
    assert arrays == {}
    return found


def test_the_view_holds_words_arcs_and_links():
    found = header(arcs_view(LINKED, marks("2>7:<b>"), chosen=(7, 4), title="T", note="N."))
    assert found["words"] == list(SAW.words)
    assert found["arcs"] == [[1, 0, "det", ""], [2, 1, "nsubj", ""], [4, 3, "det", ""], [2, 4, "obj", ""]]
    assert found["links"] == [[6, 1, "stands for", "answer"], [6, 4, "perhaps", "candidate"]]
    assert (found["kind"], found["first"], found["chosen"], found["clickable"]) == ("arcs", 0, [7, 4], True)
    assert (found["title"], found["note"], found["right_to_left"]) == ("T", "N.", False)
    assert header(arcs_view(SAW, marks("2>7:a'b")))["arcs"][-1] == [2, 7, "a'b", "marked"]
    assert "Click" not in header(arcs_view(SAW, clickable=False))["hint"]


def test_a_part_counts_from_its_first_word_and_says_what_leads_out():
    found = header(arcs_view(LINKED, marks("7>3:x"), part=range(2, 5), chosen=(2, 4)))
    assert found["words"] == ["saw", "the", "dog"]
    assert (found["first"], found["chosen"]) == (2, [0, 2])
    assert found["arcs"] == [[0, 2, "obj", ""], [2, 1, "det", "removed"]]
    assert found["note"] == "Words 3 to 5 of 8 are drawn. 3 arcs and links lead out of them."
    assert header(arcs_view(SAW, part=range(0, 2), chosen=(0, 3)))["chosen"] == []
    assert header(arcs_view(SAW, part=range(0, 2)))["note"].endswith("One arc or link leads out of them.")


def test_a_text_without_words_is_drawn_too():
    assert header(arcs_view(Annotated("")))["words"] == []
    assert parts_of(Annotated("")) == []


def test_hebrew_is_read_from_the_right():
    assert header(arcs_view(sentence("שלום לך Anna")))["right_to_left"]
    assert not header(arcs_view(sentence("hello שלום")))["right_to_left"]


# ---- parts -----------------------------------------------------------------------------------------------------------


def chain(*lengths):
    """Sentences of so many words, each word hanging on the one before."""
    n = sum(lengths)
    begins = {sum(lengths[:i]) for i in range(len(lengths))}
    return sentence(" ".join(["w"] * n), *((i, i - 1, "x") for i in range(n) if i not in begins))


def test_parts_hold_whole_sentences():
    def lengths(*given, most):
        return [len(part) for part in parts_of(chain(*given), most)]

    assert lengths(3, 5, 2, most=10) == [10]
    assert lengths(3, 5, 3, most=10) == [8, 3]
    assert lengths(7, 5, 3, most=7) == [7, 5, 3]
    assert lengths(17, 3, most=7) == [7, 7, 6]  # what is left of the first and the second
    assert lengths(61, most=60) == [60, 1]
    crossing = replace(chain(3, 5), arcs=(*chain(3, 5).arcs, Arc(0, 7, "x")))
    assert [len(part) for part in parts_of(crossing, 5)] == [5, 3]


@settings(max_examples=60)
@given(st.integers(0, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=30), st.integers(1, 13))
def test_parts_are_the_text_in_order(n, pairs, most):
    arcs = [Arc(a, b, "x") for a, b in pairs if a != b and max(a, b) < n]
    parts = parts_of(Annotated("w " * n, ("w",) * n, tuple((2 * i, 2 * i + 1) for i in range(n)), tuple(arcs)), most)
    assert [word for part in parts for word in part] == list(range(n))
    assert all(0 < len(part) <= most for part in parts)


def test_an_annotation_says_whose_it_is():
    assert source_sentence(Annotated("a", is_gold=True, source="mine.conllu")) == (
        "Gold: from mine.conllu; it is taken as right."
    )
    assert source_sentence(Annotated("a", is_gold=False)) == "Silver: a program's guess, from an unknown source."


def test_words_that_run_from_the_right_are_isolated_and_long_ones_are_cut():
    found = header(arcs_view(sentence("שלום cat " + "x" * 301), note="N."))
    assert found["words"] == ["\u2068שלום\u2069", "cat", "x" * 40 + "… 301 characters"]
    assert found["note"] == f"N. {FROM_RIGHT}{LONG}"
    assert header(arcs_view(SAW, note="N."))["note"] == "N."
    assert header(arcs_view(sentence("שלום עולם ok")))["right_to_left"] is True


def test_what_words_are_to_the_model_is_said_of_the_part_that_is_drawn():
    said = [f"token {i}" for i in range(8)]
    assert header(arcs_view(SAW, part=range(2, 5), said=said))["said"] == {"query": ["token 2", "token 3", "token 4"]}
    assert "said" not in header(arcs_view(SAW))
    assert "said" not in header(arcs_view(SAW, said=[""] * 8))
