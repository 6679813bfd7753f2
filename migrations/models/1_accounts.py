"""Accounts."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "audit_lines" (
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
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
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
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
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factor_challenges";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factor_challenges";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXVtz2ziy/isov2ymSvE4znXirVOVzGU3ZzPJVpLZ2VOTKRkiIQlritAQpDXa3fnvpx"
    "sgKV5lQiYpioEfEptEg2Q3CHZ/ffvP2Uq4zJPnryKXh2+5z85ekv+c+XSFv5RPTsgZXa93"
    "p/BASGeeGk1x2NSDceo4nckwoE4Ip+bUkwwOuUw6AV+HXPhI8N5nJFxyfwH/0pBIsWIz4W"
    "6Jy10iAhIGnLnn5E1IRBR6/JZJwm5ZsFVjeEjwLuVL4gs9R8DmLJAkFHDuHG/AFQ7cAZzq"
    "+Fqf/c8+PKcIpjBX5uedgGtulswHMjXPhkqgdMTC55K5EyIjZ0ngGNwPBR5xj7lE8oX/kP"
    "swKV+t4RrCpyFzp7OtmjJcMkLdFfdhXkHgokABf6jDeAd/kupOgVqKKHAYyf3MArGRLJgQ"
    "uuYPb9h2gk/uw12eqwcAqeTH47QCboLiKZiauzAwYDLywvxAeBCHMRefCTgTwcORB8AqQj"
    "1PbJj7FV5HPx9MIIIF9fm/1aQJxxSruFRX5L4MgTC5qNjA8wVADKQuC+EXmbs2dyVcVXgg"
    "MeoD/0Lgl7wiPooP2CqZEzC9HiKf/xaxaSgWDK4TwKr45Vc4zGHa32HJwp+/nBVuDsng31"
    "9x3PpmOufMc3NviB6ijk/D7Vod+3ZJgx/USFyEs6kjvGjl70avt+ESZk+GwxrFowvmI6eZ"
    "m3lf/Aj4oN+u5JB+CDgQBhFL797dHXDZnIKAcOY/zyNfi/XfLBCzbcjOHRGwc2DZeRRx9/"
    "n/xHeYoZlO373/NP34/afp9Kz0xuL9FF6s+JAjfHzbuR9KxZ8V/X3qMX8RLuHPx8/+0NfZ"
    "8UmPwgv+49WHb//66sODx8++wgsK2DL0dvIuPnOpTv2hpqAh1ZMoce3EADJWrwkNy+J4zR"
    "dv/LBaIHm6gmDgYQ4RTHJgJ5nd9nenaBxPODfnvthMV7I76SzwPh9+c3n5+PHzy4vHz148"
    "ffL8+dMXFy9grHqo8qnne0T4+s1f3rz7lJceHkCZ7WRU8Wo1fW8qSA96ieJXxEhUCVdP5i"
    "3ZcTz5KJmwOkvTEY9LG9XJs1j9ZczkhGp8S/ny6dMGjIZRtZxW5/KsLuhDRt/dMun4mN7+"
    "4tY6pAmjdxTtKDmDYvCjJgx+VM/gR1W7B96R2c4RU4yQwc+eNGDwsye1DMZTeQZrY8WEwT"
    "uKETK4/RWM5lYkywyu1bh3BP1p213yV6vSl4+ePH/y4vGzJ6kGnR7ZpziXlWSwR6TZjrCj"
    "GN8n7dHliyYL9vJF/YrFc4VN13XhJa9Ys3t23R3JCHeF9rfdSLJgSoEpRltvnmqEjH766L"
    "IBp2FULavVuTyvY0yszOj//fj+XTWjMyQFLrvcCcl/icdlH9DHLOJeyH15jpftDO3Yw3Jk"
    "Ec68kvI3L8vpBz+++mdRCN++ff9asUzIcBGoWdQEr0EgiA/ObzLQFB6YUedmQwN3WjojLk"
    "Xd2PKp1eWqeIT68Jq48RPj8yVAveOIyA/PqjD8+NRkL4KvBxnA9xu6JQqN5ghlE21mKRBb"
    "wvFqGP4OGoTT14G45S5LEfVrJ2AubAycetdkLhDYXVMpNyJwJwSeghHqE65GhFuSUCeQdf"
    "xYKTyPKLO+qhqB+LtyCiR0V6VLIAVuTzEerWZNzk6XVC5hVhoshH/J3asM8K+uFM+K+DaC"
    "4tlnqcOlfznLcEBJI30EDUZnQOvxYdOhuGG+xaYtNt0bNh2t3YNklKezMupSRoUdsem+Vi"
    "AboVrZCdqa+eCYGEo5KsvrZrzOaRJldn9iv9dsPyXCMUAAe/j76ft/ftqvr6+28Zm379/9"
    "JRleVOIrjFWzZZ4hGeEab0clKplEeY6X2f0DfL/ABvgb2yqmv8EwEL/SmRCbND/F05wYs/"
    "9IVlNydPcKBnST6vHZRQbPDk/MQr0sX3389tV335/9cSQbc81BRGdVJqY+M9lrYa759IZt"
    "G1qYb1ko0Q4LxCKgKwxxSiwzbTOCFYmmVjY84Jx8ApsLLkF4KJk3T6wuGcLycssGafuXQP"
    "sVTiZmYfrz8a+vHl4+fUbEXJmFm6Xw4ll8MqOSPXsSBd5LsuHhEl7BpySgvitWZAYXITO2"
    "hNUK15t8LsRo6Z8kLk1ivJW2NFU8FgaChTQohGvhfZM5D2RIHNjjMIwskBOMZkuj0zDmbb"
    "YFcvb7mgdMgoa7I2drAZb7Sl6lcVsq2gpGe1SG04DBewb/xyTJaHUBfDp4XkpW3I9Aaa2x"
    "f0txWdmXoRAMMsLgLGsAl+mscdWlcWUN4OHLyDTK6F7xRUPTmgqbVhNHyuN6P8rjkhsl+W"
    "KbMDhL09d3ozcWP3ncgMVPHteyGE+VYgUCI4dgSjDCFdzEsV3v1i45tXdqmtn+nac7aP8e"
    "GHxwnL25oPiaCaGC2ErihMPMh73ztB8nahE0i6CdJIJWt2+0wNr3helGyuKKLXNYYOX6Rx"
    "ZShCbOKhHL3enJfthyPV1lRzYKjpkjmkhnIgpLiY0q7VNjgLs80M1SAWBkzcTaY2RFtyRg"
    "Cy5DFlRH0rR9gbuRuFqs7YYZZWTEw0dnNbXoH7SA2imroRZQG76MbqkXVSBq9f72lGAUOm"
    "sfjvaBBMb+BUxr+W1dbGzm7F4tYIHjpiYhsn8VGyLmIfNVwQntoxNz5VGM/YtYE0IVn0A3"
    "4C3Ihij32AbWhKIlIV+x8te/rYljZ2Xq2rveLGn4EhVnwt1rVSAid+ily265w/Bk7CeND2"
    "ivJg8k+gx9Vxa9fxhkqyN+Ff/wfmegevhYtYFtrPYxtHwZq32c8pfNah/Dl1Gaj9EwczId"
    "359YLrpleGtZk/EHx9D1sSMaUypqD6t4IErdG/+WhzRmU0mpy5zdq9TxdFxDne6VvJFpfN"
    "iE3PiYETTbavWHsIcryj1CPVDFVMTTvwTqXX4+gqykz7UxKepyTA3MRHr5RIeEOVSitoeF"
    "srKRYKjb4UW2oI05oEm+xPwmVSJMVRkDDW/FVjMV26Uzt3eka3iB4O5hqOOwdaiLf/2LqZ"
    "pkAi/oO0xX/CrGkO3ix2gyi9JcVRLWEvRWTeBiZNlGBOEyiW+7r5poA8JsQJjVTqwGORIZ"
    "qc3eZEdLCbrCr45Y2uvyolFI2MWemLCLUvkY+Fqa8DcZPwp48FilY/bGg1XXjumQwWexgt"
    "LPt7d9Lh8xMGxwC/oom7SyL4zjY/JUY0jr6zoIycZ9HTsoyUbQdBpBU7GptMDlhiFgA9tM"
    "mjI3v43m+Aq3QN799PbtsUKTflS4ylkFchWfmexDrTQq0xSx2lW7WXsUvXcl8KgW9ykjVf"
    "ecrLLaTcVLkATvjb/cjS3FXqazwEGXOqkFd4YvI4s9dGgVW2PBJomMg8XWHhuCPWbzcU64"
    "ok1uYVfYY8WFX2+VZddO0yKqG1+SW9zyGPaxYmsheSgCnrSzcpbMjTwmKxJAmlJiXEB6ej"
    "tNiobpzl2Mesy9wjZfftzybDfVdueR90VaDRVDPbGADNh4X6w/3ppsZTprDnRpDliTbfgy"
    "sgVauq2TKb1oYeQvjsePLs6//Y4NnliIMmvrM6GS8WPwTPaRB5Xv8VLSxUxYX0M+ik2kb1"
    "Fkc7rz/K/vnpGlse0z9ovktNpnfGRS1tiAyanJPvNP6kGNvXLY8oK5D7H+p+7MrCuLqmDf"
    "ytqiEyJ8T5UdTaqJVvnn2phW24zabcfithk/4HMQDwum8pAwsDHjap6XT8hyooxOOJ5UA8"
    "WSqp7wF3HR1S/RSrRR22U6a4F0aYFYK3H4MlK7gnGtyTyVtWjutGiGHfjaK6eP479OtYcK"
    "/gvhMerX2TdZwoIAZkDZ1WaUyKRfJfr1+/dvc0r06zdFw+WnH19//+HBI7X4YRAPa1jO19"
    "MDmlvmqXqMrO9HMfrSu1v2xOZOelvalu99R2nQKFxOzfu+F8h6XN2xiftQ7gz0PpLNGuWa"
    "GZQfx77ut2x6j7ik+hnsurfRScOLTrIhM62EzNyxibTAYcO4r4FtHE0ZXb99Dipr5FMQSW"
    "D9d6ro2lkFUJ0fMNkHV4d66FRXcGuMWsdfXB0bhG2mNJK8FBtVhFYy4LVLsDQt1odbAM+v"
    "FLSs8WdnSf0FU+XgGHWW2FW5CsPu5iIWhD6Fj8bEgtAnjfxYEHr4MrIgtAWhvwAQ2pp11q"
    "wborUx0EyITxvxg1Kpz6osi/TkfqtiAzegxplnp+fU+nPyMyr/XKY1AnXlbR2sImD5EAqH"
    "XKYTElTB64AvluHenPWWLoHxMTBVwMJJQjvVf5NcXoVqkLtZgk2CBofulQuHgB4lFq2nOL"
    "vczfE5ury4fJaZgmCMlIook0nnYEWiLSMaYEDOPExa74I9t65oD4xUPtswGZLHFw9jFqix"
    "m6WQekb1cLAu4ab9uKsv/kXCDRiHMP+cci+Cb1JV++FNIBTvXG1zYQDSw6TgOBhyVwQLlS"
    "tlSs+jlLyKedJi4fGT4jPFv6+u9BGYJBHSPBArgly1tt3JfDmsbXfiCpW17QYvI/0dKsun"
    "PqR8RzEGX1HfQeTZL7kJ14t0lvfmvM/rXibcL1Na/h/O/0PfgTp6KwtzWaQWgNmnOUc2mt"
    "4SPX9zE+uozPpavmdJRsP21lp6pGai2WLOkY2Gq18gajogt0BHmKkJxHcXvvreZ58E/NMx"
    "unpUoXSDrbaDl8KL4eF6YWf7gNPdqEkzBHXqJBRGOYWIvWlgL63ZkiKXKk1Pn8wHUXBJ6I"
    "byMM7Xq8gpvO+0iJnuPIga8YvzDRHkS1rRJLEff5LEEeKGM7IUIAwgp2HIVuswhSAzQOgG"
    "wVXd7lBgkqOFBE9mY5xYSPC0tQULCQ5eRjbco5dwD5vz1nvOW6ITGBjeWZLRmIjt9dK0IU"
    "tfvPFtQ5ZsyNLkNEKWFNcrjO5EGvVmNj6QYYjSOblWLfSulbl7jTPgZa9VHI6upZPvuDoh"
    "VOr2qjjCEas1/F9pYLd7ATS1XS7XHt1Ok0mSQKD0byqTmCZcyW5Fd1j80T08HsQROWDie9"
    "jyA14GWNHIn6+wvwfOqWKa/Gn8HSjF9MSxUFySORAshLB1gU5n95xYG/20lQprow9eRrZ6"
    "bLfVY4/dLXdAyEcnzXIVu6a3LOAwqSkAUibuEQRJj5wsCsJXdFGxedTH3aQENtDGPNAm0a"
    "BNbfR2d+wh7Set1+MoGi8mrK6iHcMy75rnw+84lkI13bO3/Z5jYBz7xt/FHZH9Hhp8DxGI"
    "APNSVhVA2ReQnaUaw5bRfyh8CgCZGZoFwoMszYHx/kie3l3wEPORMaY7TvUEdvcx2H2WVE"
    "5dsfE9QV3mwpYiQ+7s6fWwVx53T2ZlYyAbxLOmcxGsqqCwPTplnqxHlefHH7/+7ruv/w9+"
    "egKMW69tGPLVISwvkPXI8keXy354/aIBq1/UcvrFvcOK23PD/UP1ITyrcMTFZyb7XHFxF8"
    "Omzri58NykNphOHJIE9DZXlwDTCV1Su8x0Dj33JXcZuQZhzPniekJu2BYOz7bkWi5FEE65"
    "e13llOvmQuicU4WA4a9cFv2SO0uyFDLEizhLhv65K/L5zBMO9T6foe8MfXDoRlO3FES+Pv"
    "Lq72+SCgBLuJFwOQVq56Yuox7fLP0EIbw6ygPoCXEDN0qxkgAejQp5/itMucdOIZEf/0oe"
    "0NhpCROoAzwkUih3IAsC+PfBtboj9cc1kXQr4RG3X9W5/X6par2qFtOv9/EI1qqclQ7BCk"
    "0zViuHC8W0EgBk/XunrPVb/97wZZR8AEx0oCzNIEIXkhvqKXqhBQUpl60ciFuOZcIx5dhM"
    "EhWkrQBEA0LxO/G6JoqOCa+zND2q/UrN6mddtx96bqMHul3HikEG/E3Gj5C/7btGtLlUZm"
    "99E84dhW3BuR/Fb9iCM6epKAPQSE9JKfp0Biam6Kl6BHfmsYmXKk9lvVQHFkrJAiVmRlMl"
    "ubWdJh3aTjQKxTRg6n039J8USW1yXXNnyT3aEbXVh2jYqlDnuUnH7eUyNOY3zVW6q4tLg5"
    "yljDYEe7wbeZURDTHpD3/7wLyUqdWs/xhPMyK2/9GlR+k7dHT7NKxpyJ49PdnnW/JFyOfc"
    "0WvB3VE19DZ9FCs2E+4WM5+UA0Z4LqEzEWn3yyGeoKjS29TVhdDbpDQWparoXu6VXiHgHL"
    "9lwTYuqIJpYVhP5Yrk3Dhc6kItG+aHuu5zF2lc1mljnTajV2qt0+YEZGSYiT8gV00EN/P8"
    "xLJM78Kz61GRUeHZfQMih0WKHic89OSNautJsJ4E60kYmCfhBrSXnpqHd+RHiM27A6DsDK"
    "XNuzhUUbS+nOOoLhaithD1kJh/FIiaSqzPvGJ+VR3EQ0DqdxnQdERC6BSw/sBAG+KhCLZn"
    "FXh15uxkH1wdJON483yItUedOCVAlcomOknsT5IgPtgUOa6sStbezP1F/J9EDbBTRGcs3H"
    "zKGqqFm4cvI5sjYL672RyBU4+ttrHrNnbdIs4WcW4DccYSyHAad+Epmlcm676KtkcUGiNV"
    "T/KTaVH+PjYai/IfXz+3KP9xUH64IyxIBZszPobBt7ZEeK9P7ulIoTNvbsU2X8/9lMBy/Z"
    "5cnx6K3lRR2/3/YHzGp2u5FMDRgM1BZstDJFI7h5XLoXKxXmDrBR4S84+TqJRsLBX7kYkP"
    "OJ5mRGzP7+E2n6uOTV26x9NlVeEczy65etd4bn3f7Rf/OeknrbhM0PZXCU9YPi+Z6ooEDH"
    "EwF69B5oFYKYrUCb8lFFtbb1XJvLKDvP1LqB7ZWPhyJTN1AZmvaJIpdXIWvWH+JNNe6zpg"
    "jgjc66KnXmyAGmxTrOwXr9mk8KCaFL01BA7EuWDJmLibd0gXWNjPoQFGJEwIn+PNwlxcTm"
    "Uk1ww0efUzpwGZM+xLNueebsvtp+UKZ2wOXwBYE4yj8584mI0tiS8CTDJbLFiAN7wSt9TD"
    "NmTqQTItyMh1skI+xM8IDEBduT6yYMffeF9NmId/FsMLqobvWKUWoZaJpmwcibBPDRxZJl"
    "svCp8NQDg9mdkAhFOSUXaXNDCiCmQjNKDar9g2jFiPQTG5Zb9U8tE22m0yRP1tNSP5PpeN"
    "LNP1nScbg6uk0xW+U8IrFvm+3M08oe0gYZC/qa0TEzfIjsIGfLTuHilZbk33mhLhCD+onc"
    "O+QS6t4Z6gbz5H4sQY3xTyLS07U8C3U5AuATWrQLoM4FkP0uk2GdMcyNoQq+NSNdlgLonW"
    "CHoFjFDfVfDXFZnBHrpiut3F3wM2R9zJZWtPbDHtiVzr63795zT4uCKfpZOrIGIXsBDECb"
    "yg2xS4W3E/CmEqoVGwDQ/YeTKShvm+H8wnFFjDMXcmiHxV/glrLxG6gJWUBfneIZqmCLh6"
    "FF8groc667/xTObnzat3rwiKMCZagS6gH0yy4JYFGhlM2oYUen4sxWZXGArviMFL5WIvEu"
    "6TdSBwQ5a6I4nPYDIiYUFj1akI+RXwW+baNh+2YpRFZyyC9qXJaBiwzhedwmPzSXZhyJdN"
    "eAuj6gORL0v8teWieoQbnECo1rhxYoLJuq4g7THcvp+to5uEqVifNmF2lmZ8uGX77g+whM"
    "CkQhNgLTzuVOAH+wC1Mq0NMT4cQ2O/O17ksumahiELfKMY7yraYcCceL3RwJwJm/l8ivs5"
    "q+qDcLeQ8tRWTK2Lifvp27A0eo1KhFY4XQrHeJurorUial1EoEBNMX5wKrcyZCtDE6OC2r"
    "o2TWyNSIZiNdWho7DUA1oVPbEns72G3r4orb8og8hzH5ja3CmoFDu2Nmy2FOLG6LWoILXW"
    "yuFLH6WMfjRelcJRi4EXqPoDwS+7Wu2tOIRyBnnGiWnmYCjT9sffby7wp1sm9+xDSLzEhw"
    "jBppLej/foho8CNtXcdKo7DtbKoIa6v7eh4xehtd1GRR3EH0bThV6mtcv90OWeif4wUSEL"
    "ZOPTHjuq3xOv2sNKyBSJx8D1vivJ+MDiQ/edMq3ddw4Ok8AAAxG4rOI1qC+dkSOyH1VbBu"
    "Pofcps+Hmv7L5F/lVnFdXuGjmaMeV03WvfsLVcjlXLpbyeW2DyP9KJRsre3FucY+yH7z9+"
    "+vDm209nNRtzC9y1mSkZLjepRZTtum170uyTQrdFd6p4tye3p8jjPcV4kkzdkqSbZPtwZ0"
    "kyvdjJktEgbiyuW56rCjrxJaoSecwnqExFKeQbZ2asKhNjE1JsQopNdrAJKaclI7VBb6fA"
    "YNByAtNCARXUPYbUHAd4bDGiJsO+yHGYrNKFGrJ/R28FcIgAQJvCxjwHCyBDbwVwiABi3+"
    "jBAsjQWwE0F0BBqW2uqJYJLXhmWuqo3pWxt9LRl8vZPbCkzBSguCeeM8LivZMCmlNYYHdD"
    "kZnXvQUOf5efbaRMLm+RQ6rm8onKm7MKtEcdn+xDd0IY0RDMee8zsubMYVhAeCOCmytVdU"
    "T3A75h6xBr9YZLtiUbrLWS1C7BEsYr6laAO/edEAuywB3zWza9gUHqR68rGMs9pgqb4ANi"
    "9RI9cKJLpNB5yAJku3ypBiE0MaOSYZtj5s1JwOaRZPKzTwo/FJsgC9+Np9OzJ/WU4d7JDa"
    "zjpBKMOhAu4WlVPZgM5qpqwWDRZdCGZOY+sdRzsfaLz5iL5V98fGAgylWUUQVngHOqyos6"
    "CRSrKK7lIrDqy9wDWxf+SkpBx9VuYDwcjK8V+SH30jo4S2DwjGEpauG58Qz5MjYalEur5S"
    "iDUcKlJyixaxz/NUryOvsoFPQ7rAitHhSeGx4qFEADF1iDwP0wuUGS4QfCfFgrR42cEO7H"
    "fFO3pAroqCeVWBpHl5dO7xJeloh65L8pOOjC73PhAeVP6zqgsIADVpawiYOhYGjl6QwqpY"
    "YETIoocJjeN3FfSQ7kpzPCHG3na9v5+o6P5peIgFmUcvgywi+kyYaWjB9j1Mxlk03rsn7T"
    "ujzRBp0wNGJuP1+G9uN7RRRi8UATLmdIxhDL2zWHSzpT81i7AqHdNRrsGgWN1JjZNqzxDq"
    "0ys3eskRtoLYDJarSDFAlHuI90UcIMTFMw76Z0oS1ME5ZXkI6P6Z2U1dqhMib8zlO1wurj"
    "xs0UvpIXjT6TF3u+kxcDC0q/e2Ufj9/t790KrDOuwZCn6lHJlnBLfSnZ3zTg9Te1rP6myG"
    "lEMk14nIwfoQrSTdlDjZUafQx3JD2uYQ3inqqhiCi1CY+T8ePTMtqvKpn6DEwYnCOyX7w7"
    "v3gZ35HpOs6QWUbfyWjuryOjOo8pwTAqbo2q0VDS9sJEHlkaW/LpPk2eJN6/Aed3FJbv96"
    "g6a1qnwtamuEdtihXsFHRRYUbW8ztDYjluznGN5ZnsKzsK+4ltfbtxMKbQ0wmh04ABZ2TI"
    "TPtM1E9ia8EahI2r6K0DgibydLZAzqEBEXPuc7k8QAAFQiuBQyVgq+kcu7uoLUTSaSGS40"
    "Sl/6wCkz+IzVlFaPru5GRffLoObm4Yof4qjoXWccOScpcsQUEQV+RaMubDPnmNIcRJk00S"
    "wkmsJaDCfzGUWIbc80Czu2WyHK7e+ux3xx/XxgQf10EyIK9qi+4RG/p7yt9wG/o7fBmBHW"
    "bqscmQjFCv6sAtZpSburY5qbXZvsCbaWzimu0oBcIxMbfv0rFarTKEJXZElvVGrC/ZZ8cx"
    "G3Yl+N5i6NRZhfFQHLLXhMiEuqlYLJN0V486DJV6zEhUSQuY7IkpjbtJQf3n7jWmmOIgVb"
    "MYB9Eg4LfUq8l6vf+8mPyKWv2ExJ/ICVnH/yS7T5pLuQ4EVpTRhgsaMXKCGZVw+JYRD16F"
    "2KYBGwUut9Cppuz3NQ+YhFepmAS7+0lsnStCyYbyEB6RBGJDYlq4iNDJn76YCXdLMNkYs1"
    "Lvaf1UfeP2bQkjK8TWyy5cbw0NvxDymCJDMA/aOG49JRmdvd8+g03jefuP5O2NuS1H8WJq"
    "oRFrU4IR8nbfPpzw9nktb5/X5hEZOSuyRCPkcfvmtA1E7zYQ3SJCFhGyiNAJM7f3folxlM"
    "8BPRPzlFYIBwuBOr9FYN6by6BAaANWDpXADpsxE0CerqtXYJyQyEDQ0Vcs4M7yrAIUjc9M"
    "9mGhdDfmLgC0XgQtI3dfCmzXWf+EWxZIQ0swQzJCJbqbmgbwUhlwOB4+Qu4+umhUyOBiTy"
    "GDi1IhA7hiyKoaMNcH6GdI+o/QP05qRGux+Ef9mP3x/zO9RfE="
)
