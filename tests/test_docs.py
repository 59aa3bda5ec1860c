"""README and docs/ are complete and true: nothing is left out, links lead somewhere, examples run as printed."""

import argparse
import re
import shlex
from pathlib import Path

import pytest
import transformers

import mha_viz
from docs import models
from mha_viz.attention.selection import MAPS
from mha_viz.cli.main import build_parser, main
from mha_viz.ui.shell.rooms import PAGES
from mha_viz.ui.shell.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# The rest serves, trains or reads a corpus.
QUICK = {"ablate", "attention", "compare", "find", "heads", "importance", "models", "patch", "scan", "scores"}


def page(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def headings(text, level="##"):
    return re.findall(rf"^{level} (.+)$", text, re.MULTILINE)


def section(text, heading):
    """What stands below a heading of the second level, up to the next."""
    return text.split(f"\n## {heading}\n")[1].partition("\n## ")[0]


def rows(text):
    """The rows of all tables, as lists of cells, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    rules = {i for i, line in enumerate(lines) if set(line) <= set("|-:")}
    cells = [line.strip("| ").split(" | ") for line in lines]
    return [row for i, row in enumerate(cells) if i not in rules and i + 1 not in rules]


def in_code(cell):
    """``option`` of a cell such as `--option VALUE`."""
    return re.match(r"`([^\s`]+)[^`]*`$", cell)[1]


def blocks(document, language):
    return re.findall(rf"^```{language}\n(.*?)^```", document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def shell_commands():
    """Every command of the sh blocks as a list of words, each once."""
    lines = [
        line
        for document in DOCUMENTS
        for block in blocks(document, "sh")
        for line in block.replace("\\\n", " ").splitlines()
    ]
    return list(dict.fromkeys(words for line in lines if (words := tuple(shlex.split(line, comments=True)))))


def mentioned_commands():
    """Every command that stands in a sentence."""
    texts = (document.read_text(encoding="utf-8").replace("\n", " ") for document in DOCUMENTS)
    return [tuple(shlex.split(words)) for text in texts for words in re.findall(r"`mha-viz( [^`]+)`", text)]


OURS = [words[1:] for words in shell_commands() if words[0] == "mha-viz"]


# ---- nothing is left out ---------------------------------------------------------------------------------------


def test_readme_is_short():
    assert README.read_text(encoding="utf-8").count("\n") <= 200


def test_every_page_of_the_app_has_a_section_in_the_order_of_the_menu():
    assert headings(page("pages"))[: len(PAGES)] == [title for _, title in PAGES]


def test_every_map_has_its_row():
    expected = [[name, one.unit, one.sentence] for name, one in MAPS.items()]
    assert rows(section(page("pages"), "What is shown of a head")) == expected


def test_every_setting_of_a_link_has_its_row():
    keys = [one.key for one in SETTINGS if one.in_link]
    assert [in_code(row[0]) for row in rows(section(page("pages"), "What a link holds"))] == keys


def test_every_head_score_has_its_row():
    expected = [
        [name, one.family, one.sentence, one.unit, claims(one), one.source] for name, one in mha_viz.HEAD_SCORES.items()
    ]
    assert rows(section(page("evidence"), "Every score")) == expected


def claims(score):
    return "weak" if score.weak else "yes" if score.claims else "describes"


def test_every_catalogue_model_has_its_row():
    expected = [
        [
            one.name, one.title, "{} × {}".format(*one.shape), f"{one.window:,}", f"{one.download_mb} MB", one.licence,
            one.good_for,
        ]
        for one in mha_viz.CATALOGUE.values()
    ]  # fmt: skip
    assert rows(section(page("models"), "The catalogue")) == expected


@pytest.mark.skipif(f"with transformers {transformers.__version__}:" not in page("models"), reason="made with another")
def test_every_family_stands_where_it_belongs():
    """`make docs` writes the tables anew."""
    assert models.page(page("models")) == page("models")


def test_every_public_name_has_its_row():
    text = page("python")
    names = rows(text.replace(section(text, "Attention from elsewhere"), ""))
    assert sorted(in_code(row[0]) for row in names) == mha_viz.__all__


def commands(parser, name="mha-viz"):
    """Every command with its parser, by the words that call it."""
    found = {name: parser}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, one in action.choices.items():
                found |= commands(one, f"{name} {word}")
    return found


def names_of(parser):
    """The options of a command, and what it takes without one."""
    taken = [one for one in parser._actions if not isinstance(one, (argparse._HelpAction, argparse._SubParsersAction))]
    return sorted(name for one in taken for name in one.option_strings or [one.metavar or one.dest])


def test_every_command_has_a_section():
    assert sorted(headings(page("terminal"))) == sorted(commands(build_parser()))


@pytest.mark.parametrize("command", commands(build_parser()))
def test_every_option_has_its_row(command):
    documented = [in_code(row[0]) for row in rows(section(page("terminal"), command))]
    assert sorted(documented) == names_of(commands(build_parser())[command])


def test_every_document_is_linked_from_the_readme():
    linked = set(re.findall(r"\]\(docs/([\w.]+)\)", README.read_text(encoding="utf-8")))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= linked


# ---- what is named is there ------------------------------------------------------------------------------------


def anchors(document):
    """The names by which headings are linked."""
    text = document.read_text(encoding="utf-8")
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings(text, "#+")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document):
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if "://" in link:
            continue
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_are_there(document):
    for name in re.findall(r"`((?:assets|benchmarks)/[\w./]+)`", document.read_text(encoding="utf-8")):
        assert (ROOT / name).exists(), name


def test_make_has_every_target_that_is_named():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {word for words in shell_commands() if words[0] == "make" for word in words[1:]}
    for document in DOCUMENTS:
        named |= set(re.findall(r"`make ([\w-]+)`", document.read_text(encoding="utf-8").replace("\n", " ")))
    assert {"run", "test"} <= named <= set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))


# ---- examples run ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", dict.fromkeys([*OURS, *mentioned_commands()]), ids=" ".join)
def test_commands_are_accepted(arguments):
    assert callable(build_parser().parse_args(arguments).run)


@pytest.mark.real_model
@pytest.mark.parametrize("arguments", [one for one in OURS if one and one[0] in QUICK], ids=" ".join)
def test_quick_commands_run(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.real_model
@pytest.mark.parametrize("document", [README, ROOT / "docs" / "python.md"], ids=lambda path: path.name)
def test_python_examples_run_as_printed(document, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for code in blocks(document, "python"):
        exec(compile(code, document.name, "exec"), names)  # noqa: S102
        assert capsys.readouterr().out.splitlines() == re.findall(r"^# (.*)$", code, re.MULTILINE)


def test_the_example_of_the_readme_is_short():
    (code,) = blocks(README, "python")
    assert sum(bool(line) and not line.startswith("#") for line in code.splitlines()) <= 8
