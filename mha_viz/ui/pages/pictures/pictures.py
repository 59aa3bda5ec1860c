"""The page of pictures: one of ours or one's own, the model that reads it, and what its patches look at."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mha_viz.attention.media.patches import find_patch, patch_frame
from mha_viz.comparison.trials import Asks
from mha_viz.errors import InputError, MhaVizError
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_file
from mha_viz.inputs.media.picture_in_text import reads_both
from mha_viz.language import N_, gettext, lazy_gettext, said
from mha_viz.models.catalogue import PICTURES, in_menu
from mha_viz.objects import Capture, Head, Model
from mha_viz.recording.classes import classes_of
from mha_viz.scores.media.pictures import Cells
from mha_viz.ui.pages.pictures.beside import Looking, choose_second, paint, show_beside
from mha_viz.ui.pages.pictures.words import show_words
from mha_viz.ui.parts import share
from mha_viz.ui.parts.beside import in_menu_of_ours
from mha_viz.ui.parts.paste import listen_for_paste
from mha_viz.ui.parts.precision import say_precision
from mha_viz.ui.parts.refusal import show_refusal
from mha_viz.ui.parts.table import choose_row
from mha_viz.ui.parts.top import TYPE_OTHERS
from mha_viz.ui.parts.upload import settled
from mha_viz.ui.parts.view import mount
from mha_viz.ui.parts.what_if import show_changed
from mha_viz.ui.shared.effects import get_effect
from mha_viz.ui.shared.models import get_model
from mha_viz.ui.shared.pictures import (
    SeenPicture,
    SeenRegion,
    figure_cells,
    get_picture,
    get_picture_scores,
    get_region,
)
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.led.join import model_names, most_megabytes, takes_other_models
from mha_viz.ui.shell.memory import Memory, recall
from mha_viz.ui.shell.settings import Settings, clear_settings, fit_setting, set_setting, setting
from mha_viz.ui.shell.values import written_cells
from mha_viz.views.media.picture import picture_facts, picture_view
from mha_viz.views.media.picture_tints import LOOKS, formats, offered_tints, picture_table, picture_tints
from mha_viz.views.view import View
from mha_viz.wording import in_clauses

OWN_HELP = N_(
    "PNG, JPEG, WebP, GIF, BMP or TIFF, up to {n} MB. The model's own processor crops and resizes it; the page says "
    "how."
)
ENDINGS = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff"]
UPLOADER = "picture_file"
OWN = N_(
    "Your picture stays in this tab and on this server: a link opens the page with one of ours, and × brings ours back."
)
NO_REGION = N_("Paint a region on the picture to see which heads give it more of their attention than its area.")
NONE_HERE = N_("This class uses no model that reads pictures; a teacher adds one with `--models {names},dinov2`.")


def show_pictures() -> None:
    """Picture and model in a row; below them the view, and what it says of itself."""
    names = model_names(PICTURES)
    if not names and not takes_other_models():
        raise InputError(lazy_gettext(NONE_HERE, names=",".join(model_names())))
    fit_setting(Settings.picture)
    fit_setting(Settings.sees, names[0] if names else Settings.sees.default)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_model(names)
        st.selectbox(gettext("Picture"), DRAWN, key=Settings.picture.key, format_func=in_menu_of_ours)
        own = _own_picture()
        second = choose_second(names, ENDINGS)
    listen_for_paste(UPLOADER)
    link.share()  # what follows may take a while
    model, ours = get_model(setting(Settings.sees).strip()), drawn_file(setting(Settings.picture))
    say_precision(model)
    if reads_both(model.processor):
        show_words(model, ours if own is None else own, second)
        if own is not None:
            st.caption(gettext(OWN))
        return
    file, seen = _seen(model, ours if own is None else own, ours)
    if own is not None and file is own:
        st.caption(gettext(OWN))
    beside = partial(show_beside, model=model, file=file, first=seen, wanted=second) if second.name else None
    facts = _show(seen, partial(get_region, model, file, seen), beside, is_ours=file is ours)
    asks = [Asks.classes, Asks.vectors] if classes_of(model) else [Asks.vectors]
    show_changed(seen.capture, seen.kind, asks, partial(get_effect, model, seen.capture, given=file), facts)


def _seen(model: Model, file: bytes, ours: bytes) -> tuple[bytes, SeenPicture]:
    """The picture, or ours below the sentence that says why it cannot be seen."""
    try:
        return file, get_picture(model, file)
    except InputError as error:
        if file is ours:
            raise
        show_refusal(error, [])
    return ours, get_picture(model, ours)


def _choose_model(names: tuple[str, ...]) -> None:
    name = setting(Settings.sees)
    st.selectbox(
        gettext("Model"), [*names, *([] if name in names else [name])], key=Settings.sees.key, format_func=in_menu,
        accept_new_options=takes_other_models(),
        help=gettext(TYPE_OTHERS if takes_other_models() else N_("The models of this class that read pictures.")),
    )  # fmt: skip


def _own_picture() -> bytes | None:
    """The file that a reader handed over."""
    file = st.file_uploader(
        gettext("Your own picture"), ENDINGS, key=UPLOADER, max_upload_size=most_megabytes(),
        help=gettext(OWN_HELP, n=most_megabytes()),
    )  # fmt: skip
    file = settled(file, UPLOADER)
    return None if file is None else file.getvalue()


def _show(
    seen: SeenPicture, region_of: Callable[[Cells], SeenRegion | None],
    beside: Callable[[DeltaGenerator, Looking], None] | None, *, is_ours: bool,
) -> dict[str, Any]:  # fmt: skip
    capture, kind, overview = seen.capture, seen.kind, seen.overview
    axis = capture.key_positions[kind]
    query, head = _looking(capture, kind), _head(overview.heads)
    region = _region(region_of)
    even = seen.even if region is None else region.even
    filled = fit_setting(Settings.filled, choices=offered_tints(even))
    tints = None if filled == LOOKS else picture_tints(_scores(seen, region), filled, even)
    painted = () if region is None else region.cells
    view = picture_view(capture, overview, kind, query, head, region=painted, tints=tints)
    columns = st.columns(1 if beside is None else 2, gap="medium")
    with columns[0]:
        mount(
            view, "patches", look_from=lambda place: set_setting(Settings.patch, axis.labels[place]),
            choose=_choose_head, paint=paint,
        )  # fmt: skip
    facts = picture_facts(capture, kind, head, axis.labels[query])
    share.fill(
        recall(Memory.share) or st.container(), view, lambda: patch_frame(capture, axis.labels[query], kind=kind), facts
    )
    if capture.notes:
        st.caption(frame.plain(f"{capture.short_name}: {in_clauses(map(said, capture.notes))}."))
    if beside is not None:
        beside(columns[1], Looking(query, head, painted))
    _choose_filling(even, seen if is_ours else None)
    st.markdown(frame.told(gettext(NO_REGION) if region is None else region.sentence))
    _show_scores(_scores(seen, region), head, view, facts | {"region": written_cells(painted) or "none"})
    return facts


def _choose_head(head: Head) -> None:
    set_setting(Settings.picture_head, head)
    clear_settings(Settings.beside_place)


def _scores(seen: SeenPicture, region: SeenRegion | None) -> pd.DataFrame:
    return get_picture_scores(seen) if region is None else region.scores


def _region(region_of: Callable[[Cells], SeenRegion | None]) -> SeenRegion | None:
    try:
        return region_of(setting(Settings.region))
    except MhaVizError as error:  # cancelled, or painted all over: the picture stays
        frame.say(error)
        return None


def _choose_filling(scores: Collection[str], ours: SeenPicture | None) -> None:
    """What the small pictures show; and of a picture of ours, whose figure is known, the region that it is."""
    offered = offered_tints(scores)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            gettext("Small pictures show"), list(offered), key=Settings.filled.key, width=320,
            format_func=lambda name: offered[name],
            help=gettext("What the patch looks at, or a score of each head over all patches of this picture."),
        )  # fmt: skip
        if ours is not None:
            name = setting(Settings.picture)
            st.button(gettext("Paint its figure"), key="paint_figure", on_click=lambda: paint(figure_cells(ours, name)))


def _show_scores(scores: pd.DataFrame, head: Head, view: View, facts: dict[str, Any]) -> None:
    """Every head in numbers, to choose from and to save."""
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.subheader(gettext("The heads in this picture"), anchor=False, width="content")
    share.fill(row, view, lambda: scores, facts, N_("Share the scores"))
    table, places = picture_table(scores), list(zip(scores["layer"].tolist(), scores["head"].tolist(), strict=True))
    choose_row(
        table, places, head, _choose_head,
        key="picture_scores", height=300,
        column_config={name: st.column_config.NumberColumn(format=how) for name, how in formats(table).items()},
    )  # fmt: skip


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
