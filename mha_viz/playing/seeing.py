"""The step in which a model that reads pictures looks at one of ours, whose figure is known."""

from __future__ import annotations

from mha_viz.attention.media.patch_overview import patch_overview
from mha_viz.attention.media.patches import find_patch, grid_of, looks_of
from mha_viz.errors import MhaVizError
from mha_viz.inputs.media.picture_examples import DRAWN, drawn_figure
from mha_viz.language import gettext
from mha_viz.lessons.lesson import FROM_CLASS, FROM_PATCH, Step
from mha_viz.models.catalogue import SEES
from mha_viz.objects import Capture, Head
from mha_viz.playing.parts import Drawn, Missing
from mha_viz.playing.scene import Scene
from mha_viz.playing.telling import Parts, captioned, told
from mha_viz.scores.media.figure import cells_covered, evenly_on, region_of
from mha_viz.scores.media.pictures import inside
from mha_viz.views.captions.hints import Hints, said_hint
from mha_viz.views.media.picture import READING, picture_view
from mha_viz.views.view import View
from mha_viz.wording import head_name, in_percent, layer_name


def heads_on_a_picture(scene: Scene, step: Step) -> Parts:
    """Every head of the model over a picture, and the head most evenly on the figure; or how to fetch the model."""
    name = step.settings.get("drawing", DRAWN[0])
    try:
        found = scene.work.look_at(name)
    except MhaVizError as error:
        yield Missing(str(error))
        return
    if found is None or found.picture is None:
        yield Missing(gettext("{model} is not on this machine: `mha-viz models get {model}` fetches it.", model=SEES))
        return
    kind = found.kinds[0]
    cells = cells_covered(drawn_figure(name), found.picture.box, *grid_of(found.key_positions[kind]))
    looks_from = step.settings.get("looks", FROM_PATCH)
    query = find_patch(
        found.key_positions[kind], "CLS" if looks_from == FROM_CLASS else "{},{}".format(*_middle(cells))
    )
    head, numbers = _best(found, kind, query, cells)
    view = picture_view(found, patch_overview(found, kind), kind, query, head, region=cells)
    caption = captioned(scene, step.text, numbers)
    header = {
        **view.header,
        "caption": caption,
        "note": gettext(READING),
        "alone": True,
        **said_hint(Hints.picture_alone),
    }
    yield Drawn(View(view.kind, header, view.arrays), "picture")
    yield from told(scene, step.notice, numbers)


def _middle(cells: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """The patch of a figure that is nearest to its middle."""
    row, column = (sum(cell[i] for cell in cells) / len(cells) for i in (0, 1))
    return min(cells, key=lambda cell: (cell[0] - row) ** 2 + (cell[1] - column) ** 2)


def _best(found: Capture, kind: str, query: int, cells: tuple[tuple[int, int], ...]) -> tuple[Head, dict[str, str]]:
    """The head whose attention to other patches lies most evenly on the figure, and how much of it that is. A head that
    gives everything to one patch, which happens to be of the figure, is not what one expects to see.
    """
    axis = found.key_positions[kind]
    rows, columns = grid_of(axis)
    region = region_of(cells, rows, columns)
    others = [i for i in range(rows * columns) if axis.cells[query] != (i // columns, i % columns)]
    order = [axis.cells.index((i // columns, i % columns)) for i in others]
    looks = {
        (call.layer, head): rows_of_heads[head].float().cpu()[order]
        for call, rows_of_heads in zip(found.calls_of(kind), looks_of(found, query, kind=kind), strict=True)
        for head in call.heads
    }
    head = max(looks, key=lambda one: evenly_on(looks[one], region[others]))
    return head, {
        "head": head_name(*head), "layer": layer_name(head[0]).removeprefix("L"),
        "share": in_percent(inside(looks[head], region[others]).item()), "area": in_percent(region.mean().item()),
        "seen_by": found.short_name, "pictured": str(len(looks)), "patches": f"{rows} × {columns}",
    }  # fmt: skip
