"""What one can do with a picture: said for a pointer and keys, and for a finger."""

import re

import pytest

from mha_viz.language import spoken
from mha_viz.views.captions.hints import Hint, Hints, said_hint

HINTS = {name: hint for name, hint in vars(Hints).items() if isinstance(hint, Hint)}
OF_KEYS = re.compile(r"\b(point|click|keys?|arrow|enter|shift|ctrl|space|escape|tab)\b", re.IGNORECASE)


@pytest.mark.parametrize("hint", HINTS.values(), ids=HINTS)
def test_a_finger_is_told_nothing_of_pointers_and_keys(hint):
    assert OF_KEYS.search(hint.point)
    assert not OF_KEYS.search(hint.tap)
    assert "tap" in hint.tap.lower()


def test_both_are_said_in_the_language_of_the_run_and_what_keys_can_do_besides_is_for_keys():
    with spoken("de"):
        said = said_hint(Hints.grid_opens, " Mit Umschalt auch.")
    assert said["hint"].endswith("öffnet es. Mit Umschalt auch.")
    assert said["tap"].startswith("Tippen Sie auf ein Bild")
    assert "Umschalt" not in said["tap"]
