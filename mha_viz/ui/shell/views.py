"""The views of the page Explore, by the names that its link holds."""


class Views:
    """What the page Explore shows beside the map of all heads."""

    lines = "Lines"
    text = "Text"
    steps = "Steps"
    from_to = "From → to"
    names = "Names"
    what_if = "What if"


VIEWS = (Views.lines, Views.text, Views.steps, Views.from_to, Views.names, Views.what_if)
