"""A view on a page: what it may be called there."""

import pytest

from mha_viz.ui.parts.view import mount
from mha_viz.ui.shell.settings import Settings
from mha_viz.views.view import View


@pytest.mark.parametrize("row", [Settings.text, Settings.picture, Settings.head])
def test_a_view_never_has_the_key_of_a_setting(row):
    with pytest.raises(ValueError, match=f"{row.key!r} is the key of a setting"):
        mount(View("arcs", {}, {}), row.key)
