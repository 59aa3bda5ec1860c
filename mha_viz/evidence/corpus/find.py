"""What somebody looks for in many profiles: an expression → the rows of their tables for which it is true.

``obj > .6 and verdict = 'established'``. The expression is read here and says nothing but comparisons: no file, and no
program, can be reached from it. Tables are read by pyarrow, which writes them: DuckDB would be one more thing to
install, and what it adds, joins and functions, is what must not be reached.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mha_viz.errors import InputError
from mha_viz.evidence.corpus.profile import Profile, load_profile
from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS
from mha_viz.evidence.one_text import COLUMNS
from mha_viz.evidence.ranking import Question, ranked
from mha_viz.evidence.verdict import ESTABLISHED
from mha_viz.outside import cut
from mha_viz.paths import app_folder, cache_folder
from mha_viz.precision import ENOUGH, WHOLE
from mha_viz.scores.table import HEAD_SCORES

WORDS = ("family", "score", "direction", "verdict", "rule", "model")  # columns that hold text
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {  # of columns with values
    "=": operator.eq, "==": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt,
    "<=": operator.le,
}  # fmt: skip
TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])"
    r"|(?P<name>[^\W\d][\w:+-]*)|(?P<sign>[<>!=]=|[<>=().]))"
)
BEST = ["layer", "head", "score", "direction", "said", "value", "low", "high", "n"]  # of the best head of a model
LONGEST = 500  # characters of an expression


def find_in_profiles(profiles: Iterable[Profile], expression: str) -> pd.DataFrame:
    """The rows of all profiles for which an expression is true, with the ``model`` that each is of.

    Parameters
    ----------
    profiles : iterable of Profile
    expression : str
        Comparisons (``= != > >= < <=``) of a column of the tables, or of a score, with a number or a text in quotes,
        with ``and``, ``or``, ``not`` and brackets. A score stands for what a head gets there (``obj > .6``), or for
        another column of that row (``obj.low > .5``); where scores are named, rows of other scores are left out.

    Raises
    ------
    InputError
        If it is no such expression, or names neither a column nor a score of these profiles.
    """
    rows = [one.table.assign(model=_name_in(one.facts), _of=i) for i, one in enumerate(profiles)]
    if not rows:
        raise InputError("There is no profile to look in: `mha-viz profile` makes one.")
    table = pd.concat(rows, ignore_index=True)
    found = Expression(expression, table)
    chosen = found.rows()
    if found.scores:
        chosen &= table["score"].isin(found.scores)
    return table.loc[chosen, ["model", *COLUMNS]].reset_index(drop=True)


def profiles_below(folder: Path) -> list[Profile]:
    """All profiles in a folder, and in those in it.

    Raises
    ------
    InputError
        If there is none, or a file that ends like one is none.
    """
    paths = sorted(folder.rglob("*.parquet")) if folder.is_dir() else []
    if not paths:
        raise InputError(f"{cut(str(folder))} holds no profile: give a folder with files of `mha-viz profile --out`.")
    return [load_profile(path) for path in paths]


def profiles_at_hand(*, only_shipped: bool = False) -> list[Profile]:
    """The profiles that come with the app, and one's own; of the latter those that can be read."""
    profiles = [load_profile(path) for path in sorted((app_folder() / "assets" / "profiles").glob("*.parquet"))]
    for path in [] if only_shipped else sorted((cache_folder() / "profiles").glob("*.parquet")):
        with suppress(InputError):  # the pages say of which, and why
            profiles.append(replace(load_profile(path), whose=YOURS))
    return [profile if profile.whose else replace(profile, whose=SHIPPED) for profile in profiles]


def in_which_models(profiles: Iterable[Profile], question: Question) -> pd.DataFrame:
    """Which models have heads that do what is asked for: a row a profile that measured it, most established first.

    Returns
    -------
    DataFrame
        ``model``, ``dtype`` that it computes in, ``whose`` profile it is ("shipped", "yours"), how many heads are
        ``established`` and how many ``heads`` were measured, and of the best one (``ranking.ranked``) ``layer``,
        ``head``, ``score``, ``direction``, what is ``said`` of it, ``value``, ``low``, ``high`` and ``n``; of equally
        many, by the value of the best.
    """
    rows = []
    for profile in profiles:
        heads = ranked(profile.table, question)
        heads = heads[heads["value"].notna()]
        if heads.empty:
            continue
        n_established = int((heads["said"] == ESTABLISHED).sum())
        named = profile.facts.get("model", ""), profile.facts.get("dtype", WHOLE), profile.whose
        # Of one score heads go by value: the best that is established says more than one that has as much by luck.
        best = heads[heads["said"] == ESTABLISHED] if n_established else heads
        rows.append([*named, n_established, len(heads), *best.iloc[0][BEST].tolist()])
    table = pd.DataFrame(rows, columns=["model", "dtype", "whose", "established", "heads", *BEST])
    return table.sort_values(["established", "value"], ascending=False, kind="stable", ignore_index=True)


class Expression:
    """An expression about the rows of a table: read from left to right, and what it says of each row."""

    def __init__(self, text: str, table: pd.DataFrame) -> None:
        self.table, self.scores = table, set[str]()
        self._known = {*HEAD_SCORES, *table["score"]}
        self._tokens = _tokens(text)
        self._at = 0

    def rows(self) -> pd.Series:
        """Whether it is true of each row."""
        found = self._either()
        if self._at < len(self._tokens):
            raise _no_sense(self._tokens[self._at][1], "and, or, or the end")
        return found

    def _either(self) -> pd.Series:
        found = self._both()
        while self._is_next("or"):
            found = found | self._both()
        return found

    def _both(self) -> pd.Series:
        found = self._one()
        while self._is_next("and"):
            found = found & self._one()
        return found

    def _one(self) -> pd.Series:
        if self._is_next("not"):
            return ~self._one()
        if self._is_next("("):
            found = self._either()
            if not self._is_next(")"):
                raise InputError("A bracket is not closed.")
            return found
        return self._comparison()

    def _comparison(self) -> pd.Series:
        _, name = self._take("the name of a score or a column", "name", "text")
        column = name
        if is_score := name not in (*COLUMNS, "model"):
            self._refuse_unknown(name)
            self.scores.add(name)
            column = "value"
            if self._is_next("."):
                _, column = self._take("a column", "name")
        if column not in (*COLUMNS, "model"):
            raise InputError(f"There is no column {cut(column)}; there are {', '.join((*COLUMNS, 'model'))}.")
        _, sign = self._take("a comparison", "sign")
        kind, value = self._take("a number, or a text in quotes", "number", "text")
        compared = self._compared(column, sign, kind, value)
        return self._of_heads(name, compared) if is_score else compared

    def _compared(self, column: str, sign: str, kind: str, value: str) -> pd.Series:
        if sign not in OPERATORS:
            raise _no_sense(sign, f"one of {' '.join(OPERATORS)}")
        is_text = column in WORDS
        if is_text != (kind == "text"):
            is_what = "a text: put it in quotes" if is_text else "a number"
            raise InputError(f"{column} is {is_what}; found {cut(value)}.")
        if is_text and sign not in ("=", "==", "!="):
            raise InputError(f"{column} is a text: compare it with = or !=.")
        return OPERATORS[sign](self.table[column], value if is_text else float(value)).astype(bool)

    def _of_heads(self, score: str, compared: pd.Series) -> pd.Series:
        """Of rows of this score themselves; of another row, whether the head has such a row of it."""
        own = self.table["score"] == score
        heads = pd.MultiIndex.from_frame(self.table[["_of", "layer", "head"]])
        return pd.Series(np.where(own, compared, heads.isin(heads[own & compared])), index=self.table.index)

    def _refuse_unknown(self, name: str) -> None:
        if name not in self._known:
            near = get_close_matches(name, [*self._known, *COLUMNS], n=1)
            hint = f"; did you mean {near[0]}?" if near else ": `mha-viz scores` lists them."
            raise InputError(f"There is no score, and no column, called {cut(name)}{hint}")

    def _is_next(self, word: str) -> bool:
        is_it = self._at < len(self._tokens) and self._tokens[self._at] in (("name", word), ("sign", word))
        self._at += is_it
        return is_it

    def _take(self, what: str, *kinds: str) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise InputError(f"The expression ends where {what} is missing.")
        kind, text = self._tokens[self._at]
        if kind not in kinds:
            raise _no_sense(text, what)
        self._at += 1
        return kind, text


def _name_in(facts: Mapping[str, Any]) -> str:
    """What a profile's model is called, and what it computed in where that was not float32."""
    dtype = facts.get("dtype", WHOLE)
    return f"{facts.get('model', '')}{f' ({dtype})' * (dtype not in ENOUGH)}"


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kinds and texts of what an expression is made of, texts without their quotes."""
    if len(text) > LONGEST:
        raise InputError(f"The expression has {len(text):,} characters; {LONGEST} are read.")
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise _no_sense(text[at:].strip(), "names, comparisons, numbers, and texts in quotes")
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind].strip("'\"") if kind == "text" else match[kind]))
        at = match.end()
    return tokens


def _no_sense(found: str, wanted: str | Collection[str]) -> InputError:
    return InputError(f"{cut(found)!r} stands where {wanted} should.")
