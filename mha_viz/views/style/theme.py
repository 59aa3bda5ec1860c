"""Every visual constant. Colours are given as sRGB hex; scales run from nothing to everything."""

# One hue, lightness falling evenly: more attention is always darker on light ground, lighter on dark ground.
SEQUENTIAL_LIGHT = ("#ffffff", "#e3eefa", "#bcd6f2", "#8bb8e8", "#5596da", "#2a72c0", "#134f96", "#08306b")
SEQUENTIAL_DARK = ("#11161f", "#14263f", "#183b66", "#1f5592", "#3577bf", "#659edb", "#a2c8ef", "#eaf4ff")
# Two hues around zero, for what has a sign (logits).
DIVERGING_LIGHT = ("#8c3b04", "#d07a34", "#f0bf92", "#ffffff", "#a9cbee", "#4484cc", "#0b3f80")
DIVERGING_DARK = ("#ffb27a", "#c26a26", "#5c3212", "#11161f", "#163a63", "#3577bf", "#a2c8ef")
MASKED = {"light": "#ececec", "dark": "#23272f"}
# What is drawn beside scales and maps, on light and on dark ground.
ON_GROUND = {
    "paper": ("#ffffff", "#0e1117"),
    "ink": ("#1a1c22", "#f1f3f6"),
    "second-ink": ("#a63c00", "#ffb27a"),  # the second of two texts, what a model wrote, what a reader changed
    "marked-ink": ("#c2410c", "#ff9a57"),
    "line": ("#1f5fa8", "#7fb2ea"),  # of one head, or from a pronoun to what it stands for
    "arc": ("#5c6675", "#9aa4b3"),
    "frame": ("#ccc", "#555"),
    "map-frame": ("#bbb", "#555"),
    "overview-frame": ("#999", "#777"),
    "sign-frame": ("#bbb", "#777"),
    "strip": ("#f0f0f0", "#23272f"),
    "dot-edge": ("#0006", "#0008"),
    "hull": ("#666", "#bbb"),
    # Kinds of code: letters that can be read on paper.
    "code-keyword": ("#7a2f96", "#d9a0ee"),
    "code-defined": ("#1f5fa8", "#7fb2ea"),
    "code-builtin": ("#0d6570", "#79cfd8"),
    "code-string": ("#0f6b3c", "#7fd6a4"),
    "code-number": ("#8a4b00", "#e8c37a"),
    "code-comment": ("#5c6675", "#9aa4b3"),
}
# The same on both. The number of a grey is the last digit of its opacity: #8886 lets more through than #8888.
ON_BOTH = {
    "mark": "#e0560b",
    "mark-ground": "#e0560b22",
    "focus": "#2a72c0",
    "on-light": "#14161a",  # written on a colour that is light, or dark
    "on-dark": "#ffffff",
    "region": "#0b3f80",  # around what is painted on a picture
    "shadow": "#0004",
    "grey": "#888",
    **{f"grey-{opacity}": f"#888{opacity}" for opacity in (2, 3, 4, 6, 8, 9)},
}
PRIMARY = {"light": "#1d5fa6", "dark": "#7ab3ee"}  # buttons and switches of the app, in .streamlit/config.toml

CELL_PIXELS = (3, 40)  # smallest and largest side of a heatmap cell
LABEL_PIXELS = 12  # a cell smaller than this carries no label
LABELLED_TOKENS = 256  # up to here every row and column is labelled, and a wide map scrolls
MANY_CELLS = 200  # from here a matrix leaves its largest half percent out of its colour scale
PREVIEW_WORDS = 16  # rows and columns of a small picture whose words stand beside it when it is enlarged
FAINT = 0.5  # a head whose largest share is smaller is drawn on a scale of its own
OVERVIEW_CELLS = 220  # cells a side of such a pooled map
ALL_HEADS_NUMBERS = 2**19  # up to here the maps of all heads of a layer travel together
PAGE_TOKENS = 4096  # what a page reads; the library and the terminal have no such limit
LINES_FROM = 0.1  # lines weaker than this share of the scale are not drawn until asked for
# Heads side by side: eight colours that stay apart for colour-blind people (the first four after Okabe & Ito, the rest
# by lightness too), darker on light ground; the ink of a switch can be read on each.
HEADS_LIGHT = ("#0072b2", "#c04a00", "#007a5a", "#a8487f", "#12236b", "#6c0000", "#333333", "#3d5af1")
HEADS_DARK = ("#56b4e9", "#f0894a", "#2fc49a", "#e09ac3", "#6f86ee", "#f5e642", "#fdf7d2", "#9b8f5a")
# Layers from the first to the last, in several hues: dots of one hue would be hard to tell apart on their ground.
LAYERS_LIGHT = ("#b98600", "#c9632c", "#b53a6a", "#7a2f96", "#2c1f6e")
LAYERS_DARK = ("#7d68d8", "#b457a8", "#e0685f", "#f0a04a", "#f5e483")
UNKNOWN = {"light": "#c4c8ce", "dark": "#5d636d"}  # a kind that is not known
# Kinds of heads in one chart on light and on dark ground: middle tones, after the same source.
FAMILIES = (
    "#3577bf",
    "#d07a34",
    "#2a9d78",
    "#b35a8f",
    "#a88a00",
    "#56a4d9",
    "#7a7a7a",
    "#7b62c4",
    "#c0504d",
    "#5f8f3a",
    "#7d5a44",
)


def properties() -> dict[str, str]:
    """The colours that CSS and JavaScript use, by the names of the properties that hand them over."""
    pairs = {f"--{name}": pair for name, pair in ON_GROUND.items()}
    return {
        **{f"{name}-light": light for name, (light, _) in pairs.items()},
        **{f"{name}-dark": dark for name, (_, dark) in pairs.items()},
        **{f"--{name}": colour for name, colour in ON_BOTH.items()},
    }
