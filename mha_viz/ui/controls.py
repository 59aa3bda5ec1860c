"""The widgets that pages share. Each takes its value from this session, else from the link, and writes it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import streamlit as st

from mha_viz.catalogue import CATALOGUE, DEFAULT
from mha_viz.continuing import MOST
from mha_viz.errors import MhaVizError
from mha_viz.objects import Capture, Model
from mha_viz.places import app_folder
from mha_viz.selection import HIDDEN, MAPS, OVER, Selection
from mha_viz.ui import cache, frame
from mha_viz.words import Words, unique_labels

AXES = ("Tokens", "Words")
PRONOUNS = frozenset({"it", "he", "she", "they", "him", "her", "them", "its", "his", "their"})


def settle(key: str, default: Any, options: Sequence[Any] | None = None, parse: Callable = str) -> Any:
    """The value of a setting, checked: what comes from a link is somebody's input."""
    try:
        value = parse(st.session_state.get(key, default))
    except (TypeError, ValueError):
        value = default
    if options is not None and value not in options:
        value = default
    st.session_state[key] = value
    return value


class Desk(NamedTuple):
    """What the top of every page leaves to the rest of it."""

    model: Model
    found: Capture
    more: Any  # the panel for settings that are rarely changed
    share: Any  # the menu for links and exports


# Settings that wait in the panel More, with their defaults and how the panel says that they are changed.
MORE = {
    "pair": ("", "second text"), "continue": ("0", "continued"), "between": ("", "parts"), "axis": ("Tokens", "words"),
    "over": (OVER[0], "over heads"), "hide": ("", "hidden"), "renormalise": ("no", "scaled"),
}  # fmt: skip


def begin_desk(*settings: str) -> Desk:
    """Sentence, example and model; what the model computes of it. Stops the page with a sentence where it cannot.

    Parameters
    ----------
    settings : of ``MORE``
        Those that this page has beside the ones of every page.
    """
    settle("text", frame.DEFAULT_TEXT)
    name = settle("model", DEFAULT)
    sentence, examples, models, menus = st.columns([6, 2.1, 2.1, 2.4], vertical_alignment="bottom")
    sentence.text_input("Sentence", key="text", help="Any text; Enter shows it.")
    examples.selectbox(
        "Examples", [example["name"] for example in _examples()], index=None, placeholder="choose one", key="example",
        on_change=_take_example,
    )  # fmt: skip
    names = [*CATALOGUE, *([] if name in CATALOGUE else [name])]
    models.selectbox(
        "Model", names, key="model", accept_new_options=True,
        help="Type a hub id (owner/name) or a folder for any other model.",
    )  # fmt: skip
    with menus, st.container(horizontal=True, horizontal_alignment="right"):
        more = st.popover(_more_label(settings))
        share = st.popover("Share")
    frame.share()
    try:
        model = cache.get_model(st.session_state["model"].strip())
        with more:
            pair, new_tokens = _choose_further_text()
        target = _choose_target(model.network.config.is_encoder_decoder)
        frame.share()
        found = cache.get_capture(model, st.session_state["text"], target, pair, new_tokens)
    except MhaVizError as error:
        frame.refuse(error)
    return Desk(model, found, more, share)


def _more_label(settings: tuple[str, ...]) -> str:
    """The panel tells when something in it is not the default."""
    changed = [
        said
        for key, (default, said) in MORE.items()
        if (key in ("pair", "continue", *settings)) and str(st.session_state.get(key, default)).strip() != default
    ]
    return "More" + (f": {', '.join(changed)}" if changed else "")


def _choose_further_text() -> tuple[str | None, int]:
    """A second text, or how far a causal model goes on with the first."""
    settle("pair", "")
    pair = st.text_input("Second text", key="pair", help="Read together with the first, as the model reads pairs.")
    settle("continue", 0, range(MOST + 1), int)
    new_tokens = st.number_input(
        "Let the model go on, tokens", 0, MOST, key="continue", step=5, disabled=bool(pair.strip()),
        help="Models that read left to right write what they find most likely; the map shows it too.",
    )  # fmt: skip
    return (pair.strip() or None), 0 if pair.strip() else int(new_tokens)


def choose_between(found: Capture, kind: str) -> tuple[int, int] | None:
    """Which part looks at which, where a text has two parts."""
    segments = found.query_positions[kind].segments
    if not segments or kind == "cross":
        st.session_state["between"] = ""
        return None
    parts = ("typed", "generated") if found.n_generated else ("A", "B")
    pairs = {f"{parts[i]} → {parts[j]}": (i, j) for i in range(2) for j in range(2) if kind != "decoder" or j <= i}
    names = {"": "everything", **{name: name for name in pairs}}
    settle("between", "", list(names))
    name = st.selectbox("From part → to part", list(names), key="between", format_func=names.get)
    return pairs.get(name)


def choose_selection(desk: Desk, kind: str) -> Selection:
    """Which map, and in the panel More on what, of what, without what."""
    settle("map", "Pattern", list(MAPS))
    name = st.segmented_control("Show", list(MAPS), key="map", required=True)
    is_share = MAPS[name].is_share  # only these add up over the pieces of a word
    settle("axis", "Tokens", AXES if is_share else AXES[:1])
    one = name == "Rollout"
    settle("over", OVER[0], OVER[:1] if one else OVER)
    chosen = [part for part in str(st.session_state.get("hide", "")).split(",") if part in HIDDEN]
    settle("renormalise", "no", ("no", "yes") if is_share else ("no",))
    with desk.more:
        axis = st.segmented_control("On", AXES, key="axis", required=True, disabled=not is_share)
        over = st.selectbox("Of", OVER, key="over", disabled=one)
        st.session_state["hidden_parts"] = chosen
        hidden = st.multiselect("Hide", HIDDEN, key="hidden_parts", on_change=_keep_hidden)
        again = st.selectbox(
            "Scale the rows that are left to sum to 1", ("no", "yes"), key="renormalise", disabled=not is_share
        )
        between = choose_between(desk.found, kind)
    frame.share()
    scaled = again == "yes" and bool(hidden or between)
    return Selection(kind, name, over, axis == "Words", tuple(hidden), scaled, between)


def _keep_hidden() -> None:
    st.session_state["hide"] = ",".join(st.session_state["hidden_parts"])


def choose_kind(found: Capture) -> str:
    """Encoder, decoder or cross, where there is a choice."""
    kind = settle("kind", found.kinds[0], found.kinds)
    if len(found.kinds) > 1:
        kind = st.segmented_control("Attention", found.kinds, key="kind", required=True)
        frame.share()
    return kind


def choose_head(found: Capture, kind: str) -> tuple[int, int]:
    """Layer and head."""
    calls = found.calls_of(kind)
    layers, heads = range(len(calls)), range(calls[0].n_heads)
    settle("layer", 0, layers, int)
    settle("head", 0, heads, int)
    layer = st.selectbox("Layer", layers, key="layer", format_func=lambda layer: f"L{layer}", width=90)
    head = st.selectbox(
        "Head", heads, key="head", format_func=lambda head: f"H{head}", width=90, on_change=_forget_heads
    )
    frame.share()
    return layer, head


def heads_shown(n_heads: int, head: int) -> list[int]:
    """The heads whose lines are drawn, the chosen one first; more than one after a reader switched some on."""
    heads = [int(part) for part in str(st.session_state.get("heads", "")).split(",") if part.strip().isdecimal()]
    heads = [one for one in dict.fromkeys(heads) if one < n_heads]
    heads = [head, *(one for one in heads if one != head)] if head in heads else [head]
    st.session_state["heads"] = ",".join(map(str, heads)) if len(heads) > 1 else ""
    return heads


def _forget_heads() -> None:
    st.session_state["heads"] = ""


def choose_words(
    found: Capture, query_words: Words, key_words: Words, proposal: Callable[[int], int]
) -> tuple[int, int]:
    """The word that looks and the word looked at, as indices.

    Where nothing is chosen: what the example says, else the first pronoun and what ``proposal`` finds for it.
    """
    queries, keys = ordinary(query_words), ordinary(key_words)
    query_labels, key_labels = (
        unique_labels(query_words.positions.labels),
        unique_labels(key_words.positions.labels),
    )
    example = next((e for e in _examples() if e["text"] == found.text), {"from": "", "to": ""})
    pronoun = query_labels[_first_pronoun(query_words, queries)]
    expected = example["from"] if example["from"] in query_labels else pronoun
    looks = settle("from", expected, [query_labels[i] for i in queries])
    told = looks == example["from"] and example["to"] in key_labels
    settle("to", None, [key_labels[i] for i in keys])
    if st.session_state["to"] is None:
        at = example["to"] if told else key_labels[proposal(query_labels.index(looks))]
        st.session_state["to"] = at
    with st.container(horizontal=True):
        looks = st.selectbox(
            "From", [query_labels[i] for i in queries], key="from", on_change=_forget_target_word, width=160
        )
        looked_at = st.selectbox("To", [key_labels[i] for i in keys], key="to", width=160)
    frame.share()
    return query_labels.index(looks), key_labels.index(looked_at)


def choose_step(names: Sequence[str]) -> int:
    """One of several steps: buttons that the arrow keys press too, and a menu that jumps."""
    step = settle("step", 0, range(len(names)), int)

    def go(by: int) -> None:
        st.session_state["step"] = min(max(step + by, 0), len(names) - 1)

    st.button("Back", on_click=go, args=(-1,), disabled=step == 0, shortcut="Left")
    st.button("Next", on_click=go, args=(1,), disabled=step == len(names) - 1, shortcut="Right")
    st.selectbox("Step", range(len(names)), key="step", format_func=lambda i: f"{i + 1}. {names[i]}", width=230)
    return step


def look_from(words: Words, index: int) -> None:
    """Let another word look, after a click on it: runs the page again, as its widgets are already drawn."""
    st.session_state["_clicked"] = {"from": unique_labels(words.positions.labels)[index], "to": None}
    st.rerun()


def apply_clicks() -> None:
    """Take over what a click of the last run chose, before the widgets of this run are drawn."""
    for key, value in st.session_state.pop("_clicked", {}).items():
        st.session_state[key] = value


def ordinary(words: Words) -> list[int]:
    """The words that stand for characters; all positions where none does (images)."""
    return [i for i, span in enumerate(words.positions.spans) if span is not None] or list(range(len(words)))


def _choose_target(is_encoder_decoder: bool) -> str | None:
    if not is_encoder_decoder:
        return None
    settle("target", "")
    target = st.text_input("What the decoder reads (empty: the encoder alone)", key="target")
    frame.share()
    return target.strip() or None


def _first_pronoun(words: Words, among: list[int]) -> int:
    labels = words.positions.labels
    return next((i for i in among if labels[i].casefold() in PRONOUNS), among[-1])


def _forget_target_word() -> None:
    st.session_state.pop("to", None)


def _take_example() -> None:
    chosen = next((e for e in _examples() if e["name"] == st.session_state["example"]), None)
    if chosen:
        for key in ("text", "from", "to"):
            st.session_state[key] = chosen[key]


@st.cache_data(show_spinner=False)
def _examples() -> list[dict[str, str]]:
    return json.loads((app_folder() / "assets" / "examples.json").read_text(encoding="utf-8"))
