"""What a test waits for before it presses a key that goes through steps."""

from playwright.sync_api import expect

IDLE = "() => new Promise((done) => requestIdleCallback(done, { timeout: 500 })).then(() => true)"


def at_rest(tab):
    """The run of the page has ended, and its buttons listen to their keys: they come after the texts, as the browser
    loads what draws them when it first meets one, and begin to listen once they are drawn.
    """
    expect(tab.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    expect(tab.get_by_role("button", name="Next")).to_be_visible()
    assert tab.evaluate(IDLE)
