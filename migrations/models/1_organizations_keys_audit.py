"""Organizations keys audit."""

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
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "api_keys";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "audit_lines";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "api_keys";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXVtz2ziy/isov2ymSvE4tnOZ8dapcuaym7O5bCWZ2T012aIhEpKwpggNQFrR7Oa/n2"
    "6QlHiVCZmkJAZ6yIxJNEh2g83ury/4z8lceMxXp9eRx8PXPGAn35P/nAR0jv9TPjkiJ3Sx"
    "2JzCAyEd+3o0xWGOD+P0cTpWoaRuCKcm1FcMDnlMuZIvQi4CJHgXMBLOeDCFf2lIlJizsf"
    "BWxOMeEZKEkjPvlLwKiYhCn98xRdgdkys9hocE71J9TwIRzyHZhElFQgHnTvEGPOHCHcCp"
    "jq/1KfgUwHMK6cBcmd9bAddczlgAZHqeJVVA6YppwBXzRkRF7ozAMbgfCjziPvOI4tPgMQ"
    "9gUj5fwDVEQEPmOeOVnjKcMUK9OQ9gXkHgokABf+jDeAd/UvpOgVqJSLqM5H5jKZaKyRGh"
    "C/74lq1G+OQB3OWpfgCQSn48TivgJiiegqm5BwMlU5Ef5gfCg7iMefhMwJkIHo48AlYR6v"
    "tiybxv8Drx88EEQk5pwP/Qk6Yc06ziSl+RByoEwvSiYgnPJ4EYSD0Wwv+o3LW5p+CqwgeJ"
    "0QD4FwK/1BUJUHzAVsVcyeL1EAX894g5oZgyuI6EVfHbv+Awh2k/w5KFP387KdwcksG//8"
    "Jxi1tnwpnv5d6QeIg+7oSrhT72w4zKn/VIXIRjxxV+NA82oxercAazp8NhjeLRKQuQ08zL"
    "vC9BBHyI3670UPwQcCCUEVvfvbc54LEJBQHhzH+eREEs1j+YFONVyE5dIdkpsOw0irj3/H"
    "+SO8zQOM7bdx+dDz99dJyT0huL91N4sZJDrgjwbedBqDR/5vSz47NgGs7gz4tnX+LrbPgU"
    "j8IL/nr9/oe/Xr9/dPHsG7ygAJURq5O3yZlzfeqLnoKGNJ5Ei2sjBpCxfk1oWBbHSz59FY"
    "TVAsnTFQQDD7OLYNIDG8ls1N+9onF94d6eBmLpzFV30pnifT7+7vz84uL5+dnFsxdPL58/"
    "f/ri7AWM1Q9VPvV8iwhfvvrLq7cf89LDAyizjYwqXq2m700F6U4vUfKKGIkq5erRvCUbjq"
    "cfJRNWZ2k64nFJUR09i/VfxkxOqYa3lM+fPm3AaBhVy2l9Ls/qgj1k9N0tkw6P6e0v7tiG"
    "NGH0hqIdI+egGPykCYOf1DP4SZX2wDsy0xwJxQAZ/OyyAYOfXdYyGE/lGRw7KyYM3lAMkM"
    "Htr2B0tyJVZnCtxb0h6M/a7pK/sSl9/uTy+eWLi2eXawt6fWSb4Vw2ksEfUWYaYUMxvE/a"
    "k/MXTRbs+Yv6FYvnCkrX8+Alr1izW7TuhmSAWqF9tRspJh0KTDFSvXmqATL66ZPzBpyGUb"
    "Ws1ufyvE4wsTKj//fDu7fVjM6QFLjscTck/yU+V31AH+OI+yEP1CletjO0YwvLkUU481yp"
    "3/0spx+9uf5nUQg/vH73UrNMqHAq9Sx6gpcgEMQHJ7cZaAoPjKl7u6TSc0pnxLmoG1s+NT"
    "+fF4/QAF4TL3lifL4UqHddEQXhSRWGn5wabUXw40EG8P2SrohGozlC2SR2szSIreB4NQx/"
    "Dw3C6Qsp7rjH1oj6jSuZB4qBU/+GTAQCuwuq1FJIb0TgKRihAeF6RLgiKXUKWSePtYbnEW"
    "WOr6pHIP6ugwIp3VXpEkiB6inBo/Ws6VlnRtUMZqVyKoJz7l1lgH99pWRWxLcRFM8+Sx0u"
    "/dtJhgNaGutHiMHoDGg9PGw6FLcssNi0xaZ7w6ajhbeTjPJ0VkZdyqigEZvqtQLZAM3KTt"
    "DWzAfHxFHKUVleN+N1zpIos/sj+1yjfkqEQ4AAtvD340///LjdXp+vkjOv3739Szq8aMRX"
    "OKtmyzxDMsA13o5JVHKJ8hwvs/tn+H6BD/A3ttJMf4VpIEFlMCFxaX5JpjkyZn9JV1N6dP"
    "MKSrpc2/HZRQbPDk/MwnhZXn/44frHn06+7MnHXHAQ0UmVixmfGW31MBfcuWWrhh7maxYq"
    "9MOkmEo6xxSn1DOLfUbwItHVyqYHnJKP4HPBJQgPFfMnqdelQlheXtkhbf8S6L/CydQtXP"
    "8+/PX68fnTZ0RMtFu4nAk/mSUgY6rYs8tI+t+TJQ9n8Ao+JZIGnpiTMVyEjNkMVitcb/Sp"
    "kKMV/9K8NIX5VrGnqfOxMBEspLKQroX3TSZcqpC4oOMwjUyqEWazrbPTMOdtvAJy9nnBJV"
    "Ng4W7I2UKA5z5XV+u8LZ1tBaN9qkJHMnjP4L8JSTpaXwCfDp6XkjkPIjBaa/zfUl5W9mUo"
    "JIMMMDnLOsBlOutcdelcWQf48GVkmmX0oPyiQ7OaCkqrSSDloj6OclEKo6RfbBMGZ2n6+m"
    "70xuLLiwYsvryoZTGeKuUKSKOA4JpggCu4SWC7PqxdCmpvzDQz/Z2n20l/Hxh8sB/dXDB8"
    "zYRQQWwlccRp5oetedrPE7UImkXQjhJBq9MbLbD2XWG6gbK4QmUeFli5eMNCitDESSViuT"
    "k92g5bLpx5dmSj5JgJool0LKKwVNioyz5jDHBTB7qcaQCMLJhY+IzM6YpINuUqZLI6k6bt"
    "C9yPxNVibbfMqCIjGT44r6nF+KAF1I7ZDLWA2uHL6I76UQWiVh9vXxMMwmbtI9B+IImxr4"
    "I7HtKEQSUzIHN2qxXA1+Maxi+v1a1ahxJH5DbA5NHxCj/WXBL2eE65T6gvAqaDY/8WGBoL"
    "8sHG0oe/jUkxRsn0wExQMCBx9NClCjtCYE+FbNBwOdN5smxFxswVc/Y9psLqbhK6IYWQZM"
    "7mYx0GjIt8NqQLFnhw9zDUddkijPtE/Jvp9hUCLwimdNwcohhu3IQaaTqLjsfqfN0ZmDQx"
    "gYdByKWQ4SwNhT7UnrGxQxs7tJ9Ra+oMREZa2ZtotDVBV6bOHrtAnJ81ih6ebQkfnpUqje"
    "FracLfdPwgLMl9VRlvDR1Wlxl3yOCTxEDp59vbPpf3GEM8uAW9FyWt/QvjUEqeaggZ4F3H"
    "q2yIcN/xKxts6TTYUqFU+osWHpgyacrcvBrN8RVugbz95fXrfUWx3mhc5aQCuUrOjLahVj"
    "Eq0xSx2hRGL3zqYkypCB7V4j5lpOqBk1UWRle8BGmcd/iV0bZrZ5nOAgdd2qQW3Dl8GVns"
    "oUOv2DoLNp9wGCy2/tgh+GM2dfOIi59zC7vCHysu/HqvLLt2mvbbWgaK3KHKY7jlAVsIxU"
    "MhebrzgTtjXuQzVZEr2JQS8wLWp1dO2l8i3uSBUZ95V7gjRJDsjrGZarWJyAdi3TgLa52x"
    "1hh8vK82Hm9dtjKddQe6dAesy3b4MrK1vN22VFJ+NDWKFyfjB5eQ3n5zX19MRZm19Umz6f"
    "ghRCb77k1VYYuZsL6GfBBKpG9RZMt/8vyvb7ScpbGdlreL5Lg6LX9gStX4gOmp0Tb3T8WD"
    "GkflsDsy8x5jq6h4E7+4CZVO9q1sQzUiIvB1h6q08VRVfK6NaWOfMQ7bsaTD8s/4HMTH3l"
    "o8JAx8zKTx0/klmY200wnH08ZR2H3LF8E06c/1NXqJNmu7TGc9kC49EOslHr6MtFYwbkuU"
    "p7Iezb0ezWEnvvbK6f3Er9fWQwX/hfAZDer8myxhQQBjoOxKGaUy6deIfvnu3eucEf3yVd"
    "Fx+eXNy5/eP3qiFz8M4mENy/nC2WEfpDxVj5n1/RhGX/tGSD2xuZNtkOzuoL1vfRuFM8d8"
    "i9ACWY+rO3FxH6uNg95HsVmjWjODTpW4Begdcx6Ql1Q/g133Njvp8LKTbMpMKykz9yiRFj"
    "hsmPd1YIqjKaPr1edBVY3o5V6BT6evQT04jSvJsF7klNzoivEbje3e4Ax4WfhTsgQ6zjcY"
    "GWE/Mt1NBEe4Yr6glfsztH0BRKs9rhY+XTnpJOmegOu/qYatlzgBLHCvohkK/uKSlUe5/R"
    "yyLdi+wXIWnBPoxzRwErhgyzYKuPPEVAgLgx/PZ2tkYfCjxp4sDH74MrLJUt0mS+27OcwB"
    "BRc66Q2j2eXcMclhUlOMu0zcI869PnK8QPccrOMyy+tzptYEQ8BC+k6SSi1oU3CkXY19SP"
    "qkdfip6LyYsLqKdgjLvGueH36B7RojO8YSW3COA+Pv4obIfg8NvocIRIB7qarwvvqPYp5q"
    "CCqj7y9jBgAyczQLhHZjoJ2TqZbCwQ0ThHRYgIwx1TjVE1jtY6B9ZlQ5nlgGvqAe80ClqJ"
    "C7W0obtsrj/smsbAxkg3iWMxFyXgWFbbEp82Q9mjxv3nz744/f/h/8egKMWw/lh3y+C8sL"
    "ZD2y/Mn5rB9et7A94oFUivyqy+5PKgJxyZnRtlBcUrTfNBg3Eb7HZFyLj7cfLRQBu8270h"
    "UbirlSb3eOITNdzY/xKu4xcgPCmPDpzQg3JIfD4xW5UTMhQ4d7N1VBuW4uhME5nfcGf+W3"
    "HuDujMyECvEi7oxhfO6KfDrxhUv9TycYO8MY3HpnABkF8ZHrv79KtyWfwY2EMweo3dtM9C"
    "3djx3HEHyz4icI4dXREUBfiFu4URpW7GuAv7mIAr2jQRQk/0serXePX1J9gIdECR0OZFLC"
    "v49u9B3pP26Ioivcmmn1jVHTO72YHtTxrtbkrAwIVliaiVl5uFBMbGeeP7l8fvni4tnl2r"
    "xcH9lmVaZfSBvfO2ar38b3Dl9G6QfAxAbK0hxE6kJ6Qz1lL7S8f/RCijuOWbFwB4aSqCBt"
    "BSA6IBS/k6hrauiY8DpL06PZr82sftZ1+zUYNnug23WsGWTA33T8APnbfmgkdpfK7K3vOb"
    "GhsB0ntqP4DTtOHOFGNGtX9Fgjghv32CRKlaeyUSrzKFUJKDFzmirJre806tB3olEoHMn0"
    "+24YPymS2vrp5sES2xV830VhtmX1LrVLjVtW1wdLMtZQ2je4QvEkpD//7T3z10ytZv2HZJ"
    "oBsf1LlxGlHzHQHdT2oM6eHm2LLQUi5BPuxmvB21A1jDZ9EHM2Ft4KK590AEb4HqFjEcXh"
    "l10iQVFltKmrC2G0SVss2lSJW5dVRoWAc1y3u9axJV0WJjm2ws6FcXAHan2eBfCPFN3sQW"
    "2DNjZoM3ij1gZtjkBGhi0QDihUc4wt+e/Ds+tRkUHh2X0DIrtliu4nPfTonWobSbCRBBtJ"
    "OLBIwi1YLz31yuoojpC4dztA2RlKW3exq6FoYzn7MV0sRG0h6kNi/l4gaqpwi4M5w3so6/"
    "8dQOq3GdB0QELoFLB+v96G5qQCr86cHW2Dq7PbFjZDqK+TbefjrQkF3CqJi8T+pAjig02R"
    "48quZO3N3F/G/1H0ADtGdMbCzcdsoVq4+fBlZGsEzLWbrRE49txqm7tuc9ct4mwR5zYQZ2"
    "yBLOOtDxx0r0zWfRVtjyg0Zqoe5SfTovx9KBqL8u/fPrco/35QfrgjbEgFyhkfw+BbWyJ8"
    "0Cf3eKTQWTS3Qs3Xc39NYLn+QK47u6I3VdRW/++MzwR0oWYCOCrZBGQ220UitXNYuewqFx"
    "sFtlHgQ2L+fgqVUsVSoY9MYsDJNANie16H23quOjZ1GR5fL6uK4Hh2ydWHxnPr+/64+D8w"
    "ao3VTZrLBH1/XfCE7fPSqa6IZIiDeXgNMpFirinWQfgVgTlosNIt88oB8vYvgdVauvHlXG"
    "X6ArJA06RTxsVZ9JYFo8z2WjeSuUJ6N8VIvVgCNfim2NkvWbNp40E9KUZrCBxIasHSMViH"
    "phhcZoqN/VwqMSNhRPgEbxbm4spRkVowsOT1b0IlmTDcl2zC4eXCpIFg3a5wzCbwBYA1wT"
    "gG/4mL1diKBEJikdl0yiTe8FzcUR+3IdMPktmCjNykK+R98ozAALSV6zMLNvxN9GrKPPyz"
    "mF5QNXzDKr0IY5nElI0zEbaZgQOrZOvF4LMJCMcnM5uAcEwyympJAyeqQDZAB6r9jm2Hke"
    "txUExuOS6VfrSNtE2GqD9VM5Dvc9nJMl3febIhhEo6XeEbI7xikW+r3cwT2h0kDOo3Y+/E"
    "JAyyobAJH62HR0qeW1NdUyIc4Ae1c9hX5soaHgj65mskjozxTSHf0rIzBXw7BelSULMKpM"
    "sAnvUgXbxNhpMDWRtidVzpTTaYR6IFgl6SERp4Gv66ImPQoXMWb3fxd8kmiDt5bOGLFZY9"
    "kZv4ut/+eZ18XFHP0slVELGTLARxAi/oag3czXkQhTCViFGwJZfsNB1Jw/y+HywgFFjDsX"
    "ZGRoFu/4S9lwidwkrKgnxvEU3TBFw/SiAQ10Ob9Q88k/m9un57TVCECdEcbIH4wRSTd0zG"
    "yGC6bUhhz4+ZWG4aQ+EdMXipPNyLhAdkIQUqZBXvSBIwmIwoWNDYdSpCfkl+xzy7zYftGG"
    "XRGYugfW0yOgxY56su4bH1JJs05PMmvIVR9YnI5yX+2nZRPcINrhR6a9ykMMFkXVeQ9phu"
    "34/q6KZgKrGnTZidpRkebtl++AM8IXCp0AVYCJ+7FfjBNkCtTGtTjHfH0Nhn14885ixoGD"
    "IZGOV4V9EeBsyJ1xsMzJmymU8c1Oesah+E+4WUp7Zial1MPFi/DTOj16hEaIXTpXCM1VwV"
    "rRVR6yICA8rB/EFHrVTI5oYuRgW1DW2a+BqRCsXciVNHYalLWpU9saWyvYbeviitvygHUe"
    "d+YGZzp6BSEthasvFMiFuj16KC1Horuy99lDLG0XhVCUctBl6g6g8EP+9qtbcSEMo55Jkg"
    "plmAoUzbH3+/O8Nft0zuOYaQRol3EYItJX0Y7zEMH0nmxNx0q3ccrJVBDXV/b0PHL0Jr2k"
    "ZnHSQfRtOFXqa1y33X5Z7J/jAxIQtkw7MeO+rfk6za3VrIFImHwPW+O8kEwOJd9U6Z1uqd"
    "ndMkMMFASI9VvAb1rTNyRPajattg7H2fMpt+3iu775B/1VVFtVojRzOkmq4H6Q3by2VfvV"
    "zK67kFJv+6nmig7M29xTnGvv/pw8f3r374eFKjmFvgrq1MyXC5SS+i7K7bdk+abVLotulO"
    "Fe+21PYUebylGU9aqVuSdJNqH+7OSGYvdjJjVCYbi8dbnusOOsklqgp5zCeoLEUp1BtnZq"
    "xqE2MLUmxBii12sAUpxyUjraBXDjAYrBxp2iiggrrHlJr9AI8tZtRk2Be5LlNVtlBD9m/o"
    "rQB2EQBYU7gxz84CyNBbAewigCQ2urMAMvRWAM0FUDBqmxuqZUILnpm2OqoPZWztdPT1cn"
    "YLLKkyDSgeiOcMsHnvqIDmFBbY/VBk5nVvgcM/5mcbKJPLKvKQurl8pOr2pALt0cdH29Cd"
    "EEY0BHPeBYwsOHMZNhBeCnl7pbuOxPsB37JFiL16wxlbkSX2Wkl7l2AL4zn1KsCdh06IDV"
    "ngjvkdc25hkP7F6wrGcp/pxib4gNi9JB44iluk0EnIJLJdfa8HITQxporhNsfMnxDJJpFi"
    "6lNACj+KmyCLwEumi2dP+ynDvZNbWMdpJxh9IJzB0+p+MBnMVfeCwabLYA2pzH1iq+di75"
    "eAMQ/bvwT4wECU6yijG84A53SXF30SKOZR0stFYNeXiQ++LvyVtoJOut3AeDiYXCsKQu6v"
    "++DMgMFjhq2ohe8lM+Tb2MSg3LpbjnYYFVx6hBK7wfHfoiRvso9Cwb7DjtD6QeG54aFCAT"
    "RwgQUIPAjTGyQZfiDMh71y9MgR4UHCN31LuoGOflKFrXHi9tLru4SXJaI++e8aHPTg/yfC"
    "B8pfFnVAYQEHrGxhkyRDwdDK0xlUSg+RTIlIuizWm6hX0gP56YwwR7vztd35+p6P5teIgF"
    "mU8vBlhF9IE4WWjh9i1sx5E6V1Xq+0zo90g04YGjGvny9D+/m9IgqxeaAJlzMkQ8jl7ZrD"
    "JZupea5dgdBqjQZao2CRGjPbpjXeY1VmdMcCuYHeArisRhqkSDhAPdJFCzNwTcG9c+g09j"
    "BNWF5BOjymd9JWa4PKmPA7T9UKq/ebN1P4Sp41+kyebflOnh1YUvr9K3t//G5fd2uwzrgH"
    "Q56qRyNbwS31ZWR/14DX39Wy+rsipxHJNOFxOn6AJkg3bQ9jrNToY7gh6XENxyDusTqKiF"
    "Kb8DgdPzwro/2ukuuYgQmDc0T2i3fvFy8TOzJdxxkyy+h7Gc2DRWTU53FNcBgdtwa10VC6"
    "7YWJPLI0tuXTQzZ5Unj/BpzfUFi+P6DrrGmfCtub4gG9KeagKei0wo2s53eGxHLcnOMxlm"
    "eiVzYU9hPburpxMafQjwtCHcmAMypkpvtM1E9ie8EapI3r7K0dkibydLZBzq4JERMecDXb"
    "QQAFQiuBXSVgu+nse3dR24ik00Yk+8lK/4dOTH4vlicVqembk6Nt+elxcnPDDPXrJBc6zh"
    "tWlHtkBgaCuCI3irEA9OQNphCnm2ySEE5iLwGd/oupxCrkvg+W3R1T5XT11me/P/+4Nid4"
    "vwGSA4qqthgesam/x/wNt6m/hy8j8MNMIzYZkgHaVR2ExYxqUxe2JrW22hd44yQurplGKR"
    "AOibl9t46NzSpDWGJDZFlvxPqSf7Yft2HTgu81pk6dVDgPxSFbXYhMqpvOxTIpd/Wpy9Co"
    "x4pEXbSAxZ5Y0riZFMx/7t1giSkO0j2LcRCVkt9Rv6bq9eHzYvErWvUjknwiR2SR/JNqn3"
    "Ut5UIK7CgTOy7oxKgRVlTC4TtGfHgVEp8GfBS43DQuNWWfF1wyBa9SsQh280t9nStCyZLy"
    "EB6RSLEkCS1cRMTFn4EYC29FsNgYq1If6P1UfeO2qYSBNWLrRQvXe0OH3wh5SJkhWAdtnL"
    "e+Jhmcv98+g03zefvP5O2NuS1n8WJpoRFr1wQD5O02PZzy9nktb5/X1hEZBSuyRAPkcfvu"
    "tE1E7zYR3SJCFhGyiNARM7f3/RKTLJ8d9kzMU1oh7CwE6v4egXtvLoMCoU1Y2VUCG2zGTA"
    "B5uq5egWFCIgeCjl4zyd3ZSQUompwZbcNC6WbMfQBovQhaRu6+Ftius/0T7phUhp5ghmSA"
    "RnQ3PQ3gpTLgcDJ8gNx9ctaokcHZlkYGZ6VGBnDFkFVtwFyfoJ8h6T9Dfz+lEa3l4u/1Y/"
    "bl/wEXv3ou"
)
