"""Leases."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "leases" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL,
    "task_id" VARCHAR(36) NOT NULL,
    "mode" VARCHAR(9) NOT NULL,
    "state" VARCHAR(7) NOT NULL,
    "operation" VARCHAR(64) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "requested_at" BIGINT NOT NULL,
    "acquired_at" BIGINT,
    "expires_at" BIGINT NOT NULL,
    CONSTRAINT "uid_leases_reposit_33b882" UNIQUE ("repository_id", "task_id")
) /* One place in the queue of one repository; `id` is the order of arrival. */;
CREATE INDEX IF NOT EXISTS "idx_leases_reposit_9bc85c" ON "leases" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_leases_task_id_960369" ON "leases" ("task_id");
CREATE INDEX IF NOT EXISTS "idx_leases_expires_cebbc1" ON "leases" ("expires_at");
ALTER TABLE "tasks" ADD "rerun_of" VARCHAR(36);
DROP TABLE IF EXISTS "repository_leases";
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "leases" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "repository_id" VARCHAR(36) NOT NULL,
    "task_id" VARCHAR(36) NOT NULL,
    "mode" VARCHAR(9) NOT NULL,
    "state" VARCHAR(7) NOT NULL,
    "operation" VARCHAR(64) NOT NULL,
    "host" VARCHAR(255) NOT NULL,
    "boot_id" VARCHAR(64) NOT NULL,
    "pid" INT NOT NULL,
    "pid_started" BIGINT NOT NULL,
    "requested_at" BIGINT NOT NULL,
    "acquired_at" BIGINT,
    "expires_at" BIGINT NOT NULL,
    CONSTRAINT "uid_leases_reposit_33b882" UNIQUE ("repository_id", "task_id")
);
CREATE INDEX IF NOT EXISTS "idx_leases_reposit_9bc85c" ON "leases" ("repository_id");
CREATE INDEX IF NOT EXISTS "idx_leases_task_id_960369" ON "leases" ("task_id");
CREATE INDEX IF NOT EXISTS "idx_leases_expires_cebbc1" ON "leases" ("expires_at");
COMMENT ON TABLE "leases" IS 'One place in the queue of one repository; `id` is the order of arrival.';
ALTER TABLE "tasks" ADD "rerun_of" VARCHAR(36);
DROP TABLE IF EXISTS "repository_leases";
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
ALTER TABLE "tasks" DROP COLUMN "rerun_of";
DROP TABLE IF EXISTS "leases";
""",
    "postgres": r"""
ALTER TABLE "tasks" DROP COLUMN "rerun_of";
DROP TABLE IF EXISTS "leases";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXWuT27bV/iuY/VJnRtms1/e405m1nbR+60vHdtJ24g4XS0ISZimCAciVldb//T0HJC"
    "VetYSWpCQa+uBkSRyQfA54eO7478lCeMxXpxeuK+IgOvmR/PckoAsG/1M+NSEnNAw3J/BA"
    "RK98PZYmg/RBeqUiSV2cbEp9xeCQx5QreRhxEeDo9wEjS7oiPCDLOXfnhJKQSSUCovgsUH"
    "D8FCfyhAsz8WDWkuZz8DkIpbjhHpMO9wj+Ll3JPBZEnPqXZCokklGllkJ6EwJPwQgNCNcj"
    "ohXJqP8E83kwX/pY2WQkmrP0qnoEoREcgn8yuueVSyBFrPSMYhkks2ZnnTlVc5iVypkIzr"
    "n3nLwT+JRzFiRXSmclXJFARIVn0QDFAf89Zk4kZgzGS4Dpt99Ocghobqwf4eQ//4G/eeCx"
    "L0zhWPwzvHamnPlegfMJpT7uRKtQH3s5p/JnPRI5c+W4wo8XwWZ0uIrmIlgPB8bh0RkLmK"
    "QR83KLIYh9P1032aHkQeBAJGO2vklvc8BjUxr7uKRO/jyNAxdXEvmDSXG1itipKyQ75Z46"
    "jcQ1C/6S3mGOxnHevf/kfPzpk+OcVJYj3k9ptaWHXBHgUua4sBGfBf3i+CyYRXP488Hjr8"
    "l1Njglo/CCv158ePm3iw/3Hjz+Di8o4H1IXpR36ZlzfeqrnoJGNJlEc2XDBmA3QufQqMqO"
    "F3z2OojqGVKkKzGGJ6+yKWOyAxvObN7tW1nj+sK9Pg3E0lmo/rgzw/v8/tn5+YMHT87PHj"
    "x++ujhkyePnp49hbH6oaqnnmxh4YvXf3397lORe3gAebbhURx6O/GoSGd51CePShKxrVwr"
    "kXUj4NrwKIOzdxF2/uhRCxkGoxqFmD5XRDv3wTEAu0hlsW6HdUGTqML9iX1pED8Vwp0QTz"
    "/OhwL4Fnw//fQvLSYWSv3u52G99/biXxrxxSo98+b9u79mw3NsePnm/Yuy7FfGMiVHMsI1"
    "3o1KhGrp9LpWI0L4qnD/DN8vsAH+zlYa9NdwhzRwWQ3IqUnzSzrNkYH9NVtN2dHNKyjpcq"
    "3H5xcZPDs8MYuSZXnx8eXFq59ONMJX1L1eUpAABajxjDgXpSPrsdVTi/NF+QgN6EyDg0+B"
    "95wZkmH4lkUU1d2TOjszd3qy1dYMQ2eRH9nK3pzCCEKvRBxp24rjIgFOa02IKrDZlnPhA6"
    "2K0bZUaIWhTQXmngh9RhZgeko24ypist447foCNcZdW/vtmq1MhFI6fCgL7hg/udZIO2YD"
    "wBpph8+jG+rHzESFXROMQpEaQnetKFb70QPessWV/p5VVID0zNav/0KPaelovth4a0Ofuv"
    "hVRn+vkDMa8D/0t/lH9MsyOSHUW3A8RZIrVD/yd52s1lubp051tkx9G7+7No6598S6a60m"
    "YDUBy6M1jySYSSYCLRs/Cj2gKLTutxFa95uF1v3HZY9hzfemLc41pCOEvKvvhHUT7s9NmF"
    "+pHbgL35emOzLw27oNa97vevdheXFbj+yRemQLC7vGHisv/GarLL922iYBLQNFblDkMTUh"
    "koVC8UhIzhRYVR5R7px5sc9Ujbe1LSUmBK1Pr5ws6KVTeRSjPvOeExEymI3dMLnaTLVK0n"
    "rmFBNv1tk8REwJj3Qiz109tNZksyabNQesyTYSHun/Ggi0bPwIldte8jyUH89M8M3Gjy6k"
    "9/hhC3AfP2zEFk8VofXFTJiEHbLxNmHGPGGmRhczgb6BfBRCZGhW5BMoivj/38f37+rxz9"
    "OUQPe4G5H/EZ+rIb6rVzH3Ix6oU7xsb5/SLSxBjLazpIw+QiZUNJN6Fj3BAYXkPjKlGmzA"
    "7NRkm/mnkkGto3JYssG87zmwUoolGMen5NOcEZ2+jyYW86dZ0YOC9515EyICf6Wtr49/u/"
    "j+/NHjuvhcF9MmNmMStmNp2cfP+BwEjHYFQwkDG3PJozlc5vwhmU+00QnHcWa0I7FuwxcB"
    "AP3NWom2DqNKZy2QPi0QayUePo+0VGhIVW8Wa0Uqa9HcatGwLyEHNcP4VSjS9fUqDIr0fu"
    "LXa+2hBn8hfEaDJvsmT1hiwBVQ9iWMMp4Mq0S/eP/+TUGJfvG6bLj88vbFTx/u3deLHwbx"
    "qAFyHjrU82DxKiOFqUA1nBl5Moxi1L1k0WEssCCCGslySzB7TTU6mB/dP2+BM4xqBFqfKy"
    "3oRZJrqHWTK6Ns/hrSMfiq+s7SoHE0d5SIpWvkyS6RDbi6UxP3e7Ux0AfAvc1af9C81B9U"
    "VjoFJfiGOXfIS2qewa57m510eNlJNmWmk5SZW4RIBwgb5n0dmOBoC3Sz+CzgDrdD3v3y5s"
    "2+cpX0cq/xT2evQbNzGleSYb3IKblkC8r9S+3bvcQZ8LLwp2Sp6xirP3yxZJK4FKeiCss+"
    "V3qEKxYh/NdrriHp6gLorfa4Cn26crJJskZF67+pdlsvcQJY4EiEKdOk9EtKVu6JqSbWxa"
    "qFItbvsJwF5wT6Kxo4qbtgTc9C4c7JQqVdjLjSvZBmQlg3+PF8tibWDX7UvifrBj98Htlk"
    "qX6TpfSH1QTgNcHoggsPzs9a2etnWwz2s1p8nRsmOUxq6uOuEg/o514fOV5H9wK04yrkzT"
    "lTa4Ix+EL20eDJVFrnacYnTzp3P5WNFxOo62jHsMz7xvzwC2zXPrJjLLEF4zgw/i5uiOz3"
    "0OB7iI4IMC9Vnb+v+aNYpBqDyBj6y5hzAJkZmiXCnSzNA8N+T8lUS+FgyzkhHRYgMKYSp3"
    "4CK30MpM+cKscTy8AX1GMeiBQVcXdLacNWftw+meWNAW/Qn+VMhVzUucK26JRFsgFVnrdv"
    "f3j16od/w28gh3HnofyIL3aBvEQ2IOT3z+fDYP20BdRPG5F+WhtQ3k8Y7ldddn9SE4hLz0"
    "y2heLSov22wbip8HH7C12Lj7cfh4qA3uY91xUbirkSSzJ0yExX82O8inuMXAIzpnx2OSHX"
    "bAWHr1bkUs2FxPbil3VBuX4uhME5nfe23j8k+SX7l8yFivAi7pxhfO45+XziC5f6n08wdo"
    "YxOAyj6VuScZAcufjHa5jVpypy5nAj0dwBavc6F30jafwOxxB8s5IniODV0RFAX4hrhhuX"
    "wDx4NFbFKOACu7BjYUwcpP9L7q13WllSfYBHRAkdDmRSwr/3LvUd6T8uiaIrbG67+s6o6Z"
    "1eTHfqeNeoctYGBGs0zVStPFxXTKJnnt9/+OTh0wePH67Vy/WRbVpl9oW08b1j1vptfO/w"
    "eZR9AEx0oDzNQaQuZDc0UPZCBwpSZccXzIqFO9hl15ciaScOogPy4vez7Uuq6JhgnacZUO"
    "3XatYw67r7GgybPdDvOtYAGeCbjR8hvt2HRhJzqQpvc8+JDYXtOLHdi9+y40RBU9EGoJGe"
    "sqYYMhiYmaLHGhHcmMcmUaoilY1SmUepKo4SM6OpltzaTpMebScaR8KRbJHtOGwQPymT2v"
    "rp9sES2xV830VhtmX1LrVLrVtWNwdLctpQ1je4RvCkpD///QPz16DWQ/8xnWZEsH/tM6L0"
    "CgPdQWMP6vzpybbYUiAiPuVusha8DVXLaNNHsWBXwlth5ZMOwAjfS7fzw/DLLpGguDba1N"
    "eFMNqkNRatqiSty2qjQoAc1+2udWxJl4VJjq2wC2EcjkEcPM8C+EeKYNZHGZcN2tigzeiV"
    "Whu0OQIeGbZAOKBQzTG25L/Nn93sFRmVP3toh8humaL7SQ89eqPaRhJsJMFGEg4sknAN2s"
    "tAvbJ6iiOk5t0Oruwcpa272FVRtLGc/agu1kVtXdSHBP5eXNRU4RYHC4b3UJX/Ozip3+Wc"
    "piNiQq8O6w/rbWhOavzVubOTbe7q/LaF7TzUF+m288nWhAJulSRFYn9SBP2DbT3HtV3Jup"
    "t5uIz/o+gBdozeGetuPmYN1bqbD59HtkbAXLrZGoFjz622ues2d916nK3HuQuPM7ZAlsnW"
    "Bw6aVybrvo52QC80Zqoe5SfTevmHEDTWy79//dx6+ffj5Yc7woZUIJzxMQy+tRXCO31yj4"
    "cLvUVza8R8M/prAov6HVF3dvXe1FFb+b+zfyagoZoLQFSyKfBsvgtHGuewfNmVLzYKbKPA"
    "hwT+fgqVMsFSI49MYsDpNCOCvSjDbT1XE0x9hsfXy6omOJ5fcs2h8cL6vj0u/k+MWmN1k0"
    "aZoO2vC56wfV421XMiGfrBPLwGmUqx0BTrIPyKwBw0WOmWedUAefeXwGot3fhyoXJ9AVmg"
    "abIpk+Ises2CSW57rUvJXCG9y3KkXiyBGmxT7OyXrtms8aCeFKM1BA6ktWDZGKxDUwwuM8"
    "PGfi6VmJEwIXyKNwtzceWoWIUMNHn9m1JJpgz3JZtyeLkwaSBYtyu8YlP4AsCaYByD/8TF"
    "amxFAiGxyGw2YxJveCFuqI/bkOkHyW1BRi6zFfIhfUYAAHXl5syCDb6pXM3Awz/L6QV1wz"
    "dQ6UWY8CShbJ2JsE0NHFkl2yAKn01AOD6e2QSEY+JRXkoaGFElshEaUN13bDuMXI+DArnj"
    "uFT20TaSNjmi4UTNSL7PVSPLdH0XycYQKul1hW+U8JpFvq12s0hod5AwqN9MrBOTMMiGwi"
    "Z8dB4eqVhubWVNhXCEH9Te3b6yUNZwR6dvsUbiyIBv6/KtLDtTh2+vTrrMqVnnpMs5PJud"
    "dMk2GU7BydrSV8eV3mSDeSQO0eklGaGBp91fz8kVyNAFS7a7+IdkU/Q7eSz0xQrLnshlct"
    "0f/rxOPq6pZ+nlKuixkywCdgIWdLV23C14EEcwlUi8YEsu2Wk2kkbFfT9YQChAw7F2RsaB"
    "bv+EvZcIncFKyjv53qE3TRNw/SiBQL8e6qx/4Jnc7/XFuwuCLEyJFqALJA+mmLxhMvEMZt"
    "uGlPb8mIvlpjEU3hGDl8rDvUh4QEIpUCCrZEeSgMFkRMGCxq5TMeIl+Q3z7DYftmOU9c5Y"
    "D9q3xqPDcOt80yU8tp5kk4Z83gZbGNWciHxewde2ixrQ3eBKobfGTQsTTNZ1DemA6fbDiI"
    "5+CqZSfdoE7DzN+PyW3Yc/wBICkwpNgFD43K3xH2xzqFVpbYrx7j409sX1Y485IY0iJgOj"
    "HO862sNwc+L1RuPmzGDmUwflOavbB+F2JhWpLZs6ZxMP1m/D3Og1qhBa5vTJHGMxV0drWd"
    "Q5i0CBcjB/0FErFbGFoYlRQ21Dmya2RqwisXCS1FFY6pLWZU9sqWxvoLcvSucvykHUuR+Y"
    "2tyrUykNbC3Z1VyIa6PXoobUWiu7L33kMsbReF0JR6MPvEQ1nBP8vK/V3klAqGCQ54KYZg"
    "GGKu1w+D47w1+/IA8cQ8iixLswwZaS3g17DMPHkjkJmm79joONPGigHu5t6PlF6Eza6KyD"
    "9MNoutCrtHa577rcc9kfJipkiWx82mNP/XvSVbtbC5ky8RhQH7qTTAAQ7yp3qrRW7uycJo"
    "EJBkJ6rOY1aG6dUSCyH1XbBmPv+5TZ9PNB4b5B/OqrihqlRoFmTDVdd5IbtpfLvnq5VNdz"
    "ByD/up5opPAW3uICsB9++vjpw+uXn04aBHMH6NrKlBzKbXoR5XfdtnvSbONCv0136rDbUt"
    "tTxnhLM56sUrfC6TbVPtydk9xe7GTOqEw3Fk+2PNcddNJL1BXymE9QW4pSqjfOzVjXJsYW"
    "pNiCFFvsYAtSjotHWkCvHAAYtBxp2iighnrAlJr9OB47zKjJwRe7LlN1ulBL+Df0lgG7MA"
    "C0KdyYZ2cG5OgtA3ZhQBob3ZkBOXrLgPYMKCm17RXVKqF1npm2OmoOZWztdPTtIrvFLaly"
    "DSju6M8ZYfPeScmbU1pgt7sic697Bwi/Ks42UpCrIvKQurl8our6pMbbo49Ptnl3IhjR0p"
    "nzPmAk5Mxl2EB4KeT1c911JNkP+JqFEfbqjeZsRZbYayXrXYItjBfUq3Hu3HVCbMgCd8xv"
    "mHMNg/QvWVcwlvtMNzbBB8TuJcnASdIihU4jJhF29aMehK6JK6oYbnPM/CmRbBorpj4HpP"
    "SjuAmyCLx0umT2rJ8y3Du5hnWcdYLRB6I5PK3uB5PzuepeMNh0GbQhlbtPbPVc7v0SMOZh"
    "+5cAHxiICh1ldMMZQE53edEngWIRp71cBHZ9mfpg68JfWSvotNsNjIeD6bXiIOL+ug/OHA"
    "C+YtiKWvheOkOxjU3ilFt3y9EGo4JLT5Bjlzj+B+TkZf5RKOh32BFaPyg8NzxUJIAGLhAC"
    "w4Mou0GSwwPdfNgrR4+cEB6kuOlb0g109JMqbI2TtJde3yW8LDH1yf/WzkEP/n8qfKD8Jd"
    "QMQVCAd7UXxUUG0oBJGYcR9ucBtsIq8vTqwV495GqFvFXa/3jv0/1H3zU5H0u+xdq2OGmC"
    "FQytPZ3zdOkhkikRS5clshhlVXagOJ2RH9Pupm13077lQ/wtetWs5/PweYRfXROBlo0fYy"
    "bOeRuhdd4stM6PdNNPGBozb5gvQ/c5wyKOsCGhCco5kjHkB/eNcEVnap+/VyK0UqOF1Chp"
    "pMZg21TJW7TKnOwIEQ20FsAMNpIgZcIRypE+2qKBuQvmnUNnidVqAnkN6fhA76VV18bTY4"
    "J3kaoTqPebi1P6Sp61+kyebflOnh1YovvtK3t/eHcvu7UD0LivQ5FqQCVbwS0NpWQ/a4H1"
    "s0aon5WRRu+oCcbZ+BGqIP20Ukz8r0Yfww3JgGs4cQwfq6GInm8TjLPx49My+uhUmYQEzD"
    "56G5rxYdz9B28d6zEBuUBktYpbQc7F/ExlRY7MAn0r0DwIY6P+nGuCw+iUNqoNorLtSkz4"
    "kaexrbrusjmXwvs3QH5DYXG/Q7dg0/4itqfIHXqKLEBS0FmNqd6Md47EIm6OeOIvNZErGw"
    "r7ie1c3LiYC+onhbyOZICMipjp/iDNk9gevgbp/jrrbofElCKdbWy0a9LJlAdczXdgQInQ"
    "cmBXDtguSPveFdY2kOm1gcx+qgn+qRPKP4jlSU1JwebkZFtdQZKU3rKy4CLNYU9SrxXlHp"
    "mDgiCek0vFWABy8hJTv7PNUUkEJ7EHhE6xxhRwFXHfB83uhqlqmUHns9+e492Yd73fINQB"
    "Ra47DEHZ9Opj/obb9OrD5xHYYaYRmxzJCPWq7kOPoVFNcWhriRurtAEbJzVxzSRKiXBM4A"
    "7d8jdRqwzdEhsiC70R9BX7bD9mwxtMSjupMRmSE1vNBZ3QZlKH7FOXodaOVZu68gOrcLEU"
    "c5OECPo99y6xahMH6WbSOIhKyW+o31COfPd5sSoZ1fYJSb+BExKm/2TiZV1vGkqBrX7Skl"
    "OwUtQES13h8A0jPqz11GgBIwQuN0tqgNmXkEum4F0pVydvfpkx85xQsqQ8gkckUixJSgsX"
    "EUlVbiCuhLciWAWO5cIN5s1v1dxOLJW9c+u8bfJgZN3zBhHBzabQ4XevHlNaSPZyGOCcI7"
    "EI346wacb08LnSg4HbcZ40Fm8aQbsmGCG22wRxhu2TRmyfNFZqGYUq8kQjxLh7Y9qm+veb"
    "6m/9QdYfZP1Bx7oJ0eBbXKYJPjtsc1mktBzYjQPU/T0Gq9+cASVCm6iyKwc2LhszBhTp+l"
    "r/Fbvw+Jf/gbhEL5jk7vykxieanplsc4rSzZjbnKLNLLhDsoLd7KKHzS5umFSGBmCOZIS6"
    "cz/NIuClMkA4HT5CdO+fteoQcbalQ8RZpUMEXDFidbtlN2fl50iGT8s/8nqfvX7Mvv4/ge"
    "7AAg=="
)
