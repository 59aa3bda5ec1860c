"""Functions of a folder: which are taken, from where, and what is passed over."""

import pytest

from mha_viz.annotation.code.folder import LEAST_WORDS, evenly, read_functions
from mha_viz.annotation.code.syntax import read_code
from mha_viz.errors import InputError

LONG = "def {}(a, b):\n    total = a + b\n    if total > a:\n        return total\n    return b - total\n"
INSIDE = "class A:\n    x = 1\n\n    @cached\n" + "".join(f"    {line}\n" for line in LONG.format("g").split("\n")[:-1])


def put(folder, **files):
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_functions_and_methods_come_with_file_and_line(tmp_path):
    put(tmp_path, b__one=LONG.format("f") + "\n" + INSIDE, a="x = 1\n", c="def short(): pass\n")
    first, second = read_functions(tmp_path)
    assert first.text + "\n" == LONG.format("f")
    assert second.text + "\n" == "@cached\n" + LONG.format("g")
    assert (second.document, second.sentence_id) == ("b/one.py", "b/one.py:10")
    assert second.source.endswith("one.py, line 10")
    assert len(first) >= LEAST_WORDS


def test_what_is_passed_over(tmp_path):
    code = LONG.format("f")
    dedented = 'def f(a):\n    x = """\nfar left"""\n' + "    x = a + x\n" * 7
    put(tmp_path, test__a=code, tests__a=code, _site=code, broken=code + "(", long=code + "    a = 1\n" * 50)
    put(tmp_path / ".hidden", a=code)
    put(tmp_path, strings="class A:\n" + dedented.replace("def", "    def").replace("    x =", "        x ="))
    (tmp_path / "latin.py").write_bytes(b"# \xe9\n" + code.encode())
    assert [one.document for one in read_functions(tmp_path)] == ["_site.py"]


def test_of_many_functions_few_are_taken_from_each_file_and_always_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("mha_viz.annotation.code.folder.MOST", 5)
    monkeypatch.setattr("mha_viz.annotation.code.folder.MOST_FILES", 3)
    for i in range(7):
        put(tmp_path, **{f"m{i}": "\n".join(LONG.format(f"f{k}") for k in range(11))})
    taken = [one.sentence_id for one in read_functions(tmp_path)]
    assert [name.partition(":")[0] for name in taken] == ["m0.py", "m0.py", "m2.py", "m2.py", "m4.py", "m4.py"]
    assert taken == [one.sentence_id for one in read_functions(tmp_path)]
    assert abs(int(taken[0].partition(":")[2]) - int(taken[1].partition(":")[2])) > 6  # no neighbours
    assert evenly(list(range(9)), 4) == [0, 2, 4, 6]


def test_files_in_the_encoding_that_they_name(tmp_path):
    path = tmp_path / "a.py"
    path.write_bytes("# coding: latin-1\r\nx = 'é'\r\n".encode("latin-1"))
    assert read_code(path) == "# coding: latin-1\nx = 'é'\n"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert read_code(path) == "x = 1\n"
    for wrong in (b"x = '\xe9'\n", b"# coding: nonsense\n"):
        path.write_bytes(wrong)
        with pytest.raises(InputError, match=r"a.py is not in the encoding"):
            read_code(path)


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        list(read_functions(tmp_path / "none"))
