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
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "trusted_devices";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "two_factors";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "api_keys";
DROP TABLE IF EXISTS "trusted_devices";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXWuT27ix/SsofYm3SvaOx8/1pG6V95X4xmunbG+SW+uUBiIhCRmK0BLkaJVk//vtBk"
    "iKTw2hISmKxnwYe0g0SB6AYPfpB/4zWQuXefLR68jl4Vvus8kr8p+JT9f4n/LJKZnQzWZ/"
    "Cg+EdO6p1hSbzTxop47TuQwD6oRwakE9yeCQy6QT8E3IhY8C731GwhX3l/CbhkSKNZsLd0"
    "dc7hIRkDDgzH1E3oRERKHHb5kk7JYFO9WGhwTvUr4ivtB9BGzBAklCAece4Q24woE7gFMd"
    "X+uz/9mHXko/4YpB1y4LiFioPxQ00BxAEcEsL/JOwA1uV8yHa6iLbqmEyzhi6XPJ3CmRkb"
    "MicAxungKg3GMukXzpP+Q+dMnXG7gh4dOQubP5Lr0+ddfch34FgYuCBPyhDuMd/EGqxwJp"
    "KaLAYfm7nwdiK1kwJXTDH96w3RRh8uEu9QPAEFY8LdwExVPQNXehYcBk5IX5hvAgDmMuPh"
    "PAGMHDkQeAK6GeJ7bM/Qqvo58POhDBkvr836rTBDEFFZfqityXIQgmFxVbeL4AhEHUZSH8"
    "R+auzV0JVxUeDC/1Ab8Q8JJXxMexBlglcwKmJ0/k818jNgvFksF1AphCv/wTDnPo9jeY3/"
    "DnL5PCzaEY/P4nttvczBaceW7uddJN1PFZuNuoY9/y5Rs//FG1xTk7nznCi9b+vv1mF66g"
    "/0SA+yEeXTIfsWZ4hTCI8O3yIwBCv4vJC6efYt9E335GxmULCiMEB1Ba38D+2GQ2e/f+0+"
    "zjD59ms0np/U0kMq9ZfMgRPr77cKtSAbDEW3j4zeXlkycvLi+ePH/57OmLF89eXryEtup+"
    "y6de/K5vZo+W7kph9uZPb959whsSsMDoxQcP/K5kaEi1lBqlPfowtOrtoKHZKOTl7h6NBP"
    "tDw5Ec2I/HfolMwf/jIvL1i/ZvFoj5LmSPHBHAL084N498sZ2t5f9MRjBm+zGqeKPyA/Xd"
    "igbVw1QhWhgreLwGYxW/GEZD1eW7s6a/zTzmL8MV/Pnk+QGI//b6w3d/fv3hwZPnX+Vxfh"
    "efuVSn8ogn3yITqLMyHWHc6/LUC8TqL2OQE6nxTeXLZ88aAA2tapFW5/JQF9QgE7wrRMcH"
    "evuTW6uOJkDvJY7C96hvaW8AP24C8ON6gB9XrR54R2YrRywxQoCfP20A8POntQDjqTzA2k"
    "YxAXgvMUKA25/BaGVFsgxwrca9F+hP2+7e/Ll8/PTF05dPnj9NNej0yCHFuawkgz0izVaE"
    "vcT4PmmPL182mbCXL+tnLJ4rLLquCy95xZw9sOruRUa4KrS/7EaSBTMKoBgtvXmpEQL97P"
    "FlA6ShVS3U6lwe65gKKwP9vx/fv6sGOiNSQNnlTkj+Szwu+6A+5hH3Qu7LR3jZztiOA5Aj"
    "RNjzWspfvSzSD356/Y/iIHz39v23CjIhw2WgelEdfAsDgrTg4iZDTeGBOXVutjRwZ6Uz4l"
    "LUtS2fWl+ui0eoD6+JGz8xPl9C5juOiPxwUsXzx6emB1l+3ciA4t/SHVEkNEcGm2gzS3HX"
    "Eo5XU/V3yCDlvgnELXdZSqRfOwFzYWHg1LsmC4F87oZKuRWBOyXwFIxQn3DVItyRRDphqu"
    "PHSll5JJf1VVULpN2V4yCRuypdAiVweYppaNVrcna2onIFvdJgKfxL7l5l+H51pbhXpLWR"
    "C88+Sx0d/cskg4AajfQRNAed4aqNKOkDNvLxlM8RjHQtAcpd+SgUN8zvjv3sxGq23PQ5c9"
    "PRxj1qjPJydoy6HKPCith0XSuIjVCt7IRtzXxwTAylnJTFuhnWOU2iDPcn9lvN8lMSHAMF"
    "cADfTz/849NhfX29i8+8ff/uT0nzohJfYayaTfOMyAjneDsqUckkyiNehvtH+H6BDfAXtl"
    "Ogv8HoD7/SmRCbND/H3ZwZ2L8nsyk5un8FA7pN9fjsJINnhydmoZ6Wrz9+9/r7Hya/n8jG"
    "3HAYokmVianPTA9amBs+u2G7hhbmWxZKtMMCsQzoGiObEstM24xgRaKplQ0PeEQ+gc0Fly"
    "A8lMxbJFaXDGF6uWWDtP1LoP0KJxOzMP35+OfXDy+fPU8CxrYr4cW9+GROJXv+NAq8V2TL"
    "wxW8gs9IQH1XrMkcLkLmbAWzFa43/VwIzdI/SeyaxDArbWmqMCyM/wppUIjSwvsmCx7IkD"
    "iwxmH0WCCnGPGWBqVhXNx8B+Lstw0PmAQNdy/ONgIs97W8SsO1VJAVtPaoDGcBg/cM/o1F"
    "ktbqAvh08LyUrLkfgdJaY/+WwrGyL0MhGMQsJssawNYAtsaVNYDPcIxMo4zuFV80NK2psG"
    "g1caQ8qfejPCm5UZIvtgnAWZm+vhu9Qfz0SQOInz6phRhPlWIFAiOHYCowwhncxLFd79Yu"
    "ObX3aprZ+p2XO2r9Hhh9cJq1uaD4mg1ChbAdiTMOMx/2ytN+nKhl0CyDdpYMWt260QK07w"
    "vdjRTiiiVzWGTl5icWUqQmJpWM5f709DBtuZmtsy0bBccskE2kcxGFpXxGle2pOcB9+ud2"
    "pQgwsmFi4zGypjsSsCWXIQuqI2navsDdTFwt13bDjDIy4uajs5pa9A9aQu2c1VBLqA1/jG"
    "6pF1UwavX+9lRgFDprH472gQTG/glMa/ldXWxs5uxBLWCJ7WYmIbJ/FlsiFiHzVVEK7aMT"
    "C+VRjP2LWApCFahAN+AtjA1R7rEtzAklS0K+ZuWvf1sdx87K1LV3vV3R8BUqzoS716ouRO"
    "7QK5fdcofhydhPGh/QXk0eYA0M5ruy6P3DIFsd8avww/udg+rhY7EGtrXax9DyZaz2cc5f"
    "Nqt9DH+M0nyMhpmTafv+huWiW8Bby5qMPziGro+90JhSUXuYxQNR6t74tzykMUwlpS5z9q"
    "BSx9N2DXW61/JGpvFhU3LjY0bQfKfVH8Ierin3CPVAFVMRT/8SqHf5+Qiykj7XRqeoyzHV"
    "MBPp5RMdEuZQidoe1sfKRoKhbocX2YE25oAm+Qrzm1RlMFVcDDS8NVvPVWyXztzei27gBY"
    "K7h6aOwzahrvn1L6ZKkQm8oO8wXeirGEO2jx+jSS9Kc1VJWCvQW7WAi5FlWxGEqyS+7b5q"
    "og0IswFhVjuxGuRIxkgt9iYrWirQFX91wtJelxeNQsIuDsSEXZTKx8DX0gTfpP0o6MFTlY"
    "45GA9WXTumQ4AnsYLSz7e3fZRPGBg2uAl9kkVa2RfG8TF5qTGk9XUdhGTjvk4dlGQjaDqN"
    "oKlYVFpAuWEI2MAWk6bg5pfRHK5wC+Tdz2/fnio06SfFq0wqmKv4zPQQa6VZmaaM1b7azc"
    "aj6L0rkUe1vE+ZqbpnZ5XVbipegiR4b/zlbqKIuy8suWPJHUvu2DGy3EN50WrfKrbGgk0S"
    "GQfE1h4bgj1m83HOuKJNbmJX2GPFiV9vlWXnTtMiqltfkltc8hhuX8U2QvJQBDzZxcpZMT"
    "fymKxIAGkqiXEB6endLCkapjfsYtRj7hXu7uXH26Ltu9rtPfK+SKuhYqgnFpABG++L9cdb"
    "k60sZ82BLs0Ba7INf4xsgZZu62RKL1oa+Yvj9qOL829/xwZPLEUZ2vpMqKT9GDyTfeRB5f"
    "d4KeliJtDXiI9iEel7KLI53Xn863fPyMrY7TMOD8l5bZ/xkUlZYwMmp6aHzD+pGzX2yuGW"
    "F8x9iPU/9YbMurKoCvatrC06JcL3VNnRpJpolX+ujW61zajddizeNuNHfA7iYcFUHhIGNm"
    "ZczfPyKVlNldEJx5NqoFhS1RP+Mi66+iVaiTZquyxnLZAuLRBrJQ5/jNSqYFxrMi9lLZo7"
    "LZphB772ivRp/Nep9lCBvxAeo36dfZMVLAzAHCS7WoySMelXif72/fu3OSX62zdFw+Xnn7"
    "794cODx2ryQyMe1kDON7MjNrfMS/UYWd+PYvSl727ZE8yd7G1pt3zvO0qDRuFqZr7ve0Gs"
    "x9kdm7gP5d5A7yPZrFGumUH5cdzX/ZbN7hGXVN+Dnfc2Oml40Uk2ZKaVkJk7FpEWEDaM+x"
    "rYwtEU6Prlc1BZI5+CSAL036uia5MKojrfYHqIrg5105mu4NaYtY6/uDo2CLeZ0kzySmxV"
    "EVrJAGuXYGlarA+3BMyvFLWs+WdnRf0lU+XgGHVWuKtyFYfdzUUsCX0OH42pJaHPmvmxJP"
    "Twx8iS0JaE/gJIaGvWWbNuiNbGQDMhPm3Fj0qlnlRZFunJw1bFFm5AtTPPTs+p9Y/I31H5"
    "5zKtEagrb+tgFQHTh1A45DKdkKAKXgd8uQoP5qy3dAmMj4GuAhZOE9mZ/pvk8irUBrnbFd"
    "gkaHDovXLhEMjjiEWbGfYu9318ji4vLp9nuiAYI6UiymSyc7AS0ZYRDTAgZxEmW++CPbep"
    "2B4YpXy2ZTIkTy4exhCottuVkLpH9XAwL+Gm/XhXX/yLhFswDqH/BeVeBN+kqu2Ht4FQ2L"
    "na5sIApIdJwXEw5K4IFipXypTuRyl5Ff2kxcLjJ8Vniv+/vtJHoJNkkBaBWBNE1dp2Z/Pl"
    "sLbdmStU1rYb/Bjp71B5fOpDyvcSY/AV9R1Env2Sm6BelLPYm2Of171M0C9LWvyPx//Yd6"
    "BO3o6F+VikFoDZpzknNpq9JXr+5ibWURn6WtyzIqOBvbUtPVIz0Wwy58RGg+oXyJoOyC3Q"
    "EWdqQvHdxa++99knAb86ZldPOijdcKvt8KXwYng4X9jkEHG6bzVtxqDOnETCKKcQuTdN7K"
    "U1W1LmUqXp6ZP5IAouCd1SHsb5ehU5hfftFjnTvQdRM35xviGSfMlWNEnsxx8kcYS44Yys"
    "BAwGiNMwZOtNmFKQGSJ0i+Sq3u5QYJKjpQTPZmGcWkrwvLUFSwkOfoxsuEcv4R425633nL"
    "dEJzAwvLMiozER29tL04YsffHGtw1ZsiFL0/MIWVKoVxjdyWjUm9n4QIYhSo/ItdpC71qZ"
    "u9fYA172WsXh6Fo6+R1Xp4RKvb0qtnDEegP/VhrY7V4ATW2Xy41Hd7OkkyQQKP2byiSmCW"
    "eyW7E7LP7oPTwexBE5YOJ7uOUHvAwwoxGfr3B/D+xTxTT5s/g7UIrpiWOhuCQLEFgKYesC"
    "nc/qObU2+nkrFdZGH/wY2eqx3VaPPfVuuQNiPjrZLFfBNbtlAYdOTQmQsnCPJEh65GxZEL"
    "6my4rFoz7uJhWwgTbmgTaJBm1qo7e7Yg9pPWm9HkfReDGBukp2DNO8a8yHv+NYStV0D2/7"
    "e46Bcewbfxf3QvZ7aPA9RCICzEtZVQDlUEB2VmoMS0b/ofApAWRmaBYEj7I0B4b9iTy9++"
    "Ah5iMwpitOdQd29TFYfVZUzlyx9T1BXebCkiJD7hzY6+HgeNzdmR0bg7FBPmu2EMG6igo7"
    "oFPmxXpUeX766evvv//6/+CnJ8K49dqGIV8fA3lBrEfIH1+u+sH6ZQOoX9Yi/fLeYcXtue"
    "H+pvYhnFQ44uIz00OuuHgXw6bOuIXw3KQ2mE4ckgT0NleXANMJXVK7zHQOPfcldxm5hsFY"
    "8OX1lNywHRye78i1XIkgnHH3usop182F0DmnCgHDX7ks+hV3VmQlZIgXcVYM/XNX5PPEEw"
    "71Pk/Qd4Y+OHSjqVsKIl8fef3XN0kFgBXcSLiagbRzU5dRj2+WfoIQXh3lAfSEuIEbpVhJ"
    "AI9GhTz/Nabc404hkR//lzygsdMSOlAHeEikUO5AFgTw+8G1uiP1xzWRdCfhEXdf1bn9fq"
    "naelVNpn/exyNYq3JWOgQrNM1YrRwuFdNKAJD1752z1m/9e8Mfo+QDYKIDZWUGEbqQ3FBP"
    "0QstKEi5bOVA3HIsE44px2YjUSHaCkE0IBa/E69rouiYYJ2V6VHtV2pWP/O6/dBzGz3Q7T"
    "xWABngm7QfIb7tu0a0uVSGt34Tzr2E3YLzMIvfcAvOnKaiDEAjPSWV6NMZmJii5+oR3JvH"
    "Jl6qvJT1Uh1ZKCVLlJgZTZXi1naadmg70SgUs4Cp993Qf1IUtcl1zZ0l99iOqK19iIatCn"
    "Wem3TavVyGBn7TXKW7dnFpkLOU0YZgjXcjrzKiIRb98S8fmJeCWg39x7ibEcH+e5cepe/R"
    "0e3TsGZD9uzp6SHfki9CvuCOngvuXqqht+mjWLO5cHeY+aQcMMJzCZ2LSLtfjvEERZXepq"
    "4uhN4mpbEoVUXv5V7pFQLk+C0LdnFBFUwLw3oqVyTnxuFSF2rZMj/UdZ+7SOOyThvrtBm9"
    "UmudNmcwRoaZ+ANy1URwMy/OLMv0Lj67nhUZFZ/dNyFyXKToacJDz96otp4E60mwnoSBeR"
    "JuQHvpafPwjvwIsXl3BJWdkbR5F8cqitaXcxrVxVLUlqIeEvgnoaipxPrMa+ZX1UE8hqR+"
    "lyFNRzQInRLWHxhoQzwUwW5SwVdnzk4P0dVB0o43z4fYeNSJUwJUqWyik8T+IAnyg02Z48"
    "qqZO313F/E/1nUADtHdsbSzeesoVq6efhjZHMEzFc3myNw7rHVNnbdxq5bxtkyzm0wzlgC"
    "GU7jKjxD88pk3lfJ9shCY6TqWX4yLcvfx0JjWf7T6+eW5T8Nyw93hAWpYHHGxzD41pYE7/"
    "XJPZ9R6MybW7HM16OfCljU74n67Fj2pkrarv9H8zM+3ciVAEQDtoAxWx0zIrV92HE5dlys"
    "F9h6gYcE/mkSlZKFpWI9MvEBx92MCPb8Gm7zuepg6tI9nk6rCud4dsrVu8Zz8/tuv/jfk/"
    "2kFcoEbX+V8ITl85KurkjAkAdz8RpkEYi1kkid8DtCcWvrnSqZV3aQt38JtUc2Fr5cy0xd"
    "QOYrmaRLnZxFb5g/zWyvdR0wRwTuddFTL7YgDbYpVvaL52xSeFB1it4aAgfiXLCkTbybd0"
    "iXWNjPoQFGJEwJX+DNQl9czmQkNww0efWzoAFZMNyXbME9vS23n5YrnLMFfAFgTjCOzn/i"
    "YDa2JL4IMMlsuWQB3vBa3FIPtyFTD5LZgoxcJzPkQ/yMAADqyvWRBXt843U1AQ//LIYXVD"
    "XfQ6UmoR4TLdk4EuGQGjiyTLZeFD4bgHB+Y2YDEM5pjLKrpIERVRAboQHVfsW2YcR6DArk"
    "lv1SyUfbaLXJCPW31Izk+1w2skznd15sDK6STmf4XgmvmOSHcjfzgnYHCYP8TW2dmLhB9h"
    "I24KN190jJcmu61pQER/hB7Zz2DXJpDfckffM5EmcGfFPKtzTtTAnfTkm6hNSsIukyhGc9"
    "Sae3yZjlSNaGXB2XapMN5pJog6RXwAj1XUV/XZE5rKFrpre7+GvAFsg7uWzjiR2mPZFrfd"
    "2v/5gGH1fks3RyFWTsAhbCcAIWdJcSd2vuRyF0JTQLtuUBe5S0pGF+3w/mEwrQcMydCSJf"
    "lX/C2kuELmEmZUm+d8imKQGuHsUXyOuhzvpvPJP5efP63WuCQxgLrUEX0A8mWXDLAs0MJt"
    "uGFPb8WIntvjAU3hGDl8rFvUi4TzaBwAVZ6h1JfAadEQkTGqtORYhXwG+Za7f5sBWjLDtj"
    "GbQvbYyGQet80Sk8Np9kH4Z82QRbaFUfiHxZwteWi+qRbnACobbGjRMTTOZ1hWiP4fb9LB"
    "3dJEzF+rQJ2FmZ8fGW7bs/wBICkwpNgI3wuFPBHxwi1MqyNsT4eA6N/eZ4kctmGxqGLPCN"
    "YryrZIdBc+L1RkNzJjDzxQzXc1a1D8Ldg5SXtsPU+jBxP30bVkavUUnQDk6Xg2O8zFXJ2i"
    "FqfYhAgZph/OBM7mTI1oYmRoW0dW2a2BqRDMV6pkNHYaoHtCp64kBme428fVFaf1EGkec+"
    "MLW5U1Ipdmxt2XwlxI3Ra1Ehaq2V46c+jjL60XhVCkctB16Q6o8Ev+xqtrfiEMoZ5Bknpp"
    "mDoSzbH77fXOBPtyD37ENIvMTHDIJNJb0f9uiGjwI202g61TsO1o5BjXR/b0PHL0Jrq42K"
    "Oog/jKYTvSxrp/ux0z0T/WGiQhbExqc9dlS/J561x5WQKQqPAfW+K8n4APGx605Z1q47R4"
    "dJYICBCFxW8RrUl87ICdmPqi2DcfJ9ymz4ea9w3yJ+1VlFtatGTmZMOV33WjdsLZdT1XIp"
    "z+cWQP5b2tFI4c29xTlgP/zw8dOHN999mtQszC2gazNTMig3qUWU3XXb7klzaBS6LbpThd"
    "2B3J4ixgeK8SSZuqWRbpLtw50VyezFTlaMBvHG4nrLc1VBJ75EVSKPeQeVqSiFfONMj1Vl"
    "YmxCik1IsckONiHlvMZILdC7GQAMWk5gWiigQrrHkJrTEI8tRtRk4Isch8kqXagh/Ht5Ow"
    "DHDABoU7gxz9EDkJG3A3DMAMS+0aMHICNvB6D5ABSU2uaKalnQkmempY7qXRkHKx19ucge"
    "oCVlpgDFPfmcERbvnRbYnMIEu5uKzLzuLSD8fb63kYJcXiKHVM3lE5U3kwq2Rx2fHmJ3Qm"
    "jRkMx57zOy4cxhWEB4K4KbK1V1RO8HfMM2IdbqDVdsR7ZYayWpXYIljNfUrSB37tshFmSB"
    "O+a3bHYDjdSPnlfQlntMFTbBB8TqJbrhVJdIoYuQBQi7fKUaITUxp5LhNsfMW5CALSLJ5G"
    "efFH4oboIsfDfuTvee1FOGeyc3MI+TSjDqQLiCp1X1YDKcq6oFg0WXQRuSmfvEUs/F2i8+"
    "Yy6Wf/HxgUEoV1FGFZwB5FSVF3USJNZRXMtFYNWXhQe2LvyVlIKOq91AezgYXyvyQ+6ldX"
    "BWAPCcYSlq4blxD/kyNpqUS6vlKINRwqWnOGLX2P5rHMnr7KNQ0O+wIrR6UHhueKhQgAxc"
    "YAMD7ofJDZIMHkjzYa0c1XJKuB/jpm5JFdBRTyqxNI4uL53eJbwsEfXIf1Ny0IX/L4QHkj"
    "9v6ojCAg9YWcImDoaCppWnM6yUahIwKaLAYXrdxHUlOZDvzohztDtf252v7/hofokMmGUp"
    "hz9G+IU0WdCS9mOMmrlssmhd1i9al2e6QSc0jZjbz5eh/fheEYVYPNAE5YzIGGJ5u0a4pD"
    "M1j7UrCNpVo8GqUdBIjcG2YY13aJWZtWODaKC1ACar0QpSFBzhOtJFCTMwTcG8m9GltjBN"
    "IK8QHR/onZTV2rMyJnjnpVqB+rRxM4Wv5EWjz+TFge/kxcCC0u+e2afDu/21W5F1xjUY8l"
    "I9KtkSbqkvJfubBlh/Uwv1N0Wkkck0wThpP0IVpJuyh5orNfoY7kV6nMOaxD1XQxFZahOM"
    "k/bj0zLaryqZ+gxMAM4J2S/enV+8jO/IdB5nxCzQdwLN/U1kVOcxFRhGxa1RbTSUbHthMh"
    "5ZGVvy6T6bPEm8fwPk9xIW93tUnTWtU2FrU9yjNsUaVgq6rDAj6/HOiFjEzRHXXJ7JurKX"
    "sJ/Y1pcbB2MKPZ0QOgsYICNDZrrPRH0nthasQdi4it46ImgiL2cL5BwbELHgPperIwagIG"
    "hH4NgRsNV0Tr27qC1E0mkhktNEpf9dBSZ/ENtJRWj6/uT0UHy6Dm5uGKH+Oo6F1nHDknKX"
    "rEBBEFfkWjLmwzp5jSHEySabJISTWEtAhf9iKLEMueeBZnfLZDlcvfXe744/ro0JPq2DZE"
    "Be1RbdIzb095y/4Tb0d/hjBHaYqccmIzJCvaoDt5hRburG5qTWZvsCNrPYxDVbUQqCYwK3"
    "79KxWq0ypCX2QhZ6I+hL9tlpzIZ9Cb63GDo1qTAeik0OmhCZUDcVi2WS7upRh6FSjxmJKm"
    "kBkz0xpXHfKaj/3L3GFFNspGoWYyMaBPyWejVZr/fvF5NfUaufkvgTOSWb+Fey+qS5lJtA"
    "YEUZbbigESOnmFEJh28Z8eBViG0asFHgckudasp+2/CASXiVikmw+5/E1rkilGwpD+ERSS"
    "C2JJaFiwid/OmLuXB3BJONMSv1ntZP1Tfu0JIwskJsvazC9dbQ8AshjykyBPOgjePWU5HR"
    "2fvtA2waz9t/JG9v4LYcxYuphUbQpgIjxPbQOpxg+6IW2xe1eURGzoqs0Agxbt+ctoHo3Q"
    "aiW0bIMkKWETpjcHvfLzGO8jliz8S8pB2EoweBOr9GYN6bj0FB0AasHDsCe27GbADycl29"
    "AuOkRAbCjr5mAXdWkwpSND4zPcSF0n2buwjQ+iFombn7Umi7zvZPuGWBNLQEMyIjVKK7qW"
    "kAL5UBwnHzEaL7+KJRIYOLA4UMLkqFDOCKIavagLk+QD8j0n+E/mlSI1qLxT/px+z3/wdu"
    "kUmn"
)
