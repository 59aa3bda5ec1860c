"""Numbers, lists and names in words, in the language of the run.

Every language has the point of a decimal, as English has it: numbers stand in pictures, in files, in fields that one
types into (``value > 0.5``) and in sentences, and 0.35 in one place and 0,35 in the other would be two ways to write
one number on one page. Where a comma is the point of a decimal, 2,001 could be read as two: outside of English a narrow
space parts groups of three.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from math import ceil

from mha_viz.language import END as END
from mha_viz.language import ENGLISH, gettext, language, pgettext, whole
from mha_viz.language import ISOLATE as ISOLATE

LISTED = 12  # names that are said before “and n more”


def safe_name(*parts: str) -> str:
    """A name that every file system takes."""
    text = "-".join(parts)
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in text)[-80:].strip("-.") or "attention"


def head_name(layer: int, head: int) -> str:
    """A head as it is written everywhere; layers and heads count from 0.

    >>> head_name(3, 1)
    'L3 H1'
    """
    return f"{layer_name(layer)} {name_in_layer(head)}"


def layer_name(layer: int) -> str:
    """A layer, or what is drawn of a whole layer.

    >>> layer_name(3)
    'L3'
    """
    return f"L{layer}"


def name_in_layer(head: int) -> str:
    """A head where its layer is told already.

    >>> name_in_layer(1)
    'H1'
    """
    return f"H{head}"


def head_names(heads: Sequence[tuple[int, int]]) -> str:
    """Some heads; those of one layer after its name.

    >>> head_names([(5, 11), (5, 4)]), head_names([(5, 11), (3, 1)])
    ('L5 H11, H4', 'L5 H11, L3 H1')
    """
    if len({layer for layer, _ in heads}) == 1:
        return f"{layer_name(heads[0][0])} {', '.join(name_in_layer(head) for _, head in heads)}"
    return in_a_row([head_name(*place) for place in heads])


def in_percent(share: float) -> str:
    """A share as it is said: whole percent from 10 % up, one decimal below, "0 %" only for exactly nothing.

    Where an interval stands beside it a share has one decimal whatever its size (``with_interval``).

    >>> in_percent(0.347), in_percent(0.0213), in_percent(0.0999), in_percent(0.0004), in_percent(0)
    ('35 %', '2.1 %', '10 %', 'under 0.1 %', '0 %')
    """
    size = abs(share)
    if 0 < size < 0.0005:
        return gettext("under {share}", share="0.1 %")
    return f"{100 * share:.1f} %" if 0 < size < 0.0995 else f"{100 * share:.0f} %"


def in_digits(value: float, *, sign: bool = False) -> str:
    """A number with three decimals, or with as many as it takes to tell it from nothing.

    >>> in_digits(1.2345), in_digits(0.00042), in_digits(-0.0017, sign=True), in_digits(3e-8), in_digits(0.0)
    ('1.234', '0.00042', '−0.0017', '3.0e-08', '0.000')
    """
    size, plus = abs(value), "+" if sign else ""
    form = ".3f" if size >= 0.01 or value in (0, float("inf")) or value != value else ".2g" if size >= 1e-4 else ".1e"
    return with_minus(f"{value:{plus}{form}}")


def with_minus(number: str) -> str:
    """A number as a sentence writes it: with a minus where it begins with a hyphen, as pictures have it."""
    return f"−{number[1:]}" if number.startswith("-") else number


def with_interval(share: float, low: float, high: float) -> str:
    """A share with its interval.

    >>> with_interval(0.8722, 0.8156, 0.9167)
    '87.2 % [81.6, 91.7]'
    """
    return f"{100 * share:.1f} % {between(low, high)}"


def between(low: float, high: float) -> str:
    """An interval of shares, or of their differences, in percent or points.

    >>> between(0.8156, 0.9167)
    '[81.6, 91.7]'
    """
    return f"[{100 * low:.1f}, {100 * high:.1f}]"


def counted(n: int, noun: str, many: str = "") -> str:
    """How many there are of something; ``many`` where the plural is more than an "s".

    >>> counted(1, "head"), counted(0, "head"), counted(1200, "head"), counted(2, "entry", "entries")
    ('1 head', '0 heads', '1,200 heads', '2 entries')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {many or noun + 's'}"


def in_words(n: int) -> str:
    """A number in words as far as twelve, as it stands in an English sentence; in other languages in digits.

    >>> in_words(2), in_words(12), in_words(2001)
    ('two', 'twelve', '2,001')
    """
    if language() != ENGLISH:  # others inflect their numerals: digits are right in every sentence
        return whole(n)
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    return words[n] if 0 <= n < len(words) else f"{n:,}"


def in_seconds(seconds: float) -> str:
    """A time in a sound.

    >>> in_seconds(0.24), in_seconds(12)
    ('0.24 s', '12.00 s')
    """
    return f"{seconds:.2f} s"


def time_left(seconds: float) -> str:
    """About how long something still takes, rounded up; nobody knows it better.

    >>> time_left(3), time_left(17), time_left(150), time_left(5000), time_left(7500)
    ('a few seconds left', 'about 20 s left', 'about 3 min left', 'about 84 min left', 'about 3 h left')
    """
    if seconds <= 4:
        return gettext("a few seconds left")
    if seconds <= 55:
        return gettext("about {n} s left", n=5 * ceil(seconds / 5))
    if seconds <= 7200:
        return gettext("about {n} min left", n=ceil(seconds / 60))
    return gettext("about {n} h left", n=ceil(seconds / 3600))


def how_many_listed(n: int, of: int, most: int) -> str:
    """How many of all there are to choose from, where no more than some are listed.

    >>> how_many_listed(17, 17, 200), how_many_listed(13, 1017, 200), how_many_listed(1017, 1017, 200)
    ('17', '13 of 1,017', '1,017, the first 200 listed')
    """
    how_many = whole(n) if n == of else gettext("{n} of {all}", n=whole(n), all=whole(of))
    if n > most:
        return gettext("{how_many}, the first {most} listed", how_many=how_many, most=whole(most))
    return how_many


def listed(names: Sequence[str]) -> str:
    """Names, the first few of many."""
    first = in_a_row(names[:LISTED])
    return gettext("{names} and {n} more", names=first, n=len(names) - LISTED) if len(names) > LISTED else first


def joined(names: Sequence[str]) -> str:
    """All of some names, as they stand in a sentence.

    >>> joined(["cat"]), joined(["the", "cat", "mat"])
    ('cat', 'the, cat and mat')
    """
    if len(names) == 1:
        return names[0]
    return gettext("{names} and {last}", names=in_a_row(names[:-1]), last=names[-1])


def in_a_row(parts: Sequence[str]) -> str:
    """Names, or parts of a sentence, with the comma of the language between them.

    >>> in_a_row(["the", "cat"])
    'the, cat'
    """
    return pgettext("between parts", ", ").join(parts)


def in_clauses(parts: Iterable[str]) -> str:
    """Parts of a sentence that have commas of their own, with the semicolon of the language between them.

    >>> in_clauses(["it gives cat .62", "the, .28"])
    'it gives cat .62; the, .28'
    """
    return pgettext("between clauses", "; ").join(parts)


def gives(looks: str, looked_at: str, share: str) -> str:
    """How much a word gives to another, as a clause: labels and share as they are said."""
    return gettext("{word} gives {other} {share}", word=looks, other=looked_at, share=share)


def beside_others(share: float) -> str:
    """What the other words give, behind what one word gives.

    >>> beside_others(0.3)
    ' (other words: 30 %)'
    """
    return gettext(" (other words: {share})", share=in_percent(share))


def runs_from_right(text: str, *, mostly: bool = False) -> bool:
    """Whether some of a text runs from right to left, or most of its letters do.

    >>> runs_from_right("shalom 12"), runs_from_right("shalom שם"), runs_from_right("shalom שם", mostly=True)
    (False, True, False)
    """
    if text.isascii():
        return False
    directions = [unicodedata.bidirectional(character) for character in text]
    from_right = sum(direction in ("R", "AL") for direction in directions)
    return from_right > (directions.count("L") if mostly else 0)


def isolated(text: str) -> str:
    """A text that stays as it is beside others, whichever way they run; signs around it are added only if need be."""
    return f"{ISOLATE}{text}{END}" if runs_from_right(text) else text


def quoted(label: str) -> str:
    """A label in a sentence.

    >>> quoted("cat")
    '“cat”'
    """
    return in_quotes(isolated(label))


def in_quotes(text: str) -> str:
    """What runs its own way already, in the quotation marks of the language."""
    # TRANSLATORS: a word of the text, in the quotation marks of the language
    return gettext("“{word}”", word=text)
