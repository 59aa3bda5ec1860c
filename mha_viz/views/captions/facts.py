"""What is shown → the sentences, facts and names that go with it, on the page and in every export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mha_viz.attention.selection import MAPS, OVER
from mha_viz.attention.shown import Shown, Window
from mha_viz.evidence.untrained import why_untrained
from mha_viz.inputs.languages import language_name
from mha_viz.inputs.notes import read_otherwise
from mha_viz.inputs.words import words_of
from mha_viz.language import N_, gettext, pgettext, said
from mha_viz.objects import Capture, Languages, Model, Positions
from mha_viz.precision import computed_in
from mha_viz.wording import (
    head_name,
    in_a_row,
    in_clauses,
    in_percent,
    isolated,
    layer_name,
    listed,
    name_in_layer,
    quoted,
    safe_name,
)

IN_WORDS = (  # facts that are words of ours
    "attention", "unit", "of", "on", "compares", "effect", "joined by", "family", "score", "where"
)  # fmt: skip
OF_PROFILE = "profile of "  # and the name of a model: whose profile numbers rest on
CAUSAL_ROLLOUT = N_(" In a model that reads left to right, early tokens gather weight whatever the heads do.")
ON_WORDS = N_(" Attention to a word is the sum over its pieces, from a word their mean.")
ON_PARTS = N_(" Attention to a part is the sum over its tokens, from a part their mean.")


def facts_of(
    shown: Shown, layer: int | None = None, heads: Sequence[int] = (), window: Window | None = None
) -> dict[str, Any]:
    """What an export says of itself: model, text and every setting."""
    capture, selection = shown.capture, shown.selection
    facts: dict[str, Any] = {**weights_facts(capture), "text": capture.text}
    facts |= {"second text": capture.pair, "target": capture.target, "tokens generated": capture.n_generated or None}
    facts |= input_facts(capture)
    facts |= {
        "notes": [*notes_of(capture), *_reading_notes(shown)],
        "attention": selection.kind,
        "shows": selection.map,
    }
    whole = "the layer" if selection.map == "Rollout" else selection.over
    facts |= {"unit": MAPS[selection.map].unit, "of": None if shown.has_heads else whole}
    facts |= {"layer": layer, "heads": [name_in_layer(head) for head in heads] if shown.has_heads else []}
    facts |= {"layers without a pattern": without_pattern(shown), "heads that were removed": removed_heads(shown)}
    on = "parts of the text" if selection.parts else "words" if selection.words else "tokens"
    facts |= {"on": on, "hidden": list(selection.hidden)}
    facts["rows scaled to sum to 1"] = selection.renormalise
    facts["between segments"] = ["all" if part is None else part for part in selection.between or ()]
    if window:
        facts["window"] = f"queries {window[0]} to {window[1] - 1}, keys {window[2]} to {window[3] - 1}"
    sides = (capture.query_positions[selection.kind], capture.key_positions[selection.kind])
    facts["read as"] = ", ".join(dict.fromkeys(read for side in sides if (read := _read_as(side))))
    return {name: fact for name, fact in facts.items() if fact not in (None, "", []) and fact is not False}


def weights_facts(of: Model | Capture) -> dict[str, Any]:
    """Whose weights these are, and which numbers they computed in, where that is not float32."""
    facts: dict[str, Any] = {"model": of.short_name, "weights sha256": of.identity}
    return facts | ({"computed in": said} if (said := computed_in(of.dtype)) else {})


def input_facts(capture: Capture) -> dict[str, Any]:
    """Which languages a translation model was told, and whose the messages of a chat are, as an export says it."""
    facts: dict[str, Any] = _named(capture.languages, "language", "language of the target")
    if capture.chat is None:
        return facts
    roles = [message.role for message in capture.chat.messages]
    return facts | {"read through": "the model's chat template", "roles of the messages": roles}


def second_language_facts(languages: Languages) -> dict[str, Any]:
    """What languages the second of two models was told, which has its own names for them or is told none."""
    return _named(languages, "language of the second model", "language of the second model's target")


def _named(languages: Languages, *facts: str) -> dict[str, Any]:
    return {fact: code and language_name(code) for fact, code in zip(facts, languages, strict=True)}


def notes_of(capture: Capture) -> list[str]:
    """What is to be known of the weights and of how long the text is, in sentences."""
    return [*capture.notes, *filter(None, [why_untrained(capture)])]


def _read_as(tokens: Positions) -> str:
    return read_otherwise(words_of(tokens).positions) if any(tokens.reads) else ""


def reading_sentence(shown: Shown) -> str:
    """What a reader should know of how the tokenizer read the text: what is unknown to it, what it does not read."""
    return "".join(f"{said(note)} " for note in _reading_notes(shown))


def _reading_notes(shown: Shown) -> list[str]:
    capture, kind = shown.capture, shown.selection.kind
    return list(dict.fromkeys((*capture.query_positions[kind].notes, *capture.key_positions[kind].notes)))


def without_pattern(shown: Shown) -> str:
    """The layers of this stack that mix positions in another way, by name; empty where all attend."""
    return listed([layer_name(layer) for layer in shown.capture.not_attending.get(shown.selection.kind, ())])


def removed_heads(shown: Shown) -> str:
    """The heads that were taken out of this stack, by name; empty where all are there."""
    calls = shown.capture.calls_of(shown.selection.kind)
    return listed([head_name(call.layer, head) for call in calls for head in call.removed])


def fact_lines(facts: dict[str, Any]) -> list[str]:
    """The same in a few lines, for pictures, in the language of the run; tables and files keep the English names."""
    texts = {name: ", ".join(map(said, fact)) if isinstance(fact, list) else fact for name, fact in facts.items()}
    text = texts.pop("text", "")
    identity = str(texts.pop("weights sha256", ""))[:12]
    lines = [quoted(text)] if text else []
    names = _fact_names()
    rest = [_line(_called(name, names), name, fact) for name, fact in texts.items() if name != "shows"]
    return [
        *lines,
        in_clauses([*rest, *([_line(pgettext("fact", "weights"), "", f"{identity}…")] if identity else [])]),
    ]


def _called(name: str, names: dict[str, str]) -> str:
    if name.startswith(OF_PROFILE):
        return pgettext("fact", "profile of {model}", model=name.removeprefix(OF_PROFILE))
    return names.get(name, name)


def _line(called: str, name: str, fact: object) -> str:
    """One fact; what it says is a message of ours, a name or words of the text."""
    if fact is True:
        return called
    told = said(fact)
    in_words = gettext(told) if name in IN_WORDS else told
    # TRANSLATORS: of a picture that was saved: what is told, such as "layer", and what it is, such as "3"
    return gettext("{name} {fact}", name=called, fact=isolated(in_words))


def _fact_names() -> dict[str, str]:
    """What facts are called in pictures, by what they are called in files."""
    return {
        "model": pgettext("fact", "model"), "computed in": pgettext("fact", "computed in"),
        "second text": pgettext("fact", "second text"), "target": pgettext("fact", "target"),
        "tokens generated": pgettext("fact", "tokens generated"), "notes": pgettext("fact", "notes"),
        "attention": pgettext("fact", "attention"), "unit": pgettext("fact", "unit"), "of": pgettext("fact", "of"),
        "layer": pgettext("fact", "layer"), "heads": pgettext("fact", "heads"), "head": pgettext("fact", "head"),
        "layers without a pattern": pgettext("fact", "layers without a pattern"),
        "heads that were removed": pgettext("fact", "heads that were removed"),
        "heads changed": pgettext("fact", "heads changed"), "on": pgettext("fact", "on"),
        "hidden": pgettext("fact", "hidden"), "window": pgettext("fact", "window"),
        "rows scaled to sum to 1": pgettext("fact", "rows scaled to sum to 1"),
        "between segments": pgettext("fact", "between segments"), "read as": pgettext("fact", "read as"),
        "read through": pgettext("fact", "read through"), "language": pgettext("fact", "language"),
        "language of the target": pgettext("fact", "language of the target"), "from": pgettext("fact", "from"),
        "to": pgettext("fact", "to"), "less what goes to": pgettext("fact", "less what goes to"),
        "compares": pgettext("fact", "compares"), "second model": pgettext("fact", "second model"),
        "words compared": pgettext("fact", "words compared"), "rows compared": pgettext("fact", "rows compared"),
        "how": pgettext("fact", "how"), "effect": pgettext("fact", "effect"), "asked": pgettext("fact", "asked"),
        "picture": pgettext("fact", "picture"), "sound": pgettext("fact", "sound"),
        "passage": pgettext("fact", "passage"), "characters": pgettext("fact", "characters"),
        "patches": pgettext("fact", "patches"), "transcript": pgettext("fact", "transcript"),
        "lesson": pgettext("fact", "lesson"), "step": pgettext("fact", "step"), "family": pgettext("fact", "family"),
        "score": pgettext("fact", "score"), "direction": pgettext("fact", "direction"),
        "where": pgettext("fact", "where"), "means": pgettext("fact", "means"), "profile": pgettext("fact", "profile"),
        "measured on": pgettext("fact", "measured on"), "annotation": pgettext("fact", "annotation"),
        "compared on": pgettext("fact", "compared on"), "rows": pgettext("fact", "rows"),
        "clusters": pgettext("fact", "clusters"), "joined by": pgettext("fact", "joined by"),
        "share of the differences on two axes": pgettext("fact", "share of the differences on two axes"),
    }  # fmt: skip


def file_name(shown: Shown, of_whom: str = "all") -> str:
    return safe_name(shown.capture.short_name, of_whom, shown.selection.map)


def name_of(shown: Shown, layer: int, heads: Sequence[int]) -> str:
    if shown.selection.map == "Rollout":
        return layer_name(layer)
    if not shown.has_heads:
        return gettext("{what} of {layer}", what=gettext(shown.selection.over), layer=layer_name(layer))
    if len(heads) < 5:
        return f"{layer_name(layer)} {', '.join(name_in_layer(head) for head in heads)}"
    return gettext("{n} heads of {layer}", n=len(heads), layer=layer_name(layer))


def hidden_sentence(shown: Shown, share: float | None = None) -> str:
    """Which keys are left out and, where it is known, what they hold."""
    selection = shown.selection
    if not shown.hidden:
        return ""
    labels = in_a_row([*map(isolated, dict.fromkeys(shown.hidden[:8])), *["…"] * (len(shown.hidden) > 8)])
    held = ""
    if share is not None and selection.map == "Pattern" and not selection.renormalise and selection.over != OVER[2]:
        held = gettext("; the rows shown give them {share} on average", share=in_percent(share))
    scaled = gettext("Rows are scaled to sum to 1 without them. ") * selection.renormalise
    return gettext("Hidden: {labels}{held}. ", labels=labels, held=held) + scaled


def joined_sentence(shown: Shown) -> str:
    """How numbers of tokens became numbers of words or of parts, where they did."""
    return gettext(ON_PARTS) * shown.selection.parts or gettext(ON_WORDS) * shown.selection.words


def no_profile_sentence(model_name: str) -> str:
    return gettext("There is no profile of {model}, so nothing is known of its heads in general.", model=model_name)
