"""Rows of a table of scores, made by hand."""

from math import nan

import pandas as pd

from mha_viz.evidence.ranking import of_head

COLUMNS = [
    "family", "score", "direction", "layer", "head", "value", "n", "baseline", "chance", "control", "verdict", "rule",
]  # fmt: skip
TO_HEAD, TO_DEPENDENT = "dep→head", "head→dep"
OBJ = ("syntactic", "obj", TO_HEAD, 2, 0, 0.74, 1169, 0.358, 0.08, 0.14, "established", "offset -2")
AMOD = ("syntactic", "amod", TO_HEAD, 2, 0, 0.79, 1326, 0.747, 0.08, 0.14, "consistent with", "offset +1")
CC = ("syntactic", "cc", TO_HEAD, 2, 0, 0.70, 786, 0.447, 0.08, 0.14, "consistent with", "offset +1")
DET = ("syntactic", "det", TO_DEPENDENT, 2, 0, 0.05, 1817, 0.596, 0.08, 0.14, "not enough evidence", "offset -1")
FIRST = ("sinks", "first token", None, 2, 0, 0.47, 33872, nan, 0.06, 0.07, "established", None)
SIGNS = ("sinks", "delimiters", None, 2, 0, 0.55, 33872, nan, 0.27, 0.28, "established", None)
ENTROPY = ("spread", "entropy", None, 2, 0, 1.234, 33872, nan, 2.5, 2.6, None, None)


def table_of(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).assign(low=nan, high=nan, p=nan, n_units=1)


def row(*values):
    return next(of_head(table_of(values), values[3], values[4]).itertuples(index=False))
