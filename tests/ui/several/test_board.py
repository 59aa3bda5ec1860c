"""What the servers of a class share: one hears of what another says."""

import subprocess
import sys
import threading
import time

import pytest

from mha_viz.ui.several.board import SENTENCE, Board, Lead, Note, board_at, shared_board
from mha_viz.ui.several.seat import Seat
from mha_viz.ui.shell.led.lead import Leading
from mha_viz.ui.shell.led.wall import Wall
from tests.support.servers.commands import wait_until

SECRET = "known to all servers"
STEP = Lead("app.py", {"story": "3", "text": "The cat sat.", "head": 5})
ELSEWHERE = """
import sys
from mha_viz.ui.several.board import Lead, Note, SENTENCE, board_at
from mha_viz.ui.several.seat import Seat
board = board_at(Seat(0, 2, 1, int(sys.argv[1]), sys.argv[2]))
board.put("a", Note(SENTENCE, "", "", "from another process"))
print(board.go(Lead("pages/Explore.py", {"head": 7})))
"""


def asked(secret=SECRET):
    return board_at(Seat(0, 2, 8501, shared_board(secret), secret))


def test_a_board_of_another_process_is_as_one_of_one_s_own():
    port = shared_board(SECRET)
    there, here = (board_at(Seat(number, 2, 8501, port, SECRET)) for number in range(2))
    own = Board()
    for board in (there, own):
        assert board.go(STEP) == (1, STEP)
        assert board.go(STEP) == (1, STEP)  # the same place
        assert board.put("a", Note(SENTENCE, "", "", "one")) == ""
        assert board.put("b", Note("task", "heads", "which?", "this", right=True)) == ""
    assert here.notes() == own.notes()
    assert [number for number, _ in here.notes()] == [1, 2]
    assert here.lead_after(0, 0) == own.lead_after(0, 0) == (1, STEP)
    here.take_down("one")
    assert [note.answer for _, note in there.notes()] == ["this"]
    here.clear()
    assert there.notes() == []
    assert here.go(None) == (2, None)


def test_what_one_process_says_another_reads():
    port = shared_board(SECRET)
    board = board_at(Seat(1, 2, 8501, port, SECRET))
    found = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(port), SECRET], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.startswith("(1, Lead(page='pages/Explore.py'")
    assert [note.answer for _, note in board.notes()] == ["from another process"]
    assert board.lead_after(0, 0) == (1, Lead("pages/Explore.py", {"head": 7}))


def test_whoever_does_not_know_the_secret_is_not_let_in():
    port = shared_board(SECRET)
    with pytest.raises(Exception, match="digest"):
        board_at(Seat(0, 2, 8501, port, "a guess"))


def test_a_server_hears_of_a_step_that_was_taken_at_another():
    port = shared_board(SECRET)
    there, here = (Leading(board_at(Seat(number, 2, 8501, port, SECRET))) for number in range(2))
    here.listen()
    there.go(STEP)
    assert there.lead == STEP  # at once
    wait_until(lambda: here.lead == STEP, 5)
    assert here.message == there.message == {"number": 1, "leads": True}
    there.go(None)
    wait_until(lambda: here.lead is None, 5)
    assert here.message == {"number": 2, "leads": False}


def test_a_server_that_is_started_anew_knows_where_the_teacher_is():
    board = asked()
    Leading(board).go(STEP)
    assert Leading(board).lead == STEP


def test_who_waits_for_a_step_hears_of_it_at_once_and_of_none_after_the_time_given():
    board = Board()
    begin = time.monotonic()
    assert board.lead_after(0, 0.2) == (0, None)
    assert time.monotonic() - begin >= 0.2
    threading.Timer(0.1, board.go, (STEP,)).start()
    begin = time.monotonic()
    assert board.lead_after(0, 30) == (1, STEP)
    assert time.monotonic() - begin < 10


def test_a_wall_counts_students_of_all_servers_once():
    port = shared_board(SECRET)
    walls = [Wall(board_at(Seat(number, 2, 8501, port, SECRET))) for number in range(2)]
    for wall, student in zip((*walls, walls[1]), ("a", "b", "a"), strict=True):
        wall.put(student, Note("question", "heads", "which?", "this", right=True))
    assert [wall.n_students for wall in walls] == [2, 2]
    assert walls[0].answers() == walls[1].answers()
    (answers,) = walls[0].answers()
    assert answers.given == (("this", 2, True),)
