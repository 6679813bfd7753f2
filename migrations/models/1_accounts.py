"""Accounts."""

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
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "tickets";
DROP TABLE IF EXISTS "passkeys";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "tickets";
DROP TABLE IF EXISTS "passkeys";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXVtz2ziy/isov8xMlZKxnevEW6cqc9vN2UwylXh299Rki4ZISMKaIjQEaY12d/776Q"
    "Z4v8iCTFISAz84MYkGyQbY7P769p+zpfCYLx+/jj0eveUBO3tF/nMW0CX+p35yQs7oapWf"
    "wgMRnfpqNMVhjg/j1HE6lVFI3QhOzagvGRzymHRDvoq4CJDgfcBItODBHH7TiEixZFPhbY"
    "jHPSJCEoWceY/Jm4iIOPL5HZOE3bFwo8bwiOBdylckEHqOkM1YKEkk4NxjvAFPuHAHcKrn"
    "a30KPgUwS+0nWjCY2mMhETP1h2INDAemiNApk7wTcIPrBQvgGuqiayrhMq6YB1wyb0Jk7C"
    "4IHIObp8BQ7jOPSD4PHvEApuTLFdyQCGjEPGe6ya5PvSUPYF5B4KJAAX+ow3gHX0j1WEAt"
    "RRy6rHz301CsJQsnhK74o1u2mSCbArhL/QCwhA1PCzdB8RRMzT0YGDIZ+1F5IDyIy5iHzw"
    "RsjOHhyJfAV0J9X6yZ9xVeRz8fTCDCOQ34v9WkKccUq7hUV+SBjIAwvahYw/OFQAykHovg"
    "P7J0be5JuKrwYXlpAPyLgF/yigS41sBWydyQ6c0TB/y3mDmRmDO4Tghb6Nd/wmEO0/4O+x"
    "v+/PWscnNIBr//ieNWt86MM98rvU56iDruRJuVOvYtn78Joh/VWNyzU8cVfrwM8vGrTbSA"
    "+VMCHkR4dM4C5DXDK0RhjG9XEAMj9LuYvnD6KfIh+vYLNB6bUVghOIDU+gbyY2eO8+79tf"
    "Pxh2vHOau9vylF4TVLDrkiwHcfblUqBszxFh59c3n55MmLy/Mnz18+e/rixbOX5y9hrLrf"
    "+qkXf+ibybmlp1I8e/PnN++u8YYECBgtfPDAH4qGRlRTqVXKuQ9Lq94OGpmtQpnu/tVIeb"
    "9tOdID+XrkIjJj/p9mcaBftH+zUEw3EXvsihB++cK9fRyItbOU/3M2gjXL16jhjSov1HcL"
    "GjYvUwNpZa3g8XZYq+TFMFqqPt+dJf3d8Vkwjxbw55PnW1j8t9cfvvvL6w9fPnn+VZnP75"
    "Izl+pUmePpt8iE1UWanng8qHgahMXqL2Mmp1Tj28qXz57twGgY1cppda7M6ooaZMLvBtLx"
    "Mb37za1VRxNG5xR78Xevb+lgDL7YhcEX7Qy+aJIeeEdmkiOhGCGDnz/dgcHPn7YyGE+VGa"
    "xtFBMG5xQjZHD3OxitrFjWGdyqcecEw2nb/Zs/lxdPXzx9+eT500yDzo5sU5zrSjLYI9JM"
    "IuQU4/ukXVy+3GXDXr5s37F4riJ0PQ9e8oY9u0Xq5iQjlArdi91YstChwBQj0VumGiGjn1"
    "1c7sBpGNXKanWuzOsECqsz+n8/vn/XzOgCSYXLHncj8l/iczkE9DGNuR/xQD7Gy/aGdmxh"
    "ObIIZ15K+Ztf5PSXP73+R3URvnv7/lvFMiGjeahmURN8CwuCsODstgBN4YEpdW/XNPSc2h"
    "lxKdrG1k8tL5fVIzSA18RLnhifLwXzXVfEQXTWhPMnpyZbUX49yADiX9MNUSA0RwSbaDNL"
    "YdcSjjdD9ffQIOS+CsUd91gGpN+4IfNAMHDq35CZQDx3RaVci9CbEHgKRmhAuBoRbUhKnS"
    "LVyWNlqDyCy/qqagTC7spxkNJd1S6BFCieEhhazZqedRZULmBWGs5FcMm9qwLer66UzIqw"
    "NmLhxWdpg6N/PStwQK1G9ggagy5g1UaQ9BYbeX/IZw9EuhUA5Z58HIlbFvSHfvZiNVts+p"
    "Sx6Xjl7bVGZTq7Rn2uUUUi7irXKmQjVCt7QVsLHxwTQ6lEZXm9G69LmkSd3dfs9xbxUyMc"
    "AwSwhb/XP/zjeru+vtwkZ96+f/fndHhViW8wVs22eYFkhHu8G5WoZhKVOV5n94/w/QIb4K"
    "9so5j+BqM/gkZnQmLS/JJMc2LM/iPdTenR/BUM6TrT44ubDJ4dnphFelu+/vjd6+9/OPvj"
    "QDbmisMSnTWZmPrMZKuFueLOLdvsaGG+ZZFEOywU85AuMbIptcy0zQhWJJpaxfCAx+QabC"
    "64BOGRZP4stbpkBNvLqxuk3V8C7Vc4mZqF2c/Hv7x+dPnseRowtl4IP5klIFMq2fOncei/"
    "ImseLeAVfEZCGnhiSaZwETJlC9itcL3Jp0polv5JY9ckhllpS1OFYWH8V0TDSpQW3jeZ8V"
    "BGxAUZh9FjoZxgxFsWlIZxcdMNkLPfVzxkEjTcnJytBFjuS3mVhWupICsY7VMZOSGD9wz+"
    "TUjS0eoC+HTwvJQseRCD0tpi/9bCsYovQyUYxCwmyxrA1gC2xpU1gE9wjUyjjB4UX3RsWl"
    "NFaO3iSHnS7kd5UnOjpF9sEwYXaYb6bgzG4qdPdmDx0yetLMZTtViB0MghmBGMcAfv4thu"
    "d2vXnNq5mmYmv8t0e8nvI4MPDiObK4qv2SI0ENuVOOEw8+OWPN3HiVoEzSJoJ4mgtcmNDl"
    "j7vjLdSFncIDKPC6xc/cQiitDEWSNimZ+ebIctV86yOHKn4JgZool0KuKols+osj01Bpin"
    "f64XCgAjKyZWPiNLuiEhm3MZsbA5kqbrC9yPxLVibbfMKCMjGT46q6lD/6AF1E5ZDbWA2v"
    "Gv0R314wZErd3fnhGMQmcdwtF+JIGxfwbTWn7XFhtbOLtVC5jjOMckRPYvYk3ELGKBKkqh"
    "fXRipjyKiX8RS0GoAhXoBryDtSHKPbaGPaFoScSXrP7172rixFmZufZu1gsavULFmXDvRt"
    "WFKB165bE77jI8mfhJkwPaq8lDrIHBAk9WvX8YZKsjfhX/8H6noHoEWKyBra32cWz5Mlb7"
    "OOUvm9U+jn+NsnyMHTMns/HDLct5vwzvLGsy+eAYuj5yojGlog6wi49EqXsT3PGIJmyqKX"
    "WFs1uVOp6N21Gney1vZRYfNiG3AWYETTda/SHs0ZJyn1AfVDEV8fQvgXpXUI4gq+lzXUyK"
    "uhxTAwuRXgHRIWEulajtYX2sYiQY6nZ4kQ1oYy5okq8wv0lVBlPFxUDDW7LlVMV26cztnH"
    "QFLxDcPQx1XbaKdM2vfzFVikzgBQOX6UJf1RiyPH6MprMozVUlYS1Ab9UEHkaWrUUYLdL4"
    "toeqiTYgzAaEWe3EapAjWSMl7E0kWkbQF351wNJel+c7hYSdb4kJO6+Vj4GvpQl/0/GjgA"
    "cPVTpmazxYc+2YHhl8ligow3x7u+fyAQPDjm5DH0RIK/vCOD6mTDWGtL6+g5Bs3Nehg5Js"
    "BE2vETQNQqUDLu8YAnZkwmRX5pbFaImvcAvk3S9v3x4qNOknhaucNSBXyZnJNtRKozK7Il"
    "Z5tZuVT9F7VwOPWnGfOlL1wMkaq900vARp8N74y93EMfdeWHDHgjsW3LFrZLGHutDq3iq2"
    "xoJNEhkHi609dgz2mM3HOeGKNqWN3WCPVTd+u1VW3Du7FlFdB5Lcochj2L6KrYTkkQh52s"
    "XKXTAv9plsSADZlRLjArLTGyctGqYbdjHqM+8Ku3sFSVu0fKpN7pEPRFYNFUM9sYAM2Hif"
    "rT/emmx1OmsO9GkOWJPt+NfIFmjpt06m9OO5kb84GT+6OP/uOzb4Yi7qrG3PhErHj8EzOU"
    "QeVLnHS00XM2F9C/kohMjQS1HM6S7zv717RpHGts/YviSn1T7jZ3idbptrm6anJtvMv5Ue"
    "tLtXLp763FU1QNcLIbFVBL+D/QIWlz9DpxqNwaIKIu5SeN3TwqFJft9CwCM1uucePitajH"
    "mXCt03IytRqmp4YsmBFfV0ALjewNp6XIMJiIHm+i6cLLfwu/cff5jkpU5hhMpnYWEWT77I"
    "UhpVF+vSTUq6kViSFJMasav0FTlX6YeRekBlpXpCFWFVs8LswPxArkQYyXx2nDdpfQ1GLg"
    "UDGSedkCmL1gyu64rlksrP1qi1QeZ1Omsw9WkwWaP2+Neo2ahtV0/H1NV4aHW09M01+YrU"
    "CEdn8l48Pd8lwB+HtfuB1clK741MTzHZ5GUqa3rts9e1+mf4cc6JRpMFPbA81/U6NN8MJE"
    "yFbBRbvu8oE7RKQUuJVw2bXAif0aCZ1yW6CqenQNgXq7Mjw4qXb9+/f1sSL9++qcqPX376"
    "9gdgvuI9DOJRy+bOrT4TaV6msoqLuTCndB4bdgrLKAbM5Tot29bGTtkCuzag58wcx/3IpG"
    "yJ5UlPTbbhuFIP2hnHxdbFzHuE4KZGF3WHKIWnNfaImhAR+Kp9VNoVqgnI7WJaHfuj0y9Y"
    "0v74R3wO4mPjKx4RFnhpV6bLp2QxUcFDcDzt6oStsXwRzJPmWRYYPQXJNrHA6EkbaRYYPf"
    "41UlLBuGdQmWp0MF33kSnHXcBgUE4fJg8p0x4MUYwy4YAwRromJ4ti8JVDPQ82r1F1lDLV"
    "6Kzq7iWLsl7AgmiqwnmPYZ1RjY7Nzy52aa0Ho1oZrc5VNvRSh5co3WRqVKq5gXQMAF3fiB"
    "GGzzhSxKFrhPJXyAbc3YmJ+0jmBvoAfO+8jSQFJfiOOQ/IL22fwe57i5RapPS4mN0ZUnqP"
    "EOmAw4b5u0cmOHZldLv4PKrqPx+l+DkUd9xrLgFUPD3ZClVL4aySkbvi1QHhKlgo2pCUVI"
    "fQVsr4IH9lJLHe9J3ADmIYcYvgsm4f1gBZdzUzotbpBDr6mKjTyCVVb0jbOZj3msQe86DW"
    "Ae0KC1OrXi0kZDO8EwGTwNyeWGI7lOxH/y3TSOi02HZ6Df0EPFLt0rLbrUUNfwpcn8PDO5"
    "K5IYuy3FoV6RzM+Dy/oIq3DkUk4CP0hSxcCaF3oRYKniwNs6bBhug5YSrVhqVUv1tkLdyw"
    "YHZkQfqT+ahOLEh/0siYBemPf40KXxETuVYhszD9vWAalzJuMgTao65yilGYXUOHXGmtxW"
    "RT5xSjYHglevP8cpc9jcPaIzjVyUqYslbqmsRH+9YuEY2C2YNHhxd16T1YnxNa9u8VnI8W"
    "S53v7VnROYXNid6+HDvmRFfQfOH4PLh1ljRysROSo1p5NPgHt7pkt85jA80NXLS2gOTnAO"
    "0fGQZq60ce/hM8hvqRR7atH+pDOTSWf83dWxadNcD4yZnJNgQ/UmN2xO4/Zs2+p2weq5be"
    "2DgxLWoRJd0ciUSgPD2KuPWMB1wuYLDLJmm495IHcdRUWbKXqyCmn0D56ieJUE+rSa7icI"
    "W1PBQEroF4HeieXS250BeSuELccpbVKklJs36WSaGQOb8D+pkIKy0o0/aTY4bKTw5JslD4"
    "KcOsFgo//jVKxKQRDJ6TjNFE6Tz6a0U3vqANn4V23KRAYoGTzoETmzzw2XaHv8YQE+Z9r+"
    "pWNCrnpQHbdXQ91NFFMHbOCy0pzAFjns7VTEvRSQZr5AG5iyXu6BzW6krpwlrxdRc0mGNQ"
    "SESwVh3WvWvKEu3nIiNVi20EiVWbj0gls2rz8a+RTfO0aZ4j1dRs4oRNnDhV0P/AJWau1+"
    "JHpVKfNVkW2cntVsUabkCNM+/jW1LrH5O/K9gb4+cDLMlNkrh3VQ4G0XhC4ZDHNNiuwPGQ"
    "zxfR1u6+HV0CcX8djTNJafMQ+UIHqnfoYlgvdPnvkOnKNgHmAuCKxSsHZ5f5HJ/iy/PL54"
    "UpCAIACi7JQvkVSZKBEGLJmxnej09l5IA9tyL1H6QK2JrJiDw5f5SwQI3VtdTVI+ZVyPEO"
    "8U7xLxKtwTiE+WeU+zF8kxqmJ+tQKN552ubCEj9Y4AdzGggYclcE658rZUrPo5S8hnlSH0"
    "b6pPhMyf+XV/oITJIu0iwUS6IKs1vb7lS+HNa2O3GFytp2R79G5uGlD4wrPc7Ii8HCSotf"
    "chOuV+ks7815X9a9TLhfp7T835//+74DbfR2LczXIrMAzD7NJTJbf36/b25qHdVZ38r3Is"
    "lo2H558fTF05dPnj/NuJ0d2cbkZobuoWeWyEbD1c8QNT0it0BPmKkJxHcfvvo+YNcCfvWM"
    "rh50UfrBVrvBS+HF8HG/sLNtwGk+arIbguq4KYVR1W7E3pImiWl3+wy5VKHI+mQ5iIJLQt"
    "eUR0lF7Iaq3Q+dFjHT3INYi5de3xsSTaOILVdRBkEWgNA1gqtwv8wjIrAFQywkaCFBCwna"
    "NbLhHoOGe9iq0oOnLKc6gYHhXSQZjYnYmeFtQ5as8W1DlmzI0uQ0QpYU1xuM7nQ12s1sfC"
    "DDEKXH5EZVFrlR5u4NzoCXvVFxOLpbFQa9+ALMUeJSnIqigco2aoQrliv4t9HA7vYCaGp7"
    "XK58unHSSdJAoOxvKtOYJtzJSBSCilKNyaHeEq74ZRKRAya+Xy5I+hUBKx/nVDFNgZN8B2"
    "oxPUksFJeqLOpcCNt563Sk58Ta6KetVFgb/ejXSP1rINDS8SNU+S6fPdtBasGoVrGlzlUM"
    "G/ywmjA4Ixgd8vHk8nynJPHzLVni5438de5YyGFSUwCkTmwLt5n01lrSeYPw2FKmNiWwgT"
    "bmgTapBm1qo3crsY9JnnReFq9qvJiwuol2DNu8b56j9WfC53T8gP20Uqimf/Ze7MLei3b2"
    "XtTYC8ZxYPxdzIns99Dge4hABJiXsqnE47aA7CLVGETG8KHwGQBkZmhWCPeyNI+M9wfy9O"
    "bBQyxAxphKnOYJrPQxkD4LKh1PrAMsgcU8ECky4q6TBk0Zrsf9k9m1MVgbxLOcmQiXTVDY"
    "Fp2yTDagyvPTT19///3X/wc/AwHGndePi/hyH5ZXyAZk+cXlYhhev9yB1S9bOf3ywWHF3b"
    "nh/obLxs4aHHHJmck2V9ydGrOzM24m/KwHn04cwmZ41NMlwHRCl9QuM51DzwPJPUZudDuH"
    "mwm5ZRs4PN2QG7kQIfY0uWlyyvVzIXTOqVbbTrFyMFb55e6CLISM8CLugqF/7op8OvOFS/"
    "1PZ+g7Qx8cutHULYVxoI+8/vlNWgFgATcSLRygdm/bMurxzdJPEMGrozyAvhC3cKMUKwng"
    "0biS57/ElHvmYWfC5L/kS5o4LWECdYBHRArlDmRhCL+/vFF3pP64IZJuJDzi5qs2t9+vTU"
    "XG1Wb650M8gq0qZ6NDsEHTTNTK44ViOgkAsv69U9b6rX/v+Nco/QCY6EBFmqMIXUhvaKDo"
    "hQ4UpFrfRAl3hCnHe/ROLJN2AhAdEYrfi9c1VXRMeF2kGVDtV2rWMPu6+9BzGz3Q7z5WDD"
    "Lgbzp+hPzt3jViG/MdVX15bQAa6SkZxZDOwNQUPVWPYG4em3ipylTWS7VnoZQiUGJmNDWS"
    "W9tp0qPtpFp8hky974b+kyqpTa6z/UC7c5bYbpXHmKu0c7fKdmdJQRsCGe/FfmNEQ0L641"
    "8/MD9jajPrPybTjIjtf/TpUfoeHd0BTe615lYqnp5s8y0FIuIz7uq94OVUBr0pp8LbYOaT"
    "csAI3yN0KmLtftnHExQ3epv6uhB6m5TGolQV5rXWWQbO8TsWbpKCKpgWhvVUrkjJjcOlLt"
    "SyZkGk6z73kcZlnTbWaTN6pdY6bU5gjQwz8Y/IVRPDzbw4sSzT+/DsdlRkVHj20IDIfpGi"
    "hwkPPXmj2noSrCfBehKOzJNwC9pLcNJ+hMS82wPKLlDavIt9FUXryzmM6mIhagtRHxPzDw"
    "JRU4n1mZcsaKqDuA9I/a4Amo5oEXoFrD8w0IZ4JMLNWQNeXTg72QZXh+k4vns+xMqnbpIS"
    "oEplE50k9oUkiA/uihw3ViXrbubhIv5PogbYKaIzFm4+ZQ3Vws3Hv0Y2R8BcutkcgVOPrb"
    "ax6zZ23SLOFnHuAnHGEshwGqWwg+aVyb5voh0QhcZI1ZP8ZFqUfwhBY1H+w+vnFuU/DMoP"
    "d4QFqUA442MYfGtrhA/65J7OKvTmzW0Q8+3czwgs1x/IdWdf9KaJ2sr/vfGZgK7kQgBHQz"
    "aDNVvssyKtc9h12XddrBfYeoGPifmHSVRKBUuDPDLxASfTjIjtZRlu87na2NSnezzbVg3O"
    "8eKWa3eNl/b3/X7xv6f9pBWXCdr+KuEJy+elU12RkCEO5uE1yCwUS0WROeE3hGJr640qmV"
    "d3kHd/CdUjGwtfLmWhLiALFE06pU7OorcsmBTaa92EzBWhd1P11Is1UINtipX9kj2bFh5U"
    "k6K3hsCBJBcsHZN0847oHAv7uTTEiIQJ4TO8WZiLS0fGcsVAk1c/MxqSGcO+ZDPu67bcQV"
    "aucMpm8AWAPcE4Ov+Ji9nYkgQixCSz+ZyFeMNLcUd9bEOmHqTQgozcpDvkQ/KMwADUldsj"
    "C3L+JnI1ZR7+WQ0vaBqes0ptQr0mmnLnSIRtauDIMtkGUfhsAMLprZkNQDilNSpKSQMjqk"
    "I2QgOq+4ptxxHrcVRM7tgvlX60jaRNgWg4UTOS73PdyDLd32WyMbhKet3huRLesMm35W6W"
    "CW0HCYP8TW2dmLhBcgob8NG5e6Rmue0qa2qEI/yg9g77hqW0hgeCvuUciRNj/K6Qb23bmQ"
    "K+vYJ0KajZBNIVAM92kE63yXBKIOuOWB2XqskG80i8QtArZIQGnoK/rsgUZOiS6XYXP4ds"
    "hriTx1a+2GDaE7nR1/36T1nwcUM+Sy9XQcQuZBEsJ/CCbjLgbsmDOIKphEbB1jxkj9ORNC"
    "r3/WABocAajrkzYRyo8k9Ye4nQOeykIsj3DtE0RcDVowQCcT3UWf+NZwo/b16/e01wCROi"
    "JegC+sEkC+9YqJHBtG1IpefHQqzzwlB4RwxeKg97kfCArEKBAlnqjiQBg8mIhA2NVadi5F"
    "fI75hn23zYilEWnbEI2ue2RscB63zWKTw2nyQPQ77chbcwqj0Q+bLGX1suakC4wQ2Fao2b"
    "JCaY7OsG0gHD7YcRHf0kTCX6tAmzizTjwy27d3+AJQQmFZoAK+FztwE/2Aao1WltiPH+GB"
    "r73fVjjzkrGkUsDIxivJtojwPmxOuNBuZM2cxnDspz1tQH4f5FKlPbZep8mXiQvQ0Lo9eo"
    "RmgXp8/FMRZzTbR2iTpfIlCgHIwfdORGRmxpaGI0UFvXpomtEctILB0dOgpbPaRN0RNbMt"
    "tb6O2L0vmLchR57kemNvcKKiWOrTWbLoS4NXotGkittbL/1sdVRj8ab0rhaMXAK1TDgeCX"
    "fe32ThxCJYO84MQ0czDUaYfj7zfn+NMvkwf2IaRe4n0WwaaSPoz36IaPQ+ZobrrNHQdb16"
    "CFeri3oecXoTNpo6IOkg+j6Uav09rtvu92L0R/mKiQFbLxaY891e9Jdu1+JWSqxGPg+tCV"
    "ZAJg8b5yp05r5c7eYRIYYCBCjzW8Bu2lM0pE9qNqy2AcvE+ZDT8flN13yL/mrKJWqVGiGV"
    "NO14Pkhq3lcqhaLvX93AGT/5ZNNFL2lt7iEmM//PDx+sOb767PWgRzB9y1mSkFLu9Si6jY"
    "ddv2pNm2Cv0W3Wni3ZbcniqPtxTjSTN1ayu9S7YPdxek0IudLBgNk8biuuW5qqCTXKIpkc"
    "d8gsZUlEq+cWHGpjIxNiHFJqTYZAebkHJaa6QE9MYBBoOWE5oWCmigHjCk5jDAY4cRNQX2"
    "xa7LZJMutCP7c3q7APssAGhT2Jhn7wUo0NsF2GcBEt/o3gtQoLcLsPsCVJTa3RXVOqEFz0"
    "xLHbW7MrZWOvp8ObsFlpSFAhQPxHNGWLx3UkFzKhvsfiiy8Lp3wOHvy7ONlMl1EXlM1Vyu"
    "qbw9a0B71PHJNnQnghE7gjnvA0ZWnLkMCwivRXh7paqO6H7At2wVYa3eaME2ZI21VtLaJV"
    "jCeEm9BnDnoRNiQRa4Y37HnFsYpH70voKx3GeqsAk+IFYv0QMnukQKnUUsRLbLV2oQQhNT"
    "Khm2OWb+jIRsFksmPwWk8kOxCbIIvGQ6PXtaTxnundzCPk4rwagD0QKeVtWDKWCuqhYMFl"
    "0GbUgW7hNLPVdrvwSMeVj+JcAHBqJSRRlVcAY4p6q8qJNAsYyTWi4Cq77MfLB14a+0FHRS"
    "7QbGw8HkWnEQcT+rg7MABk8ZlqIWvpfMUC5jo0G5rFqOMhglXHqCK3aD47/GlbwpPgoF/Q"
    "4rQqsHheeGh4oE0MAFVrDgQZTeICnwA2E+rJWjRk4IDxK+qVtSBXTUk0osjaPLS2d3CS9L"
    "TH3y3wwc9OD/M+ED5S+rNqCwggM2lrBJgqFgaOPpAiqlhoRMijh0mZabKFfSA+XpjDBH2/"
    "nadr6+56P5OSJgFqU8/jXCL6SJQEvHjzFq5nIXoXXZLrQuT7RBJwyNmTfMl6H7+F4RR1g8"
    "0ITLBZIxxPL2zeGazrR7rF2F0EqNHaRGRSM1ZrYNa7xHqyzIjhVyA60FMFmNJEiVcIRypI"
    "8SZmCagnnn0Lm2ME1Y3kA6Pqb3UlYrR2VM+F2m6oTVh42bqXwlz3f6TJ5v+U6eH1lQ+v07"
    "+3D87l52K7DOuAZDmWpAJVvCLQ2lZH+zA6+/aWX1N1VOI5JpwuN0/AhVkH7KHmqs1OhjmJ"
    "MMuIc1iHuqhiKi1CY8TsePT8vovqpk5jMwYXCJyH7x7v3iFXxHpvu4QGYZfS+jebCKjeo8"
    "ZgTHUXFrVI2G0rYXJutRpLElnx7S5Eni/RtwPqewfH9A1VnTOhW2NsUDalMsQVLQeYMZ2c"
    "7vAonluDnHNZZnIldyCvuJ7VzcuBhT6OuEUCdkwBkZMdM+E+2T2FqwBmHjKnprj6CJMp0t"
    "kLNvQMSMB1wu9liACqFdgX1XwFbTOXR3UVuIpNdCJIeJSv+7Ckz+INZnDaHp+cnJtvh0Hd"
    "y8Y4T66yQWWscNS8o9sgAFQVyRG8lYAHLyBkOI0yabJIKTWEtAhf9iKLGMuO+DZnfHZD1c"
    "vfPZ748/bo0JPqyD5Ii8qh26R2zo7yl/w23o7/GvEdhhph6bAskI9aoe3GJGuakrm5Pamu"
    "0LvHESE9dMolQIx8TcoUvHarXKEJbIiSzrjVhfs88OYzbkJfjeYujUWYPxUB2y1YQohLqp"
    "WCyTdFefugyVesxIVEkLmOyJKY35pKD+c+8GU0xxkKpZjINoGPI76rdkvT58Xkx+Ra1+Qp"
    "JP5ISskl+p9MlyKVehwIoy2nBBI0ZOMKMSDt8x4sOrkNg0YKPA5eY61ZT9vuIhk/AqVZNg"
    "85/U1rkilKwpj+ARSSjWJKGFiwid/BmIqfA2BJONMSv1gdZP0zdum0gYWSG2QaRwuzV0/I"
    "WQxxQZgnnQxnHrGcno7P3uGWwazzt8JO9gzO04ihdTC41YmxGMkLfb5HDK2xetvH3Rmkdk"
    "5KwoEo2Qx92b0zYQvd9AdIsIWUTIIkInzNzB+yUmUT579EwsU9pF2HsRqPtbDOa9+RpUCG"
    "3Ayr4rkGMzZgtQpuvrFRgnJHIk6OhrFnJ3cdYAiiZnJtuwUJqPuQ8AbV+CjpG7zwW2661/"
    "wh0LpaElWCAZoRLdT00DeKkMOJwMHyF3L853KmRwvqWQwXmtkAFcMWJNDZjbA/QLJMNH6B"
    "8mNaKzWPyDfsz++H98KKWw"
)
