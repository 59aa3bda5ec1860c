"""What pages ask of a class: which models there are, who is the teacher, how to join."""

from __future__ import annotations

import io

import segno
import streamlit as st

from mha_viz.annotation.files.uploads import MOST_BYTES
from mha_viz.language import N_, gettext, whole
from mha_viz.models.catalogue import CATALOGUE, TEXT, reads_of
from mha_viz.ui.classroom import TEACHER, ClassMode, class_mode
from mha_viz.ui.shell.memory import Memory, recall, remember
from mha_viz.ui.shell.origins import public_origins
from mha_viz.ui.shell.visitors import visitor
from mha_viz.views.style.theme import ON_GROUND
from mha_viz.wording import in_a_row

WAS_TEACHER = N_(
    "You were the teacher before this server was started anew: open the teacher's link that it prints now."
)
PAPER = ON_GROUND["paper"][0]  # of the QR code, in any theme: cameras expect black on white


def model_names(reads: str = TEXT) -> tuple[str, ...]:
    """What the menus of models list: those of the catalogue, or of this class, that read text (or another)."""
    mode = class_mode()
    names = tuple(CATALOGUE) if mode is None else mode.models
    return tuple(name for name in names if reads_of(name) == reads)


def takes_other_models() -> bool:
    """Whether a reader may type the name of a model that is not listed."""
    return class_mode() is None


def most_megabytes() -> int:
    """Of a file that a reader hands over."""
    mode = class_mode()
    return MOST_BYTES // 10**6 if mode is None else mode.most_megabytes


def is_teacher() -> bool:
    """Whether this session was opened by the teacher's link; False where no class is taught."""
    return recall(Memory.is_teacher) and class_mode() is not None


def may_train() -> bool:
    """Whether this session may start what takes this machine for minutes: anybody alone, in a class the teacher."""
    return class_mode() is None or is_teacher()


def note_teacher() -> None:
    """Remember in the session who came with the token, or comes again with the cookie that it brought; links that the
    pages make never carry it.
    """
    mode = class_mode()
    if mode is None or recall(Memory.is_teacher):
        return
    came = visitor()
    has_token = TEACHER in st.query_params and mode.is_token(st.query_params[TEACHER])
    remember(Memory.is_teacher, has_token or came.is_teacher)
    remember(Memory.was_teacher, came.was_teacher and not has_token)


def draw_join() -> None:
    """How a student gets here: the link and a QR code; nothing where no class is taught."""
    mode = class_mode()
    if mode is not None:
        _join(mode)


def _join(mode: ClassMode) -> None:
    """What is in it is sent when somebody opens it, as in the menu Share."""
    panel = st.popover(gettext("Join"), key="join", on_change="rerun")
    if not panel.open:
        return
    with panel:
        st.image(qr_code(mode.url), caption=gettext("Scan with your phone's camera"), width=280)
        st.code(mode.url, language=None)
        said = [
            "" if public_origins() else gettext("You must be on the same Wi-Fi."),
            gettext(
                "Models: {models}; texts of up to {n} tokens.", models=in_a_row(mode.models), n=whole(mode.most_tokens)
            ),
            gettext("You are the teacher.") if is_teacher() else "",
            gettext(WAS_TEACHER) if recall(Memory.was_teacher) else "",
        ]
        st.caption(" ".join(filter(None, said)))


@st.cache_data(show_spinner=False)
def qr_code(url: str) -> str:
    """The link as an SVG, black on white in any theme, with the quiet zone that cameras need around it."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        drawn, kind="svg", scale=7, border=4, light=PAPER, xmldecl=False, svgns=True, title="QR code of the link"
    )
    return drawn.getvalue().decode()
