"""A mail as it looks in light and in dark, whatever the browser's own mode is."""

from __future__ import annotations

import mails

from dispatch.render import email, scheme


def test_the_rules_for_dark_mode_apply_always_or_never() -> None:
    html = email.render_issue(mails.issue("en"), mails.TEMPLATES).html
    dark = scheme.fixed(html, scheme.Scheme.DARK)
    light = scheme.fixed(html, scheme.Scheme.LIGHT)
    assert "@media all { .page { background-color: #131210" in dark
    assert "@media not all { .page { background-color: #131210" in light
    for fixed in (dark, light):
        assert "prefers-color-scheme" not in fixed
        assert "@media (max-width: 480px)" in fixed
    assert "color-scheme: only dark" in dark
