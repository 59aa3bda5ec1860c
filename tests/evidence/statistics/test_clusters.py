"""Names of clusters, on heads of which is written down what is established."""

from mha_viz.evidence.statistics.clusters import ClusterName, cluster_names

POSITIONAL, SINKS, COPYING = "positional", "sinks", "copying"


def test_a_cluster_bears_the_family_that_is_established_of_most_of_its_heads():
    families = [
        (POSITIONAL, SINKS), (POSITIONAL,), (SINKS,),  # 1: two of three are positional, two rest
        (SINKS,), (SINKS,), (COPYING, SINKS), (),  # 2: three of four rest, one copies
        (COPYING,), (COPYING,), (), (),  # 3: half of them are not most
        (),  # 4
    ]  # fmt: skip
    clusters = [1] * 3 + [2] * 4 + [3] * 4 + [4]
    names = cluster_names(clusters, families)
    assert names == {1: ClusterName(POSITIONAL, 2, 3), 2: ClusterName(SINKS, 3, 4)}


def test_of_two_families_the_one_of_more_heads_names_it_and_of_equals_the_first():
    assert cluster_names([1] * 3, [(COPYING, POSITIONAL), (POSITIONAL,), (COPYING, POSITIONAL)])[1].family == POSITIONAL
    assert cluster_names([7] * 2, [(COPYING, POSITIONAL), (POSITIONAL, COPYING)])[7].family == COPYING
    assert cluster_names([], []) == {}
