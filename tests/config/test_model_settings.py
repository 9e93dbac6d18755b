from __future__ import annotations

from dispatch.model import settings


def test_every_kind_of_security_has_a_port() -> None:
    assert set(settings.SECURITY_PORTS) == set(settings.Security)


def test_settings_hide_what_is_secret() -> None:
    shown = repr(settings.StorageSettings(url="postgresql://u:hunter2@db", secret="hunter2"))
    shown += repr(settings.TransportSettings(kind="smtp", username="u", password="hunter2"))

    assert "hunter2" not in shown
