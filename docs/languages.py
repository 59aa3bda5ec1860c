"""Gathers what the app says into the catalogue of each language, and tells what is not translated: `make languages`.

With `--check` nothing is written: it fails where a catalogue does not have the messages of the code. With `--missing`
it prints what nobody has translated, language by language; with a code after it, of this language. `--from COMMIT`
also takes over what the catalogues of another commit say and these do not.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from mha_viz.evidence.claims.table import FILES
from mha_viz.language import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "assets" / "languages"
KEYWORDS = {
    "gettext": None, "pgettext": ((1, "c"), 2), "ngettext": (1, 2), "N_": None, "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
}  # fmt: skip
NOTES = ("TRANSLATORS:",)  # comments above a message that begin so are handed to whoever translates


def _of_examples(file: Any, *_: Any, **__: Any) -> Iterator[tuple[int, None, str, list[str]]]:
    """What the gallery of examples says of them."""
    for number, example in enumerate(json.load(file), 1):
        for name in ("name", "look_for"):
            yield number, None, example[name], []


SOURCES: dict[str, list[tuple[str, Any]]] = {
    "mha_viz": [("**.py", "python")], "pages": [("**.py", "python")], "assets/views": [("**.js", "javascript")],
    "assets": [("examples.json", _of_examples)],
}  # fmt: skip


def messages() -> Catalog:
    """Every message of the code, with the files that say it."""
    template = Catalog(project="mha_viz", charset="utf-8")
    for source, methods in SOURCES.items():
        found = extract_from_dir(
            str(ROOT / source), methods, keywords=KEYWORDS, comment_tags=NOTES, strip_comment_tags=True
        )
        for file, _line, message, notes, context in sorted(found, key=lambda row: (row[0].count("/"), row[0], row[1])):
            place = f"{source}/{Path(file).as_posix()}"
            template.add(message, locations=[(place, None)], auto_comments=notes, context=context)
    for message, place in _of_claims():
        template.add(message, locations=[(place, None)])
    return template


def _of_claims() -> Iterator[tuple[str, str]]:
    """What published claims say, with the file that says it: some of it is put together there from parts."""
    for file in FILES:
        claim, place = file.CLAIM, f"{file.__name__.replace('.', '/')}.py"
        for statement in claim.statements:
            yield from ((text, place) for text in (statement.said, statement.number, statement.rule))
            yield from ((text, place) for text in statement.deviations)
            yield from ((text, place) for printed in statement.printed for text in (printed.where, printed.model))
        yield from ((text, place) for text in (claim.title, claim.models, claim.data))


def renewed(code: str, template: Catalog) -> bytes:
    """The catalogue of a language with the messages of the code; what was said of others is dropped."""
    path = FOLDER / f"{code}.po"
    catalogue = _read(path.read_bytes(), code) if path.is_file() else Catalog(locale=code)
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
    catalogue.obsolete.clear()
    return _written(path, code, catalogue)


def _written(path: Path, code: str, catalogue: Catalog) -> bytes:
    written = BytesIO()
    write_po(written, catalogue, width=100, omit_header=True, include_lineno=False)
    return _header(path, code, catalogue) + written.getvalue()


def _header(path: Path, code: str, catalogue: Catalog) -> bytes:
    """The terms of the language, which stand at the top, and how it counts: nothing that changes by itself."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [f"# {LANGUAGES[code]}"]
    terms = lines[: next((i for i, line in enumerate(lines) if line[:1] != "#"), 1)]
    entry = ['msgid ""', 'msgstr ""', f'"Language: {code}\\n"', f'"Plural-Forms: {catalogue.plural_forms}\\n"']
    entry += ['"MIME-Version: 1.0\\n"', '"Content-Type: text/plain; charset=utf-8\\n"']
    return "\n".join([*terms, *entry, "", ""]).encode()


def missing(code: str) -> list[str]:
    """The messages that nobody has translated into a language."""
    catalogue = _read((FOLDER / f"{code}.po").read_bytes(), code)
    return [one.id[0] if one.pluralizable else one.id for one in catalogue if one.id and not _is_said(one)]


def take_from(commit: str, code: str) -> None:
    """Say what is not translated here as another commit says it: catalogues of two branches are put together so."""
    path = FOLDER / f"{code}.po"
    shown = subprocess.run(["git", "show", f"{commit}:./{path.name}"], cwd=FOLDER, capture_output=True, check=True)
    catalogue, other = _read(path.read_bytes(), code), _read(shown.stdout, code)
    for one in catalogue:
        there = other.get(one.id, one.context)
        if one.id and there is not None and not _is_said(one):
            one.string = there.string
    path.write_bytes(_written(path, code, catalogue))


def _read(content: bytes, code: str) -> Catalog:
    return read_po(BytesIO(content), locale=code)


def _is_said(message: Message) -> bool:
    is_full = all(message.string) if isinstance(message.string, tuple) else bool(message.string)
    return is_full and not message.fuzzy  # one that changed since is left out where it is spoken


def main(arguments: list[str]) -> int:
    codes = [code for code in LANGUAGES if code != ENGLISH]
    if arguments[:1] == ["--missing"]:
        for code in arguments[1:] or codes:
            print(f"{code}: {len(missing(code))} messages are not translated", *missing(code), sep="\n  ")
        return 0
    if arguments[:1] == ["--from"]:
        main([])
        for code in codes:
            take_from(arguments[1], code)
    template, stale = messages(), []
    for code in codes:
        path, now = FOLDER / f"{code}.po", renewed(code, template)
        if not path.is_file() or path.read_bytes() != now:
            stale.append(code)
            if arguments != ["--check"]:
                path.write_bytes(now)
    counts = ", ".join(f"{code} lacks {len(missing(code))}" for code in codes)
    print(f"{len(template)} messages: {counts}; renewed: {', '.join(stale) or 'none'}")
    return int(bool(stale) and arguments == ["--check"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
