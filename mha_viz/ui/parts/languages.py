"""The languages of a translation model: two menus in the panel More, of the text and of what the decoder reads."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.errors import InputError
from mha_viz.inputs.languages import by_name, language_name, language_set, language_tags, tag_of
from mha_viz.inputs.text import tokenizer_of
from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.objects import Languages, Model
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Setting, Settings, set_setting, setting

LABELS = {Settings.language: N_("Language"), Settings.target_language: N_("Language of the target")}
SIDES = {Settings.language: "source", Settings.target_language: "target"}


def choose_languages(model: Model, target: str | None, more: DeltaGenerator) -> Languages:
    """The languages that the model is told, chosen in ``more``; no menus for a model that is told none. Where there is
    no target, the one that it would be written in, if that is known.

    Raises
    ------
    InputError
        If there is a target, and nothing says which language it is in.
    """
    tags = language_tags(tokenizer_of(model.processor))
    if not tags:
        return None, None
    if not model.network.config.is_encoder_decoder:
        return _choose_language(model, Settings.language, tags, more), None
    source, of_target = (_choose_language(model, row, tags, more) for row in LABELS)
    if of_target is None and target is not None:
        message = N_(
            "{model} translates between {n} languages, and nothing says which one the target is in: choose it in the "
            "panel More, under {label}."
        )
        label = lazy_gettext(LABELS[Settings.target_language])
        raise InputError(lazy_gettext(message, model=model.short_name, n=len(tags), label=label))
    return source, of_target


def is_told_target(model: Model, languages: Languages) -> bool:
    """Whether a model that writes knows in which language: one that is told languages waits for it."""
    return languages[1] is not None or not language_tags(tokenizer_of(model.processor))


def _choose_language(model: Model, row: Setting[str], tags: dict[str, int], more: DeltaGenerator) -> str | None:
    """The language of one side; where the link names one that the model does not know, the tokenizer's own."""
    tokenizer, code = tokenizer_of(model.processor), setting(row).strip()
    own = language_set(tokenizer, SIDES[row]) or ""
    if code and code not in tags:
        _say_unknown(tokenizer, row, code, own)
    if code not in tags:
        code = own
    set_setting(row, code)
    codes = [*([] if own else [""]), *by_name(tags)]
    frame.later(more, lambda: st.selectbox(gettext(LABELS[row]), codes, key=row.key, format_func=_shown))
    return code or None


def _shown(code: str) -> str:
    return language_name(code) if code else gettext("not chosen")


def _say_unknown(tokenizer: object, row: Setting[str], code: str, own: str) -> None:
    try:
        tag_of(tokenizer, code, SIDES[row])
    except InputError as error:
        is_target = row is Settings.target_language
        read = N_("The target is read as {language}.") if is_target else N_("The text is read as {language}.")
        choose = (
            N_("Choose the target's in the panel More.") if is_target else N_("Choose the text's in the panel More.")
        )
        instead = lazy_gettext(read, language=language_name(own)) if own else lazy_gettext(choose)
        frame.say(InputError(lazy_gettext("{why} {instead}", why=error.args[0], instead=instead)))
