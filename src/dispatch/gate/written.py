"""Rules about the mails themselves: the checklist, the strings, the way out, the sender."""

from __future__ import annotations

from urllib.parse import urlsplit

from dispatch.gate.desk import Case, Found, Gatekeeper
from dispatch.model.newsletter import Variant
from dispatch.render import checklist, slots, wording
from dispatch.rules import gate as rules
from dispatch.rules import network, tokens

#: Lines of the checklist that are a matter of a rule of their own.
_RULE_OF_LINE = {
    "size": "size",
    "unsubscribe": "unsubscribe",
    "images": "images",
    "text": "text",
    "text_links": "text",
    "controls": "text",
}


def check(keeper: Gatekeeper, case: Case) -> Found:
    """What is wrong with the mails."""
    for variant in case.variants:
        yield from _checklist(variant)
        yield from _way_out(keeper, case, variant)
    yield from _untranslated(keeper, case)
    newsletter, host = keeper.newsletter, urlsplit(keeper.publication.public_url).hostname or ""
    if not network.is_this_machine(host):
        for text in rules.check_sender(newsletter.from_address, newsletter.list_id, host):
            yield "sender", "", text


def _checklist(variant: Variant) -> Found:
    faults = checklist.check(variant.html, variant.text, preheader=variant.preheader)
    for fault in faults:
        rule = _RULE_OF_LINE.get(fault.line, "html")
        yield rule, variant.key, f"{fault.line}: {fault.text}"


def _way_out(keeper: Gatekeeper, case: Case, variant: Variant) -> Found:
    """A token is made for a reader, put where readers find it, and read back."""
    wanted = tokens.Token(tokens.Purpose.UNSUBSCRIBE, 1, case.newsletter_id)
    token = keeper.signer.make(wanted)
    if keeper.signer.read(token, tokens.Purpose.UNSUBSCRIBE) != wanted:
        yield "unsubscribe", "", "a token to unsubscribe does not come back as it was made"
    for name, part in (("HTML", variant.html), ("text", variant.text)):
        address = f"{keeper.publication.public_url}u/{token}"
        if address not in slots.fill(part, token):
            text = f"the {name} part does not lead a reader to {keeper.publication.public_url}u/"
            yield "unsubscribe", variant.key, text


def _untranslated(keeper: Gatekeeper, case: Case) -> Found:
    for language in dict.fromkeys(variant.language for variant in case.variants):
        for message in wording.list_untranslated(keeper.templates, language):
            yield "untranslated", language, f"“{message}” has no translation"
