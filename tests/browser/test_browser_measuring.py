"""A profile is measured from the page: a file is handed over, a process of its own reads it, and the page shows it."""

import pytest
from playwright.sync_api import expect

from mha_viz.evidence.corpus.profile import load_profile
from mha_viz.paths import cache_folder
from tests.support.servers.processes import APP, served

CONLLU = "1\tCats\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_\n2\tsleep\t_\tVERB\t_\t_\t0\troot\t_\t_\n\n"


@pytest.fixture
def cache(tmp_path):
    """A cache of the test's own, with the parser of this machine: what is measured is kept there."""
    (tmp_path / "parser").symlink_to(cache_folder() / "parser")
    return tmp_path


def test_a_profile_of_a_file_is_measured_and_offered(chromium, cache):
    with served(*APP, MHA_VIZ_CACHE=str(cache)) as url:
        page = chromium.new_page(base_url=url)
        page.goto("/Scores?model=classroom&where=in+general")
        page.get_by_text("Measure a profile").click(timeout=90_000)
        file = {"name": "mine.conllu", "mimeType": "text/plain", "buffer": (CONLLU * 11).encode()}
        page.locator("input[type=file]").first.set_input_files(file)
        expect(page.get_by_text("mine.conllu")).to_be_visible()
        page.get_by_role("button", name="Measure classroom").click()
        measured = page.get_by_text("Measured: your profile of classroom")
        expect(measured).to_be_visible(timeout=240_000)  # in a process that loads torch anew
        page.close()
    (kept,) = cache.rglob("*.parquet")
    assert "mine.conllu" in str(load_profile(kept).facts)
