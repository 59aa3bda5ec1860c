"""The widgets that pages share. Each takes its value from this session, else from the link, and writes it back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NoReturn

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.attention.proposals import first_word, target_word
from mha_viz.inputs.words import Words, ordinary, unique_labels
from mha_viz.language import N_, gettext
from mha_viz.objects import KINDS, Capture, Head
from mha_viz.ui.shared.captures import get_first_head
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.head import after_click, choose_head
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember
from mha_viz.ui.shell.settings import Setting, Settings, clear_settings, fit_setting, held, set_setting, setting
from mha_viz.views.style.theme import HEADS_LIGHT
from mha_viz.wording import layer_name, name_in_layer

if TYPE_CHECKING:
    from torch import Tensor

KIND_NAMES = (N_("encoder"), N_("decoder"), N_("cross"))  # as they are shown
OF_HEADS = (Settings.layer, Settings.head, Settings.heads, Settings.beside_head)
MOST_HEADS = len(HEADS_LIGHT)  # at once: each has a colour of its own


def choose_kind(capture: Capture, among: Sequence[str] = KINDS) -> str:
    """Encoder, decoder or cross, where there is a choice."""
    kinds = [kind for kind in capture.kinds if kind in among]
    kind = fit_setting(Settings.kind, kinds[0], kinds)
    if len(kinds) > 1:
        chosen = st.segmented_control(
            gettext("Attention"), kinds, key=Settings.kind.key, required=True, format_func=gettext,
            label_visibility="collapsed",
        )  # fmt: skip
        return chosen or kind
    return kind


def propose_head(capture: Capture, kind: str) -> None:
    """Where nobody has chosen a head: the first that a link names, else the one that is worth looking at first. One
    that was proposed for another text or model goes with it.
    """
    named = setting(Settings.heads)
    if named and named[0][0] is not None and held(Settings.layer) in (None, "") and held(Settings.head) in (None, ""):
        set_setting(Settings.layer, named[0][0])
        set_setting(Settings.head, named[0][1])
    read = (capture.model_name, capture.text, kind)
    is_chosen = any(held(row) not in (None, "") for row in OF_HEADS) and not _is_proposed_for_another(read)
    if not is_chosen and (proposed := get_first_head(capture, kind)) is not None:
        choose_head(*proposed)
        remember(Memory.proposed, (read, proposed))


def _is_proposed_for_another(read: tuple[str, ...]) -> bool:
    """Whether the head that is held is the one that was proposed, and for another text, model or kind of attention."""
    before, proposed = recall(Memory.proposed)
    is_alone = all(held(row) in (None, "") for row in (Settings.heads, Settings.beside_head))
    return is_alone and before != read and proposed == (setting(Settings.layer), setting(Settings.head))


def note_words_chosen() -> None:
    """A reader has chosen another word: the head that is then proposed goes with it (``propose_head_of_words``)."""
    remember(Memory.words_chosen, True)


def propose_head_of_words(capture: Capture, kind: str, proposed: Head) -> Head:
    """The head that is chosen beside two words: ``proposed`` where a reader has just chosen one of them, or where the
    page had proposed the head that is chosen; a head that a reader chose stays.
    """
    read, chosen = (capture.model_name, capture.text, kind), (setting(Settings.layer), setting(Settings.head))
    if not recall_once(Memory.words_chosen) and recall(Memory.proposed) != (read, chosen):
        return chosen
    if proposed != chosen:
        choose_head(*proposed)
    remember(Memory.proposed, (read, proposed))
    return proposed


def head_menus(capture: Capture, kind: str, row: DeltaGenerator) -> tuple[int, int]:
    """Layer and head, chosen in ``row``."""
    propose_head(capture, kind)
    calls = capture.calls_of(kind)
    layers = [call.layer for call in calls]
    layer = fit_setting(Settings.layer, layers[0], layers)

    def draw() -> None:  # after the picture, which may have proposed another head
        heads = calls[layers.index(setting(Settings.layer, layer, layers))].heads
        st.selectbox(
            gettext("Layer"),
            layers,
            key=Settings.layer.key,
            format_func=layer_name,
            width=76,
            label_visibility="collapsed",
        )
        st.selectbox(
            gettext("Head"),
            heads,
            key=Settings.head.key,
            format_func=name_in_layer,
            width=76,
            label_visibility="collapsed",
            on_change=lambda: choose_head(setting(Settings.layer), setting(Settings.head)),
        )

    frame.later(row, draw)
    heads = calls[layers.index(layer)].heads
    return layer, fit_setting(Settings.head, heads[0], heads)


def heads_shown(capture: Capture, kind: str, chosen: Head) -> list[Head]:
    """The heads that are drawn, the chosen one first; more than one after a reader added some."""
    there = {(call.layer, head) for call in capture.calls_of(kind) for head in call.heads}
    linked = [(chosen[0] if layer is None else layer, head) for layer, head in setting(Settings.heads)]
    drawn = [head for head in dict.fromkeys(linked) if head in there]
    heads = [chosen, *(head for head in drawn if head != chosen)][:MOST_HEADS] if chosen in drawn else [chosen]
    draw_heads(heads)
    return heads


def draw_heads(heads: Sequence[Head]) -> None:
    """Draw these, for the next run or before a picture of this run shows them; the first becomes the chosen one where
    that is not among them. Heads of one layer go along where another layer is chosen.
    """
    chosen = (setting(Settings.layer), setting(Settings.head))
    if chosen not in heads:
        choose_head(*(chosen := heads[0]))
    is_one = all(layer == chosen[0] for layer, _ in heads)
    written = tuple((None if is_one else layer, head) for layer, head in heads)
    set_setting(Settings.heads, written if len(heads) > 1 else ())


def choose_words(
    capture: Capture, query_words: Words, key_words: Words, kind: str, above_of: Callable[[int], Tensor],
    note: Callable[[], None] | None = None,
) -> tuple[int, int]:  # fmt: skip
    """The word that looks and the word looked at, as indices; ``above_of`` gives ``above_others`` of a word that looks.

    Where nothing is chosen: what is proposed (``attention.proposals``). ``note`` is called when a reader has chosen.
    """
    query_labels, key_labels = unique_labels(query_words.positions.labels), unique_labels(key_words.positions.labels)
    queries = [query_labels[i] for i in ordinary(query_words)]
    keys = [key_labels[i] for i in ordinary(key_words)]
    looks = fit_setting(Settings.from_, query_labels[first_word(capture, query_words)], queries)
    if not fit_setting(Settings.to, choices=keys):
        target = target_word(capture, looks, query_labels.index(looks), key_words, kind, above_of)
        set_setting(Settings.to, key_labels[target])
    with st.container(horizontal=True):
        looks = st.selectbox(
            gettext("From"), queries, key=Settings.from_.key, on_change=_forget_target_word, args=(note,), width=160
        )
        looked_at = st.selectbox(gettext("To"), keys, key=Settings.to.key, on_change=note, width=160)
    return query_labels.index(looks), key_labels.index(looked_at)


def choose_step(names: Sequence[str], row: Setting[int] = Settings.step, asking: Collection[int] = ()) -> int:
    """One of several steps: buttons that the arrow keys press too, and a menu that jumps; on a phone all at the bottom
    of the window, so that Next is there wherever one reads.

    Of the steps in ``asking`` the buttons come to the question first, and to its answer with the next press
    (``Settings.asked``); the menu, like a link, opens the answer.
    """
    step = fit_setting(row, choices=range(len(names)))
    is_asked = bool(asking) and fit_setting(Settings.asked) == "yes" and step in asking
    stops = [(i, asked) for i in range(len(names)) for asked in ((True, False) if i in asking else (False,))]
    at = stops.index((step, is_asked))

    def go(by: int) -> None:
        number, asked = stops[min(max(at + by, 0), len(stops) - 1)]
        set_setting(row, number)
        if asking:
            set_setting(Settings.asked, "yes" if asked else "no")

    with st.container(horizontal=True, vertical_alignment="bottom", width="content", key="step_bar"):
        st.button(gettext("Back"), on_click=go, args=(-1,), disabled=at == 0, shortcut="Left")
        st.button(gettext("Next"), on_click=go, args=(1,), disabled=at == len(stops) - 1, shortcut="Right")
        st.selectbox(
            gettext("Step"), range(len(names)), key=row.key, format_func=lambda i: f"{i + 1}. {names[i]}", width=230,
            on_change=set_setting if asking else None, args=(Settings.asked, "no") if asking else None,
        )  # fmt: skip
    return step


def look_from(words: Words, index: int) -> NoReturn:
    """Let another word look, after a click on it: runs the page again, as its widgets are already drawn."""
    after_click({Settings.from_: unique_labels(words.positions.labels)[index], Settings.to: ""})
    note_words_chosen()
    frame.leave(st.rerun)


def _forget_target_word(note: Callable[[], None] | None) -> None:
    clear_settings(Settings.to)
    if note is not None:
        note()
