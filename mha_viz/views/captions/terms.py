"""Terms of the glossary in a sentence: each is marked where a block of text uses it first, to be explained there."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from mha_viz.language import WITHOUT_SPACES, gettext, language
from mha_viz.views.captions.glossary import GLOSSARY, WRITTEN, written

# What stays as it is in markdown: what is escaped, code, links, what somebody wrote or what is named, addresses, signs.
_LEFT = r"\\.|`[^`]*`|\[(?:\\.|[^\]\\])*\]\((?!#word-)[^)]*\)|“[^”]*”|„[^“]*“|«[^»]*»|https?://\S+|&\w+;|:material/\w+:"
_MARKED = r"\[[^\]]*\]\(#word-([\w-]+)\)"


def slug(term: str) -> str:
    """What the link of a term says after ``#word-``.

    >>> slug("layer, head")
    'layer-head'
    """
    return re.sub(r"\W+", "-", term).strip("-")


def marked(markdown: str) -> str:
    """A block of markdown in which every term of the glossary is a link where it stands first; what is quoted and what
    is marked already stays as it is. Terms are written as the language of the run writes them.

    >>> marked("Two heads of “a head”, and a token.")
    'Two [heads](#word-layer-head) of “a head”, and a [token](#word-token).'
    """
    return _marked(markdown, _pattern())


@lru_cache(maxsize=512)
def _marked(markdown: str, terms: re.Pattern[str]) -> str:
    """The sentences of a page come again with each of its runs."""
    seen: set[str] = set()

    def mark(match: re.Match[str]) -> str:
        before, at = match[_BEFORE], (match.lastindex or 0) - _FIRST
        if before:
            seen.add(before)
        if at < 0 or (name := _SLUGS[at]) in seen:
            return match[0]
        seen.add(name)
        return f"[{match[0]}](#word-{name})"

    return terms.sub(mark, markdown)


def table() -> list[tuple[str, str, str, str]]:
    """For browsers, a row for each term in the order in which they count, in the language of the run: what its link
    says, its name, how it is written, what it means.
    """
    return [(slug(term), gettext(term), form, gettext(GLOSSARY[term])) for term, form in _forms().items()]


def explanation(label: str) -> str | None:
    """What the first term in a label means, such as the name of a column; None where there is none."""
    found = _pattern().finditer(label)
    at = next((match.lastindex for match in found if (match.lastindex or 0) >= _FIRST), None)
    return None if at is None else gettext(GLOSSARY[list(WRITTEN)[at - _FIRST]])


_BEFORE, _FIRST = 2, 3  # groups: what stays, the term of a link, then one for each term
_SLUGS = [slug(term) for term in WRITTEN]


def _forms() -> dict[str, str]:
    """How each term is written, as a whole word where the language has spaces between words."""
    edges = ("", "") if language() in WITHOUT_SPACES else (r"(?<!\w)", r"(?!\w)")
    return {term: f"(?:{form})".join(edges) for term, form in written().items()}


def _pattern() -> re.Pattern[str]:
    return _compiled(tuple(_forms().values()))


@cache
def _compiled(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join([f"({_LEFT})", _MARKED, *(f"({form})" for form in forms)]), re.IGNORECASE)
