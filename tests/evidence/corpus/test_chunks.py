"""What is given out again, in halves, or not at all; and that results come in the order of the chunks."""

import random

import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.chunks import MOST_LOST, Chunks

NUMBERS = [[1, 2, 3, 4, 5], [6, 7], [8], [9, 10, 11]]


def chunks(ahead=97, leave_out=lambda chunk: [None for _ in chunk], of=NUMBERS):
    return Chunks(iter(of), ahead, leave_out)


def all_results(todo, do, choose=lambda _pieces: 0):
    """Everything is done by workers that are asked in an order that ``choose`` chooses."""
    pieces, results, said = [], [], []
    while True:
        while (piece := todo.next()) is not None:
            pieces.append(piece)
        if not pieces:
            assert todo.is_all_done
            return results, said
        piece = pieces.pop(choose(pieces))
        if (done := do(piece.chunk)) in ("died", "memory"):
            said.append(todo.has_failed(piece, for_memory=done == "memory"))
        else:
            todo.is_done(piece, done)
        results.extend(todo.in_order())


def doubled(chunk):
    return [2 * one for one in chunk]


@pytest.mark.parametrize("seed", range(7))
def test_results_come_in_the_order_of_the_chunks_whoever_is_done_first(seed):
    draw = random.Random(seed)  # noqa: S311
    results, _ = all_results(chunks(), doubled, lambda pieces: draw.randrange(len(pieces)))
    assert results == [doubled(chunk) for chunk in NUMBERS]


@pytest.mark.parametrize("seed", range(7))
def test_where_memory_is_too_small_for_a_chunk_its_parts_stand_side_by_side(seed):
    draw = random.Random(seed)  # noqa: S311
    results, said = all_results(
        chunks(), lambda chunk: "memory" if len(chunk) > 1 else doubled(chunk),
        lambda pieces: draw.randrange(len(pieces)),
    )  # fmt: skip
    assert results == [doubled(chunk) for chunk in NUMBERS]
    assert set(said) == {""}


def test_a_worker_that_dies_once_costs_nothing_but_time():
    asked = []

    def do(chunk):
        asked.append(chunk)
        return "died" if len(asked) == 1 else doubled(chunk)

    results, said = all_results(chunks(), do)
    assert results == [doubled(chunk) for chunk in NUMBERS]
    assert (asked.count([1, 2, 3, 4, 5]), said) == (2, [""])


def test_what_workers_die_of_is_found_and_left_out_alone():
    """4 of 1 to 5: twice all of them, then 3 to 5, 4 and 5, and 4."""
    asked = []

    def do(chunk):
        asked.append(chunk)
        return "died" if 4 in chunk else doubled(chunk)

    results, said = all_results(chunks(), do)
    assert results == [[2, 4, 6, None, 10], *map(doubled, NUMBERS[1:])]
    assert [chunk for chunk in asked if 4 in chunk] == [[1, 2, 3, 4, 5]] * 2 + [[3, 4, 5], [4, 5], [4]]
    assert [one for one in said if one] == ["4 ended 5 workers, and is left out."]


def test_a_chunk_of_one_is_tried_three_times():
    asked = []

    def do(chunk):
        asked.append(chunk)
        return "memory" if chunk == [8] else doubled(chunk)

    results, said = all_results(chunks(), do)
    assert results[2] == [None]
    assert asked.count([8]) == 3
    assert said[-1] == "8 ended 3 workers, and is left out."


def test_where_nothing_may_be_left_out_that_is_refused():
    with pytest.raises(InputError, match=r"8 ended 3 workers: do they have enough memory for this\?"):
        all_results(chunks(leave_out=None), lambda chunk: "died" if chunk == [8] else doubled(chunk))


def test_so_many_are_not_left_out():
    n = MOST_LOST + 3
    with pytest.raises(InputError, match=rf"^{MOST_LOST} ended 3 workers, after {MOST_LOST} others of which they did"):
        all_results(chunks(of=[[i] for i in range(n)]), lambda _chunk: "died")


def test_no_more_is_begun_than_may_wait():
    todo = chunks(ahead=2)
    first, second = todo.next(), todo.next()
    assert todo.next() is None
    todo.is_done(second, doubled(second.chunk))
    assert list(todo.in_order()) == []
    assert todo.next() is None
    todo.is_done(first, doubled(first.chunk))
    assert list(todo.in_order()) == [doubled(chunk) for chunk in NUMBERS[:2]]
    assert todo.next().chunk == [8]
    assert not todo.is_all_done


def test_a_piece_is_named_after_its_passages():
    todo = chunks(of=[["a b 1"], ["a b 2", "a b 3", "a b 4"]])
    assert [todo.next().name for _ in range(2)] == ["a b 1", "a b 2 and 2 more"]
