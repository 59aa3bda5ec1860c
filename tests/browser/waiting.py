"""What a test waits for before it presses a key."""

from playwright.sync_api import expect

IDLE = "() => new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => done(true))))"


def at_rest(tab):
    """The run of the page has ended and what it sent is on the page: buttons come after the texts, as the browser
    loads what draws them when it first meets one, and only then listen to their keys.
    """
    expect(tab.locator("[data-testid=stApp]")).to_have_attribute("data-test-script-state", "notRunning")
    assert tab.evaluate(IDLE)
