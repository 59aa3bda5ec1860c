"""Texts of a lesson as HTML: marks for bold and lists, and nothing else that a browser would read as markup."""

import pytest

from mha_viz.playing.parts import Text
from mha_viz.printing.marks import element, items, paragraphs


def test_marks_are_kept_and_numbers_are_text_alone():
    assert paragraphs(Text("**{a}** and *b*", {"a": "**1** <i> `2`"})) == (
        "<p><strong>**1** &lt;i&gt; `2`</strong> and <em>b</em></p>"
    )
    assert paragraphs(Text("- one\n- two")) == "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "[a](http://x.example)", "![a](http://x.example)", "<http://x.example>", "[a]: http://x.example\n\n[a]",
             "# title", "    code", "javascript:alert(1)"],
)  # fmt: skip
def test_nothing_leads_out_of_it(text):
    said = paragraphs(Text(text))
    assert not any(f"<{tag}" in said for tag in ("b>", "a ", "img", "h1", "pre", "script"))


def test_texts_are_escaped():
    assert element("p", '<i> & "x"', "note") == '<p class="note">&lt;i&gt; &amp; &quot;x&quot;</p>'
    assert items(["<i>"]) == "<ul><li>&lt;i&gt;</li></ul>"
    assert items([]) == ""
