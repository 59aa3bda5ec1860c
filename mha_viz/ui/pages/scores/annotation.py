"""The panel of a sentence's annotation: drawn, corrected by clicking, or taken from a file of one's own."""

from __future__ import annotations

import streamlit as st

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.corrections import fitting, marked, turned, with_mark
from mha_viz.annotation.marks import RELATIONS, Mark, read_marks, short, write_marks
from mha_viz.evidence.score_names import ends_of
from mha_viz.inputs.pieces import said_of_spans
from mha_viz.language import N_, gettext, lazy_gettext, said
from mha_viz.objects import Capture
from mha_viz.ui.pages.scores.own_file import choose_sentence, uploaded_sentences
from mha_viz.ui.parts.top import Desk
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.memory import Memory, recall, recall_once, remember
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.views.arcs import arcs_view, parts_of, source_sentence
from mha_viz.views.captions.facts import fact_lines
from mha_viz.wording import isolated, quoted, safe_name

TITLE = N_("What the words are to each other")


def gold_of(text: str) -> Annotated | None:
    """The annotation of a text that came with a file in this session: a page then needs no parser for it."""
    return next((sentence for sentence in uploaded_sentences() if sentence.text == text), None)


def annotation_panel(desk: Desk, parsed: Annotated) -> Annotated:
    """Draw the annotation and let a reader correct it; the result holds the corrections.

    Parameters
    ----------
    desk : Desk
        Whose text is shown.
    parsed : Annotated
        Of the same text; a sentence of the reader's own file goes before it.

    Returns
    -------
    Annotated
        ``source`` says whose it is and how much was corrected, ``is_gold`` whether it came from a file.
    """
    base = gold_of(desk.capture.text) or parsed
    marks, refused = _marks_for(base)
    annotated = marked(base, marks)
    panel = st.expander(
        gettext(TITLE), key="annotation_open", on_change="rerun"
    )  # else it closes when the page above changes
    with panel if panel.open else st.container():
        for sentence in refused[:3]:
            st.warning(frame.told(said(sentence)))
    if panel.open:
        with panel:
            st.caption(frame.told(source_sentence(annotated)))
            if len(base):
                _draw(base, marks, annotated, _said(desk.capture, base))
            choose_sentence()
    return annotated


def corrected(desk: Desk, parsed: Annotated) -> Annotated:
    """The annotation of a text with what the reader has marked, where no panel is drawn."""
    base = gold_of(desk.capture.text) or parsed
    return marked(base, _marks_for(base)[0])


def _said(capture: Capture, base: Annotated) -> list[str]:
    """The tokens that each word is to the model, where the annotation is of the text that it reads."""
    kind = next((kind for kind in capture.kinds if kind != "cross"), None)
    if kind is None or not capture.query_positions[kind].text.startswith(base.text):
        return []
    return said_of_spans(capture.query_positions[kind], base.spans)


def _draw(base: Annotated, marks: tuple[Mark, ...], corrected: Annotated, said: list[str]) -> None:
    chosen = [word for word in recall(Memory.chosen_words) if word < len(base)]
    parts = parts_of(base)
    part = parts[_choose_part(base, parts)] if len(parts) > 1 else range(len(base))
    facts = {"text": base.text, "annotation": corrected.source or lazy_gettext("of unknown source")}
    view = arcs_view(
        base, marks, part=part, chosen=chosen,
        title=gettext(TITLE), facts=fact_lines(facts), own_saving=True,
        file_name=safe_name("annotation", base.text[:40]),
        identity=repr((base.text, base.words)), said=said,
    )  # fmt: skip
    mount(view, "arcs", mark=_take_words, unmark=lambda edge: _turn(base, *edge))
    if chosen:
        _choose_relation(base, *chosen)
    if marks:
        st.button(gettext("Undo my marks"), on_click=_set_marks, args=((),))


def _choose_part(base: Annotated, parts: list[range]) -> int:
    def name(i: int) -> str:
        begin = isolated(short(base.text[base.spans[parts[i].start][0] :]))
        return gettext("{n} of {all}: {text}", n=i + 1, all=len(parts), text=begin)

    fit_setting(Settings.part, choices=range(len(parts)))
    return st.selectbox(gettext("Part of the text"), range(len(parts)), key=Settings.part.key, format_func=name)


def _choose_relation(base: Annotated, start: int, end: int) -> None:
    """What the second of two chosen words is to the first."""
    first, second = (frame.plain(quoted(short(base.words[word]))) for word in (start, end))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            gettext("{word} is … of {other}", word=second, other=first), RELATIONS, index=None,
            key=Settings.relation.key, width=300,
            accept_new_options=True, placeholder=gettext("a relation, or type one"), format_func=_in_words,
            on_change=_mark_arc, args=(base, start, end),
        )  # fmt: skip
        st.button(
            gettext("{word} stands for {other}", word=first, other=second), on_click=_mark,
            args=(base, Mark("link", start, end)), help=gettext("For a pronoun: what it refers to."),
        )  # fmt: skip
        turn, other = gettext("Turn round"), gettext("From the other word to this one.")
        st.button(turn, on_click=_take_words, args=([end, start],), help=other)
        st.button(gettext("Cancel"), on_click=_take_words, args=([],))


def _in_words(relation: str) -> str:
    """A relation with what the dependent is, where we have words for it."""
    ends = ends_of(relation)
    return f"{relation}: {gettext(ends[0])}" if ends else relation


def _take_words(words: list[int]) -> None:
    """Two words were clicked; with fewer, what was chosen before is let go."""
    remember(Memory.chosen_words, words if len(words) == 2 else [])


def _mark_arc(base: Annotated, start: int, end: int) -> None:
    relation = setting(Settings.relation)
    if relation:
        _mark(base, Mark("arc", start, end, relation.strip()))


def _mark(base: Annotated, mark: Mark) -> None:
    _change(base, with_mark(base, _marks(), mark))


def _turn(base: Annotated, kind: str, start: int, end: int) -> None:
    _change(base, turned(base, _marks(), kind, start, end))


def _change(base: Annotated, marks: tuple[Mark, ...]) -> None:
    """Take new marks over, unless one of them does not fit; then say why."""
    _, refused = fitting(base, marks)
    if refused:
        remember(Memory.mark_refused, refused[:1])
    else:
        _set_marks(marks)


def _set_marks(marks: tuple[Mark, ...]) -> None:
    set_setting(Settings.marks, write_marks(marks))
    remember(Memory.chosen_words, [])


def _marks() -> tuple[Mark, ...]:
    return read_marks(setting(Settings.marks))[0]


def _marks_for(base: Annotated) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The marks that fit, and what is said of the others; those of another text are forgotten."""
    of = (base.text, base.words)
    if recall(Memory.annotated_text) not in (None, of):
        clear_settings(Settings.part)
        _set_marks(())
    remember(Memory.annotated_text, of)
    marks, unread = read_marks(setting(Settings.marks))
    fit, unfit = fitting(base, marks)
    if unread or unfit:
        _set_marks(fit)
    return fit, (*recall_once(Memory.mark_refused), *unread, *unfit)
