"""Files that say when each word was said, in any of the forms that aligners write → rows of start, end and word."""

from __future__ import annotations

import csv
import re
from typing import Any

from mha_viz.outside import json_in

Row = dict[str, Any]
NUMBER = r"[-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?"
_TOKEN = re.compile(rf'"((?:[^"]|"")*)"|(?<![\w"])({NUMBER})(?![\w"])', re.IGNORECASE)  # Praat: texts and numbers


def timing_rows(text: str) -> list[Row]:
    """The rows of JSON, of a Praat TextGrid, or of lines of start, end and word between tabs or commas.

    Raises
    ------
    ValueError, TypeError
        If it is none of these.
    """
    if text.lstrip().startswith(("[", "{")):
        found = json_in(text)
        rows: list[Row] = found["words"] if isinstance(found, dict) and "words" in found else found
        return rows
    return _of_textgrid(text) if "ooTextFile" in text[:100] else _of_lines(text)


def _of_lines(text: str) -> list[Row]:
    """Audacity's labels, or a table of three columns; its first line may name them."""
    lines = [line for line in text.splitlines() if line.strip()]
    between = "\t" if lines and "\t" in lines[0] else ","
    rows = list(csv.reader(lines, delimiter=between)) if between == "," else [line.split("\t", 2) for line in lines]
    if rows and {"start", "end", "word"} <= {name.strip().lower() for name in rows[0]}:
        names = [name.strip().lower() for name in rows.pop(0)]
        return [dict(zip(names, row, strict=False)) for row in rows]
    if any(len(row) != 3 for row in rows):
        raise ValueError("not three columns")
    return [{"start": float(start), "end": float(end), "word": word} for start, end, word in rows]


def _of_textgrid(text: str) -> list[Row]:
    """The tier that is called words, else the first one with intervals; intervals without a text are pauses.

    Long and short forms hold the same texts and numbers in the same order, so names and signs between are passed over.
    """
    body = re.sub(r"(?m)^\s*(item|intervals|points)\s*\[\d*\]:?|^\s*(intervals|points)\s*:", "", text)
    found = _TOKEN.finditer(body)
    tokens = [float(one[2]) if one[1] is None else one[1].replace('""', '"') for one in found]
    tiers, at = dict[str, list[Row]](), 0
    kinds = ("IntervalTier", "TextTier")
    while at < len(tokens):
        if tokens[at] not in kinds:
            at += 1
            continue
        name, n, wide = str(tokens[at + 1]), int(tokens[at + 4]), 3 if tokens[at] == kinds[0] else 2
        first, at = at + 5, at + 5 + n * wide
        if wide == 3:
            cells = [tokens[i : i + 3] for i in range(first, at, 3)]
            tiers.setdefault(name, [{"start": a, "end": b, "word": word} for a, b, word in cells if str(word).strip()])
    if not tiers:
        raise ValueError("no tier of intervals")
    return next((rows for name, rows in tiers.items() if name.lower() in ("words", "word")), next(iter(tiers.values())))
