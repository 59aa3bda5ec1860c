"""A head is written in one place, and numbers, intervals and counts read the same wherever they stand."""

import re
from pathlib import Path

from mha_viz.language import spoken
from mha_viz.wording import counted, head_name, head_names, in_percent, layer_name, listed, name_in_layer, with_interval

PACKAGE = Path(__file__).parents[1] / "mha_viz"
BY_HAND = re.compile(r"(?<![A-Za-z])[LH]\{")  # an f-string that writes a layer or head itself
QUOTED_BY_HAND = re.compile(
    r"“\{(?!pair\})"
)  # one that quotes a value itself; a pair of words is isolated side by side


def test_heads_count_from_0_and_say_their_layer_first():
    assert (head_name(0, 11), layer_name(0), name_in_layer(11)) == ("L0 H11", "L0", "H11")


def test_lists_have_the_comma_of_the_language():
    for code, comma in (("en", ", "), ("zh", "、"), ("ar", "، ")):
        with spoken(code):
            assert listed(["a", "b"]) == f"a{comma}b"
            assert head_names([(5, 11), (3, 1)]) == f"L5 H11{comma}L3 H1"


def test_no_other_file_writes_a_head():
    files = [path for path in PACKAGE.rglob("*.py") if path.name != "wording.py"]
    assert len(files) > 100
    by_hand = [f"{path.name}: {line.strip()}" for path in files for line in path.read_text("utf-8").splitlines()
               if BY_HAND.search(line)]  # fmt: skip
    assert by_hand == []


def test_no_other_file_quotes_a_value():
    """``quoted`` isolates what runs from the right."""
    files = [path for path in PACKAGE.rglob("*.py") if path.name != "wording.py"]
    by_hand = [f"{path.name}: {line.strip()}" for path in files for line in path.read_text("utf-8").splitlines()
               if QUOTED_BY_HAND.search(line)]  # fmt: skip
    assert by_hand == []


def test_shares_are_written_as_people_read_them():
    shares = (0.0, 0.0002, 0.0213, 0.0994, 0.0996, 0.414, 1.0, -0.04)
    told = ["0 %", "under 0.1 %", "2.1 %", "9.9 %", "10 %", "41 %", "100 %", "-4.0 %"]
    assert [in_percent(share) for share in shares] == told


def test_a_share_beside_its_interval_has_one_decimal_as_the_ends_have():
    assert with_interval(0.0, 0.0, 0.0371) == "0.0 % [0.0, 3.7]"


def test_one_is_singular_and_everything_else_plural():
    assert [counted(n, "head") for n in (0, 1, 2, 1200)] == ["0 heads", "1 head", "2 heads", "1,200 heads"]
    assert [counted(n, "head is", "heads are") for n in (1, 2)] == ["1 head is", "2 heads are"]
