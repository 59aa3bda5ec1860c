"""What is read ahead in a process beside is what would be read here, and without it the text is read here."""

import pickle
import subprocess
import sys

import pytest

from mha_viz.annotation.english import documents
from mha_viz.annotation.english.documents import BESIDE, read_ahead, read_documents
from mha_viz.annotation.english.parser import parse

TEXT = "Mary  and her dog sleep.\nDogs, said Ünal, bark in Paris."


class Beside:
    """In place of the process: what it wrote before it ended."""

    def __init__(self, written):
        self.written = written

    def communicate(self):
        return self.written, None


@pytest.fixture
def ours(monkeypatch):
    monkeypatch.setattr(documents, "is_ours", lambda: True)
    monkeypatch.setattr(documents, "_ahead", {})
    return documents


@pytest.mark.real_model
def test_the_process_beside_reads_the_same(ours, monkeypatch):
    here = parse(TEXT)
    read_ahead(TEXT)
    assert [text for _, text in ours._ahead] == [TEXT]
    monkeypatch.setattr(ours, "_pipeline", lambda _: pytest.fail("read once more"))
    assert parse(TEXT) == here
    assert ours._ahead == {}
    assert {entity.entity_type for entity in here.entities} >= {"PERSON", "GPE"}


@pytest.mark.real_model
@pytest.mark.parametrize("written", [b"", b"\x00", pickle.dumps(("a", 1))[:-3]])
def test_where_it_breaks_off_the_text_is_read_here(ours, written):
    source, here = ours.source_here(), parse("Dogs bark.")
    ours._ahead[source, "Dogs bark."] = Beside(written)
    assert parse("Dogs bark.") == here


@pytest.mark.real_model
def test_another_text_is_read_here_and_what_waits_is_kept(ours):
    source = ours.source_here()
    ours._ahead[source, "Dogs bark."] = Beside(pickle.dumps("what waits"))
    assert [document.text for document in read_documents(source, ["Cats sleep."])] == ["Cats sleep."]
    assert next(document.text for document in read_documents(source, ["Dogs bark.", "Cats sleep."])) == "Dogs bark."
    assert read_documents(source, ["Dogs bark."]) == ["what waits"]


@pytest.mark.parametrize("text", ["ab " * 33_334, "a " + "(" * 1_009, "a \ud83d b"])
def test_nothing_is_begun_for_what_is_refused(ours, monkeypatch, text):
    monkeypatch.setattr(ours, "Popen", lambda *_, **__: pytest.fail("begun"))
    read_ahead(text)


@pytest.mark.parametrize(("is_ours", "source"), [(False, "en_core_web_sm"), (True, "")])
def test_nothing_is_begun_in_a_program_of_somebodys_or_without_a_parser(monkeypatch, is_ours, source):
    monkeypatch.setattr(documents, "is_ours", lambda: is_ours)
    monkeypatch.setattr(documents, "source_here", lambda: source)
    monkeypatch.setattr(documents, "Popen", lambda *_, **__: pytest.fail("begun"))
    read_ahead(TEXT)


@pytest.mark.real_model
def test_the_process_beside_needs_no_torch():
    program = f"{BESIDE}; sys.stderr.write(' '.join(name for name in sys.modules if name.startswith('torch.')))"
    done = subprocess.run(
        [sys.executable, "-c", program, *sys.path], input=pickle.dumps((documents.source_here(), TEXT)),
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stderr == b""
    assert pickle.loads(done.stdout).text == TEXT  # noqa: S301 - what we asked for
