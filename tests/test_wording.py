"""A head is written in one place, and numbers, intervals and counts read the same wherever they stand."""

import re
from pathlib import Path

from mha_viz.wording import head_name, layer_name, name_in_layer

PACKAGE = Path(__file__).parents[1] / "mha_viz"
BY_HAND = re.compile(r"(?<![A-Za-z])[LH]\{")  # an f-string that writes a layer or head itself


def test_heads_count_from_0_and_say_their_layer_first():
    assert (head_name(0, 11), layer_name(0), name_in_layer(11)) == ("L0 H11", "L0", "H11")


def test_no_other_file_writes_a_head():
    files = [path for path in PACKAGE.rglob("*.py") if path.name != "wording.py"]
    assert len(files) > 100
    by_hand = [f"{path.name}: {line.strip()}" for path in files for line in path.read_text("utf-8").splitlines()
               if BY_HAND.search(line)]  # fmt: skip
    assert by_hand == []
