"""The top of every page: sentence, model, the panel More, the menu Share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from mha_viz.errors import MhaVizError
from mha_viz.language import N_, gettext, ngettext, said
from mha_viz.models.catalogue import DEFAULT, WITHOUT_NETWORK, in_menu
from mha_viz.models.classroom import ClassroomConfig
from mha_viz.models.fetching.sums import is_whole
from mha_viz.objects import Capture, Languages, Model
from mha_viz.recording.generate import MOST, can_write
from mha_viz.recording.written import told_of_writing
from mha_viz.training.tokenizer import words_outside
from mha_viz.ui.parts.chat import choose_chat
from mha_viz.ui.parts.ends import offer_one_end, offer_start_token
from mha_viz.ui.parts.field import draw_text, offer_code
from mha_viz.ui.parts.gallery import draw_gallery, note_read
from mha_viz.ui.parts.languages import choose_languages, is_told_target
from mha_viz.ui.parts.precision import say_notes, say_precision
from mha_viz.ui.parts.refusal import Remedy, remedies_of, show_refusal
from mha_viz.ui.parts.text import draw_more_tokens, draw_second_text, take_text
from mha_viz.ui.shared.captures import get_capture
from mha_viz.ui.shared.models import get_model, opening_model
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.memory import Memory, recall, remember, set_widget, widget_value
from mha_viz.ui.shell.model_facts import note_facts
from mha_viz.ui.shell.settings import Setting, Settings, fit_setting, held, setting
from mha_viz.wording import listed

PANEL = "more"  # the key of the panel
TYPE_OTHERS = N_("Type a hub id (owner/name), a folder or a GGUF file for any other model.")


class Desk(NamedTuple):
    """What the top of every page leaves to the rest of it."""

    model: Model
    capture: Capture
    more: DeltaGenerator  # the panel for settings that are rarely changed
    share: DeltaGenerator  # the menu for links and exports


class LastRead(NamedTuple):
    """What was read last: by which model, what of ``get_capture``, and what was chosen then."""

    model_name: str
    request: tuple[Any, ...]
    settings: dict[str, Any]


# Settings that wait in the panel More, and how the panel says that they are changed.
MORE: dict[Setting[Any], str] = {
    Settings.pair: N_("second text"), Settings.chat: N_("a chat"), Settings.continue_: N_("continued"),
    Settings.between: N_("parts"), Settings.axis: N_("words"), Settings.over: N_("over heads"),
    Settings.hide: N_("hidden"), Settings.renormalise: N_("scaled"),
}  # fmt: skip
OF_THE_TEXT: tuple[Setting[Any], ...] = (Settings.pair, Settings.chat, Settings.continue_)  # of every page


def begin_desk(
    *settings: Setting[Any], text: str = Settings.text.default, in_sight: Collection[Setting[Any]] = ()
) -> Desk:
    """Sentence, example and model; what the model computes of it. Where it cannot, a sentence says why, and the page
    goes on with what was read before, or stops where there was nothing.

    Parameters
    ----------
    settings : of ``MORE``
        Those that this page has beside the ones of every page.
    text : str
        What is read where nobody has given a text yet.
    in_sight : of ``MORE``
        Those of every page that this one shows elsewhere, not in the panel.
    """
    fit_setting(Settings.text, text)
    propose_model()
    fit_setting(Settings.continue_)
    fit_setting(Settings.pair)
    with st.container(key="desk"):  # the style sheet puts two of these side by side on a phone
        columns = st.columns([6, 1.6, 2.4, 1.3], vertical_alignment="top")
    with columns[3]:
        more = panel(
            PANEL, _more_label([row for row in (*OF_THE_TEXT, *settings) if row not in in_sight]), width="stretch"
        )
    loaded: list[Model] = []
    frame.later(columns[0], lambda: _draw_desk(columns[1], columns[2], loaded))
    frame.later(more, lambda: _draw_more(in_sight))
    say_what_is_missing()
    link.share_choices()  # what follows may take a while
    try:
        return _read_desk(more, loaded)
    except MhaVizError as error:
        return _last_desk(error, more)


def _read_desk(more: DeltaGenerator, loaded: list[Model]) -> Desk:
    """What the chosen model reads; into ``loaded`` goes the model, as soon as it is there."""
    pair = setting(Settings.pair).strip() or None
    model = get_model(setting(Settings.model).strip())
    loaded.append(model)
    target = _choose_target(model.network.config.is_encoder_decoder, more)
    languages = choose_languages(model, target, more)
    new_tokens = 0 if pair else _tokens_to_write(model, target, languages, more)
    read = setting(Settings.text) if pair else choose_chat(model, more, answers=new_tokens > 0)
    request = (read, target, pair, new_tokens, languages)
    capture = get_capture(model, *request)
    note_read(setting(Settings.text))
    note_facts(model.name, capture)
    remember(Memory.last_read, LastRead(model.name, request, link.held_settings()))
    _say_what_is_new_to(model)
    if capture.chat is None:  # a chat begins and ends as its template says
        offer_one_end(model, capture, Settings.text, take_text)
        offer_start_token(model, capture, setting(Settings.text), take_text, more)
    if written := told_of_writing(capture):
        frame.later(more, lambda: st.caption(frame.told(said(written))))
    frame.later(more, lambda: say_notes(model))
    say_precision(model)
    return Desk(model, capture, more, recall(Memory.share) or st.container())


def _last_desk(error: MhaVizError, more: DeltaGenerator) -> Desk:
    """Under the fields the error, with what would mend it; the page goes on with what was read before, dimmed.

    Raises
    ------
    MhaVizError
        The same error, where nothing was read before, or it cannot be read any more.
    """
    last = recall(Memory.last_read)
    if last is None:
        raise error
    try:
        model = get_model(last.model_name)
        capture = get_capture(model, *last.request)
    except MhaVizError:
        raise error from None
    with st.container(key="refused", gap="small"):
        back = Remedy(gettext("Back to the picture"), lambda: link.hold_again(last.settings))
        show_refusal(error, [*remedies_of(error), back], where="desk")
    return Desk(model, capture, more, recall(Memory.share) or st.container())


def propose_model(wished: str = DEFAULT) -> None:
    """Where nobody has chosen a model: the one that is wished for where it is on this machine, else the default, or
    what the app has where that cannot be fetched.
    """
    is_offered = wished != DEFAULT and wished in model_names() and is_whole(wished)
    is_here = held(Settings.model) is not None or is_offered
    opening, missing = (wished, "") if is_here else opening_model()
    if missing:
        remember(Memory.missing_model, missing)
    fit_setting(Settings.model, opening)


def say_what_is_missing() -> None:
    """Why the page opened with the model that comes with the app."""
    why = recall(Memory.missing_model)
    if why and setting(Settings.model) == WITHOUT_NETWORK:
        here = gettext("{why} This is {model}, which comes with the app.", why=said(why), model=WITHOUT_NETWORK)
        st.info(frame.plain(here))


def _say_what_is_new_to(model: Model) -> None:
    """A model that we trained ourselves has read one small grammar: what it does with other words, it never learned."""
    if model.network.config.model_type != ClassroomConfig.model_type:
        return
    outside = words_outside(f"{setting(Settings.text)} {setting(Settings.pair)}")
    if outside:
        sentence = ngettext(
            "{model} has read only our small grammar: {words} is a word it never saw.",
            "{model} has read only our small grammar: {words} are words it never saw.",
            len(outside), model=model.short_name, words=listed(outside),
        )  # fmt: skip
        st.caption(frame.told(sentence))


def panel(key: str, label: str, **looks: Any) -> PopoverContainer:
    """A panel, which is drawn into while it is open. With another label it would be another one, and closed."""
    set_widget(key, widget_value(key) is True)
    return st.popover(label, key=key, on_change="rerun", **looks)


def _draw_desk(example: DeltaGenerator, model: DeltaGenerator, loaded: Sequence[Model]) -> None:
    """The widgets of the top row; the model's sentences where it is loaded."""
    draw_text()
    name, names = setting(Settings.model), model_names()
    model.selectbox(
        gettext("Model"), [*names, *([] if name in names else [name])], key=Settings.model.key,
        label_visibility="collapsed", accept_new_options=takes_other_models(), format_func=in_menu,
        help=gettext(TYPE_OTHERS if takes_other_models() else N_("The models of this class.")),
    )  # fmt: skip
    with example:
        draw_gallery(loaded[0] if loaded else None)


def _draw_more(in_sight: Collection[Setting[Any]]) -> None:
    """What is read beside the text, on every page."""
    offer_code()
    if Settings.pair in in_sight:
        return
    draw_second_text()
    draw_more_tokens()


def _more_label(settings: Collection[Setting[Any]]) -> str:
    """The panel tells when something in it is not the default."""
    changed = [
        gettext(MORE[Settings.between] if row is Settings.axis and setting(row) == "Parts" else name)
        for row, name in MORE.items()
        if row in settings and _is_changed(row)
    ]
    more = gettext("More: {what}", what=changed[0]) if changed else gettext("More")
    return more + (f" +{len(changed) - 1}" if len(changed) > 1 else "")


def _is_changed(row: Setting[Any]) -> bool:
    value = held(row)
    return value is not None and str(value).strip() != str(row.write(row.default))


def _choose_target(is_encoder_decoder: bool, more: DeltaGenerator) -> str | None:
    if not is_encoder_decoder:
        return None
    target = fit_setting(Settings.target)
    label = gettext("Target: what the decoder reads (empty: the model writes it)")
    frame.later(more, lambda: st.text_input(label, key=Settings.target.key))
    return target.strip() or None


def _tokens_to_write(model: Model, target: str | None, languages: Languages, more: DeltaGenerator) -> int:
    """By how many tokens a causal model goes on; an encoder-decoder writes its target to the end, where it can."""
    most = setting(Settings.continue_)
    if not model.network.config.is_encoder_decoder:
        return most
    if target is not None or not can_write(model):
        return 0
    if not is_told_target(model, languages):
        choose = gettext("Choose the language of the target, and the model writes one.")
        frame.later(more, lambda: st.caption(choose))
        return 0
    return most or MOST
