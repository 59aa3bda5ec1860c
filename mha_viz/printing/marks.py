"""Texts of a lesson, with their marks for bold, italics and lists → HTML, in which nothing else is markup."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from markdown_it import MarkdownIt

from mha_viz.lessons.lesson import fill
from mha_viz.playing.parts import Text

# What a lesson has no use for, and what could lead out of it.
_NEVER = ["link", "image", "autolink", "reference", "html_block", "html_inline", "code", "fence", "heading", "lheading"]
_MARKS = MarkdownIt("commonmark", {"html": False}).disable(_NEVER)
_PERCENT = re.compile(r"(?<=\d) %")
_SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def paragraphs(part: Text) -> str:
    """A text with its numbers; they are text alone, whatever is in them.

    >>> paragraphs(Text("**{to}** is meant.", {"to": "*a*"}))
    '<p><strong>*a*</strong> is meant.</p>'
    """
    numbers = {name: _SIGNS.sub(r"\\\1", said) for name, said in part.numbers.items()}
    rendered: str = _MARKS.render(fill(part.text, numbers))
    return _unbroken(rendered.strip())


def plain(text: str) -> str:
    """Text as it is.

    >>> plain("a < b")
    'a &lt; b'
    """
    return _unbroken(html.escape(text))


def _unbroken(text: str) -> str:
    """A number and its percent sign stay in one line."""
    return _PERCENT.sub("\N{NO-BREAK SPACE}%", text)


def element(tag: str, text: str, name: str = "") -> str:
    """A text in an element of a class.

    >>> element("p", "a < b", "note"), element("p", "")
    ('<p class="note">a &lt; b</p>', '')
    """
    named = f' class="{name}"' if name else ""
    return f"<{tag}{named}>{plain(text)}</{tag}>" if text else ""


def items(texts: Sequence[str], name: str = "") -> str:
    """A list of texts; nothing where there is none."""
    named = f' class="{name}"' if name else ""
    return f"<ul{named}>{''.join(element('li', text) for text in texts)}</ul>" if texts else ""
