"""What goes to a passage of a text, in a notebook: the curve of one head, and all heads × tokens."""

from __future__ import annotations

from mha_viz.attention.maps import call_at, chosen_kind
from mha_viz.attention.passages import shares_of
from mha_viz.attention.tables import refuse_removed
from mha_viz.errors import InputError
from mha_viz.inputs.passages import passage_tokens
from mha_viz.objects import Capture
from mha_viz.views.exports.frame import HtmlView, height_of
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.still import still_of, words_of
from mha_viz.views.passages import passage_facts, passage_picture
from mha_viz.wording import head_name


def passage_view(
    capture: Capture, passage: tuple[int, int] | str | None = None, *, part: str | None = None,
    layer: int | None = None, head: int | None = None, kind: str | None = None,
) -> HtmlView:  # fmt: skip
    """How much each token gives to a passage: the curve of one head, and under it all heads × tokens.

    Parameters
    ----------
    passage, part, kind
        As ``passage_share`` takes them.
    layer, head : int, optional
        Whose curve is drawn; by default of the head that gives most.

    Raises
    ------
    InputError
        If there is no such passage or head.
    """
    kind = chosen_kind(capture, kind)
    shares = shares_of(capture, passage_tokens(capture.key_positions[kind], passage, part), kind)
    if (layer is None) != (head is None):
        raise InputError("Give both layer= and head=, or neither.")
    chosen = None if layer is None or head is None else (layer, head)
    if chosen is not None and chosen not in shares.heads:
        call = call_at(capture, chosen[0], kind)
        refuse_removed(capture, call, [chosen[1]])
        raise InputError(f"{head_name(*chosen)} does not exist: this layer has {call.n_heads} heads, from H0 on.")
    view = passage_picture(shares, capture, kind, chosen, chooses=False)
    facts = passage_facts(shares, capture, kind, shares.heads[view.header["chosen"]])
    page = to_page(view, view.header["title"], facts)
    return HtmlView(page, height_of(view), text=words_of(view), picture=still_of(view))
