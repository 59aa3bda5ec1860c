"""Every visual constant. Colours are given as sRGB hex; scales run from nothing to everything."""

# One hue, lightness falling evenly: more attention is always darker on light ground, lighter on dark ground.
SEQUENTIAL_LIGHT = ("#ffffff", "#e3eefa", "#bcd6f2", "#8bb8e8", "#5596da", "#2a72c0", "#134f96", "#08306b")
SEQUENTIAL_DARK = ("#11161f", "#14263f", "#183b66", "#1f5592", "#3577bf", "#659edb", "#a2c8ef", "#eaf4ff")
# Two hues around zero, for what has a sign (logits).
DIVERGING_LIGHT = ("#8c3b04", "#d07a34", "#f0bf92", "#ffffff", "#a9cbee", "#4484cc", "#0b3f80")
DIVERGING_DARK = ("#ffb27a", "#c26a26", "#5c3212", "#11161f", "#163a63", "#3577bf", "#a2c8ef")
MASKED = {"light": "#ececec", "dark": "#23272f"}

CELL_PIXELS = (3, 40)  # smallest and largest side of a heatmap cell
LABEL_PIXELS = 12  # a cell smaller than this carries no label
LABELLED_TOKENS = 256  # up to here every row and column is labelled, and a wide map scrolls
THUMBNAIL_CELLS = 30  # a thumbnail has at most this many rows and columns
MANY_CELLS = 200  # from here a matrix leaves its largest half percent out of its colour scale
FAINT = 0.5  # a head whose largest share is smaller is drawn on a scale of its own
PAGE_TOKENS = 1024  # what a page draws; the library and the terminal have no such limit
