"""A registry names its kinds, and loads one when it is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dispatch.registry import Registry

KINDS: Registry[type] = Registry("xml.dom", "Node", {"a-tree": "minidom"})


def test_a_registry_is_a_mapping_of_names_to_what_its_modules_hold() -> None:
    from xml.dom.minidom import Node

    assert list(KINDS) == ["a-tree"]
    assert len(KINDS) == 1
    assert KINDS["a-tree"] is Node
    assert "minidom" not in KINDS


def test_an_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        KINDS["minidom"]


@pytest.mark.parametrize("package", ["sources", "reads"])
def test_names_alone_load_no_module(package: str) -> None:
    script = (
        f"import sys\nfrom dispatch import {package}\nnames = list({package}.KINDS)\n"
        f"loaded = set(sys.modules)\nassert not loaded & {{'lxml.etree', 'httpx2'}}, loaded\n"
        f"print([{package}.KINDS[name] for name in names])\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
