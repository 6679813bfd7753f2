"""Create the tables of users, volumes, repositories, schedules, tasks, leases and workers."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "app_metadata" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(255) NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
) /* One fact about the installation as a whole, such as whether people may register. */;
CREATE TABLE IF NOT EXISTS "organizations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "slug" VARCHAR(64) NOT NULL UNIQUE,
    "logo" TEXT,
    "repository_password" TEXT NOT NULL,
    "metadata" JSON NOT NULL
) /* Owns volumes, repositories and schedules. */;
CREATE TABLE IF NOT EXISTS "users" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "email" VARCHAR(320) NOT NULL UNIQUE,
    "email_verified" INT NOT NULL,
    "image" TEXT,
    "username" VARCHAR(36) NOT NULL UNIQUE,
    "display_username" VARCHAR(36),
    "role" VARCHAR(16) NOT NULL,
    "banned" INT NOT NULL,
    "ban_reason" TEXT,
    "ban_expires" BIGINT,
    "two_factor_enabled" INT NOT NULL,
    "has_downloaded_restic_password" INT NOT NULL,
    "date_format" VARCHAR(32) NOT NULL,
    "time_format" VARCHAR(8) NOT NULL
) /* A person. `email` and `username` are stored in lower case, as they are compared. */;
CREATE TABLE IF NOT EXISTS "accounts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(255) NOT NULL,
    "account_id" VARCHAR(255) NOT NULL,
    "password_hash" TEXT,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_accounts_provide_0fdf49" UNIQUE ("provider_id", "account_id")
) /* One way in which a person signs in. */;
CREATE TABLE IF NOT EXISTS "members" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "role" VARCHAR(16) NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_members_organiz_0a9e56" UNIQUE ("organization_id", "user_id")
) /* A person's place in an organization: owner, admin or member. */;
CREATE TABLE IF NOT EXISTS "sessions" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "expires_at" BIGINT NOT NULL,
    "remembered" INT NOT NULL,
    "ip_address" VARCHAR(64) NOT NULL,
    "user_agent" VARCHAR(512) NOT NULL,
    "impersonated_by" VARCHAR(36),
    "auth_source" VARCHAR(32) NOT NULL,
    "active_organization_id" VARCHAR(36) REFERENCES "organizations" ("id") ON DELETE SET NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* A signed-in browser. The token itself is not stored, only its SHA-256. */;
CREATE INDEX IF NOT EXISTS "idx_sessions_expires_6bcc94" ON "sessions" ("expires_at");
CREATE TABLE IF NOT EXISTS "volumes" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "provisioning_id" VARCHAR(255) UNIQUE,
    "agent_id" VARCHAR(64) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSON NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_error" TEXT,
    "last_health_check" BIGINT NOT NULL,
    "auto_remount" INT NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_volumes_organiz_bf9610" UNIQUE ("organization_id", "name")
) /* A folder that backups read; its secrets are sealed inside `config`, keyed by `short_id`. */;
CREATE TABLE IF NOT EXISTS "notification_destinations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "uid" VARCHAR(36) NOT NULL UNIQUE,
    "name" TEXT NOT NULL,
    "enabled" INT NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSON NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_checked" BIGINT,
    "last_error" TEXT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
) /* Somebody who is told about runs; its secrets are sealed inside `config`, keyed by `uid`. */;
CREATE TABLE IF NOT EXISTS "repositories" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "provisioning_id" VARCHAR(255) UNIQUE,
    "name" VARCHAR(255) NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSON NOT NULL,
    "compression_mode" VARCHAR(8) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_checked" BIGINT,
    "last_error" TEXT,
    "doctor_result" JSON,
    "stats" JSON,
    "stats_updated_at" BIGINT,
    "snapshots_refreshed_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_repositorie_organiz_434558" UNIQUE ("organization_id", "name")
) /* A place that holds restic's data; its secrets are sealed inside `config`. */;
CREATE TABLE IF NOT EXISTS "snapshots" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "snapshot_id" VARCHAR(64) NOT NULL,
    "short_id" VARCHAR(8) NOT NULL,
    "time_ms" BIGINT NOT NULL,
    "schedule_id" VARCHAR(8),
    "is_suspect" INT NOT NULL,
    "record" JSON NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_snapshots_reposit_a5d77e" UNIQUE ("repository_id", "snapshot_id")
) /* What the index knows of one snapshot; rebuildable from the repository at any time. */;
CREATE INDEX IF NOT EXISTS "idx_snapshots_reposit_24160d" ON "snapshots" ("repository_id", "schedule_id", "time_ms");
CREATE TABLE IF NOT EXISTS "backup_schedules" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "name" VARCHAR(128) NOT NULL,
    "enabled" INT NOT NULL,
    "cron_expression" VARCHAR(255) NOT NULL,
    "timezone" VARCHAR(64),
    "retention_policy" JSON,
    "exclude_patterns" JSON NOT NULL,
    "exclude_if_present" JSON NOT NULL,
    "include_paths" JSON NOT NULL,
    "include_patterns" JSON NOT NULL,
    "one_file_system" INT NOT NULL,
    "custom_restic_params" JSON NOT NULL,
    "compression_mode" VARCHAR(8),
    "backup_webhooks" JSON,
    "max_retries" INT NOT NULL,
    "retry_delay_ms" BIGINT NOT NULL,
    "retry_at" BIGINT,
    "failure_retry_count" INT NOT NULL,
    "last_backup_at" BIGINT,
    "last_status" VARCHAR(16),
    "last_backup_error" TEXT,
    "next_backup_at" BIGINT,
    "sort_order" INT NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE RESTRICT,
    "volume_id" INT NOT NULL REFERENCES "volumes" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_backup_sche_organiz_3f2708" UNIQUE ("organization_id", "name")
) /* What is backed up where and when; becomes the Prefect deployment `backup\/<short_id>`. */;
CREATE TABLE IF NOT EXISTS "schedule_notifications" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "notify_on_start" INT NOT NULL,
    "notify_on_success" INT NOT NULL,
    "notify_on_warning" INT NOT NULL,
    "notify_on_failure" INT NOT NULL,
    "destination_id" INT NOT NULL REFERENCES "notification_destinations" ("id") ON DELETE CASCADE,
    "schedule_id" INT NOT NULL REFERENCES "backup_schedules" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_schedule_no_schedul_f3f8b8" UNIQUE ("schedule_id", "destination_id")
) /* Which destination hears what about one schedule. */;
CREATE TABLE IF NOT EXISTS "tasks" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "outcome" VARCHAR(16),
    "resource_type" VARCHAR(32) NOT NULL,
    "resource_id" VARCHAR(36) NOT NULL,
    "operation_key" VARCHAR(128),
    "target_agent_id" VARCHAR(255),
    "active_key" VARCHAR(160) UNIQUE,
    "repository_id" VARCHAR(36),
    "lease_mode" VARCHAR(9) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "trigger" VARCHAR(16) NOT NULL,
    "flow" VARCHAR(64),
    "parent_id" VARCHAR(36),
    "flow_run_id" VARCHAR(36),
    "input" JSON NOT NULL,
    "progress" JSON,
    "result" JSON,
    "error" TEXT,
    "message" TEXT,
    "target" JSON NOT NULL,
    "cancellation_requested" INT NOT NULL,
    "started_at" BIGINT,
    "finished_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
) /* One piece of work; names are kept as they were when it was made. */;
CREATE INDEX IF NOT EXISTS "idx_tasks_reposit_be1fb7" ON "tasks" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_parent__f22067" ON "tasks" ("parent_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_flow_ru_393193" ON "tasks" ("flow_run_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_organiz_91f8bb" ON "tasks" ("organization_id", "status");
CREATE INDEX IF NOT EXISTS "idx_tasks_organiz_a7af14" ON "tasks" ("organization_id", "created_at");
CREATE INDEX IF NOT EXISTS "idx_tasks_resourc_594f60" ON "tasks" ("resource_type", "resource_id", "status");
CREATE TABLE IF NOT EXISTS "workers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "host" VARCHAR(255) NOT NULL PRIMARY KEY,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "seen_at" BIGINT NOT NULL
) /* A worker that said hello; `seen_at` in epoch ms tells whether it still lives. */;
CREATE TABLE IF NOT EXISTS "repository_leases" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL,
    "task_id" VARCHAR(36) NOT NULL UNIQUE,
    "mode" VARCHAR(9) NOT NULL,
    "state" VARCHAR(7) NOT NULL,
    "operation" VARCHAR(64) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "requested_at" BIGINT NOT NULL,
    "acquired_at" BIGINT,
    "expires_at" BIGINT NOT NULL
) /* One place in the queue of one repository; `id` is the order of arrival. */;
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_08e2c1" ON "repository_leases" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_repository__expires_178621" ON "repository_leases" ("expires_at");
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" JSON NOT NULL
);
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "app_metadata" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(255) NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);
COMMENT ON TABLE "app_metadata" IS 'One fact about the installation as a whole, such as whether people may register.';
CREATE TABLE IF NOT EXISTS "organizations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "slug" VARCHAR(64) NOT NULL UNIQUE,
    "logo" TEXT,
    "repository_password" TEXT NOT NULL,
    "metadata" JSONB NOT NULL
);
COMMENT ON TABLE "organizations" IS 'Owns volumes, repositories and schedules.';
CREATE TABLE IF NOT EXISTS "users" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "email" VARCHAR(320) NOT NULL UNIQUE,
    "email_verified" BOOL NOT NULL,
    "image" TEXT,
    "username" VARCHAR(36) NOT NULL UNIQUE,
    "display_username" VARCHAR(36),
    "role" VARCHAR(16) NOT NULL,
    "banned" BOOL NOT NULL,
    "ban_reason" TEXT,
    "ban_expires" BIGINT,
    "two_factor_enabled" BOOL NOT NULL,
    "has_downloaded_restic_password" BOOL NOT NULL,
    "date_format" VARCHAR(32) NOT NULL,
    "time_format" VARCHAR(8) NOT NULL
);
COMMENT ON TABLE "users" IS 'A person. `email` and `username` are stored in lower case, as they are compared.';
CREATE TABLE IF NOT EXISTS "accounts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(255) NOT NULL,
    "account_id" VARCHAR(255) NOT NULL,
    "password_hash" TEXT,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_accounts_provide_0fdf49" UNIQUE ("provider_id", "account_id")
);
COMMENT ON TABLE "accounts" IS 'One way in which a person signs in.';
CREATE TABLE IF NOT EXISTS "members" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "role" VARCHAR(16) NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_members_organiz_0a9e56" UNIQUE ("organization_id", "user_id")
);
COMMENT ON TABLE "members" IS 'A person''s place in an organization: owner, admin or member.';
CREATE TABLE IF NOT EXISTS "sessions" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "expires_at" BIGINT NOT NULL,
    "remembered" BOOL NOT NULL,
    "ip_address" VARCHAR(64) NOT NULL,
    "user_agent" VARCHAR(512) NOT NULL,
    "impersonated_by" VARCHAR(36),
    "auth_source" VARCHAR(32) NOT NULL,
    "active_organization_id" VARCHAR(36) REFERENCES "organizations" ("id") ON DELETE SET NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_sessions_expires_6bcc94" ON "sessions" ("expires_at");
COMMENT ON TABLE "sessions" IS 'A signed-in browser. The token itself is not stored, only its SHA-256.';
CREATE TABLE IF NOT EXISTS "volumes" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" SERIAL NOT NULL PRIMARY KEY,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "provisioning_id" VARCHAR(255) UNIQUE,
    "agent_id" VARCHAR(64) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSONB NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_error" TEXT,
    "last_health_check" BIGINT NOT NULL,
    "auto_remount" BOOL NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_volumes_organiz_bf9610" UNIQUE ("organization_id", "name")
);
COMMENT ON TABLE "volumes" IS 'A folder that backups read; its secrets are sealed inside `config`, keyed by `short_id`.';
CREATE TABLE IF NOT EXISTS "notification_destinations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" SERIAL NOT NULL PRIMARY KEY,
    "uid" VARCHAR(36) NOT NULL UNIQUE,
    "name" TEXT NOT NULL,
    "enabled" BOOL NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSONB NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_checked" BIGINT,
    "last_error" TEXT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
);
COMMENT ON TABLE "notification_destinations" IS 'Somebody who is told about runs; its secrets are sealed inside `config`, keyed by `uid`.';
CREATE TABLE IF NOT EXISTS "repositories" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "provisioning_id" VARCHAR(255) UNIQUE,
    "name" VARCHAR(255) NOT NULL,
    "type" VARCHAR(16) NOT NULL,
    "config" JSONB NOT NULL,
    "compression_mode" VARCHAR(8) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "last_checked" BIGINT,
    "last_error" TEXT,
    "doctor_result" JSONB,
    "stats" JSONB,
    "stats_updated_at" BIGINT,
    "snapshots_refreshed_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_repositorie_organiz_434558" UNIQUE ("organization_id", "name")
);
COMMENT ON TABLE "repositories" IS 'A place that holds restic''s data; its secrets are sealed inside `config`.';
CREATE TABLE IF NOT EXISTS "snapshots" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "snapshot_id" VARCHAR(64) NOT NULL,
    "short_id" VARCHAR(8) NOT NULL,
    "time_ms" BIGINT NOT NULL,
    "schedule_id" VARCHAR(8),
    "is_suspect" BOOL NOT NULL,
    "record" JSONB NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_snapshots_reposit_a5d77e" UNIQUE ("repository_id", "snapshot_id")
);
CREATE INDEX IF NOT EXISTS "idx_snapshots_reposit_24160d" ON "snapshots" ("repository_id", "schedule_id", "time_ms");
COMMENT ON TABLE "snapshots" IS 'What the index knows of one snapshot; rebuildable from the repository at any time.';
CREATE TABLE IF NOT EXISTS "backup_schedules" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" SERIAL NOT NULL PRIMARY KEY,
    "short_id" VARCHAR(8) NOT NULL UNIQUE,
    "name" VARCHAR(128) NOT NULL,
    "enabled" BOOL NOT NULL,
    "cron_expression" VARCHAR(255) NOT NULL,
    "timezone" VARCHAR(64),
    "retention_policy" JSONB,
    "exclude_patterns" JSONB NOT NULL,
    "exclude_if_present" JSONB NOT NULL,
    "include_paths" JSONB NOT NULL,
    "include_patterns" JSONB NOT NULL,
    "one_file_system" BOOL NOT NULL,
    "custom_restic_params" JSONB NOT NULL,
    "compression_mode" VARCHAR(8),
    "backup_webhooks" JSONB,
    "max_retries" INT NOT NULL,
    "retry_delay_ms" BIGINT NOT NULL,
    "retry_at" BIGINT,
    "failure_retry_count" INT NOT NULL,
    "last_backup_at" BIGINT,
    "last_status" VARCHAR(16),
    "last_backup_error" TEXT,
    "next_backup_at" BIGINT,
    "sort_order" INT NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE RESTRICT,
    "volume_id" INT NOT NULL REFERENCES "volumes" ("id") ON DELETE RESTRICT,
    CONSTRAINT "uid_backup_sche_organiz_3f2708" UNIQUE ("organization_id", "name")
);
COMMENT ON TABLE "backup_schedules" IS 'What is backed up where and when; becomes the Prefect deployment `backup/<short_id>`.';
CREATE TABLE IF NOT EXISTS "schedule_notifications" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" SERIAL NOT NULL PRIMARY KEY,
    "notify_on_start" BOOL NOT NULL,
    "notify_on_success" BOOL NOT NULL,
    "notify_on_warning" BOOL NOT NULL,
    "notify_on_failure" BOOL NOT NULL,
    "destination_id" INT NOT NULL REFERENCES "notification_destinations" ("id") ON DELETE CASCADE,
    "schedule_id" INT NOT NULL REFERENCES "backup_schedules" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_schedule_no_schedul_f3f8b8" UNIQUE ("schedule_id", "destination_id")
);
COMMENT ON TABLE "schedule_notifications" IS 'Which destination hears what about one schedule.';
CREATE TABLE IF NOT EXISTS "tasks" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "outcome" VARCHAR(16),
    "resource_type" VARCHAR(32) NOT NULL,
    "resource_id" VARCHAR(36) NOT NULL,
    "operation_key" VARCHAR(128),
    "target_agent_id" VARCHAR(255),
    "active_key" VARCHAR(160) UNIQUE,
    "repository_id" VARCHAR(36),
    "lease_mode" VARCHAR(9) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "trigger" VARCHAR(16) NOT NULL,
    "flow" VARCHAR(64),
    "parent_id" VARCHAR(36),
    "flow_run_id" VARCHAR(36),
    "input" JSONB NOT NULL,
    "progress" JSONB,
    "result" JSONB,
    "error" TEXT,
    "message" TEXT,
    "target" JSONB NOT NULL,
    "cancellation_requested" BOOL NOT NULL,
    "started_at" BIGINT,
    "finished_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_tasks_reposit_be1fb7" ON "tasks" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_parent__f22067" ON "tasks" ("parent_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_flow_ru_393193" ON "tasks" ("flow_run_id");
CREATE INDEX IF NOT EXISTS "idx_tasks_organiz_91f8bb" ON "tasks" ("organization_id", "status");
CREATE INDEX IF NOT EXISTS "idx_tasks_organiz_a7af14" ON "tasks" ("organization_id", "created_at");
CREATE INDEX IF NOT EXISTS "idx_tasks_resourc_594f60" ON "tasks" ("resource_type", "resource_id", "status");
COMMENT ON TABLE "tasks" IS 'One piece of work; names are kept as they were when it was made.';
CREATE TABLE IF NOT EXISTS "workers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "host" VARCHAR(255) NOT NULL PRIMARY KEY,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "seen_at" BIGINT NOT NULL
);
COMMENT ON TABLE "workers" IS 'A worker that said hello; `seen_at` in epoch ms tells whether it still lives.';
CREATE TABLE IF NOT EXISTS "repository_leases" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "repository_id" VARCHAR(36) NOT NULL,
    "task_id" VARCHAR(36) NOT NULL UNIQUE,
    "mode" VARCHAR(9) NOT NULL,
    "state" VARCHAR(7) NOT NULL,
    "operation" VARCHAR(64) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "requested_at" BIGINT NOT NULL,
    "acquired_at" BIGINT,
    "expires_at" BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_08e2c1" ON "repository_leases" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_repository__expires_178621" ON "repository_leases" ("expires_at");
COMMENT ON TABLE "repository_leases" IS 'One place in the queue of one repository; `id` is the order of arrival.';
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" JSONB NOT NULL
);
""",
}

DOWN = {
    "sqlite": r"""BEGIN;

""",
    "postgres": r"""

""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXeuTmzi2/1dU/rKZKk9Px3lPb92qzmN2czfpbCWZ2b212cJqkG1VY8QgaMezm//9ni"
    "MeBgxu5AZsE/lDZhp0BPyOOJy3/jNaCoe58uzStkXkhaOfyX9GHl0y+J/yqTEZUd/fnMAD"
    "Ib121VgaD1IH6bUMA2rjZDPqSgaHHCbtgPshFx6O/uAxsqJrwj2yWnB7QSjxWSCFRySfex"
    "KOn+FEjrBhJu7NG9J88b54fiBuucMCizsEf1M7YA7zQk7dKZmJAMmolCsROGMCT8EI9QhX"
    "I8I1San/BPM5MF/yWOlkJFyw5KpqBKEhHIJ/UrqLrUsgRSTVjGLlxbOmZ60FlQuYlQZz4U"
    "24c0GuBD7lgnnxlZJZCZfEE2HhWRRAkcd/j5gVijmD8QHA9K9/jXIIKG5kjzD697/hb+45"
    "7CuTOBb/9G+sGWeuU+B8TKmOW+HaV8deLWjwixqJnLm2bOFGS28z2l+HC+Flw4FxeHTOPB"
    "bQkDm5xeBFrpusm/RQ/CBwIAwilt2kszngsBmNXFxSoz/PIs/GlUT+YIG4XofszBYBO+OO"
    "PAvFDfP+J7nDHI1lXX34bH1689myRlvLEe+ntNqSQ7bwcClzXNiIz5J+tVzmzcMF/Pno6b"
    "f4Ohuc4lF4wd8uP7766+XHB4+e/oAXFPA+xC/KVXJmok59U1PQkMaTKK5s2ADsRugsGm6z"
    "4yWfv/XCaoYU6UqM4fGrrMuY9MCGM5t3+07W2K6wb848sbKWsjvuzPE+f3wxmTx69Gxy/u"
    "jp8yePnz178vz8OYxVD7V96tkOFr58+5e3V5+L3MMDyLMNjyLf2YtHRTrDoy55VJKITeVa"
    "iawdAdeERymcnYuwyZMnDWQYjKoVYupcEe3cB0cD7CKVwboZ1gVNYhvuz+xrjfjZItwL8e"
    "TjfCyA78D385t/KjGxlPJ3Nw/rg/eX/1SIL9fJmXcfrv6SDs+x4dW7Dy/Lsl9qy5QcyQDX"
    "eDsqEaqls5tKjQjh24b7F/h+gQ3wN7ZWoL+FO6SezSpATkyaX5NpTgzsb+lqSo9uXsGArj"
    "I9Pr/I4NnhiVkYL8vLT68uX78ZKYSvqX2zoiABClDjGTERpSPZ2O1Ty8myfIR6dK7AwafA"
    "e04NSd9/z0KK6u6oys7MnR7vtDV931rmRzayN2cwgtBrEYXKtuK4SIDTShOiEmy21UK4QC"
    "sjtC0lWmFoU4G5J3yXkSWYngGbcxmyoNo4bfsCFcZdU/vthq11hFIyvC8L7hQ/ucZIO2UD"
    "wBhpx8+jW+pGTEeFzQgGoUj1obtuKVaH0QPes+W1+p5tqQDJmZ1f/6Ua09DRfLnx1voutf"
    "GrjP5eEcypx/9Q3+af0S/LgjGhzpLjKRJfYfsjf9/JKr21eepEZ0vVt+G7a6OIO8+Mu9Zo"
    "AkYTMDzKeBSAmaQj0NLxg9ADikLrYROh9bBeaD18WvYYVnxvmuJcQTpAyNv6Thg34eHchP"
    "mV2oK78ENpuhMDv6nbsOL9rnYflhe38cieqEe2sLAr7LHywq+3yvJrp2kS0MqT5BZFHpNj"
    "EjBfSB6KgDMJVpVDpL1gTuQyWeFtbUqJCUHZ6bWVBr1UKo9k1GXOBRE+g9nYLQvWm6nWcV"
    "rPgmLiTZbNQ8SM8FAl8tzXQ2tMNmOyGXPAmGwD4ZH6r4ZAS8cPULntJM9DutFcB990/OBC"
    "ek8fNwD36eNabPFUEVpXzIVO2CEdbxJm9BNmKnQxHehryAchRPpmRT6Booj//376cFWNf5"
    "6mBLrD7ZD8l7hc9vFdvY64G3JPnuFlO/uU7mAJYrSbJWX0ETIhw3mgZlETHFFI7hOTssYG"
    "TE+Nd5l/Mh7UOCqHJRvM+ZEDKwOxAuP4jHxeMKLS99HEYu4sLXqQ8L4zZ0yE566V9fXpr5"
    "c/Tp48rYrPtTFtbDPGYTuWlH38gs9BwGiXMJQwsDFXPFzAZSaPyWKsjE44jjOjHYl1G67w"
    "AOjv1ko0dRjbdMYC6dICMVbi8fNISYWaVPV6sVakMhbNnRYN++pzUDO0X4UiXVevQq9IHy"
    "Z+nWkPFfgL4TLq1dk3ecISA66BsithlPKkXyX65YcP7wpK9Mu3ZcPl1/cv33x88FAtfhjE"
    "wxrIuW9Rx4HFK7UUpgJVf2bkqB/FqH3JosJYYEF4FZLljmB2RjU4mJ88nDTAGUbVAq3OlR"
    "b0Ms41VLrJtVY2fwXpEHxVXWdp0ChcWFJEga3lyS6R9bi6ExP3R7kx0HvAvclaf1S/1B9t"
    "rXQKSvAts+6Rl1Q/g1n3Jjvp+LKTTMpMKykzdwiRFhDWzPs6MsHRFOh68VnAHW6HXP367t"
    "2hcpXUcq/wT6evQb1zGleSZr3IGZmyJeXuVPl2pzgDXhb+DFjiOsbqD1esWEBsilNRiWWf"
    "azXCFksf/uvU15C0dQH0Vjtc+i5dW+kkaaOi7G+q3NYrnAAWOBJhyjQp/eKSlQdipohVsW"
    "qhiPUHLGfBOYH+mnpW4i7I6Jkv7AVZyqSLEZeqF9JcCOMGP53P1ti4wU/a92Tc4MfPI5Ms"
    "1W2ylPqw6gCcEQwuuPBoct7IXj/fYbCfV+Jr3bKAw6S6Pu5t4h793NmR03V0L0E73oa8Pm"
    "cqIxiCL+QQDZ50pXWeZnjypHX3U9l40YG6inYIy7xrzI+/wDbzkZ1iiS0Yx572d3FDZL6H"
    "Gt9DdESAeSmr/H31H8Ui1RBERt9fxpwDSM/QLBHuZWkeGfYHSqZaCQtbzonAYh4Coytxqi"
    "cw0kdD+iyotByx8lxBHeaASJEht3eUNuzkx92TGd5o8Ab9WdZMBMsqV9gOnbJI1qPK8/79"
    "T69f//R/8OvJYdx6KD/ky30gL5H1CPnDyaIfrJ83gPp5LdLPKwPKhwnD/abK7kcVgbjkzH"
    "hXKC4p2m8ajJsJF7e/ULX4ePuRLwnobc6FqtiQzA6wJEOFzFQ1P8aruMPIFJgx4/PpmNyw"
    "NRy+XpOpXIgA24tPq4Jy3VwIg3Mq7y3bPyT+xfuXLIQM8SL2gmF87oJ8GbnCpu6XEcbOMA"
    "aHYTR1S0HkxUcu//4WZnWpDK0F3Ei4sIDavslF30gSv8MxBN+s+AlCeHVUBNAV4obhxiUw"
    "Dx6NZDEKuMQu7FgYE3nJ/5IH2U4rK6oO8JBIocKBLAjg3wdTdUfqjymRdI3Nbdc/aDW9U4"
    "vpXh3valXOyoBghaaZqJXH64qJ9czJw8fPHj9/9PRxpl5mR3ZplekX0sT3TlnrN/G94+dR"
    "+gHQ0YHyNEeRupDeUE/ZCy0oSFs7vmBWLNzBPru+FElbcRAdkRe/m21fEkVHB+s8TY9qv1"
    "Kz+lnX7ddgmOyBbtexAkgD33T8APFtPzQSm0vb8Nb3nNhQmI4Tu734DTtOFDQVZQBq6SkZ"
    "RZ/BwNQUPdWI4MY81olSFalMlEo/SrXlKNEzmirJje007tB2olEorIAt0x2HNeInZVJTP9"
    "08WGK6gh+6KMy0rN6ndqlxy+r6YElOG0r7BlcInoT0l799ZG4GajX0n5JpBgT7ty4jSq8x"
    "0O3V9qDOnx7vii15IuQzbsdrwdlQNYw2fRJLdi2cNVY+qQCMcJ1kOz8Mv+wTCYoqo01dXQ"
    "ijTUpjUapK3LqsMioEyHHV7lrFllRZWMCxFXYhjMMxiIPnmQf/BMKbd1HGZYI2JmgzeKXW"
    "BG1OgEeaLRCOKFRzii357/Jn13tFBuXP7tshsl+m6GHSQ0/eqDaRBBNJMJGEI4sk3ID20l"
    "OvrI7iCIl5t4crO0dp6i72VRRNLOcwqotxURsX9TGBfxAXNZW4xcGS4T1sy/89nNRXOafp"
    "gJjQqcP6Y7YNzajCX507O97lrs5vW9jMQ32ZbDsfb00o4FZJXCT2J0nQP9jUc1zZlay9mf"
    "vL+D+JHmCn6J0x7uZT1lCNu/n4eWRqBPSlm6kROPXcapO7bnLXjcfZeJzb8DhjC+Qg3vrA"
    "QvNKZ91X0fbohcZM1ZP8ZBovfx+Cxnj5D6+fGy//Ybz8cEfYkAqEMz6Gxrd2i/Ben9zT4U"
    "Jn0dwKMV+PfkZgUL8n6ta+3psqaiP/9/bPeNSXCwGIBmwGPFvsw5HaOQxf9uWLiQKbKPAx"
    "gX+YQqVUsFTII50YcDLNgGAvynBTz1UHU5fh8WxZVQTH80uuPjReWN93x8X/gVFrrG5SKB"
    "O0/VXBE7bPS6e6IAFDP5iD1yCzQCwVRRaEXxOYg3pr1TJvO0De/iWwWks1vlzKXF9A5ima"
    "dMq4OIveMG+c215rGjBbBM60HKkXK6AG2xQ7+yVrNm08qCbFaA2BA0ktWDoG69Akg8vMsb"
    "GfTQPMSBgTPsObhbm4tGQkfQaavPrNaEBmDPclm3F4uTBpwMvaFV6zGXwBYE0wjsF/YmM1"
    "tiSeCLDIbD5nAd7wUtxSF7chUw+S24KMTNMV8jF5RgAAdeX6zIINvolcTcHDP8vpBVXDN1"
    "CpRRjzJKZsnImwSw0cWCVbLwqfSUA4PZ6ZBIRT4lFeSmoYUSWyARpQ7XdsO45cj6MCueW4"
    "VPrR1pI2OaL+RM1Avs/bRpbu+i6SDSFU0ukK3yjhFYt8V+1mkdDsIKFRvxlbJzphkA2FSf"
    "hoPTyyZbk1lTVbhAP8oHbu9g0KZQ33dPoWayRODPimLt+tZafr8O3USZc6NaucdDmHZ72T"
    "Lt4mwyo4WRv66rhUm2wwh0Q+Or0CRqjnKPfXBbkGGbpk8XYXfw/YDP1ODvNdscayJzKNr/"
    "vTn7Pk44p6lk6ugh67gIXATsCCrjPH3ZJ7UQhTidgLtuIBO0tH0rC47wfzCAVoONbOBJGn"
    "2j9h7yVC57CS8k6+K/SmKQKuHsUT6NdDnfUPPJP7vb28uiTIwoRoCbpA/GCSBbcsiD2D6b"
    "YhpT0/FmK1aQyFd8TgpXJwLxLuET8QKJBlvCOJx2AyImFBY9epCPEK+C1zzDYfpmOU8c4Y"
    "D9r3xqPjcOt81yU8pp5kk4Y8aYItjKpPRJ5s4WvaRfXobrADobbGTQoTdNZ1BWmP6fb9iI"
    "5uCqYSfVoH7DzN8PyW7Yc/wBICkwpNAF+43K7wH+xyqG3TmhTj/X1o7KvtRg6zfBqGLPC0"
    "cryraI/DzYnXG4ybM4WZzyyU56xqH4S7mVSkNmxqnU3cy96GhdZrtEVomNMlc7TFXBWtYV"
    "HrLAIFysL8QUuuZciWmiZGBbUJberYGpEMxdKKU0dhqQe0KntiR2V7Db15UVp/UY6izv3I"
    "1OZOnUpJYGvFrhdC3Gi9FhWkxlrZf+kjlzGOxqtKOGp94CWq/pzgk65WeysBoYJBngti6g"
    "UYtmn7w/fFOf66BbnnGEIaJd6HCaaU9H7YYxg+CpgVo2lX7zhYy4Ma6v7eho5fhNakjco6"
    "SD6Mugt9m9Ys932Xey77Q0eFLJENT3vsqH9Psmr3ayFTJh4C6n13kvEA4n3lzjatkTt7p0"
    "lggoEIHFbxGtS3zigQmY+qaYNx8H3KTPp5r3DfIn7VVUW1UqNAM6SarnvJDdPL5VC9XLbX"
    "cwsg/5ZNNFB4C29xAdiPbz59/vj21edRjWBuAV1TmZJDuUkvovyu22ZPml1c6LbpThV2O2"
    "p7yhjvaMaTVupucbpJtQ+3FyS3FztZMBokG4vHW56rDjrJJaoKefQnqCxFKdUb52asahNj"
    "ClJMQYopdjAFKafFIyWg1xYADFpOoNsooIK6x5SawzgeW8yoycEX2TaTVbpQQ/g39IYB+z"
    "AAtCncmGdvBuToDQP2YUASG92bATl6w4DmDCgptc0V1W1C4zzTbXVUH8rY2eno+0V2h1tS"
    "5hpQ3NOfM8DmveOSN6e0wO52ReZe9xYQfl2cbaAgb4vIY+rm8pnKm1GFt0cdH+/y7oQwoq"
    "Ez54PHiM+ZzbCB8EoENxeq60i8H/AN80Ps1Rsu2JqssNdK2rsEWxgvqVPh3LnvhNiQBe6Y"
    "3zLrBgapX7yuYCx3mWpsgg+I3UvigeO4RQqdhSxA2OXPahC6Jq6pZLjNMXNnJGCzSDL5xS"
    "OlH8VNkIXnJNPFs6f9lOHeyQ2s47QTjDoQLuBpVT+YnM9V9YLBpsugDcncfWKr53LvF48x"
    "B9u/ePjAQFToKKMazgByqsuLOgkUyyjp5SKw68vMBVsX/kpbQSfdbmA8HEyuFXkhd7M+OA"
    "sA+JphK2rhOskMxTY2sVMu65ajDEYJlx4jx6Y4/ifk5DT/KBT0O+wIrR4UnhseKhRAAxfw"
    "geFemN4gyeGBbj7slaNGjgn3EtzULakGOupJJbbGidtLZ3cJL0tEXfLfzDnowP/PhAuUv/"
    "p1jsKSH7CyhU2SDAVDK0/nvFJqSMCkiAKbxXIT5Up6oDidls/R7Hxtdr6+46P5PXrAjJfy"
    "+HmEX0gdgZaOH2LWzKSJ0JrUC63JiW7QCUMj5vTzZWg/v1dEITYP1EE5RzKEXN6uEd7SmZ"
    "rn2pUIjdRoIDVKGqk22Cat8Q6tMic7fEQDrQUwWbUkSJlwgHKkixZmYJqCeWfReWxh6kBe"
    "QTo80Dtpq7XxyujgXaRqBerD5s2UvpLnjT6T5zu+k+dHlpR+98o+HN7ty27lrNPuwVCk6l"
    "HJlnBLfSnZLxpg/aIW6hdlpNGTqYNxOn6AKkg3bQ9jX6nWx3BD0uMajp24p2ooopdaB+N0"
    "/PC0jPa7SmYxAx2AC0Tmi3fnFy8XO9JdxzkyA/SdQHPPj7T6PGYEx9Fxa1AbDaXbXujwI0"
    "9jWj7dZ5MnifevgfyGwuB+j66zun0qTG+Ke/SmWIKkoPMKM7Ie7xyJQVwf8diXpyNXNhTm"
    "E9u6uLExp9CNC0KtgAEyMmS6+0zUT2J6wWqkjavsrT2SJop0pkHOvgkRM+5xudiDASVCw4"
    "F9OWC66Rx6d1HTiKTTRiSHyUr/h0pM/ihWo4rU9M3J8a789Di5uWGG+mWSCx3nDUvKHbIA"
    "BUFckKlkzAM5OcUU4nSTTRLCSewloNJ/MZVYhtx1QbO7ZXI7Xb312e/OP67NCT5sgOSIoq"
    "othkdM6u8pf8NN6u/x8wjsMN2ITY5kgHpVB2ExrdpU39Sk1lb7AjZWYuLqSZQS4ZDA7bt1"
    "bKxWabolNkQGei3ot+yzw5gNmxZ87zB1alRhPJSH7DQhcqluKhdLp9zVpTZDpR4rElXRAh"
    "Z7YknjZlJQ/7kzxRJTHKR6FuMgGgT8lro1Va/3nxeLX1GrH5PkEzkmfvJPKn2yWko/ENhR"
    "JjZc0IiRY6yohMO3jLjwKiQ2DdgocLl5XGrKvvo8YBJepXIR7OaX2joXhJIV5SE8IgnEii"
    "S0cBERF3964lo4a4LFxliVek/rp+obt0skDKwRWy9SuN4aOv5GyEPKDME6aO289YxkcPZ+"
    "+wDr5vP2n8nbG7gtZ/FiaaEWtBnBALHdJYdTbJ/VYvusto5IK1iRJxogxu2b0yYRvdtEdO"
    "MRMh4h4xE6YXB73y8xyfLZY8/EIqVhwt5MoPbvEZj3+jwoEZqElX05sPHN6DGgSNfVKzBM"
    "l8iReEcvWcDtxajCKZqcGe/yhdLNmLscoPUsaNlz97247TrbP+GWBVLTEsyRDFCJ7qanAb"
    "xUGggnwweI7sPzRo0Mznc0MjjfamQAVwxZ1QbM9Qn6OZL+M/QPUxrRWi7+QT9m3/4fqbA6"
    "Aw=="
)
