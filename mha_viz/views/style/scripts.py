"""Kinds of views → the JavaScript and the style that draw them, in the app and in files of their own."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from mha_viz.paths import app_folder
from mha_viz.views.captions.terms import table
from mha_viz.views.style.theme import properties

# What modules of ours write, and all that this file understands of their language.
_IMPORT = re.compile(r'^import (?:\{([^}]*)\}|\* as (\w+)) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_RENDERER = re.compile(r'^export \{ renderer as (\w+) \} from "\./(\w+)\.js";\n', re.MULTILINE)
_NAME = re.compile(r"\w+")
_COMMENT = re.compile(r"\s+// [^\"'`]*$")  # at the end of a line; one with quotes in it might be part of a text


class _Module(NamedTuple):
    text: str
    imports: list[tuple[str, str]]  # (file, name); the name is "*" where all of them are taken
    exports: list[str]


def kinds() -> list[str]:
    """What ``assets/views/renderers.js`` names: a new kind of view is a file and a line there."""
    return [match[1] for match in _RENDERER.finditer(_source("renderers.js"))]


def script(entry: str, *drawn: str) -> str:
    """The JavaScript that draws some kinds of views, one as a rule; ``entry`` is "streamlit", "standalone", or what
    plays or prints a lesson.

    The files are put into one, each in a scope of its own, after those that it imports. Of ``renderers.js`` only the
    lines of these kinds count, and of what a file exports only what others here take.

    Raises
    ------
    ValueError
        If a file imports what no other exports, or writes an import or an export in another way than ours do.
    """
    modules: dict[str, _Module] = {}
    _collect(entry, drawn, modules)
    used = {pair for module in modules.values() for pair in module.imports}
    parts = []
    for name, module in modules.items():
        shared = [export for export in module.exports if {(name, export), (name, "*")} & used]
        ends = f"return {{ {', '.join(shared)} }};\n}})();"
        parts.append(module.text if name == entry else f"const ${name} = (() => {{\n{module.text}\n{ends}")
    return "\n".join(parts)


def style() -> str:
    """The style of every view, with the colours of ``theme.py`` as properties."""
    colours = " ".join(f"{name}: {colour};" for name, colour in properties().items())
    rules = _lean(_source("views.css")).replace(" { ", "{").replace("; }", "}")  # every saved page carries them
    return f".view {{ {colours} }}\n" + rules


def _source(name: str) -> str:
    if name == "glossary.js":  # the one file that is made of a table of ours
        return f"export const GLOSSARY = {json.dumps(table(), ensure_ascii=False)};\n"
    return (app_folder() / "assets" / "views" / name).read_text(encoding="utf-8")


def _collect(name: str, drawn: tuple[str, ...], modules: dict[str, _Module]) -> None:
    """Read a file after all that it imports."""
    text = _lean(_source(f"{name}.js")) + "\n"
    if name == "renderers":
        text = _RENDERER.sub(lambda match: _only(drawn, match), text)
    imports = []
    for braces, whole, file in _IMPORT.findall(text):
        if file not in modules:
            _collect(file, drawn, modules)
        names = ["*"] if whole else _NAME.findall(braces)
        imports += [(file, item) for item in names]
        if missing := [item for item in names if item not in ("*", *modules[file].exports)]:
            raise ValueError(f"{name}.js imports {missing[0]}, which {file}.js does not export.")
    exports = _EXPORT.findall(text)
    text = _IMPORT.sub(_destructured, _EXPORT.sub("", text)).strip()
    if other := re.search(r"^(import|export (?!default )).*", text, re.MULTILINE):
        raise ValueError(f"{name}.js writes {other[0]!r}, which no other file of ours does.")
    modules[name] = _Module(text, imports, exports)


def _only(drawn: tuple[str, ...], match: re.Match[str]) -> str:
    kind, file = match.groups()
    if kind not in drawn:
        return ""
    return f'import * as {kind}File from "./{file}.js";\nexport const {kind} = {kind}File.renderer;\n'


def _destructured(match: re.Match[str]) -> str:
    braces, whole, file = match.groups()
    names = ", ".join(_NAME.findall(braces or ""))
    return f"const {whole or f'{{ {names} }}'} = ${file};"


def _lean(text: str) -> str:
    """Without indents, empty lines and comments: every saved page carries all of it."""
    lines = (_COMMENT.sub("", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
