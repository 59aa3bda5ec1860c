"""See what every attention head of a transformer looks at, exactly.

    >>> import mha_viz
    >>> model = mha_viz.load_model("minilm")
    >>> capture = mha_viz.capture(model, "The cat sat because it was tired.")
    >>> mha_viz.pattern(capture, layer=5).shape  # (head, query, key)
    torch.Size([12, 10, 10])

One vocabulary, here and on every page:

query, key, value   the three vectors a head makes of each position: what it seeks, what it offers, what it hands on
logits              query · key × scaling, before the softmax; -inf where a query may not look
pattern             after the softmax: how much each query looks at each key; rows sum to 1
head output         pattern @ value: what the head hands on, before the output projection
position            one place on an axis: a token, a word, an image patch
token, word         a piece as the model reads it; a word as people do
kind                encoder (looks both ways), decoder (never ahead), cross (at another sequence)
contribution        head output through its slice of the output projection: what the head adds to the block's output
head score          one number a head
change              what is done to heads while a model reads: made before the output projection
effect              what a change does to a prediction: after minus before
evidence            its count, interval, best simple rule, chance and random weights, and what they allow to be said
profile             head scores over a corpus
text type           what a text is by its form: prose, code, JSON, repeats

Axes of a map are (head, query, key). Layers and heads count from 0 and are written ``L3 H1``.
"""

import warnings
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

# Where each public name lives. They are imported when first used, so that `mha-viz` starts without waiting for torch.
_HOMES = {
    "attention.maps": (
        "contribution",
        "contribution_lengths",
        "head_output",
        "logits",
        "pattern",
        "rollout",
        "trace_of",
        "value_weighted_pattern",
    ),
    "recording.capture": ("capture",),
    "recording.media.pictures_in_text": ("capture_with_picture",),
    "recording.looking.look": ("Looked", "look"),
    "models.catalogue": ("CATALOGUE",),
    "comparison.asks": (
        "Accuracy",
        "ClassLogProbability",
        "Classes",
        "Continuation",
        "LogitDifference",
        "Loss",
        "NextWord",
        "Similarity",
        "Vectors",
    ),
    "comparison.changes": ("flips", "head_changes"),
    "comparison.distance": ("against_average", "jensen_shannon", "match_one_to_one", "pairwise_distances"),
    "comparison.comparison": ("by_nearest", "by_place", "comparison_of", "distances_between"),
    "comparison.effects": ("effect", "pattern_changes"),
    "comparison.picture_effect": ("picture_effect",),
    "attention.costs": ("heads_cost",),
    "attention.media.patches": ("patch_frame",),
    "attention.media.words_on_picture": ("picture_share", "word_on_picture_frame"),
    "errors": ("InputError", "MhaVizError", "ModelError", "NotSeenError", "UnreadableModelError"),
    "views.figures": ("heatmap", "ranking"),
    "attention.passages": ("passage_heads", "passage_share"),
    "attention.tables": ("attention_between", "describe_heads", "pattern_frame"),
    "scores.media.pictures": ("picture_scores",),
    "scores.table": ("HEAD_SCORES", "entropy", "mean_distance"),
    "models.load": ("load_model", "model_from", "random_twin"),
    "views.exports.notebook": ("head_view", "model_view"),
    "views.exports.notebook_more": ("atlas_view", "comparison_view", "patch_view", "score_view"),
    "views.exports.notebook_passage": ("passage_view",),
    "attention.multi_head_attention": ("MultiHeadAttention",),
    "objects": ("AttentionCall", "Capture", "Model", "Positions"),
    "attention.trace": ("Trace",),
    "annotation.english.parser": ("parse",),
    "evidence.corpus.profile": ("Profile", "load_profile"),
    "evidence.corpus.profiles": ("profile_of",),
    "recording.watching.entering": ("token_vectors",),
    "recording.interventions.changes": ("Add", "Cut", "From", "Mean", "Pattern", "Scale", "Zero"),
    "recording.elsewhere.tensors": ("capture_of",),
    "evidence.alignment.heads": ("alignment_heads",),
    "evidence.findings.finding": ("Finding",),
    "evidence.findings.scan": ("scan",),
    "evidence.importance.attribution": ("logit_attribution",),
    "evidence.importance.importance": ("importance",),
    "evidence.importance.over_texts": ("mean_effect",),
    "evidence.one_text": ("points", "score_table"),
    "evidence.text_types.measured": ("TextTypeScores", "text_type_scores"),
    "annotation.files.name_tags": ("read_iob2",),
    "annotation.files.treebanks": ("read_conllu",),
    "training.verbs": ("verb_questions",),
    "inputs.media.sound": ("read_sound",),
    "inputs.words": ("Words", "find_word", "group_words", "merge_pattern"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        near = ", ".join(_near(name)) or ", ".join(__all__)
        raise AttributeError(f"module 'mha_viz' has no attribute {name!r}; it has: {near}")
    return _public(name)


def _near(name: str) -> list[str]:
    """The public names that somebody may have meant."""
    words = {word[:6] for word in name.lower().split("_") if len(word) > 2}  # compare: comparison_of
    sharing = [known for known in __all__ if any(word in known.lower() for word in words)]
    return list(dict.fromkeys([*get_close_matches(name, __all__, n=3, cutoff=0.7), *sharing]))


@cache
def _public(name: str) -> Any:
    """What bears a public name; a function looks at its arguments before it works with them."""
    with warnings.catch_warnings():  # tqdm's, in a notebook without ipywidgets: nothing here draws its bars
        warnings.filterwarnings("ignore", "IProgress not found")
        value = getattr(import_module(f"mha_viz.{_HOME[name]}"), name)
    return import_module("mha_viz.arguments").checked(value) if isinstance(value, FunctionType) else value


def __dir__() -> list[str]:
    return __all__
