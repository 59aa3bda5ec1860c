"""What the README says is true: its example runs, its map of the code names every module."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_map_of_the_code_names_every_module_once():
    named = re.findall(r"^\| `([\w/]+\.py)` \|", README, re.MULTILINE)
    modules = [
        str(path.relative_to(ROOT / "mha_viz"))
        for path in (ROOT / "mha_viz").rglob("*.py")
        if path.name != "__init__.py"
    ]
    assert sorted(named) == sorted(modules)


def test_pictures_exist():
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()


@pytest.mark.real_model
def test_the_library_example_runs_as_printed(capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert sum(bool(line) and not line.startswith("#") for line in code.splitlines()) <= 8
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102
    expected = re.findall(r"^# (.*)$", code, re.MULTILINE)
    assert capsys.readouterr().out.strip().splitlines() == expected
