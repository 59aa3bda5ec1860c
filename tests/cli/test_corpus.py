"""What a profile says of the files that it was measured on."""

import hashlib

from mha_viz.cli.corpus import checksum, n_sentences

FUNCTION = "def f(a, b):\n    total = a + b\n    if total > a:\n        return total\n    return b - total\n"
ONE = "1\tit\tit\tPRON\t_\t_\t2\tnsubj\t_\t_\n2\tsat\tsit\tVERB\t_\t_\t0\troot\t_\t_\n\n"


def test_sentences_are_those_of_the_file_however_many_are_read_at_once(tmp_path):
    treebank, names, ratings = (tmp_path / name for name in ("a.conllu", "a.iob2", "a.txt"))
    treebank.write_text("# newdoc id = one\n" + ONE * 3 + "# newdoc id = two\n" + ONE * 2, encoding="utf-8")
    names.write_text("1\tit\tO\n2\tsat\tO\n\n" * 7, encoding="utf-8")
    ratings.write_text("cat\tdog\t7\n", encoding="utf-8")
    assert [n_sentences(source, str(treebank)) for source in ("conllu", "select", "documents")] == [5, 5, 5]
    assert n_sentences("entities", str(names)) == 7
    assert n_sentences("ratings", str(ratings)) == 0


def test_functions_of_a_folder_are_told_by_their_texts(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").write_text(FUNCTION, encoding="utf-8")
    assert n_sentences("code", str(tmp_path / "one")) == 1
    assert checksum("code", str(tmp_path / "one")) == checksum("code", str(tmp_path / "two"))
    assert checksum("code", str(tmp_path / "one")) == hashlib.sha256(FUNCTION.strip().encode()).hexdigest()
    assert checksum("code", str(tmp_path)) != checksum("code", str(tmp_path / "one"))
