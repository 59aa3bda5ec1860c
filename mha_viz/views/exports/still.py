"""A view → a still picture and its facts as text: what remains of it where nothing may run."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mha_viz.inputs.pieces import CONTINUES
from mha_viz.views.exports.still_picture import still_picture, still_words
from mha_viz.views.style import theme
from mha_viz.views.style.scales import palette
from mha_viz.views.view import View
from mha_viz.wording import head_name, layer_name, name_in_layer

WIDTH = 960  # pixels that a picture should not exceed
SIDES = (12, 64)  # pixels of a small picture, at least and at most
CELLS = (3, 28)  # the same of a cell of a heatmap
LABELLED = 11  # pixels of a cell from which on it has a label
LONGEST = 18  # characters of a label
FONT = 11
STRONGEST = 5  # that are listed
PAPER, INK = theme.ON_GROUND["paper"][0], theme.ON_GROUND["ink"][0]


def still_of(view: View) -> bytes:
    """The picture as PNG, on light ground: all heads as a grid, a heatmap of each head that is shown or of each side of
    a comparison, a grid of scores, the dots of an atlas, a photograph under the attention of one head.
    """
    drawn = {"grid": _grid, "compare": _both, "scores": _scores, "atlas": _dots, "picture": still_picture}
    drawn |= {"words_on_picture": still_words, "passages": _shares}
    return _png(drawn.get(view.kind, _heatmaps)(view))


def words_of(view: View) -> str:
    """Title, what one sees, how to read it, and the facts, of a view that says what one sees."""
    header = view.header
    return "\n".join(filter(None, [header["title"], header["caption"], header["note"].strip(), *header["facts"]]))


def still_of_figure(figure: Any) -> bytes:
    """What a figure of ``figures.heatmap`` or ``figures.ranking`` shows, as PNG."""
    drawn, axes = figure.data[0], figure.layout
    if drawn.type == "heatmap":
        return still_of_table(_numbers(drawn.z), axes.yaxis.ticktext, axes.xaxis.ticktext, drawn.zmax)
    return still_of_bars(drawn.y, _numbers(drawn.x).tolist())


def _numbers(values: Any) -> np.ndarray:
    """Numbers of a figure; of a copy they come as bytes."""
    if not isinstance(values, dict):
        return np.asarray(values, dtype=float)
    flat = np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"])
    return flat.reshape([int(n) for n in str(values.get("shape", -1)).split(",")]).astype(float)


def still_of_table(values: np.ndarray, rows: Sequence[str], columns: Sequence[str], most: float | None = None) -> bytes:
    """A table of shares (row, column) as PNG: rows down, columns across, the darkest colour at ``most``."""
    high = max(float(np.nanmax(values, initial=0)), 0.0) if most is None else most
    looks = {"queries": rows, "keys": columns, "low": 0.0, "high": high, "palette": palette()}
    return _png(_heatmap(looks, values))


def still_of_bars(names: Sequence[str], shares: Sequence[float]) -> bytes:
    """Shares from 0 to 1 as PNG, a bar each."""
    step, left, room = FONT + 9, 8 + 7 * max(map(len, names), default=0), 400
    image, pen = _sheet(left + room + 50, step * len(names) + 4)
    for i, (name, share) in enumerate(zip(names, shares, strict=True)):
        top = 2 + i * step
        _write(pen, (4, top + 2), name)
        pen.rectangle((left, top + 2, left + round(room * share), top + step - 4), fill=theme.SEQUENTIAL_LIGHT[5])
        _write(pen, (left + round(room * share) + 6, top + 2), f"{share:.3f}")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


def text_of(view: View, queries: Sequence[str], keys: Sequence[str]) -> str:
    """Title, how to read it, facts, the labels of both axes and, of all heads, where they look most."""
    header = view.header
    lines = [header["title"], header["note"].strip(), *header["facts"]]
    same = list(queries) == list(keys)
    lines += [f"{'queries and keys' if same else 'queries'}: {' '.join(queries)}"]
    lines += [] if same else [f"keys: {' '.join(keys)}"]
    if view.kind == "grid":
        maps = [(value, name, query, key) for name, (query, key, value) in zip(
            header["names"], header["strongest"], strict=True) if value is not None]  # fmt: skip
        best = sorted(maps, key=lambda one: -one[0])[:STRONGEST]
        lines += ["strongest: " + "; ".join(f"{name} {query} → {key} {value:.3f}" for value, name, query, key in best)]
    return "\n".join(filter(None, lines))


def _grid(view: View) -> Image.Image:
    header, across = view.header, view.header["across"]
    named = header["sorted"] or header["own_names"]
    side = max(SIDES[0], min(SIDES[1], WIDTH // across - 4))
    side = SIDES[1] if named else side
    columns = max(1, min(across, WIDTH // (side + 4))) if named else across
    step_down = side + (FONT + 9 if named else 4)
    left, top = (2 if named else 30), FONT + 9
    cells = header["cells"] or range(len(header["names"]))
    n_rows = max(cells) // columns + 1
    image, pen = _sheet(left + columns * (side + 4), top + n_rows * step_down)
    levels = np.asarray(view.arrays["levels"]).reshape(-1, header["rows"], header["columns"])
    colours = _colours(header, levels / 255, levels == 0 if header["masked_level"] else None)
    for name, cell, picture in zip(header["names"], cells, colours, strict=True):
        x, y = left + cell % columns * (side + 4), top + cell // columns * step_down
        image.paste(Image.fromarray(picture).resize((side, side), Image.Resampling.NEAREST), (x, y))
        pen.rectangle((x - 1, y - 1, x + side, y + side), outline=theme.ON_GROUND["frame"][0])
        if named:
            _write(pen, (x, y - FONT - 5), name)
        elif cell % columns == 0:
            _write(pen, (2, y + side // 2 - FONT // 2), name.split(" ")[0])
    for column in range(0, 0 if named else columns, 1 if side >= 24 else 4):
        _write(pen, (left + column * (side + 4), 3), header["across_names"][column])
    return image


def _heatmaps(view: View) -> Image.Image:
    """The maps of the heads that are shown under each other, each with its name, on one scale; or their mean."""
    header = view.header
    n_query, n_key = len(header["queries"]), len(header["keys"])
    maps = np.asarray(view.arrays["values"]).reshape(-1, n_query, n_key)[header["shown"]]
    if header["mean"] or len(maps) == 1:
        return _heatmap(header, maps.mean(axis=0))
    return _stacked(
        [_heatmap(header, values) for values in maps], [header["heads"][place]["name"] for place in header["shown"]]
    )


def _stacked(pictures: Sequence[Image.Image], names: Sequence[str]) -> Image.Image:
    """Pictures of one size under each other, each under its name."""
    title = FONT + 9
    width = max(picture.width for picture in pictures)
    image, pen = _sheet(width, sum(title + picture.height for picture in pictures))
    for i, (name, picture) in enumerate(zip(names, pictures, strict=True)):
        top = sum(title + other.height for other in pictures[:i])
        _write(pen, (4, top + 4), name)
        image.paste(picture, (0, top + title))
    return image


def _heatmap(header: Mapping[str, Any], values: np.ndarray) -> Image.Image:
    n_query, n_key = values.shape
    low, high = header["low"], header["high"]
    masked = ~np.isfinite(values)
    shares = (np.where(masked, low, values) - low) / ((high - low) or 1.0)
    cell = max(CELLS[0], min(CELLS[1], WIDTH // (n_key + 4)))
    queries, keys = _short(header["queries"]), _short(header["keys"])
    edge = 8 + 7 * max(map(len, (*queries, *keys))) if cell >= LABELLED else 4
    image, pen = _sheet(edge + n_key * cell + 4, edge + n_query * cell + 4)
    picture = Image.fromarray(_colours(header, shares, masked))
    image.paste(picture.resize((n_key * cell, n_query * cell), Image.Resampling.NEAREST), (edge, edge))
    if cell >= LABELLED:
        for i, label in enumerate(queries):
            _write(pen, (4, edge + i * cell + (cell - FONT) // 2), label)
        for i, label in enumerate(keys):
            upright, turned = _sheet(edge - 4, cell)
            _write(turned, (0, (cell - FONT) // 2), label)
            image.paste(upright.rotate(90, expand=True), (edge + i * cell, 0))
    return image


def _both(view: View) -> Image.Image:
    """The two sides of a comparison under each other."""
    header = view.header
    looks = {"low": 0.0, "high": header["high"], "palette": header["palette"]}
    pictures = [
        _heatmap({**looks, "queries": side["queries"], "keys": side["keys"]}, np.asarray(view.arrays[name]))
        for name, side in zip(("first", "second"), header["sides"], strict=True)
    ]
    return _stacked(pictures, [side["title"] for side in header["sides"]])


def _scores(view: View) -> Image.Image:
    header = view.header
    values = np.asarray(view.arrays["value"]).reshape(header["rows"], header["columns"])
    values = np.where(np.isfinite(values), values, -np.inf)  # what is undefined is drawn as masked
    names = {
        "queries": [layer_name(layer) for layer in header["layers"]],
        "keys": [name_in_layer(i) for i in range(header["columns"])],
    }
    ends = {"low": header["low_end"], "high": header["high_end"]}
    return _heatmap({**names, **ends, "palette": header["palette"]}, values)


def _shares(view: View) -> Image.Image:
    """What goes to a passage, heads down and tokens across."""
    names, n = [head_name(*head) for head in view.header["heads"]], view.header["columns"]
    axes = {"queries": names, "keys": view.header["words"][:n]}  # of a long text cells are too small for labels
    return _heatmap({**view.header, **axes}, np.reshape(view.arrays["values"], (-1, n)))


def _dots(view: View) -> Image.Image:
    """The heads of an atlas, each in its colour."""
    header, (x, y) = view.header, (np.asarray(view.arrays[axis], dtype=float) for axis in "xy")
    side, edge = 560, 16
    scale = (side - 2 * edge) / (max(np.ptp(x), np.ptp(y)) or 1.0)
    image, pen = _sheet(side, side)
    layers = _colours(header, np.asarray(view.arrays["layer"]) / (header["deepest"] or 1), None)
    for i, swatch in enumerate(np.asarray(view.arrays["swatch"], dtype=int)):
        left, top = edge + (x[i] - x.min()) * scale, edge + (y.max() - y[i]) * scale
        colour = header["swatches"][swatch]["light"] if header["swatches"] else tuple(layers[i].tolist())
        pen.ellipse((left - 4, top - 4, left + 4, top + 4), fill=colour)
    return image


def _sheet(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), PAPER)
    return image, ImageDraw.Draw(image)


def _write(pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str) -> None:
    pen.text(at, text, fill=INK, font=ImageFont.load_default(FONT))


def _short(labels: Sequence[str]) -> list[str]:
    """Labels that Pillow's own font has; others are their positions, in the order of the text beside the picture."""
    return [_cut(label) if _drawable(label) else f"({i})" for i, label in enumerate(labels)]


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _drawable(label: str) -> bool:
    letters = label.removeprefix(CONTINUES)
    return letters.isascii() and letters.isprintable()


def _colours(header: Any, shares: np.ndarray, masked: np.ndarray | None) -> np.ndarray:
    """Shares of the scale, any shape → the same with three bytes each, in the colours of the view on light ground."""
    stops = np.array([_bytes_of(colour) for colour in header["palette"]["light"]], dtype=float)
    at = np.linspace(0, 1, len(stops))
    colours = np.stack([np.interp(shares, at, stops[:, channel]) for channel in range(3)], axis=-1)
    if masked is not None:
        colours[masked] = _bytes_of(theme.MASKED["light"])
    return colours.round().astype(np.uint8)


def _bytes_of(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
