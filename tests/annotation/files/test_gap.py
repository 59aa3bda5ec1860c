"""GAP is read to the letter; what a spreadsheet or another way to count has changed is refused with the cause."""

import codecs
import csv
import io
import unicodedata

import pytest

from mha_viz.annotation.annotated import Link
from mha_viz.annotation.files.gap import GAP_COLUMNS, read_gap
from mha_viz.errors import InputError


def file(tmp_path, *lines):
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    return path


def gap(**change):
    cells = ["d-1", 'Bo fed "Al; he ate.', "he", "12", "Bo", "0", "FALSE", "Al", "8", "TRUE", "u"]
    held = dict(zip(GAP_COLUMNS, cells, strict=True))
    return "\t".join({**held, **{name.replace("_", "-"): value for name, value in change.items()}}.values())


def test_gap(tmp_path):
    first, neither = read_gap(file(tmp_path, "\t".join(GAP_COLUMNS), gap(), gap(B_coref="FALSE")))
    assert first.links == (Link((12, 14), ((0, 2), (8, 10)), 1, "d-1"),)
    assert first.text == 'Bo fed "Al; he ate.'  # a quotation mark is a character like any other
    assert neither.links[0].answer is None


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (gap(A_coref="TRUE"), "not both TRUE"),
        (gap(A_coref="maybe"), "not MAYBE and TRUE"),
        (gap(B_offset="7"), "B 'Al' does not stand at character '7'"),
        (gap(B_offset="x"), "B 'Al' does not stand at character 'x'"),
        (gap().rpartition("\t")[0], "11 columns, this one has 10"),
    ],
)
def test_a_broken_gap_line_is_refused_by_name(tmp_path, line, what):
    with pytest.raises(InputError, match=f"mine.txt, line 2: .*{what}"):
        list(read_gap(file(tmp_path, "\t".join(GAP_COLUMNS), line)))


def test_a_gap_file_begins_with_its_columns(tmp_path):
    with pytest.raises(InputError, match="line 1: a GAP file begins with the columns ID, Text"):
        list(read_gap(file(tmp_path, gap())))


TEXT = 'Zoë told "Ånn" 😀: so she left Bo.'
ROW = {
    "ID": "d-2", "Text": TEXT, "Pronoun": "she", "Pronoun-offset": TEXT.index("she"), "A": "Ånn",
    "A-offset": TEXT.index("Ånn"), "A-coref": "TRUE", "B": "Bo", "B-offset": TEXT.index("Bo"), "B-coref": "FALSE",
    "URL": "u",
}  # fmt: skip
BYTES = {"Pronoun-offset": 26, "A-offset": 11, "B-offset": 35}  # ë and Å are two bytes, the face is four
UNITS = {"Pronoun-offset": 22, "A-offset": 10, "B-offset": 31}  # the face is two units, everything else one
FROM_1 = {name: int(ROW[name]) + 1 for name in BYTES}
MOJIBAKE = TEXT.encode().decode("cp1252")
NFD = unicodedata.normalize("NFD", TEXT)
OF_NFD = {f"{name}-offset": NFD.index(unicodedata.normalize("NFD", ROW[name])) for name in ("Pronoun", "A", "B")}
AT_21, AT_23 = (f"Pronoun 'she' does not stand at character '{place}' of this text" for place in (21, 23))
ONE_ACCENT = {  # two bytes, and two characters in NFD
    "Text": "Zoë met Ann and she left.", "A": "Zoë", "A-offset": 0, "B": "Ann", "B-offset": 9, "Pronoun-offset": 17,
}  # fmt: skip
DECIMALS = {name: f"{ROW[name]}.0" for name in BYTES}


def row(**change):
    return "\t".join(map(str, (ROW | change).values()))


def written(rows, **how):
    """Rows as a spreadsheet writes them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **how).writerows(rows)
    return out.getvalue().splitlines()


def refusal(tmp_path, *lines):
    with pytest.raises(InputError) as error:
        list(read_gap(file(tmp_path, *lines)))
    return str(error.value).removeprefix(f"{tmp_path / 'mine.txt'}, ")


def test_offsets_count_characters(tmp_path):
    (one,) = read_gap(file(tmp_path, "\t".join(GAP_COLUMNS), row()))
    link = one.links[0]
    assert [TEXT[slice(*span)] for span in (link.pronoun, *link.candidates)] == ["she", "Ånn", "Bo"]
    decomposed = {name: unicodedata.normalize("NFD", ROW[name]) for name in ("A",)}
    (other,) = read_gap(file(tmp_path, "\t".join(GAP_COLUMNS), row(**decomposed)))
    assert other.links == one.links


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (BYTES, "Pronoun 'she' does not stand at character '26' of this text; counted in UTF-8 bytes it does: count"),
        (UNITS, "Pronoun 'she' does not stand at character '22' of this text; counted in UTF-16 units it does: count"),
        (FROM_1, "Pronoun 'she' does not stand at character '22' of this text; counted from 1 it does: count from 0."),
        (DECIMALS, "Pronoun 'she' does not stand at character '21.0' of this text; as a whole number, which a"),
        ({"Text": MOJIBAKE, "A": "Ã…nn"}, f"{AT_21}; its letters (such as Ã) are UTF-8 that was opened as W"),
        ({"Text": NFD}, f"{AT_21}; with letters and accents in one character (NFC) it does."),
        ({**OF_NFD, "A": "Ånn"}, f"{AT_23}; with accents as characters of their own (NFD) it does."),
        (ONE_ACCENT, "Pronoun 'she' does not stand at character '17' of this text; counted in UTF-8 bytes it does"),
        ({"A-offset": 11}, "A 'Ånn' does not stand at character '11' of this text."),  # one of three is no rule
        ({"B": "Bob"}, "B 'Bob' does not stand at character '30' of this text."),
        ({"B-offset": "22.5"}, "B 'Bo' does not stand at character '22.5' of this text."),
        ({"B-offset": 10**6}, "B 'Bo' does not stand at character '1000000' of this text."),
        ({"B": ""}, "B '' does not stand at character '30' of this text."),
    ],
)  # fmt: skip
def test_where_one_way_to_count_explains_all_three_it_is_named(tmp_path, change, told):
    assert refusal(tmp_path, "\t".join(GAP_COLUMNS), row(**change)).startswith(f"line 2: {told}")


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
def test_a_text_that_is_quoted_as_csv_is_called_so(tmp_path, quoting):
    (line,) = written([[*(ROW | {"A-coref": True, "B-coref": False}).values()]], delimiter="\t", quoting=quoting)
    line = line.replace('"True"', "TRUE").replace('"False"', "FALSE").replace("True", "TRUE").replace("False", "FALSE")
    told = refusal(tmp_path, "\t".join(GAP_COLUMNS), line)
    assert told.startswith("line 2: Pronoun ")
    assert "; without the quotation marks of a CSV file it does: save it as text between tabs, without" in told
    assert '""Ånn""' in line


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"delimiter": "\t", "quoting": csv.QUOTE_ALL}, "without quotation marks"),
        ({"delimiter": ","}, "with tabs, not commas"),
        ({"delimiter": ";", "quoting": csv.QUOTE_ALL}, "with tabs, not semicolons"),
    ],
)
def test_a_header_that_a_spreadsheet_wrote_is_called_so(tmp_path, how, what):
    told = refusal(tmp_path, *written([GAP_COLUMNS, list(ROW.values())], **how))
    assert told.endswith(f"B-coref, URL, between tabs: this one is a spreadsheet's CSV, to be saved {what}.")


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_file_in_utf_16_is_called_so(tmp_path, mark):
    path = tmp_path / "mine.txt"
    path.write_bytes(mark + "\t".join(GAP_COLUMNS).encode("utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"))
    with pytest.raises(InputError, match="mine.txt, line 1: this file is UTF-16: save it as UTF-8"):
        list(read_gap(path))
