"""See what every attention head of a transformer looks at, exactly.

    >>> import mha_viz                                                          # doctest: +SKIP
    >>> model = mha_viz.load_model("minilm")                                    # doctest: +SKIP
    >>> capture = mha_viz.capture(model, "The cat sat because it was tired.")   # doctest: +SKIP
    >>> mha_viz.pattern(capture, layer=5).shape                                 # doctest: +SKIP

One vocabulary, here and on every page:

query, key, value   the three vectors a head makes of each position: what it seeks, what it offers, what it hands on
logits              query · key × scaling, before the softmax; -inf where a query may not look
pattern             after the softmax: how much each query looks at each key; rows sum to 1
head output         pattern @ value: what the head hands on, before the output projection
position            one place on an axis: a token, a word, an image patch
token, word         a piece as the model reads it; a word as people do
kind                encoder (looks both ways), decoder (never ahead), cross (at another sequence)
head score          one number a head

Axes of a map are (head, query, key). Layers and heads count from 0 and are written ``L3 H1``.
"""

from mha_viz.attention import head_output, logits, pattern, value_weighted_pattern
from mha_viz.capturing import capture
from mha_viz.catalogue import CATALOGUE
from mha_viz.errors import InputError, MhaVizError, ModelError, NotSeenError, UnreadableModelError
from mha_viz.figures import heatmap, ranking
from mha_viz.frames import attention_between, describe_heads, pattern_frame
from mha_viz.head_scores import entropy, mean_distance
from mha_viz.models import load_model, model_from
from mha_viz.objects import AttentionCall, Capture, Model, Positions
from mha_viz.words import Words, find_word, group_words, merge_pattern

__all__ = [
    "CATALOGUE",
    "AttentionCall",
    "Capture",
    "InputError",
    "MhaVizError",
    "Model",
    "ModelError",
    "NotSeenError",
    "Positions",
    "UnreadableModelError",
    "Words",
    "attention_between",
    "capture",
    "describe_heads",
    "entropy",
    "find_word",
    "group_words",
    "head_output",
    "heatmap",
    "load_model",
    "logits",
    "mean_distance",
    "merge_pattern",
    "model_from",
    "pattern",
    "pattern_frame",
    "ranking",
    "value_weighted_pattern",
]
