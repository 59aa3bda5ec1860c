"""Head scores: one number a head, each a short pure function on a pattern."""

from mha_viz.head_scores.spread import entropy, mean_distance

__all__ = ["entropy", "mean_distance"]
