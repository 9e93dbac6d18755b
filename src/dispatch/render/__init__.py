"""Turns nouns into bytes that leave: feeds, e-mails and their headers, pages of text."""
