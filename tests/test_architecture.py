"""Who may import whom: modules only import what stands above them, and Streamlit stays in its folder."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# In the order of the data flow: a module imports from us only what stands before it.
ORDER = (
    "errors", "objects", "theme", "places", "addresses", "class_mode", "long_jobs", "inputs", "words", "calls",
    "attention", "annotations", "annotation_lines", "treebanks", "pronoun_pairs", "agreement", "dependency_trees",
    "universal", "pronouns", "word_ratings",
    "uploads", "marks", "corrections",
    "head_scores.counting", "head_scores.spread", "head_scores.positional", "head_scores.sinks", "head_scores.copying",
    "head_scores.pointing", "head_scores.syntactic", "head_scores.coreference", "head_scores.twins",
    "head_scores.entities", "head_scores.relation_words", "head_scores.tone", "head_scores.semantic", "head_scores",
    "sampling", "seeds", "evidence", "corpora", "tally_store",
    "watching", "recording", "cutting", "continuing", "capturing", "tallying", "scoring", "rating_scores",
    "naming", "trails", "corpus_reading",
    "rebuilding", "multi_head_attention", "costs", "compare", "aligning", "comparisons", "changes",
    "head_distances", "atlas", "maps", "selection",
    "showing", "overview",
    "catalogue", "wheels", "fetching", "parsing", "our_sentences",
    "classroom_model", "models", "frames", "figures",
    "buffers", "views", "panels", "saying", "pictures", "trail_pictures", "arc_pictures", "exporting", "profiles",
    "rankings", "score_names", "profile_pairs", "comparison_pictures",
    "head_cards", "head_examples", "score_views", "score_pictures", "atlas_pictures", "story_heads",
    "notebook",
    "classroom_grammar", "classroom_tokenizer", "classroom", "classroom_measures",
    "mattering", "head_counts", "head_counts_saying", "induction", "training_records", "training_pictures",
    "serving", "terminal", "score_commands", "profile_command", "compare_command", "lesson_commands", "train_command",
    "class_command", "cli",
    "ui.origins", "ui.class_mode", "ui.turns", "ui.frame", "ui.work", "ui.readings", "ui.cache", "ui.controls",
    "ui.desk", "ui.mount", "ui.exports",
    "ui.annotated_file",
    "ui.annotation",
    "ui.sentence", "ui.heads", "ui.head", "ui.trail_cache", "ui.names",
    "ui.score_cache", "ui.score_choice", "ui.row_choice", "ui.head_ranking", "ui.atlas_cache", "ui.head_card",
    "ui.scores", "ui.comparison_cache", "ui.comparison_choice", "ui.model_pair", "ui.comparison", "ui.atlas",
    "ui.scene", "ui.story", "ui.jobs", "ui.live_training", "ui.head_counts", "ui.mattering", "ui.training",
    "ui.steps", "ui.inside", "ui.lessons", "ui.server",
)  # fmt: skip
# What may be imported from outside, beyond the standard library; anything not listed is free of the rule's concern.
HEAVY = {
    "torch",
    "transformers",
    "spacy",
    "streamlit",
    "plotly",
    "pandas",
    "huggingface_hub",
    "safetensors",
    "textblob",
}
OUTSIDE = {
    "errors": set(), "theme": set(), "places": set(), "addresses": set(), "long_jobs": set(),
    "class_mode": set(), "class_command": set(), "serving": set(), "catalogue": set(),
    "cli": set(), "terminal": {"transformers"}, "score_commands": {"pandas"}, "profile_command": {"pandas"},
    "objects": {"torch"}, "inputs": set(), "words": {"torch"}, "calls": {"torch"}, "attention": {"torch"},
    "head_scores.counting": {"torch"}, "head_scores.spread": {"torch"}, "head_scores.positional": {"torch"},
    "head_scores.sinks": {"torch"}, "head_scores.copying": {"torch"}, "head_scores": {"torch"}, "sampling": {"torch"},
    "evidence": {"torch"}, "corpora": set(), "tally_store": {"torch"}, "tallying": {"torch"},
    "scoring": {"pandas", "torch"}, "rating_scores": {"pandas", "torch"},
    "corpus_reading": {"torch"}, "profiles": {"pandas", "torch"}, "watching": {"torch"},
    "annotations": {"torch"}, "annotation_lines": set(), "treebanks": set(), "pronoun_pairs": set(),
    "agreement": set(), "pronouns": set(), "wheels": set(), "dependency_trees": set(), "universal": set(),
    "parsing": {"spacy"},
    "our_sentences": set(),
    "head_scores.pointing": {"torch"}, "head_scores.syntactic": set(), "head_scores.coreference": set(),
    "head_scores.twins": {"torch"}, "head_scores.entities": set(), "head_scores.relation_words": set(),
    "head_scores.tone": {"textblob", "torch"}, "head_scores.semantic": {"torch"}, "word_ratings": set(),
    "uploads": set(), "marks": set(), "corrections": set(), "arc_pictures": set(),
    "ui.annotated_file": {"streamlit"}, "ui.annotation": {"streamlit"},
    "recording": {"torch", "transformers"}, "cutting": {"torch"}, "continuing": {"torch", "transformers"},
    "capturing": {"torch"}, "rebuilding": {"torch"}, "multi_head_attention": {"torch"}, "maps": {"torch"},
    "showing": {"torch"}, "overview": {"torch"}, "costs": {"pandas", "torch"}, "compare": {"pandas", "torch"},
    "fetching": {"huggingface_hub"}, "models": {"safetensors", "torch", "transformers"},
    "frames": {"pandas", "torch"}, "figures": {"pandas", "plotly"}, "views": {"torch"}, "selection": {"torch"},
    "buffers": {"torch"}, "panels": {"pandas", "torch"}, "saying": {"torch"}, "pictures": {"pandas"},
    "exporting": {"pandas"}, "notebook": {"torch"}, "ui.frame": {"streamlit"},
    "ui.cache": {"streamlit", "torch", "transformers"},
    "ui.work": {"streamlit"}, "ui.readings": set(), "ui.turns": set(), "ui.server": {"streamlit"},
    "ui.origins": {"streamlit"},
    "ui.class_mode": {"streamlit"}, "ui.controls": {"streamlit"}, "ui.mount": {"streamlit"},
    "ui.desk": {"streamlit"}, "ui.steps": {"torch"}, "ui.exports": {"pandas", "streamlit"}, "ui.sentence": {"torch"},
    "ui.heads": {"pandas", "streamlit"}, "ui.head": {"streamlit"}, "ui.inside": {"streamlit"},
    "ui.lessons": {"streamlit", "torch"}, "rankings": {"pandas"}, "score_names": set(), "head_cards": {"pandas"},
    "head_examples": {"pandas"}, "score_views": {"torch"}, "score_pictures": {"pandas"},
    "ui.score_cache": {"pandas", "plotly", "streamlit"}, "ui.score_choice": {"pandas", "streamlit"},
    "ui.head_ranking": {"pandas", "streamlit"}, "ui.head_card": {"pandas", "streamlit"},
    "ui.scores": {"pandas", "streamlit"},
    "compare_command": {"pandas"}, "profile_pairs": {"pandas"}, "comparison_pictures": {"pandas", "torch"},
    "ui.row_choice": {"pandas", "streamlit"}, "ui.comparison_cache": {"pandas", "streamlit", "torch"},
    "ui.comparison_choice": {"streamlit"}, "ui.comparison": {"pandas", "streamlit"}, "ui.model_pair": {"streamlit"},
    "aligning": {"torch"}, "comparisons": {"torch"}, "changes": {"pandas", "torch"},
    "head_distances": {"pandas", "torch"}, "atlas": {"pandas", "torch"}, "atlas_pictures": {"pandas", "torch"},
    "ui.atlas_cache": {"pandas", "streamlit"}, "ui.atlas": {"pandas", "streamlit"},
    "classroom_model": {"torch", "transformers"}, "classroom_grammar": set(), "classroom_tokenizer": {"transformers"},
    "classroom": {"torch"}, "classroom_measures": {"pandas", "torch"}, "train_command": {"pandas", "torch"},
    "mattering": {"pandas"}, "ui.mattering": {"pandas", "plotly", "streamlit"},
    "seeds": {"torch"}, "head_counts": {"pandas", "torch"}, "head_counts_saying": {"pandas", "torch"},
    "induction": {"pandas", "torch"}, "training_records": {"pandas", "torch"},
    "training_pictures": {"pandas", "torch"}, "lesson_commands": {"pandas", "torch"},
    "ui.jobs": {"streamlit"}, "ui.live_training": {"streamlit", "torch"}, "ui.head_counts": {"pandas", "streamlit"},
    "ui.training": {"pandas", "plotly", "streamlit"},
    "story_heads": {"pandas"}, "ui.scene": {"streamlit", "torch"}, "ui.story": {"streamlit", "torch"},
    "naming": set(), "trails": {"pandas", "torch"},
    "trail_pictures": {"pandas"}, "ui.trail_cache": {"pandas", "streamlit"}, "ui.names": {"pandas", "streamlit"},
}  # fmt: skip
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


def path_of(module: str) -> Path:
    place = ROOT / "mha_viz" / module.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: imports are absolute"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_every_module_has_its_place():
    modules = {
        ".".join(path.relative_to(ROOT / "mha_viz").with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "mha_viz").rglob("*.py")
    }
    assert modules - {"__init__", "ui"} == set(ORDER) == set(OUTSIDE)


@pytest.mark.parametrize("module", ORDER)
def test_imports_point_up(module):
    ours = {name.removeprefix("mha_viz.") for name in imports(path_of(module)) if name.startswith("mha_viz.")}
    below = set(ORDER[ORDER.index(module) :])
    assert not ours & below
    heavy = {name.partition(".")[0] for name in imports(path_of(module))} & HEAVY
    assert heavy <= OUTSIDE[module]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_pages_are_short_and_hold_no_maths(page):
    text = page.read_text(encoding="utf-8")
    outside = {name.partition(".")[0] for name in imports(page)}
    assert outside <= {"mha_viz", "streamlit"}
    assert text.count("\n") <= 60
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(ast.parse(text)))


def test_files_and_functions_stay_small():
    for module in ORDER:
        text = path_of(module).read_text(encoding="utf-8")
        assert text.count("\n") <= 250, module
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                doc = ast.get_docstring(node, clean=False)
                lines = node.end_lineno - node.lineno + 1 - (doc.count("\n") + 1 if doc else 0)
                assert lines <= 40, f"{module}.{node.name}"


def test_only_models_loads_pretrained_weights():
    users = [module for module in ORDER if "from_pretrained" in path_of(module).read_text(encoding="utf-8")]
    assert users == ["models"]


def test_public_names_exist_and_none_is_a_module():
    import mha_viz

    assert len(set(mha_viz.__all__)) == len(mha_viz.__all__)
    for name in mha_viz.__all__:
        assert getattr(mha_viz, name).__doc__ or name in ("CATALOGUE", "HEAD_SCORES")
    assert not set(mha_viz.__all__) & set(ORDER)


def test_importing_the_package_does_not_import_streamlit():
    import subprocess
    import sys

    code = "import sys, mha_viz; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
