"""The views of the page Explore, by the names that its link holds."""

from mha_viz.language import N_


class Views:
    """What the page Explore shows beside the map of all heads."""

    lines = N_("Lines")
    text = N_("Text")
    steps = N_("Steps")
    from_to = N_("From → to")
    passage = N_("Passage")
    names = N_("Names")
    what_if = N_("What if")


VIEWS = (Views.lines, Views.text, Views.steps, Views.from_to, Views.passage, Views.names, Views.what_if)
