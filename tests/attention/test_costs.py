"""Counts that can be worked out by hand; times are only checked to be there."""

import pytest

from mha_viz.attention.costs import heads_cost
from mha_viz.errors import InputError


def test_dividing_the_width_costs_no_parameters_and_the_same_operations():
    table = heads_cost(d_model=32, n_positions=7, heads=(1, 2, 4), rounds=3).set_index(["heads", "d_head"])
    divided = table.loc[[(1, 32), (2, 16), (4, 8)]]
    assert divided["parameters"].tolist() == [4 * 32 * 32 + 4 * 32] * 3
    projections, products = 4 * 2 * 7 * 32 * 32, 2 * 2 * 7 * 7 * 32  # a multiplication and an addition each
    assert divided["flops"].tolist() == [projections + products] * 3
    wide = table.loc[(4, 32)]
    assert wide["parameters"] == 4 * 4 * 32 * 32 + 3 * 4 * 32 + 32
    assert wide["flops"] == 4 * (projections + products)
    assert (table["time"] > 0).all()
    assert table.loc[(1, 32), "time"] == 1.0


@pytest.mark.parametrize("rounds", [1, 2])
def test_few_rounds_are_enough_and_none_is_refused(rounds):
    table = heads_cost(d_model=6, n_positions=5, heads=(1, 3), rounds=rounds)
    assert table[["heads", "d_head"]].values.tolist() == [[1, 6], [3, 2], [3, 6]]
    one_round = table["low"].equals(table["time"]) and table["high"].equals(table["time"])
    assert one_round == (rounds == 1)
    with pytest.raises(InputError, match="at least 1 round; here are 0"):
        heads_cost(rounds=0)


def test_time_is_relative_to_one_head_also_where_it_is_no_row(monkeypatch):
    def clock():  # a module takes as many seconds as it has heads
        now = 0.0
        for heads in [1, 2, 5, 2, 5] * 5:
            yield now
            now += heads
            yield now

    ticks = clock()
    monkeypatch.setattr("mha_viz.attention.costs.time.perf_counter", lambda: next(ticks))
    shares = []
    table = heads_cost(d_model=10, n_positions=3, heads=(2, 5), rounds=3, progress=shares.append)
    assert table["time"].tolist() == [2.0, 5.0, 2.0, 5.0]
    assert shares == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
