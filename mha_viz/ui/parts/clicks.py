"""What readers can choose in a view, one row each: what a browser may send of it, and what pages make of that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from mha_viz.ui.shell.settings import Settings
from mha_viz.ui.shell.values import OVERLAYS, Over
from mha_viz.views.view import View

MOST = 10**6  # words of a text, which no model here reads


def read_click(view: View, name: str, value: Any) -> Any:
    """What was chosen of a view, checked against what the view offers: what comes from a browser is somebody's input.

    Raises
    ------
    ValueError
        If the view offers no such thing.
    """
    try:
        return CLICKS[view.kind, name](view.header, value)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise ValueError(f"{name!r} of nothing that a view of the kind {view.kind!r} offers") from None


def whole(value: Any, among: Collection[int] = range(MOST)) -> int:
    """A number of JSON that is whole, of those that are offered."""
    if isinstance(value, bool) or int(value) != value or int(value) not in among:
        raise ValueError
    return int(value)


def _head_of(heads: Collection[Any], value: Any) -> tuple[int, int]:
    """Layer and head, of those that a view shows."""
    layer, head = map(whole, value)
    if (layer, head) not in {tuple(one) for one in heads}:
        raise ValueError
    return layer, head


def _place(header: Mapping[str, Any], value: Any) -> tuple[int, int]:
    layer, column = value
    return whole(layer, header["layers"]), whole(column, range(header["columns"]))


def _dot(header: Mapping[str, Any], value: Any) -> tuple[int, int, int]:
    model, layer, head = value
    return whole(model, range(len(header["models"]))), whole(layer, range(header["deepest"] + 1)), whole(head)


def _dots(header: Mapping[str, Any], value: Any) -> list[tuple[int, int, int]]:
    """Heads of an atlas, none twice."""
    if not isinstance(value, list) or len(value) > header["n_heads"]:
        raise ValueError
    dots = [_dot(header, one) for one in value]
    if len(dots) > len(set(dots)):
        raise ValueError
    return dots


def _cell(header: Mapping[str, Any], value: Any) -> tuple[int, int]:
    query, key = value
    return whole(query, range(len(header["queries"]))), whole(key, range(len(header["keys"])))


def _heads(header: Mapping[str, Any], value: Any) -> list[tuple[int, int]]:
    """One or more of a model, each with its layer."""
    offers = {(layer, head) for layer, heads in header["offers"] for head in heads}
    heads = [_head_of(offers, head) for head in value]
    if not 0 < len(heads) == len(set(heads)) <= header["most"]:
        raise ValueError
    return heads


def _mean(header: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, bool) or len(header["shown"]) < 2:
        raise ValueError
    return value


def _look(header: Mapping[str, Any], value: Any) -> tuple[str, tuple[int, ...]]:
    """The side that looks, or is looked at, and tokens of it as they are counted in the picture."""
    tokens = range(len(header[{"query": "queries", "key": "keys"}[value["side"]]]))
    return value["side"], tuple(whole(token, tokens) for token in value["tokens"])


def _painted_look(header: Mapping[str, Any], value: Any) -> tuple[str, tuple[int, ...]]:
    """The same of a text that is painted: one word."""
    sides = header["sides"]
    words = {"query": sides["query"], "key": sides.get("key", sides["query"])}[value["side"]]["words"]
    (token,) = value["tokens"]
    return value["side"], (whole(token, range(len(words))),)


def _threshold(_header: Mapping[str, Any], value: Any) -> float:
    if isinstance(value, (bool, str)) or not 0 <= float(value) <= 1:
        raise ValueError
    return float(value)


def _corners(_header: Mapping[str, Any], value: Any) -> tuple[int, int, int, int]:
    first, after, left, right = (whole(int(corner)) for corner in value)
    return first, after, left, right


def _cut(header: Mapping[str, Any], value: Any) -> tuple[int, int]:
    """A query and a key, where the view lets one choose them."""
    if not header.get("cuts"):
        raise ValueError
    return _cell(header, value)


def _turn(_header: Mapping[str, Any], value: Any) -> tuple[int, int]:
    down, right = (whole(step, (-1, 0, 1)) for step in value)
    return down, right


def _words(header: Mapping[str, Any], value: Any) -> list[int]:
    """No word, one or two, as they are counted in the text: the first may stand in a part that is not drawn."""
    words = range(header["n_words"])
    if not isinstance(value, list) or len(value) > 2 or (len(value) == 2 and value[0] == value[1]):
        raise ValueError
    return [whole(word, words) for word in value]


def _patches(header: Mapping[str, Any], value: Any) -> list[tuple[int, int]]:
    """Rows and columns of patches, counted row by row, none twice."""
    columns = header["columns"]
    if not isinstance(value, list) or len(value) > header["rows"] * columns or len(value) > len(set(value)):
        raise ValueError
    return [divmod(whole(patch, range(header["rows"] * columns)), columns) for patch in value]


def _over(header: Mapping[str, Any], value: Any) -> tuple[Over, bool]:
    """The heads that lie over a picture together, and whether they are summed."""
    heads = tuple(_head_of(header["heads"], head) for head in value["heads"])
    if value["overlay"] not in (*OVERLAYS, "picked") or not isinstance(value["summed"], bool):
        raise ValueError
    if value["overlay"] == "picked":
        if not 0 < len(heads) == len(set(heads)):
            raise ValueError
        return heads, value["summed"]
    return value["overlay"], value["summed"]


def _painted(header: Mapping[str, Any], value: Any) -> tuple[int, list[tuple[int, int]]]:
    """One of the pictures that a model sees, and cells of it."""
    piece = whole(value["piece"], range(len(header["pieces"])))
    return piece, _patches(header["pieces"][piece], value["cells"])


def _ends(header: Mapping[str, Any], value: Any) -> tuple[int, int]:
    """The first and the last word of a passage, as the text of the view counts them."""
    words = range(len(header["marking"]["words"]))
    first, last = (whole(word, words) for word in value)
    if first > last:
        raise ValueError
    return first, last


def _edge(_header: Mapping[str, Any], value: Any) -> tuple[str, int, int]:
    kind, start, end = value
    if kind not in ("arc", "link"):
        raise ValueError
    return kind, whole(start), whole(end)


CLICKS: dict[tuple[str, str], Callable[[Mapping[str, Any], Any], Any]] = {
    ("grid", "open"): lambda header, value: _head_of(header["opens"], value),
    ("grid", "size"): lambda header, value: whole(value, Settings.size.choices if "size" in header else ()),
    ("grid", "add"): lambda header, value: _head_of(header["opens"] if header["adds"] else (), value),
    ("gallery", "take"): lambda header, value: whole(value, range(len(header["pieces"]))),
    ("strips", "open"): lambda header, value: _head_of(header["heads"], value),
    ("strips", "look_from"): lambda header, value: whole(value, range(len(header["words"]))),
    ("picture", "look_from"): lambda header, value: whole(value, range(len(header["labels"]))),
    ("picture", "choose"): lambda header, value: _head_of(header["heads"], value),
    ("picture", "paint"): _patches,
    ("timeline", "look_from"): lambda header, value: whole(value, range(len(header["listeners"]))),
    ("timeline", "choose"): lambda header, value: _head_of(header["heads"], value),
    ("words_on_picture", "look_from"): lambda header, value: whole(value, range(len(header["words"]))),
    ("words_on_picture", "choose"): lambda header, value: _head_of(header["heads"], value),
    ("words_on_picture", "over"): _over,
    ("words_on_picture", "paint"): _painted,
    ("passages", "head"): lambda header, value: _head_of(header["heads"] if header["opens"] else (), value),
    ("passages", "mark"): _ends,
    ("trail", "name"): lambda header, value: whole(value, range(len(header["names"]))),
    ("trail", "head"): lambda header, value: _head_of(header["heads"], value),
    ("scores", "choose"): _place,
    ("claims", "choose"): lambda header, value: whole(value, range(len(header["cards"]) * header["chooses"])),
    ("atlas", "choose"): _dot,
    ("atlas", "pick"): _dots,
    ("compare", "cell"): _cell,
    ("layers", "layers"): _cell,
    ("head", "heads"): _heads,
    ("head", "mean"): _mean,
    ("head", "look"): _look,
    ("painted", "look"): _painted_look,
    ("head", "threshold"): _threshold,
    ("head", "window"): _corners,
    ("head", "turn"): _turn,
    ("head", "cut"): _cut,
    ("arcs", "mark"): _words,
    ("arcs", "unmark"): _edge,
}
