"""The steps of one head, for one query → of each the formula, one sentence, and pictures of its numbers."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose
from typing import Any, NamedTuple

import torch

from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.steps import HeadSteps
from mha_viz.language import N_, gettext
from mha_viz.objects import AttentionCall
from mha_viz.views.captions.facts import fact_lines, input_facts
from mha_viz.views.captions.labels import both_labels, labels_sentence
from mha_viz.views.panels import Panel, panels_view
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_a_row, in_percent, joined, layer_name, name_in_layer, quoted, safe_name


class Step(NamedTuple):
    """What a step says."""

    formula: str
    sentence: str
    panels: list[Panel]


def step_facts(steps: HeadSteps, number: int, formula: str) -> dict[str, Any]:
    """What an export says of itself."""
    facts: dict[str, Any] = {"model": steps.capture.short_name, "text": steps.capture.text}
    facts |= {"attention": steps.call.kind, "layer": steps.call.layer, "heads": [name_in_layer(steps.head)]}
    facts |= {name: code for name, code in input_facts(steps.capture).items() if code}
    return facts | {"token that looks": steps.looks, "step": STEPS[number][0], "formula": formula}


def step_picture(steps: HeadSteps, number: int, step: Step) -> View:
    """The numbers of a step, with its sentence."""
    layer, head, model_name = steps.call.layer, steps.head, steps.capture.short_name
    axes = both_labels(choose(steps.capture, Selection(steps.call.kind)), unique=True)
    rows = [axes[panel.axis == "key"].names for panel in step.panels if panel.axis]
    return panels_view(
        step.panels,
        axes,
        note=step.sentence + labels_sentence(*rows),
        title=gettext(
            "{step}: {head} of {model}", step=numbered(number), head=head_name(layer, head), model=model_name
        ),
        facts=fact_lines(step_facts(steps, number, step.formula)),
        file_name=safe_name(model_name, f"{layer_name(layer)}-{name_in_layer(head)}-step-{number + 1}"),
    )  # fmt: skip


def numbered(number: int) -> str:
    """The name of a step, with its number from 1."""
    return f"{number + 1}. {gettext(STEPS[number][0])}"


def _vectors(steps: HeadSteps) -> Step:
    x, context = steps.get_vectors()
    sentence = gettext(
        "Each token comes in as a vector of {n} numbers, one row each: what the layers before made of it. The marked "
        "row is {word}.",
        n=x.shape[1], word=quoted(steps.looks),
    )  # fmt: skip
    panels = [Panel("x", steps.queries, x, gettext("value"), marked=steps.row, axis="query")]
    if context is not x:
        panels.append(Panel(gettext("context"), steps.keys, context, gettext("value"), axis="key"))
        sentence += gettext(" Keys and values come from the other sequence, the context.")
    return Step("x  # (token, d_model)", sentence, panels)


def _projections(steps: HeadSteps) -> Step:
    query, key = steps.query_and_key()
    n_heads, n_groups = steps.call.n_heads, len(steps.trace.value)
    sentence = gettext(
        "Three learned matrices turn each vector into what it seeks (query), what it offers (key) and what it hands on "
        "(value): {n} numbers each, in this head's own view. Biases are added, and rotary positions turn query and "
        "key, where a model has them.",
        n=query.shape[1],
    )
    if n_groups < n_heads:
        mates = in_a_row([name_in_layer(head) for head in steps.mates])
        sentence += gettext(
            " {heads} share these keys and values: {n} heads, {sets} sets of keys.",
            heads=mates, n=n_heads, sets=n_groups,
        )  # fmt: skip
    formula = (
        f"query = x @ W_query[{steps.head}]  # (token, d_head)\n"
        f"key, value = x @ W_key[{steps.group}], x @ W_value[{steps.group}]"
    )
    unit = gettext("value")
    panels = [
        Panel(gettext("query"), steps.queries, query, unit, marked=steps.row, share=1 / 3, axis="query"),
        Panel(gettext("key"), steps.keys, key, unit, share=1 / 3, axis="key"),
        Panel(unit, steps.keys, steps.value, unit, share=1 / 3, axis="key"),
    ]
    return Step(formula, sentence, panels)


def _products(steps: HeadSteps) -> Step:
    terms = steps.terms()
    products = terms.sum(dim=1, keepdim=True)
    best = int(products.argmax())
    sentence = gettext(
        "Every product of {word} with a key opens into its terms, one a dimension: one colour where query and key "
        "agree, the other where they disagree. Added up, {key} gets the most ({value}).",
        word=quoted(steps.looks), key=quoted(steps.keys[best]), value=f"{products[best].item():.2f}",
    )  # fmt: skip
    formula = "terms = query[i] * key          # (key, d_head)\nproduct = terms.sum(dim=-1)     # query[i] · key[j]"
    panels = [
        Panel(gettext("terms"), steps.keys, terms, gettext("query × key, a dimension"), share=0.6, axis="key"),
        Panel(gettext("product"), steps.keys, products, "", bars=True, share=0.4, axis="key"),
    ]
    return Step(formula, sentence, panels)


def _scaling(call: AttentionCall) -> str:
    """The scaling, and where it comes from, if it is one over the root of the head's width."""
    width = call.query.shape[-1] if call.query is not None else 0
    usual = width and isclose(call.scaling, width**-0.5, rel_tol=1e-6)
    return f"{call.scaling:.3f}{f' (1/√{width})' if usual else ''}"


def _logits(steps: HeadSteps) -> Step:
    row, call = steps.logits, steps.call
    n_masked = int((row == -torch.inf).sum())
    sentence = (
        gettext("Products are multiplied by {n}, so that wide heads do not drown out the rest.", n=_scaling(call))
        if call.query is not None
        else gettext("These logits were seen just before the softmax, scaling and mask included.")
    )
    if n_masked:
        word = quoted(steps.looks)
        told = {"n": n_masked, "all": len(row), "word": word}
        sentence += gettext(" {n} of {all} keys are masked: {word} may not look there.", **told)
    else:
        sentence += gettext(" No key is masked: this token may look everywhere.")
    extras = [name for name, part in (("bias", call.bias), ("softcap", call.softcap)) if part is not None]
    if extras:
        sentence += gettext(" This model also applies its {parts}.", parts=joined(extras))
    formula = "logits = product * scaling\nlogits[masked] = -inf"
    return Step(formula, sentence, [Panel(gettext("logits"), steps.keys, row[:, None], "", bars=True, axis="key")])


def _softmax(steps: HeadSteps) -> Step:
    row = steps.pattern
    best, n_keys = int(row.argmax()), max(1, int((row > 0).sum()))
    sentence = gettext(
        "The softmax turns logits into shares that sum to {sum}: this row of the pattern. {word} gives {share} to "
        "{key}; an even spread over {n} keys would give each {even}.",
        sum=f"{row.sum():.2f}", word=quoted(steps.looks), share=in_percent(row[best].item()),
        key=quoted(steps.keys[best]), n=n_keys, even=in_percent(1 / n_keys),
    )  # fmt: skip
    panel = Panel(gettext("pattern"), steps.keys, row[:, None], "", bars=True, is_share=True, axis="key")
    return Step("pattern = softmax(logits)  # rows sum to 1", sentence, [panel])


def _weighted(steps: HeadSteps) -> Step:
    weighted = steps.weighted()
    most = int(weighted.norm(dim=1).argmax())
    sentence = gettext(
        "Each key's value is weighted by its share; the sum is this head's output for {word}. The longest part comes "
        "from {key}, which is not always the key that is looked at most.",
        word=quoted(steps.looks), key=quoted(steps.keys[most]),
    )  # fmt: skip
    unit = gettext("value")
    output = steps.trace.head_outputs[steps.head, steps.row][None]
    panels = [
        Panel(gettext("pattern × value"), steps.keys, weighted, unit, marked=most, axis="key"),
        Panel(gettext("head output"), [steps.looks], output, unit, axis="query", first=steps.row),
    ]
    return Step("head_output = (pattern[i][:, None] * value).sum(dim=0)  # = pattern @ value", sentence, panels)


def _side_by_side(steps: HeadSteps) -> Step:
    outputs = steps.trace.head_outputs[:, steps.row]  # (head, d_head)
    names = _heads(steps)
    sentence = gettext(
        "All {n} heads did the same at once, each with its own matrices. Their outputs for {word} are laid end to end: "
        "{product} numbers.",
        n=len(names), word=quoted(steps.looks), product=f"{len(names)} × {outputs.shape[1]} = {outputs.numel()}",
    )  # fmt: skip
    unit, concatenation = gettext("value"), steps.trace.concatenation[steps.row][None]
    panels = [
        Panel(gettext("head outputs"), names, outputs, unit, marked=steps.head),
        Panel(gettext("concatenation"), [steps.looks], concatenation, unit, axis="query", first=steps.row),
    ]
    return Step("concatenation = concat(head_outputs)  # (n_heads × d_head,)", sentence, panels)


def _projected(steps: HeadSteps) -> Step:
    sentence = gettext(
        "The output projection mixes the heads back to the model's width. It is linear, so each head's slice can be "
        "read alone: these contributions, and one bias, add up to the block's output exactly."
    )
    unit = gettext("value")
    formula = "contribution[h] = head_output[h] @ W_output[h]\noutput = contribution.sum(dim=0) + bias  # (d_model,)"
    contributions = steps.trace.contributions[:, steps.row]  # (head, d_model)
    output = steps.trace.output[steps.row][None]
    panels = [
        Panel(gettext("contributions"), _heads(steps), contributions, unit, marked=steps.head),
        Panel(gettext("output"), [steps.looks], output, unit, axis="query", first=steps.row),
    ]
    return Step(formula, sentence, panels)


def _added(steps: HeadSteps) -> Step:
    lengths, names = steps.lengths(), _heads(steps)
    sentence = gettext(
        "{head} added a vector of length {length} to {word}: number {rank} of {n} heads; the whole block put out "
        "{whole}.",
        head=name_in_layer(steps.head), length=f"{lengths[steps.head]:.2f}", word=quoted(steps.looks),
        rank=steps.rank(), n=len(names), whole=f"{steps.trace.output[steps.row].norm():.2f}",
    )  # fmt: skip
    sentence += f" {gettext(FOLLOWS[steps.call.followed_by])}"
    panel = Panel(
        gettext("length of each head's contribution"), names, lengths[:, None], "", marked=steps.head, bars=True
    )
    return Step("added = contribution[h].norm()", sentence, [panel])


def _heads(steps: HeadSteps) -> list[str]:
    return [name_in_layer(head) for head in range(steps.call.n_heads)]


FOLLOWS = {
    "sum": N_("That is added to the token's own vector as it is; some models then normalise the sum."),
    "norm": N_(
        "A norm follows before that is added to the token's own vector: these lengths are of what comes before it."
    ),
    "scale": N_(
        "It is multiplied by a layer scale or a gate before it is added: these lengths are of what comes before."
    ),
    None: N_("What the model does with that next was not seen."),
}
STEPS: tuple[tuple[str, Callable[[HeadSteps], Step]], ...] = (
    (N_("Token vectors"), _vectors),
    (N_("Query, key, value"), _projections),
    (N_("Query · key"), _products),
    (N_("Scale and mask"), _logits),
    (N_("Softmax"), _softmax),
    (N_("Weighted values"), _weighted),
    (N_("All heads side by side"), _side_by_side),
    (N_("Output projection"), _projected),
    (N_("What this head added"), _added),
)
