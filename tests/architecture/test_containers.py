"""The container files agree with the code: checked by `docker compose config` itself."""

import json
import stat
import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from click.testing import CliRunner

from mbiu.cli import main
from mbiu.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = Path(sys.executable).parent / "docker-compose"
PROGRAMS = {"console", "hooks", "worker", "beat", "bot"}


@pytest.fixture(scope="module")
def composed() -> dict[str, Any]:
    """The whole composition, resolved."""
    done = run(
        [COMPOSE, "--profile", "*", "-f", ROOT / "docker-compose.yml", "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": "/", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_compose_finds_nothing_wrong(composed: dict[str, Any]) -> None:
    assert set(composed["services"]) == PROGRAMS | {"postgres", "valkey", "migrate"}


def test_every_lasting_service_has_a_health_check(composed: dict[str, Any]) -> None:
    lasting = {name: service for name, service in composed["services"].items() if name != "migrate"}
    assert [name for name, service in lasting.items() if not service.get("healthcheck", {}).get("test")] == []


def test_every_image_is_pinned(composed: dict[str, Any]) -> None:
    tags = {service["image"].partition(":")[2] for service in composed["services"].values()}
    assert all(tag[:1].isdigit() for tag in tags)


def test_programs_run_read_only_and_without_rights(composed: dict[str, Any]) -> None:
    for name in PROGRAMS:
        service = composed["services"][name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert not service["user"].startswith("0"), name


def test_database_and_broker_are_not_reached_from_outside(composed: dict[str, Any]) -> None:
    assert composed["networks"]["inside"]["internal"]
    for name in ("postgres", "valkey"):
        assert list(composed["services"][name]["networks"]) == ["inside"]
        assert "ports" not in composed["services"][name]


def test_ports_are_published_on_loopback_alone(composed: dict[str, Any]) -> None:
    ports = [port for service in composed["services"].values() for port in service.get("ports", [])]
    assert {port["host_ip"] for port in ports} == {"127.0.0.1"}


def test_secrets_come_from_files_and_never_by_environment(composed: dict[str, Any]) -> None:
    secret = {
        f"MBIU_{n.upper()}" for n, f in Settings.model_fields.items() if "SecretStr" in str(f.annotation)
    }
    for name, service in composed["services"].items():
        assert not secret & set(service.get("environment") or {}), name
    assert {name.lower() for name in secret} == {
        name for name in composed["secrets"] if name.startswith("mbiu_")
    }


def test_the_secret_files_are_made_by_one_command(composed: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert CliRunner().invoke(main, ["keys", "--files", str(folder)]).exit_code == 0
    assert {path.name for path in folder.iterdir()} == set(composed["secrets"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_making_secrets_again_changes_none(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["keys", "--files", str(tmp_path)])
    (tmp_path / "app_password").write_text("kept")
    (tmp_path / "mbiu_database_url").unlink()
    before = (tmp_path / "mbiu_vault_keys").read_text()
    CliRunner().invoke(main, ["keys", "--files", str(tmp_path)])
    assert (tmp_path / "mbiu_vault_keys").read_text() == before
    assert ":kept@" in (tmp_path / "mbiu_database_url").read_text()


def test_the_secret_files_are_read_as_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"MBIU_{name.upper()}", raising=False)
    CliRunner().invoke(main, ["keys", "--files", str(tmp_path)])
    read = Settings(_secrets_dir=tmp_path, _env_file=None)
    assert list(read.vault_keyring) == ["k1"]
    assert len({read.blind_index_key, read.audit_mac_key, read.spool_cipher_key}) == 3
    assert read.database_url.get_secret_value().startswith("postgresql://mbiu_app:")
    assert not read.telegram_token.get_secret_value()
