"""processes.child_env: each child process gets only the variables that it needs."""

import os

from zerobyte.processes import child_env
from zerobyte.settings import Settings


def settings(tmp_path):
    return Settings.load(
        {
            "ZEROBYTE_DATA_DIR": str(tmp_path),
            "APP_SECRET": "application-secret-0123456789-abcdef",
            "ZEROBYTE_DATABASE_URL": "postgres://user:database-secret@host/name",
            "PREFECT_API_AUTH_STRING": "admin:prefect-secret",
            "WEBHOOK_ALLOWED_ORIGINS": "https://a.example,https://b.example",
            "WEBHOOK_TIMEOUT": "17",
            "RESTIC_CACHE_MAX_BYTES": "18",
            "MIN_FREE_BYTES": "0",
            "MIN_FREE_PERCENT": "19",
            "RESTIC_PROGRESS_FPS": "0.5",
            "RESTIC_MEMORY_BYTES": "500000000, forget=1000000000",
        }
    )


def test_worker_env_has_no_app_secret_and_no_database(tmp_path):
    known = child_env.worker(settings(tmp_path), token_file=tmp_path / "token")
    assert "application-secret" not in str(known)
    assert "database-secret" not in str(known)
    assert known["ZEROBYTE_WORKER_TOKEN_FILE"] == str(tmp_path / "token")
    assert "ZEROBYTE_WORKER_TOKEN" not in known


def test_worker_settings_read_back_every_variable(tmp_path):
    known = child_env.worker(settings(tmp_path), token_file=tmp_path / "token")
    read = Settings.load({**known, "PATH": os.environ["PATH"]}, keep_secrets=False)
    expected = settings(tmp_path)
    for name in (
        "data_dir", "run_dir", "cache_dir", "restic_command", "rclone_config_dir", "api_url",
        "prefect_url", "prefect_auth", "webhook_allowed_origins", "webhook_timeout_s",
        "worker_concurrency", "repository_concurrency", "drain_grace_s", "log_level", "tz",
        "cache_max_bytes", "min_free_bytes", "min_free_percent", "memory_limits",
        "restic_progress_fps",
    ):  # fmt: skip
        assert getattr(read, name) == getattr(expected, name), name


def test_api_env_contains_only_its_settings():
    known = child_env.api({"APP_SECRET": "s", "PORT": "1", "AWS_SECRET_ACCESS_KEY": "x"})
    assert known["APP_SECRET"] == "s"
    assert known["PORT"] == "1"
    assert "AWS_SECRET_ACCESS_KEY" not in known


def test_the_prefect_server_listens_on_loopback_and_stays_in_its_folder(tmp_path):
    known = child_env.prefect_server(home=tmp_path, port=4200, auth="a:b")
    assert known["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert known["PREFECT_HOME"] == str(tmp_path)
    assert known["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert str(tmp_path) in known["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
