"""What the page Explore shows first: of the sentence that it opens with the map, the proposed head, and its card."""

from __future__ import annotations

from mha_viz.attention.overview import overview_of, thumbnail_cells
from mha_viz.attention.proposals import first_head
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown, choose, fitted_window
from mha_viz.errors import InputError
from mha_viz.evidence.cards.cards import general_card
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.corpus.profiles import SHIPPED, profile_of
from mha_viz.evidence.ranking import families_of_heads
from mha_viz.inputs.examples import FIRST_TEXT
from mha_viz.objects import Head, Model
from mha_viz.recording.capture import capture
from mha_viz.ui.pages.explore.map import groups_of
from mha_viz.ui.parts.card import card_words
from mha_viz.ui.parts.controls import MOST_HEADS
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.opening import CARD
from mha_viz.views.grid import model_picture
from mha_viz.views.head import heads_picture
from mha_viz.views.style.theme import LINES_FROM
from mha_viz.views.view import View, to_bytes
from mha_viz.wording import head_name


def first_pictures(model: Model) -> dict[str, bytes]:
    """The map and the lines, as browsers get them, and the card as markdown."""
    read = capture(model, FIRST_TEXT)
    shown, profile = choose(read, Selection(read.kinds[0])), profile_of(model.name, model.identity, SHIPPED)
    head = first_head(read, read.kinds[0])
    if head is None or profile is None:
        raise InputError(f"{model.name} opens with no head to show first, or nothing is known of it.")
    views = (
        _map(shown, profile, head),
        heads_picture(shown, [head], window=fitted_window(shown, None), threshold=LINES_FROM, turns=True),
    )
    return {**{view.kind: to_bytes(view) for view in views}, CARD: _card(model, profile, head).encode()}


def _map(shown: Shown, profile: Profile, head: Head) -> View:
    groups, names = groups_of(shown, families_of_heads(profile.table))
    return model_picture(
        shown, overview_of(shown, thumbnail_cells(len(shown.maps))), chosen=head, groups=groups, drawn=[head],
        group_names=names, fit=True, preview_beside=True, size=0, adds=MOST_HEADS,
    )  # fmt: skip


def _card(model: Model, profile: Profile, head: Head) -> str:
    in_general = card_words("In general", general_card(profile.table, *head, facts=profile.facts))
    return f"#### {head_name(*head)} of {frame.plain(model.name)}\n\n{in_general}\n"
