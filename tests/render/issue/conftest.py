"""What the tests of rendering ask for: issues by language, and the templates that we ship."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import mails
import pytest

from dispatch.model.contents import IssueContents

MakeIssue = Callable[..., IssueContents]


@pytest.fixture
def make_issue() -> MakeIssue:
    """`make_issue(language, **changes)`: a full issue, with fields of IssueContents replaced."""
    return mails.issue


@pytest.fixture
def templates() -> Path:
    """The templates that the repository ships."""
    return mails.TEMPLATES
