"""Texts of several types: prose, code, JSON and repeats, which come with mha_viz or with Python; one's own files."""

from __future__ import annotations

import random
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from platform import python_version

from mha_viz.annotation.code.folder import evenly, functions_at_distances
from mha_viz.errors import InputError
from mha_viz.evidence.statistics.intervals import LEAST_UNITS
from mha_viz.evidence.text_types.json_documents import json_documents
from mha_viz.language import N_
from mha_viz.outside import cut, open_file
from mha_viz.paths import app_folder

TEXTS = 56  # of a type: half of them report
WORDS = 12  # of a text of repeats, which has them four times
TIMES = 4
SHORTEST, LONGEST = 24, 56  # words of a function: about as long as the texts of the other types
FILES = 96  # of the standard library: not each has a function of this length
OF_FILE = 2000  # characters of a text of one's own that are read
PROSE, CODE, JSON, REPEATS = N_("prose"), N_("code"), N_("JSON"), N_("repeats")


@dataclass(frozen=True)
class TextType:
    """Texts of one type, each independent of the others; ``about`` says where they are from."""

    name: str
    texts: tuple[str, ...]
    about: str

    def __len__(self) -> int:
        return len(self.texts)


def text_types() -> list[TextType]:
    """The types that come with mha_viz or with Python, the same wherever the same version of Python runs.

    Returns
    -------
    list of TextType
        56 texts each, of about 40 to 100 tokens: prose of our own, functions of the standard library (fewer where it
        holds fewer, none where it comes without its source), JSON that a seeded generator makes up, and 12 words of
        the prose four times in a row, in an order drawn once a text.
    """
    prose = tuple(prose_passages())
    found = [
        TextType(PROSE, prose, "passages written for mha_viz"),
        TextType(CODE, tuple(_functions()), f"functions of the standard library of Python {python_version()}"),
        TextType(JSON, tuple(json_documents(TEXTS)), "documents made up by a generator of mha_viz, seed 0"),
        TextType(REPEATS, tuple(_repeats(prose)), f"{WORDS} words of the prose, {TIMES} times in a row, seed 0"),
    ]
    return [one for one in found if len(one) >= 2 * LEAST_UNITS]


def prose_passages() -> list[str]:
    """Passages of varied English, 39 to 46 words each: reports, letters, recipes, rules, stories."""
    return paragraphs((app_folder() / "assets" / "prose.txt").read_text(encoding="utf-8"))


def paragraphs(text: str) -> list[str]:
    """What stands between empty lines, each as one line; none twice.

    >>> paragraphs("One\\nline.\\n\\n\\nTwo.\\n\\nTwo.")
    ['One line.', 'Two.']
    """
    parts = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return list(dict.fromkeys(part for part in parts if part))


def own_type(name: str, path: str | Path) -> TextType:
    """A type of one's own: each file of a folder is a text, or each paragraph of a file; of more than 56 these, evenly.

    Of each text the first 2,000 characters are read.

    Raises
    ------
    InputError
        If nothing can be read there, something is no text in UTF-8, or there are fewer than 16 texts: of fewer than 8
        in a half no interval is sure.
    """
    path = Path(path)
    if path.is_dir():
        files = evenly(sorted(file for file in path.rglob("*") if _is_read(file, path)), TEXTS)
        texts, of_what = [_text_in(file).strip() for file in files], f"files in {path.name}"
    else:
        texts, of_what = paragraphs(_text_in(path)), f"paragraphs of {path.name}"
    texts = list(dict.fromkeys(_beginning(text) for text in texts if text))
    if len(texts) < 2 * LEAST_UNITS:
        raise InputError(
            f"{cut(str(path))} has {len(texts)} texts, and {2 * LEAST_UNITS} are needed: give a folder with a text in "
            f"each file, or a file with empty lines between texts."
        )
    return TextType(name, tuple(evenly(texts, TEXTS)), of_what)


def _is_read(file: Path, folder: Path) -> bool:
    return file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)


def _text_in(path: Path) -> str:
    with open_file(path) as file:
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"{cut(str(path))} is no plain text in UTF-8.") from error


def _beginning(text: str) -> str:
    """Up to the last white space that still is among the characters that are read."""
    if len(text) <= OF_FILE:
        return text
    return text[: OF_FILE + 1].rsplit(None, 1)[0][:OF_FILE]


def _functions() -> list[str]:
    folder = Path(sysconfig.get_paths()["stdlib"])
    functions = functions_at_distances(folder, FILES, shortest=SHORTEST, longest=LONGEST) if folder.is_dir() else ()
    return evenly(list(dict.fromkeys(function.text for function in functions)), TEXTS)


def _repeats(prose: tuple[str, ...]) -> Iterator[str]:
    words = sorted(set(re.findall(r"\b[a-z]{3,}\b", " ".join(prose))))
    draw = random.Random(0)  # noqa: S311 - nothing is secret here
    for _ in range(TEXTS):
        yield " ".join(draw.sample(words, WORDS) * TIMES)
