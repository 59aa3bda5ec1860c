"""Numbers and views → files that say what they hold: model, text, head and every setting."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from typing import Any

from mha_viz.language import FROM_RIGHT, language
from mha_viz.views.exports.alone import alone
from mha_viz.views.style.scripts import script, style
from mha_viz.views.style.theme import ON_GROUND
from mha_viz.views.view import View, to_bytes


def to_page(view: View, title: str, facts: dict[str, Any] | None = None, *, opened: View | None = None) -> bytes:
    """A view as one HTML file: interactive, without network. ``opened`` is what a click in it opens in its place."""
    views = [alone(view, opens=opened is not None), *([alone(opened)] if opened else [])]
    data = "".join(f'<div data-buffer="{buffer_of(one)}"></div>' for one in views)
    body = (
        f'<main>{data}<h1>{html.escape(title)}</h1><p class="text"></p><div class="view"></div>'
        '<div class="view below"></div><p class="foot"></p></main>'
    )
    return whole_page(title, body, script("standalone", *(one.kind for one in views)), style() + PAGE_STYLE, facts)


def buffer_of(view: View) -> str:
    """A view as an attribute of an element holds it."""
    return base64.b64encode(to_bytes(view)).decode()


def whole_page(title: str, body: str, code: str, looks: str, facts: dict[str, Any] | None = None) -> bytes:
    """A page that needs no network, of markup that is ours, in the language of the run. Only its one script and its one
    style may run: the page's policy names their checksums.
    """
    policy = (
        f"default-src 'none'; script-src '{_checksum(code)}'; style-src '{_checksum(looks)}'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    described = html.escape(json.dumps(facts or {}, ensure_ascii=False))
    way = ' dir="rtl"' if language() in FROM_RIGHT else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}"{way}><head>'
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="description" content="{described}">'
        f"<title>{html.escape(title)}</title><style>{looks}</style></head>"
        f'<body>{body}<script type="module">{code}</script></body></html>\n'
    ).encode()


def _ground(paper: str, ink: str) -> str:
    return f"background: {paper}; color: {ink}; --st-background-color: {paper}; --st-text-color: {ink};"


LIGHT, DARK = (_ground(*colours) for colours in zip(ON_GROUND["paper"], ON_GROUND["ink"], strict=True))
PAGE_STYLE = f"""
:root {{ color-scheme: light dark; }}
body {{ margin: 0; {LIGHT} }}
main {{ padding: 12px 16px; font-family: system-ui, sans-serif; }}
h1 {{ font-size: 1.125rem; margin: 0 0 0.25rem; overflow-wrap: anywhere; }}
.text, .foot {{ margin: 0.25rem 0; font-size: 0.875rem; line-height: 1.4; overflow-wrap: anywhere; }}
.text:empty, .foot:empty {{ display: none; }}
main > [hidden] {{ display: none; }}
.framed .view .scroll {{ max-height: none; }}
.framed .view details.table .scroll {{ max-height: 400px; }}
@media (prefers-color-scheme: dark) {{
  body {{ {DARK} }}
}}
"""


def _checksum(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
