"""A class's wall: answers are counted, sentences listed, nobody is named, and none but the teacher sees it."""

import io

import pandas as pd
import pytest

from mha_viz.errors import InputError
from mha_viz.lessons.shelf import take_lesson
from mha_viz.ui.classroom import VARIABLE
from mha_viz.ui.several import board
from mha_viz.ui.several.board import SENTENCE, Board, Lead, Note
from mha_viz.ui.shell.led import wall as module
from mha_viz.ui.shell.led.lead import LEADING
from mha_viz.ui.shell.led.wall import COLUMNS, WALL, Wall
from mha_viz.ui.shell.visitors import Visitor
from tests.support.pages.classes import class_of, labels, opened, ran
from tests.support.pages.drawn import menu

LESSON = "who_was_tired"
TEXT = "When the cub stood by the drill in the rain, it was tired."


@pytest.fixture
def mode(monkeypatch):
    with class_of(monkeypatch) as mode:
        yield mode


def answer(text, right=False, asked="Who?"):
    return Note("question", "a lesson", asked, text, right)


def test_an_answer_takes_the_place_of_the_same_student_s_and_nobody_is_named():
    wall = Wall(Board())
    for student, note in (
        ("secret-b", answer("the mat")), ("secret-a", answer("the cat", True)), ("secret-b", answer("the cat", True)),
        ("secret-b", answer("2", asked="How many?")), ("secret-a", Note(SENTENCE, "", "", TEXT)),
        ("secret-a", Note(SENTENCE, "", "", TEXT)),
    ):  # fmt: skip
        wall.put(student, note)
    table = wall.table()
    assert list(table.columns) == list(COLUMNS)
    assert table[["student", "answer"]].to_numpy().tolist() == [[1, "the cat"], [2, "the cat"], [1, "2"], [2, TEXT]]
    assert table["right"].tolist() == [True, True, False, None]
    assert "secret" not in table.to_csv()
    wall.take_down(TEXT)
    assert len(wall.table()) == 3
    wall.clear()
    assert wall.table().empty


def test_a_wall_takes_no_more_than_it_can_show(monkeypatch):
    wall = Wall(Board())
    for place in (board, module):
        monkeypatch.setattr(place, "MOST_SENTENCES", 2)
    for text in ("one", "two", "two"):
        wall.put("a", Note(SENTENCE, "", "", text))
    with pytest.raises(InputError, match="You have put 2 sentences on the wall"):
        wall.put("a", Note(SENTENCE, "", "", "three"))
    wall.put("b", Note(SENTENCE, "", "", "three"))
    with pytest.raises(InputError, match="up to 500 characters"):
        wall.put("b", Note(SENTENCE, "", "", "x" * 501))
    monkeypatch.setattr(board, "MOST_NOTES", 4)
    wall.put("b", answer("yes"))
    wall.put("b", answer("no"))  # in place of the other
    with pytest.raises(InputError, match="The wall is full"):
        wall.put("c", answer("yes"))


def as_student(monkeypatch, name):
    monkeypatch.setattr(module, "visitor", lambda: Visitor(name))


def test_an_empty_wall_says_what_will_stand_on_it(mode, monkeypatch):
    wall = opened("pages/Wall.py", teacher=mode.token)
    assert [one.value for one in wall.info if "Nobody has written yet" in one.value]
    as_student(monkeypatch, "a")
    WALL.put("a", Note(SENTENCE, "", "", TEXT))
    assert not ran(wall).info
    WALL.clear()


def test_answers_of_students_are_counted_for_the_teacher(mode, monkeypatch):
    lesson = take_lesson(LESSON)
    first, quiz = len(lesson.steps) + len(lesson.tasks), lesson.quiz[0]
    for name, choice in (("a", 0), ("b", quiz.right), ("c", quiz.right)):
        as_student(monkeypatch, name)
        student = opened(story=str(first))
        next(button for button in student.button if button.label == quiz.choices[choice]).click()
        ran(student)
    table = WALL.table()
    assert table["answer"].tolist() == [quiz.choices[0], quiz.choices[quiz.right], quiz.choices[quiz.right]]
    assert table["right"].tolist() == [False, True, True]
    assert set(table["asked"]) == {quiz.question}
    as_student(monkeypatch, "the teacher")
    teacher = opened(story=str(first), teacher=mode.token)
    next(button for button in teacher.button if button.label == quiz.choices[0]).click()
    ran(teacher)
    assert len(WALL.table()) == 3  # who shows how it is done gives no answer
    wall = opened("pages/Wall.py", teacher=mode.token)
    assert any("2 of 3 right" in one.value and quiz.question[:8] in one.value for one in wall.markdown)
    counts = [one.proto.text for one in wall.get("progress")]
    assert len(counts) == 2
    assert counts[0].endswith(": 2")
    assert ":material/check:" in counts[0]
    assert counts[1].endswith(": 1")
    next(button for button in wall.button if button.label == "Clear the wall").click()
    ran(wall)
    assert not wall.get("progress")
    assert WALL.table().empty


def test_a_task_is_answered_on_the_wall_as_it_is_judged(mode, monkeypatch):
    as_student(monkeypatch, "a")
    lesson = take_lesson(LESSON)
    student = opened(story=str(len(lesson.steps)))
    student.text_input(key="named_head_0").set_value("L0 H1")
    ran(student)
    (row,) = WALL.table().itertuples(index=False)
    assert (row.kind, row.answer, row.asked) == ("task", "L0 H1", lesson.tasks[0].task)
    assert row.right in (True, False)


def test_a_sentence_goes_to_the_wall_and_from_there_to_explore(mode, monkeypatch):
    as_student(monkeypatch, "a")
    student = opened("pages/Explore.py", text=TEXT)
    next(button for button in student.button if button.label == "Put this sentence on the wall").click()
    ran(student)
    assert WALL.table()["answer"].tolist() == [TEXT]
    teacher = opened("pages/Explore.py", text="the cub slept", teacher=mode.token)
    assert "Put this sentence on the wall" not in labels(teacher)
    LEADING.go(Lead("app.py", {"story": "3"}))
    wall = ran(teacher.switch_page("pages/Wall.py"))
    assert LEADING.lead.page == "app.py"  # the class does not come along
    assert any("drill in the rain" in one.value for one in wall.markdown)
    next(button for button in wall.button if button.label == "Explore it").click()
    ran(wall)
    assert wall.text_input(key="text").value == TEXT


def test_the_wall_is_the_teacher_s(mode, monkeypatch):
    WALL.put("a", Note(SENTENCE, "", "", TEXT))
    student = opened("pages/Wall.py")
    assert not any("drill" in one.value for one in student.markdown)
    assert any("The wall is the teacher's" in one.value for one in student.info)
    assert "Wall" not in str(menu(student)["rooms"])
    assert "Wall" in str(menu(opened(teacher=mode.token))["rooms"])
    monkeypatch.delenv(VARIABLE)
    alone = opened("pages/Explore.py", text=TEXT)
    assert "Put this sentence on the wall" not in labels(alone)
    assert any("The wall is the teacher's" in one.value for one in opened("pages/Wall.py").info)


def test_the_file_of_the_wall_holds_all_of_it(mode):
    WALL.put("a", answer("the cat", True))
    WALL.put("b", Note(SENTENCE, "", "", 'a "sentence", with a comma'))
    wall = opened("pages/Wall.py", teacher=mode.token)
    assert [one.proto.label for one in wall.get("download_button")] == ["All as CSV"]
    from mha_viz.table_files import to_csv

    table = pd.read_csv(io.BytesIO(to_csv(WALL.table(), {})), skiprows=1, keep_default_na=False)
    assert table["answer"].tolist() == ["the cat", 'a "sentence", with a comma']
