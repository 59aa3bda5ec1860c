"""Writes docs/architecture.md: what stands here, with a line for every module, taken from its docstring."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "architecture.md"
FLOORS = "inputs attention recording models comparison annotation scores evidence training views lessons playing printing ui cli".split()  # noqa: SIM905
BEGINNING = """# How it is built

For whoever changes the code, or wants to know where something is decided. Written by `make docs` from the first
sentence of every module; a test holds it current.

`input → Positions; Model + Positions → Capture (q, k, v of every attention call) → pattern → head scores → evidence →
tables → views → pages, commands, notebook`

Queries, keys and values are kept, not patterns: a pattern is computed for the layer that is looked at.

The root and fifteen packages, in the order of the data flow: `inputs < attention < recording < models = comparison <
annotation < scores < evidence < training < views < lessons < playing < printing < ui < cli`. A package imports only
from packages before it; modules at the root of `mha_viz/` import only each other. Inside `ui`: shell < shared < parts
< pages, and no page imports another page. Inside a package the order is free, circles are not; what is imported for its type
alone counts like all else. The folder says the floor, the file says the topic, and one topic has one name on every floor: `compare.py` draws in `views`, is shared by sessions in `ui/shared`,
is a page in `ui/pages` and a command in `cli`. Package `__init__` files hold a docstring. `tests/test_architecture.py`
holds all of this.

## Five ways through the house

| where is … | read |
|---|---|
| a pattern computed? | `attention/maps.py`, `pattern`, from `attention/calls.py` |
| a head score defined? | its family's file in `scores/families/`, then its row in `scores/table.py` |
| decided what is “established”? | `evidence/verdict.py`, `verdict` |
| a click on a head handled? | `ui/parts/clicks.py`, `read_click`; the head that it chose: `ui/shell/head.py`, `choose_head` |
| a page's sentence written? | the file of its picture in `views/`, what several pictures say in `views/captions/`, numbers in words in `wording.py` |

## Four walks

The main steps: after a comma, called by the one before; after a semicolon, by one further back. A floor calls floors
below it and gets back what they found, so no walk climbs; what runs the other way is told to a function that was handed
down (how far a job has come, whether it is cancelled).

| from … to … | calls | floors |
|---|---|--:|
| a typed sentence to the map of all heads | `ui/parts/top.py` `_read_desk`, `ui/shared/captures.py` `get_capture`, `recording/capture.py` `capture`, `inputs/text.py` `read_text`; `ui/pages/explore/map.py` `show_map`, `ui/shared/captures.py` `get_overview`, `attention/overview.py` `overview_of`; `views/grid.py` `model_picture`; `ui/parts/view.py` `mount` | 7 |
| a click to a head's card | `ui/pages/explore/map.py` `show_map`, `ui/parts/view.py` `mount`, `ui/parts/clicks.py` `read_click`; `ui/shell/head.py` `choose_head`; `ui/pages/explore/explore.py` `show_explore`, `ui/shared/profiles.py` `get_profile`; `ui/parts/card.py` `show_card`, `ui/shared/general.py` `get_general_card`, `evidence/cards/cards.py` `general_card` | 5 |
| a corpus file to a profile | `cli/profile.py` `_read`, `cli/corpus.py` `corpus_of`, `annotation/files/treebanks.py` `read_conllu`; `evidence/corpus/reading.py` `read_corpus`, `recording/looking/together.py` `look_at_texts`; `scores/tallies.py` `TextTallies`; `cli/profile.py` `_measured`, `evidence/corpus/profile.py` `weigh_corpus`; `evidence/corpus/profile.py` `save_profile` | 5 |
| the command `heads` to its table | `cli/heads.py` `_print_descriptions`, `cli/shared/input.py` `told_by_layer`, `cli/shared/terminal.py` `loaded`, `models/load.py` `load_model`; `recording/looking/layers.py` `look_layer_by_layer`; `attention/tables.py` `describe_heads`; `cli/shared/labels.py` `as_text` | 4 |

## Written by hand on purpose

| ours | instead of | why |
|---|---|---|
| `cli/` on argparse | typer | measured on a complete draft: 80 lines more, the app starts 90 ms later, a text that begins with a dash is taken for an option |
| `annotation/files/treebanks.py` | conllu | the same 2,001 sentences of EWT dev in 0.24 s instead of 0.36 s; it reads a broken line silently where ours names it |
| `evidence/statistics/intervals.py` | scipy.stats | corrects for the best of all heads, which scipy has not; held against scipy in tests |
| `annotation/english/` | stanza, fastcoref | those need weights that a class cannot fetch in a lesson |
| `MultiHeadAttention.from_layer` imports from a later floor | a function elsewhere | it is public, so it stays where people find it: one late import, the only one |
"""
HEAD = "| file | what it does |\n|---|---|\n"


def first_sentence(path: Path) -> str:
    """What a module says of itself, up to its first full stop or blank line."""
    text = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    return " ".join(text.split()).removesuffix(".").replace("|", "\\|").replace("`", "")


def rows(folder: Path) -> list[str]:
    """A table's row for every module below a folder, deepest folders last."""
    files = sorted(folder.rglob("*.py"), key=lambda path: (len(path.parts), path))
    files = [path for path in files if path.name != "__init__.py"]
    return [f"| `{path.relative_to(folder)}` | {first_sentence(path)} |" for path in files]


def page() -> str:
    package = ROOT / "mha_viz"
    root = [f"| `{path.name}` | {first_sentence(path)} |" for path in sorted(package.glob("*.py"))]
    parts = [BEGINNING, "## `mha_viz/`\n\n" + HEAD + "\n".join(root)]
    for name in FLOORS:
        title = f"`{name}/`: {first_sentence(package / name / '__init__.py')}"
        parts.append(f"\n## {title}\n\n{HEAD}" + "\n".join(rows(package / name)))
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
