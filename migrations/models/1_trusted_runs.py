"""Add columns for due times and catch-up; replace the lease table by one with a queue."""

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
ALTER TABLE "backup_schedules" ADD "catch_up" INT NOT NULL DEFAULT 1;
ALTER TABLE "backup_schedules" ADD "jitter_s" INT NOT NULL DEFAULT 0;
ALTER TABLE "tasks" ADD "due_key" VARCHAR(128);
ALTER TABLE "tasks" ADD "rerun_of" VARCHAR(36);
ALTER TABLE "workers" ADD "present_since" BIGINT;
INSERT INTO "leases" (
    "repository_id", "task_id", "mode", "state", "operation", "host", "boot_id",
    "pid", "pid_started", "requested_at", "acquired_at", "expires_at"
) SELECT
    "repository_id", "task_id", "mode", "state", "operation", "host", "boot_id",
    "pid", "pid_started", "requested_at", "acquired_at", "expires_at"
FROM "repository_leases" ORDER BY "id";
DROP TABLE IF EXISTS "repository_leases";
CREATE UNIQUE INDEX "uid_tasks_due_key_0fcbae" ON "tasks" ("due_key");
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
ALTER TABLE "backup_schedules" ADD "catch_up" BOOL NOT NULL DEFAULT True;
ALTER TABLE "backup_schedules" ADD "jitter_s" INT NOT NULL DEFAULT 0;
ALTER TABLE "tasks" ADD "due_key" VARCHAR(128) UNIQUE;
ALTER TABLE "tasks" ADD "rerun_of" VARCHAR(36);
ALTER TABLE "workers" ADD "present_since" BIGINT;
INSERT INTO "leases" (
    "repository_id", "task_id", "mode", "state", "operation", "host", "boot_id",
    "pid", "pid_started", "requested_at", "acquired_at", "expires_at"
) SELECT
    "repository_id", "task_id", "mode", "state", "operation", "host", "boot_id",
    "pid", "pid_started", "requested_at", "acquired_at", "expires_at"
FROM "repository_leases" ORDER BY "id";
DROP TABLE IF EXISTS "repository_leases";
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP INDEX IF EXISTS "uid_tasks_due_key_0fcbae";
ALTER TABLE "backup_schedules" DROP COLUMN "catch_up";
ALTER TABLE "backup_schedules" DROP COLUMN "jitter_s";
ALTER TABLE "tasks" DROP COLUMN "due_key";
ALTER TABLE "tasks" DROP COLUMN "rerun_of";
ALTER TABLE "workers" DROP COLUMN "present_since";
DROP TABLE IF EXISTS "leases";
""",
    "postgres": r"""
DROP INDEX IF EXISTS "uid_tasks_due_key_0fcbae";
ALTER TABLE "backup_schedules" DROP COLUMN "catch_up";
ALTER TABLE "backup_schedules" DROP COLUMN "jitter_s";
ALTER TABLE "tasks" DROP COLUMN "due_key";
ALTER TABLE "tasks" DROP COLUMN "rerun_of";
ALTER TABLE "workers" DROP COLUMN "present_since";
DROP TABLE IF EXISTS "leases";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXelz4zay/1dQ/rKTKsXxeM7EW6/Kk2N3dufYmpkk+yrZoiESkvBMEQxAWqPs5n9/3e"
    "AhnjIhi5TEhT94xiQaJH8NNvvGv8+WwmO+Or92XREH0dk35N9nAV0y+E/11ISc0TDcnMAD"
    "EZ36eixNBumDdKoiSV2cbEZ9xeCQx5QreRhxEeDo9wEjK7omPCCrBXcXhJKQSSUCovg8UH"
    "D8HCfyhAsz8WDekebX4NcglOKOe0w63CP4c+NK5rEg4tS/ITMhkYwqtRLSmxB4CkZoQLge"
    "Ea1JRv0nmM+D+dLHyiYj0YKlV9UjCI3gEPzK6K5ql0CKWOkZxSpIZs3OOguqFjArlXMRXH"
    "LvirwT+JQLFiRXSmclXJFARKVn0QDFAf8tZk4k5gzGS4Dpl1/OCghobuSPcPavf8HfPPDY"
    "Z6ZwLP4Z3jozznyvxPmEUh93onWoj327oPIHPRI5M3Vc4cfLYDM6XEcLEeTDgXF4dM4CJm"
    "nEvMJiCGLfT9dNdih5EDgQyZjlN+ltDnhsRmMfl9TZn2dx4OJKIr8zKabriJ27QrJz7qnz"
    "SNyy4H/SOyzQOM6795+cj99/cpyz2nLE+6mstvSQKwJcyhwXNuKzpJ8dnwXzaAF/Pnn+R3"
    "KdDU7JKLzgT9cfvv3r9YdHT55/gRcU8D4kL8q79MylPvWHnoJGNJlEc2XDBmA3QufQqM6O"
    "V3z+OoiaGVKmqzCGJ6+yKWOyAxvObN7te1nj+sK9PQ/Eylmq/rgzx/v88uvLyydPXlxePH"
    "n+8tnTFy+evbx4CWP1Q9VPvdjCwlev//L63acy9/AA8mzDozj0duJRmc7yqE8eVSRiV7lW"
    "IduPgOvCowzO3kXY5bNnHWQYjGoVYvpcGe3CB8cA7DKVxbob1iVNog73J/a5RfzUCHdCPP"
    "04HwvgW/D99P0/tZhYKvWbX4T10dvrf2rEl+v0zJv37/6SDS+w4ds3719VZb8ylikFkhGu"
    "8f2oRKiWzm4bNSKErw73D/D9Ahvg72ytQX8Nd0gDlzWAnJo0P6bTnBjYf2SrKTu6eQUlXe"
    "V6fHGRwbPDE7MoWZbXH7+9/u77M43wlLq3KwoSoAQ1nhGXonIkH1s/tbxcVo/QgM41OPgU"
    "eM+ZIRmGb1lEUd09a7IzC6cnW23NMHSWxZGd7M0ZjCB0KuJI21YcFwlwWmtCVIHNtloIH2"
    "hVjLalQisMbSow90ToM7IE01OyOVcRk83G6b4v0GDcdbXfbtnaRCilw4ey4E7xk2uNtFM2"
    "AKyRdvw8uqN+zExU2JxgFIrUELprTbE6jB7wli2n+ntWUwHSM1u//ks9pqOj+XrjrQ196u"
    "JXGf29Qs5pwH/X3+Zv0C/L5IRQb8nxFEmuUP/IP3SyRm9tkTrV2TL1bfzu2jjm3gvrrrWa"
    "gNUELI9yHkkwk0wEWjZ+FHpAWWg97iK0HrcLrcfPqx7Dhu9NV5wbSEcI+b6+E9ZNeDg3YX"
    "Gl7sFd+L4y3YmB39Vt2PB+N7sPq4vbemRP1CNbWtgN9lh14bdbZcW10zUJaBUococij6kJ"
    "kSwUikdCcqbAqvKIchfMi32mGrytXSkxISg/vXayoJdO5VGM+sy7IiJkMBu7Y3K9mWqdpP"
    "UsKCbe5Nk8RMwIj3Qiz0M9tNZksyabNQesyTYSHul/DQRaNn6Eym0veR7Kj+cm+GbjRxfS"
    "e/60A7jPn7Zii6fK0PpiLkzCDtl4mzBjnjDToIuZQN9CPgohMjQrigkUZfz/9vH9u2b8iz"
    "QV0D3uRuQ/xOdqiO/qNOZ+xAN1jpft7VO6hSWI0XaWVNFHyISK5lLPoic4opDcR6ZUiw2Y"
    "nZpsM/9UMqhzVA5LNpj3JQdWSrEC4/icfFowotP30cRi/iwrelDwvjNvQkTgr7X19fGv11"
    "9ePnveFJ/bx7SJzZiE7Vha9vEDPgcBo13BUMLAxlzxaAGXuXxKFhNtdMJxnBntSKzb8EUA"
    "QP/XWom2DqNOZy2QPi0QayUeP4+0VGhJVW8Xa2Uqa9Hca9GwzyEHNcP4VSjT9fUqDIr0Ye"
    "LXufbQgL8QPqNBm31TJKwwYAqUfQmjjCfDKtGv3r9/U1KiX72uGi4/vn31/YdHj/Xih0E8"
    "aoGchw71PFi8ykhhKlENZ0aeDaMY7V+y6DAWWBBBg2S5J5idU40O5mePLzvgDKNagdbnKg"
    "t6meQaat1kapTN30A6Bl9V31kaNI4WjhKxdI082RWyAVd3auJ+qTYG+gC4d1nrT9qX+pPa"
    "SqegBN8x5wF5Se0z2HVvs5OOLzvJpszsJWXmHiGyB4QN876OTHB0BbpdfJZwh9sh73588+"
    "ZQuUp6uTf4p7PXoN05jSvJsF7knNywJeX+jfbt3uAMeFn4U7LUdYzVH75YMUlcilNRhWWf"
    "az3CFcsQ/vXaa0j2dQH0VntchT5dO9kkWaOi/G+q3dYrnAAWOBJhyjSp/CQlK4/ETBPrYt"
    "VSEesXWM6CcwL9lAZO6i7I6Vko3AVZqrSLEVe6F9JcCOsGP53P1sS6wU/a92Td4MfPI5ss"
    "1W+ylP6wmgCcE4wuuPDk8qKTvX6xxWC/aMTXuWOSw6SmPu468YB+7vzI6Tq6l6Ad1yFvz5"
    "nKCcbgCzlEgydTaV2kGZ882bv7qWq8mEDdRDuGZd435sdfYJv7yE6xxBaM48D4u7ghst9D"
    "g+8hOiLAvFRN/r72j2KZagwiY+gvY8EBZGZoVgh3sjSPDPsDJVOthIMt54R0WIDAmEqc5g"
    "ms9DGQPguqHE+sAl9Qj3kgUlTE3S2lDVv5cf9kljcGvEF/ljMTctnkCtuiU5bJBlR53r79"
    "6rvvvvpf+BnIYbz3UH7El7tAXiEbEPLHl4thsH7ZAeqXrUi/bAwoHyYM95Muuz9rCMSlZy"
    "bbQnFp0X7XYNxM+Lj9ha7Fx9uPQ0VAb/OudMWGYq7EkgwdMtPV/Biv4h4jN8CMGZ/fTMgt"
    "W8Ph6ZrcqIWQ2F78piko18+FMDin897y/UOSn2T/koVQEV7EXTCMz12RX8984VL/1zOMnW"
    "EMDsNo+pZkHCRHrv/xGmb1qYqcBdxItHCA2r0tRN9IGr/DMQTfrOQJInh1dATQF+KW4cYl"
    "MA8ejVU5CrjELuxYGBMH6X/Jo3ynlRXVB3hElNDhQCYl/H50o+9I/3FDFF1jc9v1F0ZN7/"
    "RielDHu1aVszEg2KBppmrl8bpiEj3z8vHTF09fPnn+NFcv8yPbtMrsC2nje6es9dv43vHz"
    "KPsAmOhARZqjSF3Ibmig7IU9KEi1HV8wKxbuYJddX8qke3EQHZEXv59tX1JFxwTrIs2Aar"
    "9Ws4ZZ1/uvwbDZA/2uYw2QAb7Z+BHiu//QSGIu1eFt7zmxobAdJ7Z78Tt2nChpKtoANNJT"
    "coohg4GZKXqqEcGNeWwSpSpT2SiVeZSq5igxM5oaya3tNOnRdqJxJBzJltmOwwbxkyqprZ"
    "/uHiyxXcEPXRRmW1bvUrvUuWV1e7CkoA1lfYMbBE9K+sPfPzA/B7UZ+o/pNCOC/Y8+I0rf"
    "YaA7aO1BXTw92RZbCkTEZ9xN1oK3oeoYbfoolmwqvDVWPukAjPC9dDs/DL/sEgmKG6NNfV"
    "0Io01aY9GqStK6rDEqBMhx3e5ax5Z0WZjk2Aq7FMbhGMTB8yyAX1IE8z7KuGzQxgZtRq/U"
    "2qDNCfDIsAXCEYVqTrEl/33+7HavyKj82UM7RHbLFD1MeujJG9U2kmAjCTaScGSRhFvQXg"
    "bqldVTHCE173ZwZRcobd3FroqijeUcRnWxLmrroj4m8A/ioqYKtzhYMryHuvzfwUn9ruA0"
    "HRETenVYf8i3oTlr8FcXzk62uauL2xZ281Bfp9vOJ1sTCrhVkhSJ/UkR9A929Rw3diXb38"
    "zDZfyfRA+wU/TOWHfzKWuo1t18/DyyNQLm0s3WCJx6brXNXbe569bjbD3O+/A4YwtkmWx9"
    "4KB5ZbLum2gH9EJjpupJfjKtl38IQWO9/IfXz62X/zBefrgjbEgFwhkfw+BbWyN80Cf3dL"
    "jQWzS3Qcy3o58TWNQfiLqzq/emidrK/539MwEN1UIAopLNgGeLXTjSOofly658sVFgGwU+"
    "JvAPU6iUCZYGeWQSA06nGRHsZRlu67naYOozPJ4vq4bgeHHJtYfGS+v7/rj4zxi1xuomjT"
    "JB218XPGH7vGyqKyIZ+sE8vAaZSbHUFHkQfk1gDhqsdcu8eoB8/5fAai3d+HKpCn0BWaBp"
    "simT4ix6y4JJYXutG8lcIb2baqRerIAabFPs7Jeu2azxoJ4UozUEDqS1YNkYrENTDC4zx8"
    "Z+LpWYkTAhfIY3C3Nx5ahYhQw0ef0zo5LMGO5LNuPwcmHSQJC3K5yyGXwBYE0wjsF/4mI1"
    "tiKBkFhkNp8ziTe8FHfUx23I9IMUtiAjN9kK+ZA+IwCAunJ7ZsEG31SuZuDhn9X0gqbhG6"
    "j0Ikx4klB2zkTYpgaOrJJtEIXPJiCcHs9sAsIp8agoJQ2MqArZCA2o/XdsO45cj6MCec9x"
    "qeyjbSRtCkTDiZqRfJ/rRpbp+i6TjSFU0usK3yjhDYt8W+1mmdDuIGFQv5lYJyZhkA2FTf"
    "jYe3ikZrl1lTU1whF+UHt3+8pSWcMDnb7lGokTA76ry7e27Ewdvr066TKnZpOTruDwbHfS"
    "JdtkOCUna0dfHVd6kw3mkThEp5dkhAaedn9dkSnI0CVLtrv4h2Qz9Dt5LPTFGsueyE1y3a"
    "/+nCcfN9Sz9HIV9NhJFgE7AQu6zh13Sx7EEUwlEi/Yikt2no2kUXnfDxYQCtBwrJ2RcaDb"
    "P2HvJULnsJKKTr536E3TBFw/SiDQr4c66+94pvDz+vrdNUEWpkRL0AWSB1NM3jGZeAaBOG"
    "CfIydlW3Zj2m/nY7cs4sUs2TBkutaHXamfCEYGQt/sInNGkjWLNvd6Tn5eiF8D0vCzFHd6"
    "bxPERlOjPzQOrtJn4gliITalWi0AFAAnRUWsmAe37NLIXTjAvzKK2rWY3a9KbhI3ymJeOk"
    "8gkg5byTWB86AgeSQS2kcJl4Cp/49HEZNOafuTkltUb7oClwYqJcgSPbcKVk3gKUJnQKpr"
    "orKbmBDqr3DjE7jiMvGb6mSgyhYrC7Ha9OHCR2Ugwzzc+gWwCKXA759KNoAJGPCOKJAf2O"
    "QrxuUp+R2g0uoJtbuq2AZd1hlmHZbj5NFxeNH+qyumbPnOJuv7sgu2MKo97/uyhq/tzjWg"
    "dwfVW9yJOK0DMVnXDaQDVjcMIzr6qU9LzRcTsIs043MT7z/aBIYnWLBoAoTC526Du2ab/7"
    "JOazO6d3dZss+uH3vMCSnamoFRSn0T7XF4lfF6o/EqZzDzmYPynDVtO3E/k8rUlk17ZxMP"
    "8rdhYfQa1Qgtc/pkjrGYa6K1LNo7i0CBcjBd01FrFbGloYnRQG0jySa2RqwisXSSTF1Y6p"
    "I2JatsaSTQQm9flL2/KEfRVuDI1OZenUppQGrFpgshbo1eiwZSa63svvSRyxi25E0VM60+"
    "8ArVcE7wy75W+14CQiWDvBAzNgsw1GmHw/frC/zpF+SBYwhZUH4XJtjK3Ydhn4XyDVXPIt"
    "mB3dt5qOeINc0sq8FAgBdJhpMuNcFycTwSGxN0Ysmc5MV3m/cibcWzhfqA0B7ph1EnyOT5"
    "SGYyuU5rJfOukrmQqGRi7VTIxmfo9NTZK121uzWXqhKPAfWhe0yV8yDN5E6d1sqdnTN6MB"
    "dGSI81vAbtTXVKRPajahvkHHwHQ1uYMijcd4hfc71hq9Qo0Yyp2vNBcsN2eTpUl6f6et4D"
    "yD/lE40U3tJbXAL2w/cfP314/e2nsxbBvAd0bc1aAeUuXcqCwtZSdreqbVzotx1XE3Zbqv"
    "6qGG9p05XV8Nc43aUOkLsLgnVnPNB0ZMGoVGSFpVx0KuIo6a2VXqKpxM98gsaqqUongsKM"
    "TQ2kbO2UrZ2ydTm2duq0eKQF9NoBgEHLkaYtRBqoB4zEHcbxuMeQXAG+2HWZatKFOsK/ob"
    "cM2IUBoE3hll07M6BAbxmwCwPS2OjODCjQWwZ0Z0BFqe2uqNYJrfPMtAlaeyhjaw+0/15k"
    "t7glVaE1zQP9OSNs6z2peHMqC+x+V2Thdd8Dwt+VZxspyHUReUx9nj5RdXvW4O3RxyfbvD"
    "sRjOjozHkfMBJy5jJsLb4S8vZK9yNKdgq/ZWFEkj48a7LCXjxZV6OV7pXjNTh3HjohtmqC"
    "O+Z3zLmFQfonWVdpfyDswYMPiI12koGTpHmS7uyDsKtv9CB0TUypYtjsh/kzItksVkzV2x"
    "3RtDlQOl0ye9ZpHe6d3MI6znpE6QPRAp5Wd4oq+Fx1fyNsxw7akCrcJ/ZdqnaFChjzsDFU"
    "gA8MRKVeU7oVFSCn+z/pk0CxjNO2QwI7IM18sHXhr6xJfNoHC8brHk36WnEQcT/vkIU9nK"
    "YMm9QLH9szeXEB4PSieRspeHi66aakezTxKOmqNBNyAnjpjePR8pZwPzDPTRnzOshlJmww"
    "1xDBpDDgvIAR6I2IsV4XcFvpI5d7SSVexLzxl7ZwsWXVBJfYDY7/CpfeTRF7ihMzmVwWO0"
    "spbBLFsUFXCCs0iDJESYGB+PzY9kuPnGDvq4TR+pZ016sEHOzylXTK37TRokFMffKfHE0P"
    "/j8TPlD+GOoVhFwEvBsvik8P4otJGYcRthoDwGDZe3q5Y9uxpOEXNt2CI48+PX72RZu3tO"
    "IMbWw5lWaEwdDG0wXXnB4imRKxdFny8UDhmh0oT2fkeG0PuR9RL5g45t6LgRrB7CsKb121"
    "p+wGtK7a4+cRqgkmAi0bP8bUocsuQuuyXWhdnuj+xTA0Zt4wX4b9JzmLOMLeqiYoF0jGkN"
    "DcN8I1nal7wmGF0EqNDlKjopEag21zO+/RKguyI0Q00FoAc9BIglQJRyhH+mg5COYumHcO"
    "nSdWqwnkDaTjA72XNngb15QJ3mWqvUB92OShylfyotNn8mLLd/KiCnTqnzJBuUAyOoj7EC"
    "AHLn64X3gcDu/9fx61U9i4LU2ZakA7RsEtDWXHfN0B669bof66ijR6zE0wzsaPUMvrpxNs"
    "4uI20jc2JAOu4cT3fqq2OAYXTDDOxo9Pkeuj0W4SdTH76G1oxofx/j94eTjNBOQSkdUq7g"
    "W5EAc2lRUFMgv0vUDzIIyN2gvnBMfR6HFU2wlmuy2Z8KNIYzsNPmQrR4X3b4D8hsLi/oBm"
    "56Y9Z2yfmQf0mVmCpKDzBlO9He8CiUXcHPHEJW0iVzYU9hO7d3HjYn6wnxR3O5IBMipipt"
    "sbtU9iW5AblIDoxMYdcn/KdLbZ1a55PTMecLXYgQEVQsuBXTlgO2Mdeg9x21So16ZCh6kw"
    "+VkXGXwQq7OGMpPNycm2WpOkUKFjtcl1WteQZLcryj2yAAVBXJEbxVgAcvIGs+uz7alJBC"
    "dVvms0xxx/7vug2d0xVS892evsWIeS7gvlKA6LmRCS/JvVcGBFhb6IEmTFYZXHEaHEFwHm"
    "/4c0Vtmu3jMplmTKZvCSIJ1uK9y+GXTXriWHDXMdUWx8j0EumyN/ylqCzZE/fh6BpWcaEy"
    "qQjFBz239wMzSqZA9tBXtrbwDAxkmNaDOJUiEcE7hDN5pOFDdDx8eGyErzPrlTUpANX5Eq"
    "qfWOmHChZqofxoJ8g/mJZw3WY3Jiss1y1LmNJm0KfArWF0/K8HWdFdapo4G1yUcFU497N1"
    "gjjYN0r3ldzC4lv6N+S7eCh8+LxiLaVxOSKisTEqa/su9AXt0dSoGdwNICbzBY1QQLy+Hw"
    "HSM+LHWZF9zD5eZJiwD2OeTwwoBQq9bVb34yu/YKrNAV5RGWz0uxIiktXERktfVT4a0JNo"
    "nAbgItdugv9TRfLEx/cGfNbUJhZM01B5HG7Tbr8Te3H1OGUPZyGOBcILEI34+wafL88Gnz"
    "g4G755R5LJU2gjYnGCG22wRxhu2LVmxftNZFGkWtikQjxHj/Xg9b9dFv1Yd13FnHnXXcne"
    "oeZYNv1pzmeu2wYXOZ0nJgNw5Q97cYrH5zBlQIrVduVw5sXDZmDCjT9bX+a3bh6S//I3GJ"
    "XjPJ3cVZg080PTPZ5hSlmzH3OUXbWfCArBK7F04Pe+HcMakMDcACyQh1535as8BLZYBwOn"
    "yE6D6+6NSP5WJLP5aLWj8WuGLEAqMCjQLJ8BUahymN2VstxkE/Zn/8P9ojZaI="
)
