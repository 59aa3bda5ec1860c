"""The panel of the annotation: choices become marks, marks stand in the link, a reader's file goes before a guess."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from mha_viz.annotation.marks import RELATIONS
from mha_viz.ui.shell.memory import Memory
from tests.support.pages.annotation_page import ARCS, TEXT
from tests.support.pages.drawn import header_of

PAGE = str(Path(__file__).parents[3] / "support" / "pages" / "annotation_page.py")
GUESSED = sorted((dependent, head, relation) for dependent, head, relation in ARCS)
CONLLU = """# text = He ran home
1\tHe\t_\tPRON\t_\t_\t2\tnsubj\t_\t_
2\tran\t_\tVERB\t_\t_\t0\troot\t_\t_
3\thome\t_\tADV\t_\t_\t2\tadvmod\t_\t_

# text = Anna left
1\tAnna\t_\tPROPN\t_\t_\t2\tnsubj\t_\t_
2\tleft\t_\tVERB\t_\t_\t0\troot\t_\t_

"""


def opened(is_open=True, **link):
    test = AppTest.from_file(PAGE, default_timeout=20)
    test.session_state["annotation_open"] = is_open
    for key, value in link.items():
        test.query_params[key] = value
    return run(test)


def run(test):
    test.run()
    assert not test.exception, test.exception
    return test


def view(test):
    (found,) = test.get("bidi_component")
    return header_of(found.proto.bytes)


def result(test):
    """The arcs as (dependent, head, relation) and the source of what the panel returned."""
    return [line.value for line in test.code]


def plain(element):
    """What a reader sees of a markdown text."""
    return element.value.replace("\\", "")


def said(*arcs):
    return repr([(head, dependent, relation) for dependent, head, relation in sorted(arcs)])


def choosing(*words, **link):
    test = opened(**link)
    test.session_state[Memory.chosen_words.key] = list(words)
    return run(test)


def test_a_guess_is_called_one_and_nothing_is_marked():
    test = opened()
    assert result(test) == [said(*GUESSED), "a parser"]
    assert plain(test.caption[0]) == "Silver: a program's guess, from a parser."
    assert (view(test)["chosen"], view(test)["clickable"]) == ([], True)
    assert not test.button
    assert "marks" not in test.query_params


def test_a_closed_panel_marks_all_the_same():
    test = opened(is_open=False, marks="7>4:obl")
    assert not test.get("bidi_component")
    assert result(test)[1] == "a parser, 1 arc corrected by hand"


def test_two_words_and_a_relation_make_an_arc():
    test = choosing(7, 4)
    assert view(test)["chosen"] == [7, 4]
    choice = test.selectbox(key="relation")
    assert choice.label == "“dog” is … of “barked”"
    assert [option.partition(":")[0] for option in choice.options] == list(RELATIONS)
    assert {"nsubj: subject", "dep"} <= set(choice.options)
    choice.set_value("obl")
    run(test)
    others = [arc for arc in GUESSED if arc[0] != 4]
    assert result(test) == [said((4, 7, "obl"), *others), "a parser, 1 arc corrected by hand"]
    assert test.query_params["marks"] == "7>4:obl"
    assert [7, 4, "obl", "marked"] in view(test)["arcs"]
    assert view(test)["chosen"] == []
    assert "corrected by hand" in test.caption[0].value


def test_two_words_make_a_link():
    test = choosing(6, 4, marks="7>4:obl")
    link = next(button for button in test.button if "stands for" in button.label)
    assert link.label == "“it” stands for “dog”"
    link.click()
    run(test)
    assert test.query_params["marks"] == "7>4:obl,6~4"
    assert result(test)[1] == "a parser, 1 arc and 1 link corrected by hand"


def test_the_two_words_can_be_turned_round_and_let_go():
    test = choosing(7, 4)
    next(button for button in test.button if button.label == "Turn round").click()
    assert run(test).selectbox(key="relation").label == "“barked” is … of “dog”"
    next(button for button in test.button if button.label == "Cancel").click()
    assert not run(test).selectbox
    assert view(test)["chosen"] == []


def test_a_circle_is_refused_with_a_sentence():
    test = choosing(4, 2, marks="7>1:nsubj")
    test.selectbox(key="relation").set_value("obj")
    run(test)
    (warning,) = test.warning
    assert "An arc from “dog” to “saw” would go round in a circle" in warning.value
    assert test.query_params["marks"] == "7>1:nsubj"
    assert view(test)["chosen"] == [4, 2]  # to choose something else
    assert not run(test).warning


def test_marks_are_undone():
    test = opened(marks="7>4:obl,-1>0:det,6~4")
    assert [button.label for button in test.button] == ["Undo my marks"]
    test.button[0].click()
    run(test)
    assert result(test) == [said(*GUESSED), "a parser"]
    assert "marks" not in test.query_params


@pytest.mark.parametrize("is_open", [True, False])
def test_a_link_is_somebody_s_input(is_open):
    test = opened(is_open, marks="<script>,7>4:obl,99>1:det,-0>1:det")
    sentences = [warning.value for warning in test.warning]
    assert len(sentences) == 3
    assert len(test.expander[0].warning) == (3 if is_open else 0)
    assert r"\<script\>" in sentences[0]
    assert "this text has 8 words" in sentences[1]
    assert "not there" in sentences[2]
    assert test.query_params["marks"] == "7>4:obl"


def test_marks_are_forgotten_when_the_text_changes():
    test = choosing(7, 4, marks="7>4:obl")
    test.session_state["text"] = "Somebody saw that as many others came home"
    run(test)
    assert result(test) == ["[]", "a parser"]
    assert "marks" not in test.query_params
    assert view(test)["chosen"] == []
    test.session_state["text"] = TEXT
    assert result(run(test)) == [said(*GUESSED), "a parser"]


# ---- a file of one's own ---------------------------------------------------------------------------------------------


def handed_over(test, text, name="mine.conllu"):
    test.file_uploader[0].set_value((name, text.encode(), "text/plain"))
    return run(test)


def test_mentions_that_cannot_be_shown_are_counted_under_the_file():
    told = "1 of 2 mentions is left out"
    parts = CONLLU.replace("\t_\n", "\tEntity=(e1[1/2]-x)(e1[2/2])(e2-x)\n", 1)
    assert any(plain(caption).startswith(told) for caption in handed_over(opened(), parts).caption)
    assert not any("left out" in plain(caption) for caption in handed_over(opened(), CONLLU).caption)


def test_a_sentence_of_a_file_becomes_the_text_and_is_gold():
    test = handed_over(opened(marks="7>4:obl"), CONLLU)
    assert result(test)[1] == "a parser, 1 arc corrected by hand"
    choice = test.selectbox(key="own_sentence")
    assert choice.options == ["1. He ran home", "2. Anna left"]
    choice.select_index(0)
    test.session_state["look"] = "query:3"
    run(test)
    assert test.session_state["look"] == ""
    assert test.session_state["text"] == "He ran home"
    assert result(test) == [said((0, 1, "nsubj"), (2, 1, "advmod")), "mine.conllu, line 1"]
    assert plain(test.caption[0]) == "Gold: from mine.conllu, line 1; it is taken as right."
    assert "marks" not in test.query_params
    test.session_state["text"] = "Anna left"
    assert result(run(test))[1] == "mine.conllu, line 6"
    test.file_uploader[0].set_value(None)
    run(test)
    assert result(test)[1] == "a parser"
    assert not [choice for choice in test.selectbox if choice.key == "own_sentence"]


def test_lines_of_a_file_that_does_not_come_through_can_be_pasted():
    test = opened()
    test.text_area(key="annotated_lines").set_value(CONLLU)
    run(test).selectbox(key="own_sentence").select_index(1)
    assert result(run(test))[1] == "the pasted lines, line 6"
    test.text_area(key="annotated_lines").set_value(CONLLU.replace("2\tleft", "3\tleft"))
    assert plain(run(test).error[0]) == "the pasted lines, line 8: the word after 1 is numbered '3'."
    test.text_area(key="annotated_lines").set_value(" ")
    assert not run(test).error


def test_a_file_that_breaks_its_format_gives_one_sentence():
    test = handed_over(opened(), CONLLU.replace("2\tleft", "3\tleft"), "my_[file].conllu")
    (error,) = test.error
    assert plain(error) == "my_[file].conllu, line 8: the word after 1 is numbered '3'."
    assert r"\[file\]" in error.value
    assert result(test) == [said(*GUESSED), "a parser"]
    assert not test.selectbox
    assert not handed_over(test, CONLLU).error


def test_a_fault_of_ours_in_reading_a_file_costs_nothing_else_on_the_page(monkeypatch, capsys):
    def fail(*_given, **_named):
        raise ZeroDivisionError("seven")

    monkeypatch.setattr("mha_viz.ui.pages.scores.own_file.read_upload", fail)
    test = handed_over(opened(marks="7>4:obl"), CONLLU, "my_file.conllu")
    (error,) = test.error
    told = "my_file.conllu cannot be read: seven. That is a fault of mha_viz, not of the file; the terminal says where."
    assert plain(error) == told
    assert result(test)[1] == "a parser, 1 arc corrected by hand"
    assert view(test)["clickable"]
    assert capsys.readouterr().err.count("ZeroDivisionError: seven") == 1
    assert plain(run(test).error[0]) == told
    assert "ZeroDivisionError" not in capsys.readouterr().err  # it is not read again
    monkeypatch.undo()
    assert not handed_over(test, CONLLU).error


def test_a_sentence_that_was_chosen_of_another_file_is_no_longer():
    test = handed_over(opened(), CONLLU)
    test.file_uploader[0].set_value(("one.conllu", CONLLU.partition("\n\n")[0].encode(), "text/plain"))
    test.selectbox(key="own_sentence").select_index(1)
    assert run(test).selectbox(key="own_sentence").options == ["1. He ran home"]
    assert test.session_state["text"] == TEXT


def test_of_a_large_file_the_sentences_with_a_word_are_listed():
    block = "# text = {0}\n1\t{0}\t_\t_\t_\t_\t0\troot\t_\t_\n\n"
    test = handed_over(opened(), "".join(block.format(f"word{i}") for i in range(211)))
    assert len(test.selectbox(key="own_sentence").options) == 200
    assert test.selectbox(key="own_sentence").label == "Sentence of your file, 211, the first 200 listed"
    test.text_input(key="sentence_with").set_value("WORD21")
    run(test)
    assert test.selectbox(key="own_sentence").options == ["22. word21", "211. word210"]
    assert test.selectbox(key="own_sentence").label == "Sentence of your file, 2 of 211"
