"""The widgets of the page of comparisons: what stands on the other side, and between which words heads are ranked."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.comparison.alignment import Alignment
from mha_viz.comparison.comparison import Comparison, nearest_other
from mha_viz.errors import InputError, MhaVizError, ModelError
from mha_viz.inputs import examples
from mha_viz.inputs.chat import last_typed
from mha_viz.inputs.function_words import PRONOUNS
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.models.catalogue import reads_alike
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.nearby import MOST, in_second_menu, models_near
from mha_viz.objects import Capture, Head, Model
from mha_viz.paths import SHIPPED
from mha_viz.ui.parts.controls import propose_head
from mha_viz.ui.parts.ends import offer_one_end
from mha_viz.ui.parts.refusal import Remedy, remedies_of, show_refusal
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.shared.captures import get_same_reading
from mha_viz.ui.shared.compare import RANDOM, get_distances, get_second_model
from mha_viz.ui.shell.head import choose_head
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.settings import Setting, Settings, fit_setting, set_setting, setting
from mha_viz.wording import head_name

SENTENCES, MODELS, HEADS = MODES = Settings.compare.choices
PLACE, NEAREST = PAIRINGS = Settings.pairing.choices
TYPE_CHECKPOINTS = N_(
    " Type a hub id (owner/name, or owner/name@revision) or a folder for any other model, another checkpoint, or a LoRA"
    " adapter."
)
ANY, NOTHING = N_("any word"), N_("nothing")


class ChosenWords(NamedTuple):
    """The words between which heads are ranked, as indices of pairs; None: wherever a head changes most."""

    looks: int | None
    to: int | None
    against: int | None


def choose_other(desk: Desk, row: DeltaGenerator) -> tuple[str, Model, Capture]:
    """What is compared, and the other side of it, chosen in ``row``."""
    fit_setting(Settings.compare)
    with row:
        mode = st.segmented_control(
            gettext("Compare"), MODES, key=Settings.compare.key, required=True, format_func=gettext
        ) or MODES[0]  # fmt: skip
        if mode == HEADS:
            return mode, desk.model, desk.capture
        name = _choose_model(desk.model) if mode == MODELS else ""
        text = "" if name else _choose_sentence(last_typed(desk.capture))
    if name:
        return mode, *_second_or_last(desk, name)
    second = get_same_reading(desk.model, desk.capture, text)
    if second.chat is None:  # a chat begins and ends as its template says
        offer_one_end(desk.model, second, Settings.second, lambda single: set_setting(Settings.second, single))
    return mode, desk.model, second


def _second_or_last(desk: Desk, name: str) -> tuple[Model, Capture]:
    """The second model and what it reads; where it cannot, a sentence says why, and the page goes on with the second
    model before, dimmed.
    """
    try:
        model, second = _second(desk, name)
    except MhaVizError as error:
        last = recall(Memory.last_second)
        if last in ("", name):
            raise
        back = Remedy(gettext("Back to the picture"), lambda: set_setting(Settings.model2, last))
        with st.container(key="refused_second", gap="small"):
            show_refusal(error, [*([] if isinstance(error, ModelError) else remedies_of(error)), back], where="second")
        return _second(desk, last)
    remember(Memory.last_second, name)
    _note_opened(model.name, desk.model.name)
    return model, second


def _second(desk: Desk, name: str) -> tuple[Model, Capture]:
    model = get_second_model(desk.model, name)
    return model, get_same_reading(model, desk.capture)


def choose_pairing(comparison: Comparison, mode: str) -> str:
    """How each head gets its counterpart; only asked where there is a choice."""
    sizes = [part.shape[:2] for part in comparison.patterns]
    if mode == SENTENCES:
        return PLACE
    if sizes[0] != sizes[1]:
        return NEAREST
    usual = PLACE if comparison.names[1].endswith(RANDOM) else NEAREST
    fit_setting(Settings.pairing, usual)
    return st.selectbox(
        gettext("Beside each head"), PAIRINGS, key=Settings.pairing.key, width=200, format_func=gettext,
        help=gettext("Checkpoints of one training keep their heads in place; other models do not."),
    )  # fmt: skip


def choose_words(comparison: Comparison, text: str) -> ChosenWords:
    """From which word to which, less what goes to which."""
    queries, keys = comparison.queries, comparison.keys
    example = next((row for row in examples.examples() if row["text"] == text), {})
    looks = _fit_word(Settings.from_, queries, example.get("from") or _pronoun(queries) or ANY, ANY)
    to = _fit_word(Settings.to, keys, example.get("to", ANY), ANY)
    against = _fit_word(Settings.against, keys, example.get("against", NOTHING), NOTHING)
    froms, tos = [ANY, *queries.labels()], [ANY, *keys.labels()]
    looks = st.selectbox(gettext("From"), froms, key=Settings.from_.key, width=150, format_func=_in_menu)
    to = st.selectbox(gettext("To"), tos, key=Settings.to.key, width=150, format_func=_in_menu)
    is_open = ANY not in (looks, to)  # else there is no pair of words to take another from
    against = st.selectbox(
        gettext("Less what goes to"), [NOTHING, *keys.labels()], key=Settings.against.key, width=150,
        disabled=not is_open, format_func=_in_menu,
        help=gettext("The difference of two words: its sign says which of them the head prefers."),
    )  # fmt: skip
    return ChosenWords(
        None if looks == ANY else queries.labels().index(looks),
        None if to == ANY else keys.labels().index(to),
        None if against == NOTHING or not is_open else keys.labels().index(against),
    )


def _in_menu(word: str) -> str:
    """A word of the text as it is; what stands for none or any, in the language of the run."""
    return gettext(word) if word in (ANY, NOTHING) else word


def rank_by_cell(comparison: Comparison, row: int, key: int) -> None:
    """Rank the heads by a cell of the picture."""
    if key < len(comparison.keys):
        set_setting(Settings.from_, comparison.queries.labels()[comparison.rows[row]])
        set_setting(Settings.to, comparison.keys.labels()[key])
        set_setting(Settings.against, NOTHING)


def choose_two_heads(comparison: Comparison, kind: str) -> tuple[Head, Head]:
    """Two heads of one model: the one that *Explore* begins with, and the one that looks most like it, until others are
    chosen.
    """
    propose_head(comparison.captures[0], kind)
    heads = {head_name(*head): head for head in comparison.heads(0)}
    layer = fit_setting(Settings.layer, comparison.layers(0)[0], comparison.layers(0))
    heads_there = comparison.heads_in(0, layer)
    first = (layer, fit_setting(Settings.head, heads_there[0], heads_there))
    set_setting(Settings.first_head, head_name(*first))

    def take() -> None:
        choose_head(*heads[setting(Settings.first_head)])

    names = list(heads)
    st.selectbox(gettext("First head"), names, key=Settings.first_head.key, on_change=take, width=130)
    fit_setting(Settings.other, head_name(*nearest_other(comparison, get_distances(comparison), first)), names)
    other = st.selectbox(gettext("Second head"), names, key=Settings.other.key, width=130)
    return first, heads[other]


def _choose_sentence(text: str) -> str:
    """The second sentence: what the example has for it, else the first again, to be changed."""
    partner = next((row.get("second", "") for row in examples.examples() if row["text"] == text), "")
    if not setting(Settings.second).strip():
        set_setting(Settings.second, partner or text)
    typed = st.text_input(
        gettext("Second sentence"),
        key=Settings.second.key,
        width="stretch",
        help=gettext("The first with a word or two changed."),
    )
    if not typed.strip():
        raise InputError(lazy_gettext("The second sentence is empty: type one, best the first with a word changed."))
    return typed


def _choose_model(first: Model) -> str:
    """The name of the second model; at first one on this machine that reads as the first does, where there is one."""
    there = [name for name in model_names() if name not in (first.name, *SHIPPED) and is_whole(name)]
    there.sort(key=lambda name: not reads_alike(name, first.name))
    names = [RANDOM, *_second_names(first.name)]
    chosen = fit_setting(Settings.model2, there[0] if there else RANDOM).strip() or RANDOM
    set_setting(Settings.model2, chosen)
    name = st.selectbox(
        gettext("Second model"), [*names, *([] if chosen in names else [chosen])], key=Settings.model2.key, width=260,
        accept_new_options=takes_other_models(), format_func=_called,
        help=gettext("“random weights” is the first model before it learned anything.")
        + (gettext(TYPE_CHECKPOINTS) if takes_other_models() else ""),
    )  # fmt: skip
    return (name or chosen).strip()


def _called(name: str) -> str:
    return gettext(name) if name == RANDOM else in_second_menu(name)


def _note_opened(name: str, first: str) -> None:
    """A second model that was typed stands in the menu from now on."""
    if name not in (RANDOM, *_second_names(first), first) and takes_other_models():
        remember(Memory.opened, tuple(dict.fromkeys([*recall(Memory.opened), name]))[-MOST:])


def _second_names(first: str) -> list[str]:
    """What stands in the menu of second models: the catalogue, checkpoints and adapters that belong to the first one,
    and what was typed there before; in a class, its models alone.
    """
    others = [*models_near(first), *recall(Memory.opened)] if takes_other_models() else []
    return [name for name in dict.fromkeys([*model_names(), *others]) if name != first]


def _fit_word(row: Setting[str], alignment: Alignment, default: str, none: str) -> str:
    """A word that both sides have, by its label; what a link or another page left may be a word of one side."""
    labels = alignment.labels()
    wanted: str | None
    for wanted in (setting(row), default):
        if wanted in (none, *labels):
            break
        try:
            wanted = labels[alignment.find(str(wanted))] if wanted else None
        except InputError:
            wanted = None
        if wanted:
            break
    word = str(wanted or none)
    set_setting(row, word)
    return word


def _pronoun(alignment: Alignment) -> str | None:
    return next((label for label in alignment.labels() if label.casefold() in PRONOUNS), None)
