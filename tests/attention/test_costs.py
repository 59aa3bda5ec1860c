"""Counts that can be worked out by hand; times are only checked to be there."""

from mha_viz.attention.costs import heads_cost


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
