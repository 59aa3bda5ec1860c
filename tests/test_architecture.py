"""The house keeps its order: packages import from packages before them, and outside libraries stay in their rooms."""

import ast
import importlib.util
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mha_viz"
# In the order of the data flow: a package imports from those before it. A set: neither imports the other.
FLOORS = (
    "inputs", "attention", "recording", {"models", "comparison"}, "annotation", "scores", "evidence", "training",
    "views", "lessons", "playing", "printing", "ui", "cli",
)  # fmt: skip
UI_FLOORS = ("addresses", "classroom", "several", "shell", "shared", "parts", "pages", "server", "serve")
# Which modules may import what from outside, wherever in the file the import stands.
OUTSIDE = {
    "transformers": ("recording.interface", "recording.generate", "recording.packed", "models", "training.tokenizer"),
    "tokenizers": ("training.tokenizer", "models.fetching.reactions"),
    "huggingface_hub": ("models.fetching.hub",),
    "httpx2": ("models.fetching.hub",),
    "spacy": ("annotation.english.documents",),
    "plotly": ("views.figures",),
    "PIL": (
        "views.exports.still",
        "views.exports.still_picture",
        "inputs.media.picture",
        "inputs.media.picture_examples",
        "inputs.media.patches",
    ),
    "streamlit": ("ui",),
    "uvicorn": ("ui.server",),
    "segno": ("ui.shell.led.join",),
    "babel": ("inputs.languages", "language"),
    "pygments": ("views.code",),
    "soundfile": ("inputs.media.sound",),
    "yaml": ("lessons.nodes",),
    "markdown_it": ("printing.marks",),
    "ray": ("evidence.corpus.cluster",),
}
# What pages do not import, and the methods of tensors and tables that they do not call.
COMPUTING = {"torch", "numpy", "math", "statistics", "scipy"}
MATHS = {
    "argmax", "argmin", "argsort", "softmax", "norm", "mean", "median", "sum", "std", "max", "min", "abs", "flatten",
    "topk", "cumsum", "round", "groupby", "pivot", "idxmax", "idxmin", "nunique", "sort_values", "merge", "quantile",
}  # fmt: skip
ATTENTION = {"torch", "pandas"}  # all that the floor of pure functions takes from outside
# What importing a whole package may not bring in, whoever imports it; no row forbids what one before it may load.
NOT_LOADED = {
    "errors": {"torch", "pandas", "transformers", "streamlit"},
    "lessons": {"torch", "pandas", "transformers", "streamlit", "spacy", "plotly"},
    "cli.main": {"torch", "pandas", "transformers", "streamlit", "spacy", "plotly"},
    "inputs": {"pandas", "transformers", "spacy", "streamlit", "plotly", "scipy"},
    "attention": {"transformers", "spacy", "streamlit", "plotly", "scipy", "huggingface_hub"},
    "recording": {"spacy", "streamlit", "plotly", "textblob"},
    "models": {"spacy", "streamlit", "plotly", "textblob"},
    "comparison": {"spacy", "streamlit", "plotly", "textblob"},
    "annotation": {"spacy", "streamlit", "plotly", "textblob"},
    "scores": {"spacy", "streamlit", "plotly"},
    "evidence": {"spacy", "streamlit", "plotly"},
    "training": {"spacy", "streamlit", "plotly"},
    "views": {"spacy", "streamlit"},
    "playing": {"spacy", "streamlit"},
    "printing": {"spacy", "streamlit"},
}


def modules():
    """Every module below mha_viz by its dotted name, with its file; ``__init__`` bears its package's name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "_app" not in path.parts:
            yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"), path


FILES = dict(modules())
PAGES = [*sorted((ROOT / "pages").glob("*.py")), ROOT / "app.py"]
# Built on captures, so from a floor above; imported when it is called.
LATE = {("attention.multi_head_attention", "recording.rebuild")}


@cache
def imports(path, *, with_types=False):
    """What a file imports, wherever the import stands; what type checkers alone see, where it is asked for."""
    tree, names = ast.parse(path.read_text(encoding="utf-8")), set()
    for node in ast.walk(tree):
        if not with_types and isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def ours(module):
    """The modules of ours that one imports: a type is an arrow too."""
    found = set()
    for name in imports(FILES[module], with_types=True):
        parts = name.split(".")
        if parts[0] == "mha_viz":
            inner = [".".join(parts[1:k]) for k in range(len(parts), 1, -1)]
            found.add(next((other for other in inner if other in FILES), "__init__"))
    return {other for other in found if (module, other) not in LATE}


def floor_of(module, floors):
    first = module.partition(".")[0]
    return next((i for i, floor in enumerate(floors) if first in ({floor} if isinstance(floor, str) else floor)), -1)


def may_import(importer, imported, floors):
    """Whether the imported stands on a floor before the importer's; in a package, and at the root, order is free."""
    above, below = floor_of(importer, floors), floor_of(imported, floors)
    return above > below or importer.partition(".")[0] == imported.partition(".")[0] or above == below == -1


@pytest.mark.parametrize("module", [name for name in FILES if name != "__init__"])
def test_imports_point_to_packages_before(module):
    for name in ours(module):
        assert may_import(module, name, FLOORS), name
        if module.startswith("ui.") and name.startswith("ui."):
            assert may_import(module[3:], name[3:], UI_FLOORS), name


def test_no_page_imports_another_page():
    room = {name: name.split(".")[2] for name in FILES if name.startswith("ui.pages.")}
    assert not [(name, other) for name in room for other in ours(name) if room.get(other, room[name]) != room[name]]


def test_no_circles():
    graph, done = {name: ours(name) - {name} for name in FILES if name != "__init__"}, set()

    def visit(name, way):
        assert name not in way, " → ".join((*way, name))
        if name not in done:
            done.add(name)
            for other in graph.get(name, ()):
                visit(other, (*way, name))

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("library", OUTSIDE)
def test_outside_libraries_stay_in_their_rooms(library):
    users = {name for name, path in FILES.items() if library in {used.split(".")[0] for used in imports(path)}}
    rooms = tuple(f"{room}." for room in OUTSIDE[library])
    assert users
    assert {name for name in users if not f"{name}.".startswith(rooms)} == set()


def test_no_page_comes_near_a_cluster():
    """Ray ends a process whose cluster is lost: this must never be the app."""
    users = {name for name in FILES if "evidence.corpus.cluster" in ours(name)}
    assert users == {"cli.profiles.runner"}


def test_attention_needs_torch_and_pandas_alone():
    outside = {n.split(".")[0] for name, path in FILES.items() if name.startswith("attention") for n in imports(path)}
    assert outside - set(sys.stdlib_module_names) <= {*ATTENTION, "mha_viz"}


def loaded_by(names):
    """What each of these modules newly loads, imported one after the other in one fresh process."""
    code = """
import importlib, sys
for name in sys.argv[1:]:
    before = set(sys.modules)
    importlib.import_module(name)
    print(name, *(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True)
    return {name: set(loaded) for name, *loaded in map(str.split, done.stdout.splitlines())}


def in_place(place):
    return [f"mha_viz.{name}" for name in FILES if f"{name}.".startswith(f"{place}.")]


@pytest.fixture(scope="module")
def loads():
    """Of all packages in the order of ``NOT_LOADED``: so whatever a package would load alone is loaded once it is its
    turn, by itself or before it, and nothing hides that another module has loaded the same already.
    """
    return loaded_by([name for place in NOT_LOADED for name in in_place(place)])


@pytest.mark.parametrize("place", NOT_LOADED)
def test_importing_a_package_loads_no_more_than_it_needs(place, loads):
    names = list(loads)
    assert f"mha_viz.{place}" in names
    until = names[: names.index(in_place(place)[-1]) + 1]
    assert [(name, library) for name in until for library in loads[name] & NOT_LOADED[place]] == []


def test_our_attention_can_be_read_alone():
    name = "mha_viz.attention.multi_head_attention"
    loaded = {other for other in loaded_by([name])[name] if other.startswith("mha_viz.")}
    refusals = {"mha_viz.arguments", "mha_viz.outside", "mha_viz.errors", "mha_viz.attention.module_arguments"}
    lines = {"fitting", "language", "media", "model_names", "paths", "precision", "reprs", "wording"}
    lines = {f"mha_viz.{name}" for name in lines}
    assert loaded == {"mha_viz.attention", "mha_viz.attention.trace", name, "mha_viz.objects"} | refusals | lines


def test_every_folder_is_a_package_that_says_what_it_is():
    folders = {path.parent for path in FILES.values()}
    for folder in folders - {PACKAGE}:
        body = ast.parse((folder / "__init__.py").read_text(encoding="utf-8")).body
        assert len(body) == 1, folder.name
        assert isinstance(body[0].value, ast.Constant), folder.name


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_pages_are_short_and_hold_no_maths(page):
    text = page.read_text(encoding="utf-8")
    assert {name.partition(".")[0] for name in imports(page)} <= {"mha_viz", "streamlit"}
    assert text.count("\n") <= 60
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(ast.parse(text)))


@pytest.mark.parametrize("module", [name for name in FILES if name.startswith(("ui.pages", "ui.parts"))])
def test_what_pages_draw_is_computed_elsewhere(module):
    """Tensors pass through pages and their parts as they are; tables are cut to columns, and no more."""
    text = FILES[module].read_text(encoding="utf-8")
    assert not {name.partition(".")[0] for name in imports(FILES[module])} & COMPUTING
    called = {node.func.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)
              and isinstance(node.func, ast.Attribute)}  # fmt: skip
    assert not called & MATHS


def test_files_and_functions_stay_small():
    for name, path in FILES.items():
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 250, name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                doc = ast.get_docstring(node, clean=False)
                lines = node.end_lineno - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
                assert lines <= 40, f"{name}.{node.name}"


def test_only_models_loads_pretrained_weights():
    users = [name for name, path in FILES.items() if "from_pretrained" in path.read_text(encoding="utf-8")]
    assert {name.partition(".")[0] for name in users} == {"models"}


def test_public_names_exist_and_none_is_a_package_or_a_module_at_the_root():
    import mha_viz

    assert len(set(mha_viz.__all__)) == len(mha_viz.__all__)
    for name in mha_viz.__all__:
        assert getattr(mha_viz, name).__doc__ or name in ("CATALOGUE", "HEAD_SCORES")
    assert not set(mha_viz.__all__) & {name.partition(".")[0] for name in FILES}


@pytest.fixture(scope="module")
def architecture():
    spec = importlib.util.spec_from_file_location("architecture", ROOT / "docs" / "architecture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_five_ways_lead_to_files_and_functions_that_are_there(architecture):
    ways = re.findall(r"^\| [^|]*\? \| (.*) \|$", architecture.BEGINNING, re.MULTILINE)
    assert len(ways) == 5
    for way in ways:
        text = ""
        for name in re.findall(r"`([^`]+)`", way):
            if "/" in name or name.endswith(".py"):
                place = PACKAGE / name
                assert place.exists(), name
                text = place.read_text(encoding="utf-8") if place.is_file() else ""
            else:
                assert re.search(rf"^def {name}\(", text, re.MULTILINE), name


def test_the_four_walks_are_what_is_called_and_none_climbs(architecture):
    """After a comma the step before calls, after a semicolon one further back, or it begins on the highest floor."""
    walks = re.findall(r"^\| [^|]* to [^|]* \| (`[^|]*) \| (\d+) \|$", architecture.BEGINNING, re.MULTILINE)
    assert len(walks) == 4
    for walk, n_floors in walks:
        steps = [re.findall(r"`([^`]+\.py)` `(\w+)`", branch) for branch in walk.split("; ")]
        heights = {name: height_of(name) for branch in steps for name, _ in branch}
        assert len(set(heights.values())) == int(n_floors)
        gone = []
        for branch in steps:
            for i, (name, step) in enumerate(branch):
                assert re.search(rf"^(def|class) {step}\b", text_of(name), re.MULTILINE), step
                callers = [one for one in (gone[-1:] if i else gone) if re.search(rf"\b{step}\(", text_of(one))]
                begins = not gone or (not i and heights[name] == max(heights.values()))
                assert begins or any(heights[one] >= heights[name] for one in callers), step
                gone.append(name)


def text_of(name):
    return (PACKAGE / name).read_text(encoding="utf-8")


def height_of(name):
    module = name.replace("/", ".")
    return floor_of(module, FLOORS), floor_of(module.removeprefix("ui."), UI_FLOORS)


def test_the_page_on_the_architecture_is_what_the_modules_say(architecture):
    page = architecture.page()
    assert architecture.PAGE.read_text(encoding="utf-8") == page, "`make docs` writes it anew"
    assert all(f"`{path.name}`" in page for name, path in FILES.items() if "." not in name)


def test_only_the_frame_leaves_a_page():
    """It draws what waits before; only a fragment, which runs by itself, may ask for another run."""
    ways = {"st.stop(", "st.rerun(", "st.switch_page("}
    files = {**FILES, **{page.name: page for page in PAGES}}
    users = {(name, way) for name, path in files.items() for way in ways if way in path.read_text(encoding="utf-8")}
    shell = {
        ("ui.shell.frame", "st.stop("),
        ("ui.shell.coming_again", "st.rerun("),
        *((f"ui.shell.{name}", "st.switch_page(") for name in ("frame", "led.following")),
    }
    fragments = ("pages.training.live", "parts.watching", "pages.wall")
    watching = {(f"ui.{name}", "st.rerun(") for name in fragments}
    assert users == shell | watching


def test_no_test_imports_a_test():
    """What tests share stands in ``tests/support``: of two tests each can be run, changed and deleted alone."""
    files = {path for kind in ("test_*", "conftest") for path in (ROOT / "tests").rglob(f"{kind}.py")}
    tests = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files}
    assert "tests.test_architecture" in tests
    assert not [
        (path.name, name) for path in files for name in imports(path) if {name, name.rpartition(".")[0]} & tests
    ]
