"""A notebook that was saved and is opened again: no kernel, no network."""

import io

import pytest
import torch
from PIL import Image

from mha_viz.views.exports.notebook import head_view, model_view


@pytest.mark.parametrize(("draw", "kind"), [(model_view, "grid"), (head_view, "head")])
def test_a_saved_notebook_shows_its_views_offline(chromium, tmp_path, draw, kind):
    torch.manual_seed(0)
    view = draw([torch.randn(1, 3, 5, 5).softmax(dim=-1)] * 2, list("abcde"))
    page = tmp_path / "notebook.html"
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'>{view._repr_html_()}", encoding="utf-8")
    context = chromium.new_context(offline=True)
    asked = []
    try:
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        inside = tab.frame_locator("iframe")
        inside.locator(f"[data-view={kind}][data-drawn]").wait_for()
        drawn = Image.open(io.BytesIO(inside.locator("canvas").first.screenshot()))
        assert len(drawn.convert("RGB").getcolors(2**20)) > 20  # not blank, and more than lines and letters
        assert tab.locator("details img").evaluate("i => i.naturalWidth") > 50
    finally:
        context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "about:", "blob:"))] == []
