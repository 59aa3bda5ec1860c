"""A view in a real browser without the app around it: drawn as Streamlit draws it, each time that bytes arrive."""

import base64

from mha_viz.views.style.scripts import script, style
from mha_viz.views.view import to_bytes

LOAD = """async (code) => {
    globalThis.draw = (await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))).default;
    globalThis.told = [];
}"""
DRAW = """(text) => draw({
    parentElement: document.querySelector("main"),
    data: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)),
    setTriggerValue: (name, value) => told.push([name, value]),
})"""


def shown_alone(tab, view, *, width):
    """Load what draws this kind of view into an empty page with one column, and draw it there."""
    tab.goto("about:blank")
    looks = f"body {{ margin: 0; }} main {{ width: {width}px; }} {style()}"
    tab.set_content(f'<style>{looks}</style><main><div class="view"></div></main>')
    tab.evaluate(LOAD, script("streamlit", view.kind))
    return shown_again(tab, view)


def shown_again(tab, view):
    """Other bytes for the same place, as an answer of the app brings them."""
    tab.evaluate(DRAW, base64.b64encode(to_bytes(view)).decode())
    return tab.locator(".view")
