"""Fields that are left alone: those that hold secrets, by whatever sign, and those that help in ways of their own.

A field left alone gets no layer, as the debugger sees. It does not know the rules one by one; clients/js has them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from page.extension.eyes import Eyes
from page.extension.steps import begin
from page.scripted import ScriptedServer
from page.steps import comes_true

pytestmark = pytest.mark.browser
AREA = "<textarea id=area class=f></textarea>"
SECRETS = [
    "<input type=password>",
    "<input autocomplete=cc-number>",
    "<input autocomplete=one-time-code>",
    "<input autocomplete=off>",
    "<input name=pin>",
    "<input name=userPin>",
    "<input name=card_no>",
    "<input name=ccnum>",
    "<input name=ssn>",
    "<input id=newPassword>",
    "<input placeholder=Passwort>",
    "<input placeholder='Mot de passe'>",
    "<input placeholder=Kreditkarte>",
    "<input placeholder='MM / YY'>",
    "<input aria-label='Credit card'>",
    "<label for=x>PIN</label><input id=x>",
    "<label>Password <input></label>",
    "<b id=z>Card number</b><input aria-labelledby='y z'>",
    "<input style='-webkit-text-security: disc'>",
    "<div data-foretype=off><textarea></textarea></div>",
]
HELPED = [
    "<input type=email>",
    "<input type=search>",
    "<input name=q>",
    "<input aria-label='Search mail'>",
    "<search><input></search>",
    "<input name=url>",
    "<input inputmode=numeric>",
    "<input inputmode=email>",
    "<input pattern='[0-9]*'>",
    "<input autocomplete='shipping street-address'>",
    "<input aria-autocomplete=both>",
    "<textarea aria-autocomplete=inline></textarea>",
    "<input role=combobox aria-expanded=false>",
    "<div contenteditable class=cm-content>x</div>",
]


def test_secrets_and_fields_with_helpers_of_their_own_are_left_alone(
    tab: Page, eyes: Eyes, server: ScriptedServer, made: Callable[[str], None]
) -> None:
    made(AREA + "".join(f"<p class=left>{field}</p>" for field in SECRETS + HELPED))
    begin(tab, eyes)
    for field in tab.locator(".left :is(input, textarea, [contenteditable])").all():
        field.focus()
        tab.keyboard.type("Thanks f")
        assert len(eyes.layers()) == 1, field.evaluate("field => field.parentElement.innerHTML")
    assert not any(text.startswith("Thanks f") for text in server.script.texts())


def test_lines_and_areas_of_other_names_are_written_in(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    names = [
        "name=shipping",
        "name=comment",
        "aria-label='Message Tan Wei'",
        "placeholder='A secure message'",
    ]
    made(AREA + "".join(f"<p class=in><input {name}></p>" for name in names))
    begin(tab, eyes)
    for count, field in enumerate(tab.locator(".in input").all(), start=2):
        field.focus()
        assert comes_true(tab, lambda count=count: len(eyes.layers()) == count)  # type: ignore[misc]


def test_a_long_text_whose_label_speaks_of_passwords_is_none(
    tab: Page, eyes: Eyes, made: Callable[[str], None]
) -> None:
    made(f"<label>What should change in our password rules? {AREA}</label>")
    begin(tab, eyes)


def test_a_field_that_turns_into_a_password_is_silent_from_then_on(
    tab: Page, eyes: Eyes, server: ScriptedServer, made: Callable[[str], None]
) -> None:
    made("<input id=area class=f>")
    begin(tab, eyes)
    tab.locator("#area").evaluate("line => { line.type = 'password'; }")
    tab.keyboard.type("ain for the secret")
    assert eyes.sees("")
    tab.locator("#area").evaluate("line => { line.type = 'text'; }")
    tab.keyboard.type(" shown")
    tab.locator("#area").evaluate("line => { line.blur(); line.focus(); }")
    tab.keyboard.type(" again")
    assert eyes.layers() == []
    assert not any("secret" in text for text in server.script.texts())


@pytest.mark.parametrize("is_typed", [True, False], ids=["typed", "filled_in"])
def test_a_password_that_is_shown_is_still_a_password(
    tab: Page, eyes: Eyes, made: Callable[[str], None], *, is_typed: bool
) -> None:
    """Its name tells nothing; it is known because it was a password before the button was pressed."""
    show = "document.querySelector('#word').type = 'text'"
    made(f'<input id=word type=password class=f value=abc><button onclick="{show}">Show</button>{AREA}')
    if is_typed:
        tab.locator("#word").focus()
        tab.keyboard.type("Thanks f")
    tab.locator("button").hover()
    tab.mouse.down()
    tab.wait_for_timeout(200)  # as long as a finger takes
    tab.mouse.up()
    tab.locator("#word").focus()
    tab.keyboard.type("or the secret")
    begin(tab, eyes)
    assert len(eyes.layers()) == 1
