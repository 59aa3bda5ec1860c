"""Texts of every type: enough of them, no two the same, the same every time; and one's own files."""

import ast
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.text_types.material import LONGEST, OF_FILE, TEXTS, TIMES, WORDS, own_type, text_types


@pytest.fixture(scope="module")
def types():
    return {one.name: one for one in text_types()}


def test_there_are_four_types_of_as_many_texts_each_and_none_twice(types):
    assert list(types) == ["prose", "code", "JSON", "repeats"]
    assert {name: len(set(one.texts)) for name, one in types.items()} == dict.fromkeys(types, TEXTS)
    assert [one.texts for one in text_types()] == [one.texts for one in types.values()]


def test_prose_is_of_thirty_to_sixty_words(types):
    assert all(30 <= len(text.split()) <= 60 for text in types["prose"].texts)
    assert all(text.isascii() or set(text) - set(map(chr, range(128))) <= set("“”’") for text in types["prose"].texts)


def test_code_is_functions_of_the_library_of_this_python_from_all_over_it(types):
    folder = Path(sysconfig.get_paths()["stdlib"])
    sources = {path.relative_to(folder): path.read_text(errors="replace") for path in folder.rglob("*.py")}
    found = []
    for text in types["code"].texts:
        (node,) = ast.parse(text).body
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        header = next(line for line in text.splitlines() if "def " in line)
        found.append(min(path for path, source in sources.items() if header.strip() in source))
        assert len(text.split()) <= 4 * LONGEST
    assert len({path.parts[0][0] for path in found}) > 10
    assert "Python 3." in types["code"].about


def test_repeats_are_so_many_words_so_many_times_in_the_same_order(types):
    for text in types["repeats"].texts:
        words = text.split()
        assert words == words[:WORDS] * TIMES
        assert set(Counter(words).values()) == {TIMES}
        assert set(words) <= set(" ".join(types["prose"].texts).replace(".", " ").replace(",", " ").split()) | set(
            words
        )


def test_a_python_without_its_library_leaves_code_out(monkeypatch, tmp_path):
    monkeypatch.setattr("sysconfig.get_paths", lambda: {"stdlib": str(tmp_path / "python311.zip")})
    assert [one.name for one in text_types()] == ["prose", "JSON", "repeats"]


def test_paragraphs_of_a_file_and_files_of_a_folder_are_texts(tmp_path):
    texts = [f"Text number {i}\nof a file." for i in range(20)]
    (tmp_path / "all.txt").write_text("\n\n".join([*texts, texts[0]]), encoding="utf-8")
    found = own_type("mail", tmp_path / "all.txt")
    assert (found.name, found.texts) == ("mail", tuple(text.replace("\n", " ") for text in texts))
    folder = tmp_path / "folder"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "config").write_text("none of them")
    for i, text in enumerate(texts):
        (folder / f"{i:02}.md").write_text(f"{text}\n\nIts second paragraph.", encoding="utf-8")
    assert own_type("mail", folder).texts == tuple(f"{text}\n\nIts second paragraph." for text in texts)


def test_of_many_texts_some_are_taken_evenly_and_of_long_ones_the_beginning(tmp_path):
    file = tmp_path / "many.txt"
    file.write_text("\n\n".join(f"{i} " + "word " * 1000 for i in range(4 * TEXTS)), encoding="utf-8")
    texts = own_type("many", file).texts
    assert [int(text.split()[0]) for text in texts] == list(range(0, 4 * TEXTS, 4))
    assert all(OF_FILE - 10 < len(text) <= OF_FILE and text.endswith("word") for text in texts)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"One.\n\nTwo.", "has 2 texts, and 16 are needed"),
        (b"\xff\xfe\x00", "no plain text in UTF-8"),
        (b"", "0 texts"),
    ],
)
def test_what_is_no_type_is_refused(tmp_path, content, said):
    file = tmp_path / "few.txt"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        own_type("few", file)
    with pytest.raises(InputError, match="cannot be read"):
        own_type("few", tmp_path / "none.txt")
