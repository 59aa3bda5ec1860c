"""What is asked for again and again is found once, and kept no longer than what it is of."""

import gc
import weakref

import pytest

from mha_viz.kept import ANSWERS, kept, kept_with_capture


class Thing:
    """Stands for a capture: told apart by which one it is."""


@pytest.fixture
def asked():
    return []


def test_equal_things_share_an_answer_and_lists_are_answered_too(asked):
    find = kept(lambda of: asked.append(of) or [sum(of)])
    assert (find((2, 3)), find((2, 3)), find((5,)), find([7, 11]), find([7, 11])) == ([5], [5], [5], [18], [18])
    assert asked == [(2, 3), (5,), [7, 11], [7, 11]]
    assert find((2, 3)) is find((2, 3))


def test_answers_are_told_apart_by_the_capture_and_by_what_is_asked(asked):
    find = kept_with_capture(lambda capture, *of: asked.append((capture, of)) or of)
    one, other = Thing(), Thing()
    assert (find(one, 2), find(one, 2), find(one, 3), find(other, 2)) == ((2,), (2,), (3,), (2,))
    assert asked == [(one, (2,)), (one, (3,)), (other, (2,))]


def test_the_last_answers_of_a_capture_are_kept(asked):
    find = kept_with_capture(lambda _capture, of: asked.append(of) or of + 1)
    thing = Thing()
    for of in range(ANSWERS + 1):
        find(thing, of)
    assert find(thing, ANSWERS) == ANSWERS + 1
    assert find(thing, 1) == 2
    assert asked == [*range(ANSWERS + 1)]
    assert find(thing, 0) == 1
    assert asked[-1] == 0


def test_what_has_no_answer_and_what_cannot_be_looked_up_is_asked_again(asked):
    find = kept_with_capture(lambda _capture, of: asked.append(of))
    thing = Thing()
    assert [find(thing, of) for of in (2, 2, [3], [3])] == [None] * 4
    assert asked == [2, 2, [3], [3]]


def test_an_answer_is_gone_with_its_capture():
    find = kept_with_capture(lambda _capture: Thing())
    capture = Thing()
    answer = weakref.ref(find(capture))
    gc.collect()
    assert answer() is not None
    del capture
    gc.collect()
    assert answer() is None
