"""The steps of one head, for one query: each returns its formula, one sentence, and its pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from mha_viz.errors import NotSeenError
from mha_viz.objects import AttentionCall, Capture, Model, Trace
from mha_viz.ui.shared.captures import get_token_vectors
from mha_viz.views.panels import Panel
from mha_viz.wording import in_percent, name_in_layer


@dataclass(frozen=True, eq=False)
class Scene:
    """What every step is told: the numbers of one layer, and which head and query to look at."""

    model: Model
    capture: Capture
    call: AttentionCall
    trace: Trace
    head: int
    row: int
    queries: list[str]
    keys: list[str]

    @property
    def group(self) -> int:
        """The key head that this head reads."""
        return self.head // (self.call.n_heads // len(self.trace.value))

    @property
    def looks(self) -> str:
        return self.queries[self.row]


def _vectors(scene: Scene) -> tuple[str, str, list[Panel]]:
    x, context = get_token_vectors(scene.model, scene.capture, scene.call.index, scene.call.kind)
    sentence = (
        f"Each token comes in as a vector of {x.shape[1]} numbers, one row each: what the layers before made of it. "
        f"The marked row is “{scene.looks}”."
    )
    panels = [Panel("x", scene.queries, x, "value", marked=scene.row)]
    if context is not x:
        panels.append(Panel("context", scene.keys, context, "value"))
        sentence += " Keys and values come from the other sequence, the context."
    return "x  # (token, d_model)", sentence, panels


def _projections(scene: Scene) -> tuple[str, str, list[Panel]]:
    query, key = _seen(scene)
    n_heads, n_groups = scene.call.n_heads, len(scene.trace.value)
    sentence = (
        "Three learned matrices turn each vector into what it seeks (query), what it offers (key) and what it hands on "
        f"(value): {query.shape[1]} numbers each, in this head's own view. Biases are added, and "
        "rotary positions turn query and key, where a model has them."
    )
    if n_groups < n_heads:
        size = n_heads // n_groups
        mates = [name_in_layer(head) for head in range(scene.group * size, (scene.group + 1) * size)]
        sentence += f" {', '.join(mates)} share these keys and values: {n_heads} heads, {n_groups} sets of keys."
    formula = (
        f"query = x @ W_query[{scene.head}]  # (token, d_head)\n"
        f"key, value = x @ W_key[{scene.group}], x @ W_value[{scene.group}]"
    )
    return formula, sentence, [
        Panel("query", scene.queries, query, "value", marked=scene.row, share=1 / 3),
        Panel("key", scene.keys, key, "value", share=1 / 3),
        Panel("value", scene.keys, scene.trace.value[scene.group], "value", share=1 / 3),
    ]  # fmt: skip


def _products(scene: Scene) -> tuple[str, str, list[Panel]]:
    query, key = _seen(scene)
    terms = query[scene.row] * key  # (key, d_head)
    best = int(terms.sum(dim=1).argmax())
    sentence = (
        f"Every product of “{scene.looks}” with a key opens into its terms, one a dimension: one colour where query "
        f"and key agree, the other where they disagree. Added up, “{scene.keys[best]}” gets the most "
        f"({terms[best].sum():.2f})."
    )
    return (
        "terms = query[i] * key          # (key, d_head)\nproduct = terms.sum(dim=-1)     # query[i] · key[j]",
        sentence,
        [
            Panel("terms", scene.keys, terms, "query × key, a dimension", share=0.6),
            Panel("product", scene.keys, terms.sum(dim=1, keepdim=True), "", bars=True, share=0.4),
        ],
    )


def _logits(scene: Scene) -> tuple[str, str, list[Panel]]:
    row = scene.trace.logits[scene.head, scene.row]
    hidden = int((row == -torch.inf).sum())
    sentence = (
        f"Products are multiplied by the scaling {scene.call.scaling:.3f}, so that wide heads do not shout"
        if scene.call.query is not None
        else "These logits were seen just before the softmax, scaling and mask included"
    )
    sentence += ". " + (
        f"{hidden} of {len(row)} keys are masked: “{scene.looks}” may not look there."
        if hidden
        else "No key is masked: this token may look everywhere."
    )
    extras = [name for name, there in (("bias", scene.call.bias), ("softcap", scene.call.softcap)) if there is not None]
    if extras:
        sentence += f" This model also applies its {' and '.join(extras)}."
    formula = "logits = product * scaling\nlogits[masked] = -inf"
    return formula, sentence, [Panel("logits", scene.keys, row[:, None], "", bars=True)]


def _softmax(scene: Scene) -> tuple[str, str, list[Panel]]:
    row = scene.trace.pattern[scene.head, scene.row]
    best, n_keys = int(row.argmax()), max(1, int((row > 0).sum()))
    sentence = (
        f"The softmax turns logits into shares that sum to {row.sum():.2f}: this row of the pattern. “{scene.looks}” "
        f"gives {in_percent(row[best].item())} to “{scene.keys[best]}”; an even spread over {n_keys} keys would give "
        f"each {in_percent(1 / n_keys)}."
    )
    return "pattern = softmax(logits)  # rows sum to 1", sentence, [
        Panel("pattern", scene.keys, row[:, None], "", bars=True, is_share=True)
    ]  # fmt: skip


def _weighted(scene: Scene) -> tuple[str, str, list[Panel]]:
    row, value = scene.trace.pattern[scene.head, scene.row], scene.trace.value[scene.group]
    weighted = row[:, None] * value
    most = int(weighted.norm(dim=1).argmax())
    sentence = (
        f"Each key's value is weighted by its share; the sum is this head's output for “{scene.looks}”. The longest "
        f"part comes from “{scene.keys[most]}”, which is not always the key that is looked at most."
    )
    return (
        "head_output = (pattern[i][:, None] * value).sum(dim=0)  # = pattern @ value",
        sentence,
        [
            Panel("pattern × value", scene.keys, weighted, "value", marked=most),
            Panel("head output", [scene.looks], scene.trace.head_outputs[scene.head, scene.row][None], "value"),
        ],
    )


def _side_by_side(scene: Scene) -> tuple[str, str, list[Panel]]:
    outputs = scene.trace.head_outputs[:, scene.row]  # (head, d_head)
    names = [name_in_layer(head) for head in range(len(outputs))]
    sentence = (
        f"All {len(names)} heads did the same at once, each with its own matrices. Their outputs for “{scene.looks}” "
        f"are laid end to end: {len(names)} × {outputs.shape[1]} = {outputs.numel()} numbers."
    )
    return "concatenation = concat(head_outputs)  # (n_heads × d_head,)", sentence, [
        Panel("head outputs", names, outputs, "value", marked=scene.head),
        Panel("concatenation", [scene.looks], scene.trace.concatenation[scene.row][None], "value"),
    ]  # fmt: skip


def _projected(scene: Scene) -> tuple[str, str, list[Panel]]:
    parts = scene.trace.contributions[:, scene.row]  # (head, d_model)
    names = [name_in_layer(head) for head in range(len(parts))]
    sentence = (
        "The output projection mixes the heads back to the model's width. It is linear, so each head's slice can be "
        "read alone: these contributions, and one bias, add up to the block's output exactly."
    )
    return (
        "contribution[h] = head_output[h] @ W_output[h]\noutput = contribution.sum(dim=0) + bias  # (d_model,)",
        sentence,
        [
            Panel("contributions", names, parts, "value", marked=scene.head),
            Panel("output", [scene.looks], scene.trace.output[scene.row][None], "value"),
        ],
    )


def _added(scene: Scene) -> tuple[str, str, list[Panel]]:
    lengths = scene.trace.contributions[:, scene.row].norm(dim=1)  # (head,)
    names = [name_in_layer(head) for head in range(len(lengths))]
    rank = int((lengths > lengths[scene.head]).sum()) + 1
    sentence = (
        f"{name_in_layer(scene.head)} added a vector of length {lengths[scene.head]:.2f} to “{scene.looks}”: number "
        f"{rank} of {len(names)} heads; the whole block put out {scene.trace.output[scene.row].norm():.2f}. "
        f"{FOLLOWS[scene.call.followed_by]}"
    )
    return "added = contribution[h].norm()", sentence, [
        Panel("length of each head's contribution", names, lengths[:, None], "", marked=scene.head, bars=True)
    ]  # fmt: skip


FOLLOWS = {
    "sum": "That is added to the token's own vector as it is; some models then normalise the sum.",
    "norm": "A norm follows before that is added to the token's own vector: these lengths are of what comes before it.",
    "scale": "It is multiplied by a layer scale or a gate before it is added: these lengths are of what comes before.",
    None: "What the model does with that next was not seen.",
}


def _seen(scene: Scene) -> tuple[Tensor, Tensor]:
    query, key = scene.trace.query, scene.trace.key
    if query is None or key is None:
        raise NotSeenError(
            f"{scene.model.name} computes attention in its own code, where its queries and keys are not seen. From "
            "“Scale and mask” on, every step is."
        )
    return query[scene.head], key[scene.group]


STEPS: tuple[tuple[str, Callable[[Scene], tuple[str, str, list[Panel]]]], ...] = (
    ("Token vectors", _vectors),
    ("Query, key, value", _projections),
    ("Query · key", _products),
    ("Scale and mask", _logits),
    ("Softmax", _softmax),
    ("Weighted values", _weighted),
    ("All heads side by side", _side_by_side),
    ("Output projection", _projected),
    ("What this head added", _added),
)
