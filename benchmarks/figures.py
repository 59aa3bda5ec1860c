"""Heads of a picture model that pick out a figure: chosen on seven photographs, reported on three others.

python benchmarks/figures.py PICTURES [--model dinov2]
PICTURES is a folder with the sample pictures of scikit-image (``skimage/data`` of the package). Where the figure is was
drawn by hand in the middle square of each, before any head was looked at; of the horse it is what is black.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from mha_viz.attention.media.patches import grid_of
from mha_viz.evidence.figure import SCORES, figure_table
from mha_viz.models.load import load_model, random_twin
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.scores.media.figure import cells_covered, patch_looks, region_of
from mha_viz.wording import head_name

SEEDS = range(3)
DARK = 128
Shape = tuple[tuple[float, float], ...]
# Corners in the middle square, from 0 to 1, from the left and from above; two corners alone are those of an ellipse.
CHOSEN_ON: dict[str, tuple[Shape, ...]] = {
    "astronaut.png": (
        (
            (0.30, 0.05), (0.45, 0.02), (0.58, 0.08), (0.58, 0.22), (0.55, 0.32), (0.62, 0.45), (0.70, 0.55),
            (0.72, 0.65), (0.80, 0.67), (0.93, 0.72), (0.98, 0.85), (0.98, 1), (0.05, 1), (0.05, 0.85), (0.10, 0.55),
            (0.25, 0.45), (0.26, 0.35), (0.35, 0.30), (0.30, 0.20),
        ),
    ),
    "coffee.png": (((0, 0.22), (0.95, 0.98)), ((0.18, 0.04), (0.77, 0.52))),
    "rocket.jpg": (((0.47, 0.29), (0.545, 0.29), (0.545, 0.96), (0.47, 0.96)),),
    "motorcycle_left.png": (
        (
            (0, 0.45), (0.05, 0.32), (0.20, 0.30), (0.45, 0.36), (0.55, 0.35), (0.75, 0.25), (0.90, 0.25), (0.93, 0.40),
            (1, 0.50), (1, 0.85), (0.85, 0.85), (0.78, 0.75), (0.60, 0.75), (0.45, 0.86), (0.40, 0.80), (0.20, 0.82),
            (0.05, 0.75), (0, 0.60),
        ),
    ),
    "clock_motion.png": (((0.26, 0.31), (0.74, 0.72)),),
    "cell.png": (((0.65, 0.45), (0.91, 0.71)),),
    "retina.jpg": (((0.01, 0.01), (0.99, 0.99)),),
}  # fmt: skip
REPORTED_ON: dict[str, tuple[Shape, ...]] = {
    "chelsea.png": (
        (
            (0, 0), (0.93, 0), (1, 0.30), (0.97, 0.55), (0.88, 0.75), (0.80, 1), (0.50, 1), (0.30, 0.88), (0.10, 0.72),
            (0, 0.62),
        ),
    ),
    "horse.png": (),
    "camera.png": (
        (
            (0.33, 0.15), (0.45, 0.12), (0.53, 0.20), (0.52, 0.28), (0.63, 0.28), (0.63, 0.38), (0.58, 0.42),
            (0.60, 0.50), (0.55, 0.60), (0.45, 0.55), (0.35, 0.65), (0.30, 0.78), (0.30, 1), (0.05, 1), (0, 0.60),
            (0.02, 0.45), (0.15, 0.33), (0.30, 0.25),
        ),
    ),
}  # fmt: skip


def figure_in(picture: Image.Image, shapes: tuple[Shape, ...]) -> np.ndarray:
    """Which pixels belong to the figure, (row, column)."""
    if not shapes:
        return np.asarray(picture.convert("L")) < DARK
    side = min(picture.size)
    left, top = ((size - side) / 2 for size in picture.size)
    drawn = Image.new("1", picture.size)
    draw = ImageDraw.Draw(drawn)
    for shape in shapes:
        corners = [(left + x * side, top + y * side) for x, y in shape]
        (draw.ellipse if len(corners) == 2 else draw.polygon)(corners, fill=1)
    return np.asarray(drawn)


def measure(model: Model, twins: list[Model], path: Path, shapes: tuple[Shape, ...]) -> pd.DataFrame:
    """``figure_table`` of a picture and its figure."""
    seen = capture(model, path)
    rows, columns = grid_of(next(iter(seen.key_positions.values())))
    figure = figure_in(Image.open(path), shapes)
    region = region_of(cells_covered(figure, seen.picture.box, rows, columns), rows, columns)
    return figure_table(patch_looks(seen), [patch_looks(capture(twin, path)) for twin in twins], region)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--model", default="dinov2")
    options = parser.parse_args()
    model = load_model(options.model)
    twins = [random_twin(model, seed=seed) for seed in SEEDS]
    tables = {
        name: measure(model, twins, options.pictures / name, shapes)
        for name, shapes in {**CHOSEN_ON, **REPORTED_ON}.items()
    }
    for score in SCORES:
        picks = score.replace("inside", "picks_out")
        gains = sum(tables[name][score] - tables[name][["area", f"{score}_random"]].max(axis=1) for name in CHOSEN_ON)
        place = int(gains.idxmax())
        row = tables["chelsea.png"].loc[place]
        print(f"\n{score}: chosen is {head_name(int(row['layer']), int(row['head']))}")
        for name, table in tables.items():
            one = table.loc[place]
            print(
                f"  {name:20} {'chosen on' if name in CHOSEN_ON else 'reported':9} area {one['area']:.3f}, "
                f"random weights at most {one[f'{score}_random']:.3f}, this head {one[score]:.3f}, "
                f"{int(table[picks].sum())} of {len(table)} heads pick it out, most {table[score].max():.3f}"
            )


if __name__ == "__main__":
    main()
