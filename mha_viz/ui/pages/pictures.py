"""The page of pictures: one of ours or one's own, the model that reads it, and what its patches look at."""

from __future__ import annotations

import streamlit as st

from mha_viz.attention.patches import find_patch, patch_frame
from mha_viz.errors import InputError
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_file
from mha_viz.models.catalogue import PICTURES, in_menu
from mha_viz.objects import Capture, Head
from mha_viz.ui.parts import share
from mha_viz.ui.parts.top import TYPE_OTHERS
from mha_viz.ui.parts.view import mount
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.pictures import SeenPicture, get_picture
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.led.join import model_names, most_megabytes, takes_other_models
from mha_viz.ui.shell.memory import Memory, recall
from mha_viz.ui.shell.settings import Settings, fit_setting, set_setting, setting
from mha_viz.views.picture import picture_facts, picture_view

ENDINGS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
OWN = (
    "Your picture stays in this tab and on this server: a link opens the page with one of ours, and × brings ours back."
)
NONE_HERE = "This class uses no model that reads pictures; a teacher adds one with `--models {names},dinov2`."


def show_pictures() -> None:
    """Picture and model in a row; below them the view, and what it says of itself."""
    names = model_names(PICTURES)
    if not names and not takes_other_models():
        raise InputError(NONE_HERE.format(names=",".join(model_names())))
    fit_setting(Settings.picture)
    fit_setting(Settings.sees, names[0] if names else Settings.sees.default)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_model(names)
        st.selectbox("Picture", DRAWN, key=Settings.picture.key, format_func=lambda name: name[0].upper() + name[1:])
        own = _own_picture()
    link.share()  # what follows may take a while
    seen = get_picture(
        get_model(setting(Settings.sees).strip()), drawn_file(setting(Settings.picture)) if own is None else own
    )
    if own is not None:
        st.caption(OWN)
    _show(seen)


def _choose_model(names: tuple[str, ...]) -> None:
    name = setting(Settings.sees)
    st.selectbox(
        "Model", [*names, *([] if name in names else [name])], key=Settings.sees.key, format_func=in_menu,
        accept_new_options=takes_other_models(),
        help=TYPE_OTHERS if takes_other_models() else "The models of this class that read pictures.",
    )  # fmt: skip


def _own_picture() -> bytes | None:
    """The file that a reader handed over."""
    file = st.file_uploader(
        "Your own picture", ENDINGS, key="picture_file", max_upload_size=most_megabytes(),
        help=f"Up to {most_megabytes()} MB. The model's own processor crops and resizes it; the page says how.",
    )  # fmt: skip
    return None if file is None else file.getvalue()


def _show(seen: SeenPicture) -> None:
    capture, kind, overview = seen
    axis = capture.key_positions[kind]
    query, head = _looking(capture, kind), _head(overview.heads)
    view = picture_view(capture, overview, kind, query, head)
    mount(
        view, "patches", look_from=lambda place: set_setting(Settings.patch, axis.labels[place]),
        choose=lambda chosen: set_setting(Settings.picture_head, chosen),
    )  # fmt: skip
    facts = picture_facts(capture, kind, head, axis.labels[query])
    share.fill(
        recall(Memory.share) or st.container(), view, lambda: patch_frame(capture, axis.labels[query], kind=kind), facts
    )
    if capture.notes:
        st.caption(frame.plain(f"{capture.model_name}: {'; '.join(capture.notes)}."))


def _looking(capture: Capture, kind: str) -> int:
    """The position that looks: the chosen one, where this picture has it, else the patch in the middle."""
    axis = capture.key_positions[kind]
    try:
        return find_patch(axis, setting(Settings.patch))
    except InputError:
        rows, columns = capture.picture.grid if capture.picture else (1, 1)
        return find_patch(axis, f"{rows // 2},{columns // 2}")


def _head(heads: tuple[Head, ...]) -> Head:
    """The chosen head where the model has it, else the first of the last layer."""
    chosen = setting(Settings.picture_head)
    return chosen if chosen in heads else next(head for head in heads if head[0] == heads[-1][0])
