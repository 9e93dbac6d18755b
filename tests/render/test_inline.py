"""Inlining: each trap of premailer, closed."""

from __future__ import annotations

import logging
import socket

import pytest

from dispatch import errors
from dispatch.render import inline, slots


def page(css: str = "", kept: str = "", body: str = "<p>x</p>", head: str = "") -> str:
    keep = f'<style data-premailer="ignore">{kept}</style>' if kept else ""
    return (
        f'<!doctype html>\n<html lang="ru" xmlns:o="urn:schemas-microsoft-com:office:office">'
        f'<head><meta charset="utf-8"><title>T</title>{head}<style>{css}</style>{keep}</head>'
        f"<body>{body}</body></html>"
    )


def test_styles_move_into_attributes_and_classes_stay() -> None:
    inlined = inline.inline_css(page("p{color:#111} .a{color:#222}", body='<p class="a">x</p>'))
    assert '<p class="a" style="color:#222">x</p>' in inlined
    assert "<style>" not in inlined


@pytest.mark.parametrize(
    "rule",
    [
        "@media (max-width:480px){.a > b{color:red !important}}",
        "@supports (display:grid){.a{color:red !important}}",
        "@font-face{font-family:X;src:url(https://a.test/x.woff2)}",
        "[data-ogsc] .a{color:#eee !important}",
        "u + .body .a{color:red}",
        ":root{color-scheme:light dark}",
        ".a:hover{color:red !important}",
    ],
)
def test_kept_css_stays_to_the_letter(rule: str) -> None:
    inlined = inline.inline_css(page("p{color:#111}", kept=rule))
    assert f"<style>{rule}</style>" in inlined


def test_the_doctype_survives_in_either_case() -> None:
    for doctype in ("<!doctype html>", "<!DOCTYPE html>", "\n<!DocType HTML>\n"):
        inlined = inline.inline_css(page().replace("<!doctype html>", doctype))
        assert inlined.startswith("<!DOCTYPE html>\n<html ")
        assert inlined.lower().count("<!doctype") == 1


def test_no_attribute_is_made_of_the_css() -> None:
    css = "td{width:calc(100% - 8px);background-color:#eee;text-align:center;vertical-align:top}"
    inlined = inline.inline_css(page(css, body="<table><tr><td>x</td></tr></table>"))
    assert '<td style="' in inlined
    assert "width:calc(100% - 8px)" in inlined
    for attribute in ("width=", "bgcolor=", "align=", "valign="):
        assert f" {attribute}" not in inlined


def test_attributes_written_by_hand_are_left_alone() -> None:
    body = '<table width="600" bgcolor="#eeeeee"><tr><td align="center">x</td></tr></table>'
    inlined = inline.inline_css(page("table{width:100%} td{text-align:left}", body=body))
    assert '<table width="600" bgcolor="#eeeeee" style="width:100%">' in inlined
    assert '<td align="center" style="text-align:left">' in inlined


def test_conditional_comments_for_outlook_survive() -> None:
    ghost = '<!--[if mso]><table role="presentation" width="600"><tr><td><![endif]-->'
    other = "<!--[if !mso]><!--><p>y</p><!--<![endif]-->"
    inlined = inline.inline_css(page("td{color:#111}", body=f"<div>{ghost}{other}</div>"))
    assert ghost in inlined
    assert "<!--[if !mso]><!-->" in inlined
    assert "<!--<![endif]-->" in inlined


def test_characters_and_entities_say_the_same_afterwards() -> None:
    body = '<p title="a &quot;b&quot;">a&nbsp;b &lt;c&gt; &amp;copy; «ы» &#8203;&shy;e ֵא</p>'
    inlined = inline.inline_css(page(body=body))
    assert "a\u00a0b &lt;c&gt; &amp;copy; «ы» \u200b\u00ade ֵא</p>" in inlined
    assert inlined.count("&amp;copy;") == 1


def test_a_link_keeps_its_query_and_gets_an_ascii_host() -> None:
    body = '<a href="https://пример.рф:8080/путь?a=1&amp;b=2#й">x</a>'
    inlined = inline.inline_css(page(body=body))
    path = "%D0%BF%D1%83%D1%82%D1%8C"
    assert f'href="https://xn--e1afmkfd.xn--p1ai:8080/{path}?a=1&amp;b=2#%D0%B9"' in inlined


def test_every_slot_is_kept() -> None:
    body = f'<a href="https://n.test/u/{slots.TOKEN}">u</a><p>{slots.TOKEN}</p>' * 3
    assert slots.count(inline.inline_css(page("p{color:#111}", body=body))) == 6


def test_a_lost_slot_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "_transform", lambda html: html.replace(slots.TOKEN, "", 1))
    with pytest.raises(errors.TemplateError, match="slot"):
        inline.inline_css(page(body=f"<p>{slots.TOKEN}</p>"))


def test_a_lost_conditional_comment_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "_transform", lambda html: html.replace("<!--[if mso]>", ""))
    with pytest.raises(errors.TemplateError, match="Outlook"):
        inline.inline_css(page(body="<!--[if mso]>x<![endif]-->"))


def test_the_network_is_never_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("somebody opened a socket")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    body = '<img src="https://a.test/x.png"><link rel="preload" href="https://a.test/y">'
    css = "p{background:url(https://a.test/z.png)}"
    assert "https://a.test/x.png" in inline.inline_css(page(css, body=body))


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="stylesheet" href="https://a.test/x.css">',
        "<link href='/etc/x.css' rel='stylesheet'>",
    ],
)
def test_a_stylesheet_elsewhere_is_refused(link: str) -> None:
    with pytest.raises(errors.TemplateError, match=r"style\.css"):
        inline.inline_css(page(head=link))


@pytest.mark.parametrize(
    ("css", "reason"),
    [
        ("p{color:red !important}", "important"),
        ("@media print{p{color:red}}", "@-rule"),
        ("@supports (x:y){p{color:red}}", "@-rule"),
        ("p{color:var(--ink)}", "var"),
        ("p:::bad{color:red}", "selector|kept"),
        ("p:hover{color:red}", "kept"),
        ("p >> b{color:red}", "selector"),
        (".a{color:red", "no rule"),
        ("color:red", "no rule"),
    ],
)
def test_css_that_cannot_be_inlined_without_harm_is_refused(css: str, reason: str) -> None:
    with pytest.raises(errors.TemplateError, match=reason):
        inline.inline_css(page(css))


def test_a_comment_in_the_css_may_say_anything() -> None:
    inlined = inline.inline_css(page("/* no @media, no !important */ p{color:#111}"))
    assert '<p style="color:#111">' in inlined


@pytest.mark.parametrize("leftover", ["{{ name }}", "{% if x %}"])
def test_unrendered_template_code_is_refused(leftover: str) -> None:
    with pytest.raises(errors.TemplateError, match="unrendered"):
        inline.inline_css(page(body=f"<p>{leftover}</p>"))


def test_a_headline_about_var_is_no_css() -> None:
    assert "int var(x)" in inline.inline_css(page(body="<p>int var(x)</p>"))


def test_kept_css_that_gmail_would_drop_is_refused() -> None:
    with pytest.raises(errors.TemplateError, match="Gmail"):
        inline.inline_css(page(kept=".a{color:red}" * 1300))


def test_css_that_validators_dislike_makes_no_noise(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    css = "td{mso-padding-alt:2px;foo:bar;color:#zzz;text-underline-offset:3px}"
    with caplog.at_level(logging.DEBUG):
        inlined = inline.inline_css(page(css, body="<table><tr><td>x</td></tr></table>"))
    assert "mso-padding-alt:2px" in inlined
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
