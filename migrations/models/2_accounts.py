"""Create the tables of sign-in: two-factor, passkeys, SSO, API keys, invitations, audit."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "audit_lines" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "created_at" BIGINT NOT NULL,
    "organization_id" VARCHAR(36),
    "actor_id" VARCHAR(36),
    "actor_name" VARCHAR(255),
    "impersonated_by" VARCHAR(36),
    "source" VARCHAR(16) NOT NULL,
    "action" VARCHAR(64) NOT NULL,
    "result" VARCHAR(16) NOT NULL,
    "status" INT NOT NULL,
    "reason" VARCHAR(128),
    "address" VARCHAR(64) NOT NULL,
    "user_agent" VARCHAR(512) NOT NULL,
    "details" JSON NOT NULL
) /* One thing that somebody did or tried. It outlives everybody it names: nothing refers to it. */;
CREATE INDEX IF NOT EXISTS "idx_audit_lines_actor_i_19892a" ON "audit_lines" ("actor_id");
CREATE INDEX IF NOT EXISTS "idx_audit_lines_organiz_9a775e" ON "audit_lines" ("organization_id", "id");
CREATE TABLE IF NOT EXISTS "guess_counts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(128) NOT NULL PRIMARY KEY,
    "count" INT NOT NULL,
    "ends_at" BIGINT NOT NULL
) /* How often something of one person was tried in vain in a window of time. */;
CREATE TABLE IF NOT EXISTS "tickets" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(64) NOT NULL PRIMARY KEY,
    "purpose" VARCHAR(32) NOT NULL,
    "payload" JSON NOT NULL,
    "expires_at" BIGINT NOT NULL
) /* Something begun in one browser that the same browser may finish once, within minutes. */;
CREATE INDEX IF NOT EXISTS "idx_tickets_expires_eb6e3b" ON "tickets" ("expires_at");
CREATE TABLE IF NOT EXISTS "api_keys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(32) NOT NULL,
    "key_hash" VARCHAR(43) NOT NULL UNIQUE,
    "start" VARCHAR(8) NOT NULL,
    "expires_at" BIGINT,
    "last_request_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* Lets a program act for a person in one organization. The key itself is not stored. */;
CREATE INDEX IF NOT EXISTS "idx_api_keys_user_id_ece810" ON "api_keys" ("user_id", "organization_id");
CREATE TABLE IF NOT EXISTS "invitations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "email" VARCHAR(320) NOT NULL,
    "role" VARCHAR(16) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "inviter_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
) /* Asks a person, known by their e-mail alone, to join an organization. */;
CREATE INDEX IF NOT EXISTS "idx_invitations_email_d7a692" ON "invitations" ("email");
CREATE TABLE IF NOT EXISTS "passkeys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" TEXT,
    "credential_id" VARCHAR(1400) NOT NULL UNIQUE,
    "public_key" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "device_type" VARCHAR(16) NOT NULL,
    "backed_up" INT NOT NULL,
    "transports" TEXT,
    "aaguid" VARCHAR(36) NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* A public key whose private half an authenticator of the person holds. */;
CREATE TABLE IF NOT EXISTS "sso_providers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(64) NOT NULL UNIQUE,
    "issuer" TEXT NOT NULL,
    "domain" VARCHAR(1024) NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "config" JSON NOT NULL,
    "auto_link_matching_emails" INT NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL
) /* An identity provider that an organization trusts to vouch for its people. */;
CREATE TABLE IF NOT EXISTS "trusted_devices" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "expires_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* A browser that need not show the second factor again; its token changes at each use. */;
CREATE INDEX IF NOT EXISTS "idx_trusted_dev_expires_853142" ON "trusted_devices" ("expires_at");
CREATE TABLE IF NOT EXISTS "two_factors" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "secret" TEXT,
    "backup_codes" TEXT,
    "pending_secret" TEXT,
    "pending_backup_codes" TEXT,
    "last_step" BIGINT NOT NULL,
    "failures" INT NOT NULL,
    "failed_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL UNIQUE REFERENCES "users" ("id") ON DELETE CASCADE
) /* A person's second factor. What is pending counts only once a code of it was right. */;
CREATE TABLE IF NOT EXISTS "two_factor_challenges" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "remembered" INT NOT NULL,
    "attempts" INT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* A sign-in whose password was right and whose second factor is awaited. */;
CREATE INDEX IF NOT EXISTS "idx_two_factor__expires_0c22d4" ON "two_factor_challenges" ("expires_at");
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "audit_lines" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "created_at" BIGINT NOT NULL,
    "organization_id" VARCHAR(36),
    "actor_id" VARCHAR(36),
    "actor_name" VARCHAR(255),
    "impersonated_by" VARCHAR(36),
    "source" VARCHAR(16) NOT NULL,
    "action" VARCHAR(64) NOT NULL,
    "result" VARCHAR(16) NOT NULL,
    "status" INT NOT NULL,
    "reason" VARCHAR(128),
    "address" VARCHAR(64) NOT NULL,
    "user_agent" VARCHAR(512) NOT NULL,
    "details" JSONB NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_audit_lines_actor_i_19892a" ON "audit_lines" ("actor_id");
CREATE INDEX IF NOT EXISTS "idx_audit_lines_organiz_9a775e" ON "audit_lines" ("organization_id", "id");
COMMENT ON TABLE "audit_lines" IS 'One thing that somebody did or tried. It outlives everybody it names: nothing refers to it.';
CREATE TABLE IF NOT EXISTS "guess_counts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(128) NOT NULL PRIMARY KEY,
    "count" INT NOT NULL,
    "ends_at" BIGINT NOT NULL
);
COMMENT ON TABLE "guess_counts" IS 'How often something of one person was tried in vain in a window of time.';
CREATE TABLE IF NOT EXISTS "tickets" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(64) NOT NULL PRIMARY KEY,
    "purpose" VARCHAR(32) NOT NULL,
    "payload" JSONB NOT NULL,
    "expires_at" BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_tickets_expires_eb6e3b" ON "tickets" ("expires_at");
COMMENT ON TABLE "tickets" IS 'Something begun in one browser that the same browser may finish once, within minutes.';
CREATE TABLE IF NOT EXISTS "api_keys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" VARCHAR(32) NOT NULL,
    "key_hash" VARCHAR(43) NOT NULL UNIQUE,
    "start" VARCHAR(8) NOT NULL,
    "expires_at" BIGINT,
    "last_request_at" BIGINT,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_api_keys_user_id_ece810" ON "api_keys" ("user_id", "organization_id");
COMMENT ON TABLE "api_keys" IS 'Lets a program act for a person in one organization. The key itself is not stored.';
CREATE TABLE IF NOT EXISTS "invitations" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "email" VARCHAR(320) NOT NULL,
    "role" VARCHAR(16) NOT NULL,
    "status" VARCHAR(16) NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "inviter_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_invitations_email_d7a692" ON "invitations" ("email");
COMMENT ON TABLE "invitations" IS 'Asks a person, known by their e-mail alone, to join an organization.';
CREATE TABLE IF NOT EXISTS "passkeys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" TEXT,
    "credential_id" VARCHAR(1400) NOT NULL UNIQUE,
    "public_key" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "device_type" VARCHAR(16) NOT NULL,
    "backed_up" BOOL NOT NULL,
    "transports" TEXT,
    "aaguid" VARCHAR(36) NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
COMMENT ON TABLE "passkeys" IS 'A public key whose private half an authenticator of the person holds.';
CREATE TABLE IF NOT EXISTS "sso_providers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(64) NOT NULL UNIQUE,
    "issuer" TEXT NOT NULL,
    "domain" VARCHAR(1024) NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "auto_link_matching_emails" BOOL NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL
);
COMMENT ON TABLE "sso_providers" IS 'An identity provider that an organization trusts to vouch for its people.';
CREATE TABLE IF NOT EXISTS "trusted_devices" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "expires_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_trusted_dev_expires_853142" ON "trusted_devices" ("expires_at");
COMMENT ON TABLE "trusted_devices" IS 'A browser that need not show the second factor again; its token changes at each use.';
CREATE TABLE IF NOT EXISTS "two_factors" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "secret" TEXT,
    "backup_codes" TEXT,
    "pending_secret" TEXT,
    "pending_backup_codes" TEXT,
    "last_step" BIGINT NOT NULL,
    "failures" INT NOT NULL,
    "failed_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL UNIQUE REFERENCES "users" ("id") ON DELETE CASCADE
);
COMMENT ON TABLE "two_factors" IS 'A person''s second factor. What is pending counts only once a code of it was right.';
CREATE TABLE IF NOT EXISTS "two_factor_challenges" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "remembered" BOOL NOT NULL,
    "attempts" INT NOT NULL,
    "expires_at" BIGINT NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_two_factor__expires_0c22d4" ON "two_factor_challenges" ("expires_at");
COMMENT ON TABLE "two_factor_challenges" IS 'A sign-in whose password was right and whose second factor is awaited.';
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "passkeys";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "tickets";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "passkeys";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "tickets";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXW1z2za2/isYf2k7o6S289p4586kabubu2nSSdzt3ml2aIiEJKwpQkuQVrW7/e/3HI"
    "DvL7Igk5TEwh+cmMQByQcgeM5zXvCfs6XwmC8fv449Hr3jATt7Rf5zFtAl/qd+ckLO6GqV"
    "n8IDEZ36qjXFZo4P7dRxOpVRSN0ITs2oLxkc8ph0Q76KuAhQ4EPASLTgwRx+04hIsWRT4W"
    "2Ixz0iQhKFnHmPyduIiDjy+R2ThN2xcKPa8IjgXcpXJBC6j5DNWChJJODcY7wBT7hwB3Cq"
    "52t9Dj4H0EvtJ1ow6NpjIREz9YeCBpoDKCJ0yiLvBdzgesECuIa66JpKuIwr5gGXzJsQGb"
    "sLAsfg5ikAyn3mEcnnwSMeQJd8uYIbEgGNmOdMN9n1qbfkAfQrCFwUJOAPdRjv4AupHguk"
    "pYhDl5XvfhqKtWThhNAVf3TLNhOEKYC71A8AQ9jwtHATFE9B19yDhiGTsR+VG8KDuIx5+E"
    "wAYwwPR74EXAn1fbFm3ld4Hf180IEI5zTg/1adpogpqLhUV+SBjEAwvahYw/OFIAyiHovg"
    "P7J0be5JuKrwYXhpAPhFgJe8IgGONcAqmRsyPXnigP8rZk4k5gyuE8IU+vUfcJhDt7/B/I"
    "Y/fz2r3ByKwe9/YLvVrTPjzPdKr5Nuoo470Waljn3L52+D6AfVFufs1HGFHy+DvP1qEy2g"
    "/1SABxEenbMAsWZ4hSiM8e0KYgBCv4vpC6efIm+ib78g47EZhRGCAyitbyA/duY47z9cO5"
    "++v3acs9r7m0oUXrPkkCsCfPfhVqUCYI638Oiby8snT15cnj95/vLZ0xcvnr08fwlt1f3W"
    "T734Xd9MjpbuSmH29s9v31/jDQlYYPTigwd+VzI0olpKjVKOPgytejtoZDYKZbn7RyPFft"
    "twpAfy8ciXyAz8P83iQL9o/2ahmG4i9tgVIfzyhXv7OBBrZyn/52wEY5aPUcMbVR6oNwsa"
    "Ng9Tg2hlrODxdhir5MUwGqo+350l/c3xWTCPFvDnk+dbIP7b649v/vL645dPnn9Vxvl9cu"
    "ZSnSojnn6LTKAuyvSE8aDL0yAQq7+MQU6lxjeVL5892wFoaNWKtDpXhrqiBpng3SA6PtC7"
    "n9xadTQBOpfYC9+9vqWDAXyxC8AX7QBfNK0eeEdmK0ciMUKAnz/dAeDnT1sBxlNlgLWNYg"
    "JwLjFCgLufwWhlxbIOcKvGnQsMp233b/5cXjx98fTlk+dPMw06O7JNca4ryWCPSLMVIZcY"
    "3yft4vLlLhP28mX7jMVzlUXX8+Alb5izW1bdXGSEq0L3y24sWehQAMVo6S1LjRDoZxeXOy"
    "ANrVqhVufKWCdUWB3o//304X0z0AWRCsoedyPyX+JzOQT1MY25H/FAPsbL9sZ2bIEcIcKe"
    "l1L+yy8i/eWPr/9eHYQ37z58qyATMpqHqhfVwbcwIEgLzm4L1BQemFL3dk1Dz6mdEZeirW"
    "391PJyWT1CA3hNvOSJ8flSMt91RRxEZ008f3JqspXl140MKP413RBFQnNksIk2sxR3LeF4"
    "M1V/jwxS7qtQ3HGPZUT6jRsyDxYGTv0bMhPI566olGsRehMCT8EIDQhXLaINSaVTpjp5rI"
    "yVR3JZX1W1QNpdOQ5SuavaJVACl6eEhla9pmedBZUL6JWGcxFccu+qwPerKyW9Iq2NXHjx"
    "Wdro6F/PCgio0cgeQXPQBa7aiJLeYiPvT/nswUi3EqDck48jccuC/tjPXqxmy02fMjcdr7"
    "y9xqgsZ8eozzGqrIi7rmsVsRGqlb2wrYUPjomhVJKyWO+GdUmTqMN9zX5rWX5qgmOgALbg"
    "e/3936+36+vLTXLm3Yf3f06bV5X4BmPVbJoXREY4x7tRiWomURnxOtw/wPcLbIC/so0C/S"
    "1GfwSNzoTEpPk56ebEwP49nU3p0fwVDOk60+OLkwyeHZ6YRXpavv705vV335/9fiAbc8Vh"
    "iM6aTEx9ZrLVwlxx55ZtdrQw37FIoh0WinlIlxjZlFpm2mYEKxJNrWJ4wGNyDTYXXILwSD"
    "J/llpdMoLp5dUN0u4vgfYrnEzNwuzn019eP7p89jwNGFsvhJ/0EpAplez50zj0X5E1jxbw"
    "Cj4jIQ08sSRTuAiZsgXMVrje5HMlNEv/pLFrEsOstKWpwrAw/iuiYSVKC++bzHgoI+LCGo"
    "fRY6GcYMRbFpSGcXHTDYiz31Y8ZBI03FycrQRY7kt5lYVrqSAraO1TGTkhg/cM/k1E0tbq"
    "Avh08LyULHkQg9LaYv/WwrGKL0MlGMQsJssawNYAtsaVNYBPcIxMo4weFF90bFpTZdHaxZ"
    "HypN2P8qTmRkm/2CYAF2WG+m4MBvHTJztA/PRJK8R4qhYrEBo5BDOBEc7gXRzb7W7tmlM7"
    "V9PM1u+y3F7r95HRB4dZmyuKr9kgNAjbkTjhMPPjXnm6jxO1DJpl0E6SQWtbNzqA9kOlu5"
    "FC3LBkHhdZufqRRRSpibNGxjI/PdlOW66cZbHlTsExM2QT6VTEUS2fUWV7ag4wT/9cLxQB"
    "RlZMrHxGlnRDQjbnMmJhcyRN1xe4n4lr5dpumVFGRtJ8dFZTh/5BS6idshpqCbXjH6M76s"
    "cNjFq7vz0TGIXOOoSj/UgCY/8MprV80xYbWzi7VQuYYzvHJET2L2JNxCxigSpKoX10YqY8"
    "iol/EUtBqAIV6Aa8g7Ehyj22hjmhZEnEl6z+9e+q48RZmbn2btYLGr1CxZlw70bVhSgdeu"
    "WxO+4yPJn4SZMD2qvJQ6yBwQJPVr1/GGSrI34Vfni/U1A9AizWwNZW+zi2fBmrfZzyl81q"
    "H8c/Rlk+xo6Zk1n74YblvF/AO8uaTD44hq6PXGhMqagDzOIjUereBnc8oglMNaWucHarUs"
    "ezdjvqdK/lrcziwybkNsCMoOlGqz+EPVpS7hPqgyqmIp7+KVDvCsoRZDV9rotOUZdjqmEh"
    "0isgOiTMpRK1PayPVYwEQ90OL7IBbcwFTfIV5jepymCquBhoeEu2nKrYLp25nYuu4AWCu4"
    "emrstWka759U+mSpEJvGDgMl3oqxpDlseP0bQXpbmqJKwF6K1awMPIsrUIo0Ua3/ZQNdEG"
    "hNmAMKudWA1yJGOkFnuTFS0T6Iu/OmBpr8vznULCzrfEhJ3XysfA19IE37T9KOjBQ5WO2R"
    "oP1lw7pkeAzxIFZZhvb/coHzAw7Ogm9EEWaWVfGMfHlKXGkNbXdxCSjfs6dFCSjaDpNYKm"
    "YVHpAOUdQ8CObDHZFdzyMlrCFW6BvP/53btDhSb9qHiVswbmKjkz2cZaaVZmV8Yqr3az8i"
    "l672rkUSvvU2eqHthZY7WbhpcgDd4bf7mbOObeC0vuWHLHkjt2jCz3UF+0ureKrbFgk0TG"
    "AbG1x47BHrP5OCdc0aY0sRvsserEb7fKinNn1yKq60CSO1zyGG5fxVZC8kiEPN3Fyl0wL/"
    "aZbEgA2VUS4wKy0xsnLRqmN+xi1GfeFe7uFSTbouVdbXKPfCCyaqgY6okFZMDG+8P6463J"
    "Vpez5kCf5oA12Y5/jGyBln7rZEo/nhv5i5P2o4vz737HBl/MRR3a9kyotP0YPJND5EGV93"
    "ip6WIm0LeIj2IRGXooijndZfzbd88oytjtM7YPyWltn/ETvE63zbVN01OTbebfSjfa3SsX"
    "T33uqhqg64WQuFUEv4P5AhaXP0OnGo3Bogoi7lJ43dPCoUl+30LAIzW65x7eK1qM+S4Vet"
    "+MrESpquGJJQdW1NMB4HoCa+txDSYgBprru3Cy3MI3Hz59P8lLnUILlc/CwiyefJGlNKpd"
    "rEs3KelGYklSTGrEXaWvyLlKP4zUAyor1ROqCKvqFXoH8AO5EmEk896x32TrazByKRjI2O"
    "mETFm0ZnBdVyyXVP5hjVobZF6XswZTnwaTNWqPf4yajdp29XRMuxoPrY6WvrkmX5Ga4OhM"
    "3oun57sE+GOzdj+wOlnZeyPTU0wmeVnKml77zHWt/hl+nHOh0WRBD7ye63odGjeDFaYiNo"
    "op33eUCVqloKXEq4ZJLoTPaNCMdUmugvQUBPuCOjsy7PLy7YcP70rLy7dvq+vHzz9++z2A"
    "r7CHRjxqmdy51WeympelrOJivphTOo8NdwrLJAbM5Tot29bGTtkCuzag58ycx/3EpGyJ5U"
    "lPTbbxuFI32pnHxa2LmfcIyU3NLuodohSf1rhH1ISIwFfbR6W7QjURuV10q2N/dPoFS7Y/"
    "/gGfg/i48RWPCAu8dFemy6dkMVHBQ3A83dUJt8byRTBPNs+yxOgprGwTS4yetJFmidHjHy"
    "O1KhjvGVSWGh1N131kynEXMBgU6cPkIWXagyGLURYckMZIx+RkWQy+cqjnweQ1qo5Slhqd"
    "Vd39yqKsF7Agmqpw3mNYZ1Kjg/nZxS5b60GrVqDVucqEXurwEqWbTI1KNTeIjoGg65sxwv"
    "AZR4o4dI1Y/orYgLM7MXEfydxAHwD3zreRpKAE3zHnAfml7T3YeW+ZUsuUHhfYnTGl9ywi"
    "HSBsmL97ZAvHrkC3L59HVf3nkxQ/heKOe80lgIqnJ1upaimcVdJyV746IFwFC0UbkorqEN"
    "pKGR/EV0YS603fCdxBDCNukVzW24c1UNZd9YysddqBjj4m6jSipOoNaTsH816T2GMe1HZA"
    "u8LC1GqvFhKyGd6JgE6gb08scTuU7Ef/LdNI6LTYdnoN/QQ8UtulZbdbixr+HLg+h4d3JH"
    "NDFmW5tSrSOZjxeX5BFW8dikjAR+gLWbgSUu9CDRQ8WRpmTYMN0X1CV2obllL9bpFt4YYF"
    "syNL0p/MR3ViSfqTZsYsSX/8Y1T4ipisaxUxS9PfS6ZxKeMmQ6A96iqXGIXZNXTIldZaTC"
    "Z1LjEKwCvRm+eXu8xpbNYewalOVsKUtVLXtHy0T+2S0CjAHjw6vKhL7wF9Lmjh3ys4Hy2W"
    "Ou7tWdG5hM2J3j4cO+ZEV9h84fg8uHWWNHJxJyRHbeXR4B/c6pLd2o8NNDdw0doCkn8Eav"
    "/IOFBbP/Lwn+Ax1I88smn9UB/Kobn8a+7esuisgcZPzky2MfiRarMjd/8p2+x7yuax2tIb"
    "N05Mi1pEyW6ORCJRnh5F3nrGAy4X0NhlkzTce8mDOGqqLNnLVZDTT6h89ZNEqKfVJFdxuM"
    "JaHooC10S8DnTPrpZc6AtJXCFuOctqlaSi2X6WSaGQOb8D+ZkIK1tQpttPjpkqPzkmyVLh"
    "p0yzWir8+McoWSaNaPBcZIwmSufRXyu68QVt+Cy08yYFEUucdE6c2OSBP+zu8NcYYsK871"
    "TdikblvNRgu46umzq6CMbOeaElhTlgzNO5mmkpOslgjDwQd7HEHZ3DWF0pXVgrvu6CBnMM"
    "CokI1qrDundNWaL9XGSkarGNILFq8xGpZFZtPv4xsmmeNs1zpJqaTZywiROnSvofuMTM9V"
    "r8oFTqsybLIju53apYww2odub7+JbU+sfkF0V7Y/x8gCW5SRL3rsrBIBtPKBzymCbbFTke"
    "8vki2rq7b0eXQN5fR+NMUtk8RL6wA9V7dDGsF7r8d8h0ZZsAcwFwxOKVg73LvI/P8eX55f"
    "NCFwQJAEWXZKH8SiTJQAix5M0M78enMnLAnluR+g9KBWzNZESenD9KIFBtdS119Yh5FXK8"
    "Q7xT/ItEazAOof8Z5X4M36SG7sk6FAo7T9tcWOIHC/xgTgMBQ+6KYP1zpUzpfpSS19BP6s"
    "NInxSfKfn/8kofgU7SQZqFYklUYXZr253Kl8PadieuUFnb7ujHyDy89IFxpccZeTFYWGnx"
    "S26CelXOYm+OfVn3MkG/Lmnx3x//fd+BNnk7FuZjkVkAZp/mkpitP7/fNze1jurQt+JeFB"
    "kN7JcXT188ffnk+dMM7ezINpCbAd1DzyyJjQbVPyBrekRugZ44UxOK7z5+9UPArgX86pld"
    "Peig9MOtdsOXwovh43xhZ9uI07zVZDcG1XFTCaOq3ci9JZskprvbZ8ylCkXWJ8tBFFwSuq"
    "Y8SipiN1Ttfmi3yJnmHsRavPT63pBoGkVsuYoyCrJAhK6RXIX7ZR4RgS0YYilBSwlaStCO"
    "kQ33GDTcw1aVHjxlOdUJDAzvoshoTMTODG8bsmSNbxuyZEOWJqcRsqRQbzC609FoN7PxgQ"
    "xDlB6TG1VZ5EaZuzfYA172RsXh6N2qMOjFF2COEpdiVxQNVLZRLVyxXMG/jQZ2txdAU9vj"
    "cuXTjZN2kgYCZX9TmcY04UxGoRBUlGpMDvWWcMUvk4gcMPH9ckHSrwhY+dinimkKnOQ7UI"
    "vpSWKhuFRlUedC2J23Tmf1nFgb/bSVCmujH/0YqX8NFrS0/QhVvstnz3ZYtaBV67KlzlUM"
    "G/ywmgCcCYyO+Xhyeb5Tkvj5lizx80Z8nTsWcujUlACpC9vCbSZ7ay3pvGHx2FKmNhWwgT"
    "bmgTapBm1qo3e7Yh/TetJ5Wbyq8WICdZPsGKZ535ij9WeCc9p+wP20Uqqmf3gvdoH3oh3e"
    "ixq8YBwHxt/FXMh+Dw2+h0hEgHkpm0o8bgvILkqNYckYPhQ+I4DMDM2K4F6W5pFhfyBPbx"
    "48xAIExnTFae7Arj4Gq8+CSscT6wBLYDEPlhQZcddJg6YMx+P+zuzYGIwN8lnOTITLJips"
    "i05ZFhtQ5fnxx6+/++7r/4OfgQjjzuvHRXy5D+QVsQEhv7hcDIP1yx2gftmK9MsHhxV354"
    "b7Gw4bO2twxCVnJttccXeqzc7OuJnwsz34dOIQboZHPV0CTCd0Se0y0zn0PJDcY+RGb+dw"
    "MyG3bAOHpxtyIxcixD1Nbpqccv1cCJ1zaqttp1g5GKv8cndBFkJGeBF3wdA/d0U+n/nCpf"
    "7nM/SdoQ8O3WjqlsI40Ede//Q2rQCwgBuJFg5Iu7dtGfX4ZukniODVUR5AX4hbuFGKlQTw"
    "aFzJ819iyj3zcGfC5L/kS5o4LaEDdYBHRArlDmRhCL+/vFF3pP64IZJuJDzi5qs2t9+vTU"
    "XG1WT6x0M8gq0qZ6NDsEHTTNTK46ViOgkAsv69U9b6rX/v+Mco/QCY6EBFmaMIXUhvaKDo"
    "hQ4UpNq+iRLuCFOO99g7sSzaCUF0RCx+L17XVNExwbooM6Dar9SsYeZ196HnNnqg33msAD"
    "LAN20/Qny7d43YjfmOqr68NgCN9JRMYkhnYGqKnqpHMDePTbxUZSnrpdqzUEqRKDEzmhrF"
    "re006dF2Ult8hky974b+k6qoTa6z+4F25yyxu1UeY67SzrtVtjtLCtoQrPFe7DdGNCSiP/"
    "z1I/MzUJuh/5R0MyLYf+/To/QdOroDmtxrza1UPD3Z5lsKRMRn3NVzwculDPamnApvg5lP"
    "ygEjfI/QqYi1+2UfT1Dc6G3q60LobVIai1JVmNdaZxmQ43cs3CQFVTAtDOupXJGSG4dLXa"
    "hlzYJI133uI43LOm2s02b0Sq112pzAGBlm4h+RqyaGm3lxYlmm9/HZ7azIqPjsoQmR/SJF"
    "DxMeevJGtfUkWE+C9SQcmSfhFrSX4KT9CIl5tweVXZC0eRf7KorWl3MY1cVS1JaiPibwD0"
    "JRU4n1mZcsaKqDuA9J/b5Amo5oEHolrD8y0IZ4JMLNWQNfXTg72UZXh2k7vns+xMqnbpIS"
    "oEplE50k9oUkyA/uyhw3ViXrrufhIv5PogbYKbIzlm4+ZQ3V0s3HP0Y2R8B8dbM5AqceW2"
    "1j123sumWcLePcBeOMJZDhNK7CDppXJvO+SXZAFhojVU/yk2lZ/iEWGsvyH14/tyz/YVh+"
    "uCMsSAWLMz6Gwbe2JvigT+7pjEJv3tyGZb4d/UzAov5A1J192Zsmabv+783PBHQlFwIQDd"
    "kMxmyxz4i09mHHZd9xsV5g6wU+JvAPk6iULiwN65GJDzjpZkSwl9dwm8/VBlOf7vFsWjU4"
    "x4tTrt01Xprf9/vFf0n3k1YoE7T9VcITls9Lu7oiIUMezMNrkFkolkoic8JvCMWtrTeqZF"
    "7dQd79JdQe2Vj4cikLdQFZoGTSLnVyFr1lwaSwvdZNyFwRejdVT71YgzTYpljZL5mzaeFB"
    "1Sl6awgcSHLB0jbJbt4RnWNhP5eGGJEwIXyGNwt9cenIWK4YaPLqZ0ZDMmO4L9mM+3pb7i"
    "ArVzhlM/gCwJxgHJ3/xMVsbEkCEWKS2XzOQrzhpbijPm5Dph6ksAUZuUlnyMfkGQEA1JXb"
    "IwtyfJN1NQUP/6yGFzQ1z6FSk1CPiZbcORJhmxo4sky2QRQ+G4BwemNmAxBOaYyKq6SBEV"
    "URG6EB1X3FtuOI9TgqkDv2S6UfbaPVpiA03FIzku9z3cgynd9lsTG4Snqd4bkS3jDJt+Vu"
    "lgXtDhIG+ZvaOjFxg+QSNuCjc/dIzXLbda2pCY7wg9o77RuW0hoeSPqWcyRODPhdKd/atD"
    "MlfHsl6VJSs4mkKxCe7SSd3ibDKZGsO3J1XKpNNphH4hWSXiEjNPAU/XVFprCGLpne7uKn"
    "kM2Qd/LYyhcbTHsiN/q6X/8pCz5uyGfp5SrI2IUsguEELOgmI+6WPIgj6EpoFmzNQ/Y4bU"
    "mj8r4fLCAUoOGYOxPGgSr/hLWXCJ3DTCqSfO+RTVMCXD1KIJDXQ53133im8PP29fvXBIcw"
    "EVqCLqAfTLLwjoWaGQThgP0WOcmwpTemeDsfq2URL2Z6w5DpRh12Q/VE0DIQ6mYXKRlJNi"
    "zK7/Ux+WUhPgek4Wcp7tTeJoiNkkY+NA6ukmfiGrEVFqVaLwAUACdBRayZB7fs0shdODB+"
    "ZRQVtZjer9Q3iRtlMS/pJxC6wpa+Jow8KEgeiYTiKOES0PU/eRSx0Cltf1KiRdWmK3BpkJ"
    "KCLJG5lTBrAk8SOgNRlROV3sSEUH+NG5/AFZeaN1XBQJUtVhZindfhwkdlsIZ5uPULYLEK"
    "BX7/pN4AJmAwdkTC+oFFvmKcniG/A1RamVC7q4ot0GXJMEtYjnOMjoNF+0NnTNn0nTzq+3"
    "IXbKFVe9z3ZQ1fW51rQHYH1VvciTjJAzGZ1w2iA2Y3DLN09JOflpgvJmAXZcZHE3fvbQLD"
    "EyxYNAFWwuduA12zjb+sy9qI7v0pS/ab68cec1YUbc3AKKS+SfY4WGW83mhY5RRmPnNwPW"
    "dN207cP0hlaTtMnQ8TD7K3YWH0GtUE7eD0OTjGy1yTrB2izocIFCgHwzUduZERWxqaGA3S"
    "1pNsYmvEMhJLR0fqwlQPaVOwypZCAi3y9kXp/EU5irICR6Y290oqJQ6pNZsuhLg1ei0aRK"
    "21sv/Ux1FGtyVvyphp5cArUsOR4Jd9zfZOHEIlg7zgMzZzMNRlh8P3m3P86RfkgX0IqVN+"
    "n0GwmbsPwz515RuqnkWxA9PbmavniDXNNKrBYAEvigy3utQWlvPjWbExQCcOmaNffLd5L9"
    "JWPFukDwjtkX4YVYBMFo9ktibXZe3KvO/KXAhUMrF2KmLjM3R6quyVzNr9iktVhceA+tA1"
    "pspxkGbrTl3Wrjt7R/RgLIwIPdbwGrQX1SkJ2Y+qLZBz8B0MbWLKoHDfIX7N+Yatq0ZJZk"
    "zZng9aN2yVp0NVearP5w5A/lvW0UjhLb3FJWA/fv/p+uPbN9dnLQtzB+janLUCyrtUKQsK"
    "W0vZ3aq2jUK/5biasNuS9VfFeEuZrjSHvzbSu+QBcndBMO+MB0qOLBgNJVljKhedijjStb"
    "WSSzSl+Jl30Jg1ValEUOixqYCUzZ2yuVM2L8fmTp3WGKkFeuMAwKDlhKYlRBqkB/TEHYZ4"
    "7NAlV4Avdl0mm3ShHeHP5e0A7DMAoE3hll17D0BB3g7APgOQ+Eb3HoCCvB2A3QegotTurq"
    "jWBS15ZloErd2VsbUG2h8X2S20pCyUpnkgnzPCst6TCptTmWD3U5GF170DhL8r9zZSkOtL"
    "5DHVebqm8vasge1Rxyfb2J0IWuxI5nwIGFlx5jIsLb4W4e2Vqkekdwq/ZauI6Do8G7LGWj"
    "xpVaO1qpXjNZA7D+0QSzXBHfM75txCI/Wj51VSHwhr8OADYqEd3XCiiyepyj4Iu3ylGiE1"
    "MaWSYbEf5s9IyGaxZLJe7ogmxYGS7nTvaaV1uHdyC/M4rRGlDkQLeFpVKarAuar6RliOHb"
    "QhWbhPrLtUrQoVMOZhYagAHxiESrWmVCkqQE7Vf1InQWIZJ2WHBFZAmvlg68JfaZH4pA4W"
    "tFc1mtS14iDiflYhC2s4TRkWqRc+lmfy4gLAyUWzMlLw8DSvpqRqNPFIV1WaiXACeKmN49"
    "HyDuF+oJ+bMuZ1kMuDkGOuIIJOocHjAkagNyLGal7AbSWPXK4lpVnErPCXsnCxZNUEp9gN"
    "tv8ap95NEXuKHbNQXxYrS0ksEsWxQNcKZmgQpYiSwgDi82PZL9VygrWv9ECrW1JVrzQ4WO"
    "VLV8rPy2jRIKY++W+Gpgf/nwkfJH9eqRmEowh4N14Unx6WLxaG8SrCUmMAGEx7T013LDum"
    "C35h0S048uX1xbOv2tjSChnaWHIqiQiDpo2nC9ScahIyKeLQZfrjgYtreqDcnRHx2u5yP6"
    "JaMHHMvRcDFYLpygtvqdpTpgEtVXv8Y4RqgsmClrYfY+jQ5S6L1mX7onV5ovsXQ9OYecN8"
    "GboPchZxhLVVTVAuiIwhoLlvhGs60+4BhxVBu2rssGpUNFJjsG1s5z1aZWHtWCEaaC2AOW"
    "i0glQFR7iO9FFyEMxdMO8cOtdWqwnkDaLjA72XMng5NWWCd1mqE6gPGzxU+Uqe7/SZPN/y"
    "nTyvAp3wUyYoF0RGB3EfC8iBkx/uXzwOh3f3n0dFChuXpSlLDWjHSLiloeyYb3bA+ptWqL"
    "+pIo2MuQnGafsRann9VILVFLeRvpGLDDiHNfd+qrY4OhdMME7bj0+R66PQrva6mH30cpnx"
    "Ydz9By9zp5mAXBKyWsW9IBf8wKZrRUHMAn0v0DxYxUblhTOB4yj0OKrtBNPdlkzGoyhjKw"
    "0+ZCtHifdvgHwuYXF/QLFz05ozts7MA+rMLGGloPMGU70d74KIRdwccU1Jm6wruYT9xHa+"
    "3LgYH+zr5G4nZICMjJjp9kbtndgS5AYpICqwcY/Yn7KcLXa1b1zPjAdcLvYYgIqgHYF9R8"
    "BWxjr0HuK2qFCvRYUOk2Hyi0oy+CjWZw1pJvnJybZcE52osGO2yeskr0FHt0vKPbIABUFc"
    "kRvJWADr5A1G16fbU5MITsps12iOMf7c90Gzu2OynnrSae+Yh5LsC+VIDpOZEKL/TXM4MK"
    "NCXUQKsuYwy+OIUOKLAOP/VzSW6a7es1AsyZTN4CVBOVVWuH0z6F2rlhzWzXVEvvEOnVw2"
    "Rv6UtQQbI3/8YwSWnqlPqCAyQs2te+fmyiiTfWUz2FtrAwA2TmJEm60oFcExgTt0oWmtuB"
    "kSH7mQXc37HJ2Sgmz4ilRFLTtiMgo1U/0wFuQ7jE88a7Ae9YnJNstRxTaalCnwKVhfXKfh"
    "qzwrzFNHAyuPRwVTj3s3mCONjVSteZXMHob8jvot1Qoe3i8ai2hfTUiirEzIKvmVfgey7O"
    "5VKLASWJLgDQarnGBiORy+Y8SHqR5mCfdwubkuEcB+W3F4YWBRq+bV5z+pXXsFVuia8gjT"
    "50OxJoksXESkufVT4W0IFonAagItduiv9TBfTEx/cGXNbYvCyIprDrIat9usx1/cfkwRQu"
    "nLYYBzQcQifD/CpsHzw4fNDwZuxyHzmCptBG0mMEJsty3EKbYvWrF90ZoXaeS1KgqNEOPu"
    "WQ+b9dFv1ocl7ixxZ4m7U92jbPDNmpNYrz02bC5L2hHYbwSo+68YrH7zAagIWlZu3xHIKR"
    "uzASjL9TX/a3bh6U//I6FEX7OQu4uzBk40OTPZRorSvM19pGj7EDwgqsTuhdPDXjh3LJSG"
    "BmBBZIS6cz+lWeClMkA4aT5CdC/Od6rHcr6lHst5rR4LXDFigVGCRkFk+AyNw6TGdJaLcd"
    "CP2e//D71/0U8="
)
