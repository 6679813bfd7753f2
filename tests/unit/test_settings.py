"""The environment is read whole, and every wrong value is named in one sentence."""

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zerobyte.settings import Settings, SettingsError, parsers
from zerobyte.settings.secrets import stored_secret

SECRET = "s" * 40


def load(folder: Path, **environ: str) -> Settings:
    return Settings.load({"ZEROBYTE_DATA_DIR": str(folder), "APP_SECRET": SECRET, **environ})


def test_an_empty_environment_gives_the_documented_defaults(tmp_path: Path):
    settings = load(tmp_path)
    assert (settings.port, settings.prefect_port) == (4096, 4200)
    assert settings.base_url == "http://localhost:4096"
    assert settings.origins == ("http://localhost:4096",)
    assert settings.database_url == str(tmp_path / "data" / "zerobyte.db")
    assert settings.repositories_dir == tmp_path / "repositories"
    assert settings.volumes_dir == tmp_path / "volumes"
    assert settings.cache_dir == tmp_path / "restic" / "cache"
    assert settings.tz == "UTC"
    assert settings.restic_command == "restic"
    assert settings.prefect_url == "http://127.0.0.1:4200/api"
    assert not settings.is_https


def test_defaults_follow_the_port(tmp_path: Path):
    settings = load(tmp_path, PORT="5001")
    assert settings.base_url == "http://localhost:5001"
    assert settings.api_url == "http://127.0.0.1:5001"


@pytest.mark.parametrize("text", ["true", "TRUE", "1", "yes", "Yes"])
def test_words_for_true(tmp_path: Path, text: str):
    assert load(tmp_path, DISABLE_RATE_LIMITING=text).disable_rate_limiting is True


@pytest.mark.parametrize("text", ["false", "0", "No"])
def test_words_for_false(tmp_path: Path, text: str):
    assert load(tmp_path, DISABLE_RATE_LIMITING=text).disable_rate_limiting is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUST_PROXY", "maybe"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "4o96"),
        ("PREFECT_PORT", "-1"),
        ("TZ", "Mars/Olympus"),
        ("TZ", "../etc/passwd"),
        ("LOG_LEVEL", "loud"),
        ("BASE_URL", "localhost:4096"),
        ("BASE_URL", "ftp://host"),
        ("BASE_URL", "http://"),
        ("BASE_URL", "http://user:pw@host"),
        ("BASE_URL", "https://host/zerobyte"),
        ("BASE_URL", "http://host:99999"),
        ("WEBHOOK_ALLOWED_ORIGINS", "https://a.example, nonsense"),
        ("WEBHOOK_TIMEOUT", "soon"),
        ("RESTIC_PROGRESS_FPS", "0"),
        ("GOMAXPROCS", "many"),
        ("RESTIC_MEMORY_BYTES", "512MiB"),
        ("RESTIC_MEMORY_BYTES", "1000"),
        ("RESTIC_MEMORY_BYTES", "forget="),
        ("RESTIC_MEMORY_BYTES", "=500000000"),
        ("RESTIC_MEMORY_BYTES", "prune=500000000"),
        ("RESTIC_MEMORY_BYTES", "forget=500000000,forget=600000000"),
        ("RESTIC_MEMORY_BYTES", "500000000,600000000"),
        ("RETENTION_ALARM_DAYS", "-1"),
        ("ZEROBYTE_DATABASE_URL", "mysql://host/db"),
        ("RESTIC_HOSTNAME", "a\x07b"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, name: str, value: str):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **{name: value})
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"{name} must ")


def test_t17_memory_is_bounded_for_every_command_and_otherwise_for_some(tmp_path: Path):
    assert load(tmp_path).memory_limits == ()
    settings = load(tmp_path, RESTIC_MEMORY_BYTES=" 500000000, forget = 1000000000,")
    assert settings.memory_limits == (("", 500_000_000), ("forget", 1_000_000_000))


def test_all_problems_are_reported_at_once(tmp_path: Path):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, PORT="x", TZ="y", APP_SECRET="short")
    assert [line.split()[0] for line in caught.value.message.splitlines()] == [
        "PORT",
        "TZ",
        "APP_SECRET",
    ]


def test_an_empty_variable_counts_as_absent(tmp_path: Path):
    assert load(tmp_path, PORT="", TZ=" ").port == 4096


def test_origins_are_trimmed_unquoted_and_kept_once(tmp_path: Path):
    settings = load(
        tmp_path,
        BASE_URL='"https://Backup.Example:443/"',
        TRUSTED_ORIGINS=" 'https://a.example/x' ,https://a.example,http://[::1]:80, ",
    )
    assert settings.origins == ("https://backup.example", "https://a.example", "http://[::1]")
    assert settings.is_https


def test_a_trusted_origin_that_cannot_be_read_is_warned_of_and_ignored(tmp_path: Path, capfd):
    settings = load(
        tmp_path, TRUSTED_ORIGINS="nonsense, 'https://a.example', ftp://b.example, http://[::1"
    )
    assert settings.trusted_origins == ("https://a.example",)
    output = capfd.readouterr()
    for ignored in ("nonsense", "ftp://b.example", "http://[::1"):
        assert ignored in output.out + output.err


def test_secret_from_a_file(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    assert load(tmp_path, APP_SECRET="", APP_SECRET_FILE=str(file)).app_secret == SECRET


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"APP_SECRET": SECRET, "APP_SECRET_FILE": "/x"}, "both set"),
        ({"APP_SECRET": "", "APP_SECRET_FILE": "/does/not/exist"}, "cannot be read"),
        ({"APP_SECRET": "", "APP_SECRET_FILE": "/dev/null"}, "between 32 and 256"),
        ({"APP_SECRET": "x" * 257}, "between 32 and 256"),
    ],
)
def test_a_wrong_secret_is_refused(tmp_path: Path, environ: dict[str, str], message: str):
    with pytest.raises(SettingsError, match=message):
        load(tmp_path, **environ)


def test_secrets_are_made_once_for_the_owner_alone(tmp_path: Path):
    first = Settings.load({"ZEROBYTE_DATA_DIR": str(tmp_path)})
    second = Settings.load({"ZEROBYTE_DATA_DIR": str(tmp_path)})
    assert first.app_secret == second.app_secret
    assert len(first.app_secret) == 64
    assert first.prefect_auth == second.prefect_auth
    for name in ("app-secret", "prefect-auth"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["app-secret", "prefect-auth"]


def test_of_many_that_start_at_once_all_read_one_secret(tmp_path: Path):
    names = iter(f"secret-{number:032}" for number in range(100))
    with ThreadPoolExecutor(8) as pool:
        made = set(
            pool.map(lambda _: stored_secret(tmp_path / "s", lambda: next(names)), range(16))
        )
    assert len(made) == 1


def test_a_remote_worker_makes_no_secret(tmp_path: Path):
    settings = Settings.load({"ZEROBYTE_DATA_DIR": str(tmp_path)}, keep_secrets=False)
    assert settings.app_secret == ""
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_not_in_the_repr(tmp_path: Path):
    settings = load(
        tmp_path,
        ZEROBYTE_DATABASE_URL="postgres://u:databasepw@h/n",
        PREFECT_API_AUTH_STRING="user:prefectpw",
        ZEROBYTE_WORKER_TOKEN="workertoken",
    )
    for secret in (SECRET, "databasepw", "prefectpw", "workertoken"):
        assert secret not in repr(settings)


def test_the_table_names_every_variable(tmp_path: Path):
    table = Settings.table()
    for field in dataclasses.fields(Settings):
        if variable := field.metadata.get("variable"):
            assert f"| `{variable.name}` |" in table
            assert variable.description
    assert "APP_SECRET_FILE" in table


@pytest.mark.parametrize("variable", ["APP_SECRET", "SETUP_TOKEN"])
def test_a_secret_in_a_file_follows_the_same_rules_for_every_variable(
    tmp_path: Path, variable: str
):
    def read(**environ: str) -> Settings:
        return Settings.load({"ZEROBYTE_DATA_DIR": str(tmp_path), **environ}, keep_secrets=False)

    file = tmp_path / "secret"
    attribute = variable.lower()
    file.write_text(f"  {SECRET}\n")
    assert getattr(read(**{f"{variable}_FILE": str(file)}), attribute) == SECRET
    assert SECRET not in repr(read(**{f"{variable}_FILE": str(file)}))
    assert getattr(read(**{variable: SECRET}), attribute) == SECRET
    for content in (b"", b"\n", b"short", b"x" * 257, b"\xff" * 40):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match=f"{variable}_FILE"):
            read(**{f"{variable}_FILE": str(file)})
    with pytest.raises(SettingsError, match="cannot be read"):
        read(**{f"{variable}_FILE": str(tmp_path / "absent")})
    with pytest.raises(SettingsError, match="both set"):
        read(**{variable: SECRET, f"{variable}_FILE": str(file)})
    with pytest.raises(SettingsError, match=f"^{variable} must be between"):
        read(**{variable: "short"})


def test_simultaneous_runs_follow_the_processors_but_are_at_least_four():
    assert parsers.simultaneous_runs("auto") == max(os.cpu_count() or 1, 4)
    assert parsers.simultaneous_runs("1") == 1
    with pytest.raises(ValueError, match="whole number"):
        parsers.simultaneous_runs("many")
