"""The simulated EHR as a therapist meets it, in a real browser before the real service."""

from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect


def start(page: Page, visit: str) -> None:
    page.goto("/")
    page.locator(f'nav a[href$="visit={visit}"]').click()
    expect(page.locator(f'nav a[href$="visit={visit}"]')).to_have_attribute("aria-current", "page")
    page.wait_for_load_state()  # and with it the page's script


def sign(page: Page) -> None:
    page.get_by_role("button", name="Sign visit").click()


def charges(page: Page) -> list[str]:
    """Return code, units and modifiers of each charge shown."""
    rows = page.locator("#charges tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return [f"{code} x{units} {modifiers}" for code, _, units, modifiers in cells]


def test_a_medicare_visit_is_signed_and_its_charges_are_written(page: Page) -> None:
    start(page, "pt-medicare")
    expect(page.get_by_text("No charges yet.")).to_be_visible()
    sign(page)
    card = page.locator("#cards article")
    expect(card).to_have_count(1)
    expect(card.locator("h3")).to_contain_text("Bill 97110 ×2 GP, 97140 ×1 GP")
    expect(card.locator(".detail")).to_contain_text("33 (97110) + 7 (97140) = 40 timed minutes")
    card.get_by_role("button", name="Accept: Write these charges").click()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert charges(page) == ["97110 x2 GP", "97140 x1 GP"]
    expect(page.locator("#charges .tag")).to_have_text(["new", "new"])


def test_signing_works_before_the_script_runs(browser: Browser, service: str) -> None:
    statuses: set[int] = set()
    with browser.new_context(base_url=service, java_script_enabled=False) as context:
        page = context.new_page()
        page.on("response", lambda answer: statuses.add(answer.status))
        start(page, "pt-medicare")
        page.get_by_label("Minutes of 97110").fill("53")
        sign(page)
        detail = page.locator("#cards article .detail")
        expect(detail).to_contain_text("53 (97110) + 7 (97140) = 60 timed minutes")
        expect(page.get_by_label("Minutes of 97110")).to_have_value("53")
        expect(page.locator("nav.visits [aria-current]")).to_have_count(1)
    assert max(statuses) < HTTPStatus.BAD_REQUEST


def test_a_clean_visit_is_quiet(page: Page) -> None:
    start(page, "clean")
    sign(page)
    expect(page.locator("#cards")).to_contain_text("Signed. Charges match the chart.")
    expect(page.locator("#cards article")).to_have_count(0)


def test_edited_minutes_are_what_is_checked(page: Page) -> None:
    start(page, "clean")
    page.get_by_label("Minutes of 97140").fill("7")
    sign(page)
    expect(page.locator("#cards article h3").first).to_contain_text(
        "Drop 97140: 37 timed minutes earn 2 units"
    )


def test_an_edit_takes_the_cards_of_the_earlier_chart_away(page: Page) -> None:
    start(page, "pt-medicare")
    sign(page)
    expect(page.locator("#cards article")).to_have_count(1)
    page.get_by_label("Minutes of 97140").fill("8")
    page.get_by_label("Minutes of 97140").blur()
    expect(page.locator("#cards")).to_have_text(
        "The chart has changed. Sign the visit to check it again."
    )


def test_emptied_minutes_are_missing_not_nought(page: Page) -> None:
    start(page, "pt-medicare")
    page.get_by_label("Minutes of 97140").fill("")
    page.get_by_label("Minutes of 97140").press("Enter")
    expect(page.locator("#cards")).to_contain_text("Minutes missing for 97140")


def test_impossible_minutes_are_not_sent(page: Page) -> None:
    start(page, "pt-medicare")
    page.get_by_label("Minutes of 97140").fill("-7")
    sign(page)
    expect(page.locator("input:invalid")).to_be_focused()
    expect(page.locator("#cards article")).to_have_count(0)


def test_another_payer_counts_otherwise(page: Page) -> None:
    start(page, "pt-medicare")
    page.get_by_label("Payer").select_option("commercial_midpoint")
    sign(page)
    expect(page.locator("#cards article h3").first).to_contain_text("Bill 97110 ×2 GP:")


def test_an_assistants_share_is_a_line_of_its_own(page: Page) -> None:
    start(page, "pt-assistant")
    sign(page)
    page.get_by_role("button", name="Accept: Write these charges").click()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert charges(page) == ["97110 x1 GP", "97110 x1 GP CQ", "97140 x2 GP"]


def test_wrong_charges_are_corrected_in_place(page: Page) -> None:
    start(page, "over-billed")
    assert charges(page) == ["97110 x2 GP", "97140 x2 –"]
    sign(page)
    page.get_by_role("button", name="Accept: Correct the charges").click()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert charges(page) == ["97110 x1 GP", "97140 x1 GP"]
    expect(page.locator("#charges .tag")).to_have_text(["changed", "changed"])


def test_an_attestation_says_what_is_affirmed_and_is_not_recommended(page: Page) -> None:
    start(page, "group")
    sign(page)
    pair = page.locator("#cards article", has_text="97110 is not paid beside 97150")
    expect(pair.locator("button.primary")).to_have_count(0)
    choice = pair.locator("li", has_text="Add 59 to 97110")
    expect(choice).to_contain_text("I affirm: 97110 was furnished in 15-minute intervals apart")
    choice.get_by_role("button").click()
    expect(page.locator("#cards article", has_text="is not paid beside")).to_have_count(0)
    page.get_by_role("button", name="Accept:").click()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert sorted(charges(page)) == ["97110 x2 59 GP", "97150 x1 GP"]


@pytest.mark.parametrize("first", ["Write these charges", "Add XS to 97110"])
def test_two_suggestions_for_one_line_write_it_once(page: Page, first: str) -> None:
    start(page, "group")
    sign(page)
    page.get_by_role("button", name=f"Accept: {first}").click()
    expect(page.locator(".note")).to_contain_text(f"Accepted: {first}.")
    page.locator("#cards article button[name=accept]").first.click()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert len(charges(page)) == 2


def test_accepting_twice_writes_once(page: Page) -> None:
    # once by a double click, and once more by a card from before, as a second window has it
    start(page, "pt-medicare")
    sign(page)
    button = page.get_by_role("button", name="Accept: Write these charges")
    again = button.get_attribute("value") or ""
    button.dblclick()
    expect(page.get_by_text("Signed. Charges match the chart.")).to_be_visible()
    assert charges(page) == ["97110 x2 GP", "97140 x1 GP"]
    page.evaluate(
        """value => {
            const form = document.querySelector("#visit");
            const button = document.createElement("button");
            Object.assign(button, {name: "accept", value, type: "button", id: "again"});
            button.setAttribute("hx-post", "/ehr/accept");
            button.setAttribute("hx-target", "#cards");
            form.append(button);
            htmx.process(button);
        }""",
        again,
    )
    with page.expect_response("**/ehr/accept"):
        page.locator("#again").click()
    expect(page.locator("#charges .tag")).to_have_count(0)
    assert charges(page) == ["97110 x2 GP", "97140 x1 GP"]


def test_an_overridden_card_goes_with_its_reason_and_stays_away(page: Page) -> None:
    start(page, "missing-minutes")
    sign(page)
    card = page.locator("#cards article", has_text="Minutes missing for 97110")
    card.get_by_text("Override, because").click()
    card.get_by_role("button", name="I will correct the chart").click()
    expect(card).to_have_count(0)
    aside = page.locator(".set-aside")
    expect(aside).to_contain_text("Overridden (I will correct the chart): Minutes missing")
    page.get_by_role("button", name="Accept:").click()
    expect(page.locator(".note")).to_be_visible()
    expect(page.locator("#cards article")).to_have_count(0)
    expect(aside).to_contain_text("Minutes missing for 97110")
    expect(page.get_by_text("Charges match the chart.")).to_have_count(0)


def test_the_messages_are_there_to_read(page: Page) -> None:
    start(page, "over-billed")
    page.get_by_text("CDS Hooks messages").click()
    expect(page.locator("#exchange")).to_have_text("Nothing has been sent yet.")
    sign(page)
    request, response = (page.locator("#exchange pre").nth(n) for n in (0, 1))
    expect(request).to_contain_text('"hook": "encounter-discharge"')
    expect(request).to_contain_text("service-minutes")
    expect(response).to_contain_text('"isRecommended": true')
    page.get_by_role("button", name="Accept: Correct the charges").click()
    expect(page.locator("#feedback pre")).to_contain_text('"outcome": "accepted"')


def test_the_derivation_opens_beside_the_chart(page: Page, context: BrowserContext) -> None:
    start(page, "missing-minutes")
    sign(page)
    with context.expect_page() as opened:
        page.get_by_role("link", name="See how").first.click()
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_have_text("How these charges were worked out")
    main = paper.locator("main")
    expect(main).to_contain_text("The rules are still those of the decision")
    expect(main).to_contain_text("Minutes missing for 97110")
    expect(main).to_contain_text("physical therapist")
    expect(main).not_to_contain_text("imulated")


def test_the_page_is_usable_on_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    start(page, "group")
    sign(page)
    expect(page.locator("#cards article")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_keys_alone_sign_and_accept(page: Page) -> None:
    start(page, "pt-medicare")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    signing = page.get_by_role("button", name="Sign visit")
    for _ in range(12):  # a date has several stops
        page.keyboard.press("Tab")
        if signing.evaluate("button => button === document.activeElement"):
            break
    expect(signing).to_be_focused()
    page.keyboard.press("Enter")
    accept = page.get_by_role("button", name="Accept:")
    expect(accept).to_be_visible()
    accept.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_be_focused()


def test_charges_are_announced_and_inputs_are_labelled(page: Page) -> None:
    start(page, "group")
    expect(page.locator("#cards")).to_have_attribute("aria-live", "polite")
    sign(page)
    page.locator("#cards article").first.wait_for()
    unlabelled = page.evaluate(
        """[...document.querySelectorAll("input:not([type=hidden]), select")]
            .filter(e => !e.labels.length && !e.ariaLabel).length"""
    )
    assert unlabelled == 0
