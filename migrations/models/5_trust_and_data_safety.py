"""Add worker tokens, allowed roots, incomplete snapshots and the location of a repository."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "worker_tokens" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "host" VARCHAR(255) NOT NULL,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "last_used_at" BIGINT,
    "revoked_at" BIGINT
) /* The credential of one worker; the token itself is not stored, only its SHA-256. */;
CREATE INDEX IF NOT EXISTS "idx_worker_toke_host_7b29fd" ON "worker_tokens" ("host");
CREATE TABLE IF NOT EXISTS "allowed_roots" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "host" VARCHAR(255) NOT NULL,
    "roots" JSON NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_allowed_roo_organiz_2b7545" UNIQUE ("organization_id", "host")
) /* The folders of one host below which an organization may name paths. */;
ALTER TABLE "repositories" ADD "location_key" VARCHAR(64);
ALTER TABLE "snapshots" ADD "is_incomplete" INT NOT NULL DEFAULT 0;
ALTER TABLE "snapshots" ADD "selection" JSON;
CREATE UNIQUE INDEX "uid_repositorie_organiz_56013b" ON "repositories" ("organization_id", "location_key");
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "worker_tokens" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "host" VARCHAR(255) NOT NULL,
    "token_hash" VARCHAR(64) NOT NULL UNIQUE,
    "last_used_at" BIGINT,
    "revoked_at" BIGINT
);
CREATE INDEX IF NOT EXISTS "idx_worker_toke_host_7b29fd" ON "worker_tokens" ("host");
COMMENT ON TABLE "worker_tokens" IS 'The credential of one worker; the token itself is not stored, only its SHA-256.';
CREATE TABLE IF NOT EXISTS "allowed_roots" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "host" VARCHAR(255) NOT NULL,
    "roots" JSONB NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_allowed_roo_organiz_2b7545" UNIQUE ("organization_id", "host")
);
COMMENT ON TABLE "allowed_roots" IS 'The folders of one host below which an organization may name paths.';
ALTER TABLE "repositories" ADD "location_key" VARCHAR(64);
ALTER TABLE "snapshots" ADD "is_incomplete" BOOL NOT NULL DEFAULT False;
ALTER TABLE "snapshots" ADD "selection" JSONB;
CREATE UNIQUE INDEX IF NOT EXISTS "uid_repositorie_organiz_56013b" ON "repositories" ("organization_id", "location_key");
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP INDEX IF EXISTS "uid_repositorie_organiz_56013b";
ALTER TABLE "repositories" DROP COLUMN "location_key";
ALTER TABLE "snapshots" DROP COLUMN "is_incomplete";
ALTER TABLE "snapshots" DROP COLUMN "selection";
DROP TABLE IF EXISTS "allowed_roots";
DROP TABLE IF EXISTS "worker_tokens";
""",
    "postgres": r"""
DROP INDEX IF EXISTS "uid_repositorie_organiz_56013b";
ALTER TABLE "repositories" DROP COLUMN "location_key";
ALTER TABLE "snapshots" DROP COLUMN "is_incomplete";
ALTER TABLE "snapshots" DROP COLUMN "selection";
DROP TABLE IF EXISTS "allowed_roots";
DROP TABLE IF EXISTS "worker_tokens";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXetz2za2/1cw/rLpjJI6zrPxzp1JX9vcTZNO4m73TrsjQyQkoaYILUFaUXf7v99zAI"
    "JvyoJMSRQDf0hsEgcAD0DwPH/nP2cL4bNAPnqd+Dx+y0N29or85yykC/ylfnNEzuhymd/C"
    "CzGdBKo1xWbjANqp63Qi44h6Mdya0kAyuOQz6UV8GXMRIsH7kJF4zsMZ/EtjIsWCTYS/Jj"
    "73iYhIHHHmPyJvYiKSOOC3TBJ2y6K1asNjgrOUr0godB8Rm7JIkljAvUc4AV94MAO4teex"
    "fgt/C6GX2k88Z9C1zyIipuoPxRpoDkwR0bhM8k7ABFdzFsIYatAVlTCMJ2Yhl8wfEZl4cw"
    "LXYPIUGMoD5hPJZ+FDHkKXfLGECYmQxswfT9bZ+NRf8BD6FQQGBQr4Q13GGfxFqscCaimS"
    "yGPl2U8isZIsGhG65A9v2HqEbAphlvoBYAkbnhYmQfEWdM19aBgxmQRxuSE8iMeYj88EbE"
    "zg4cgD4CuhQSBWzP8Cx9HPBx2IaEZD/ofq1HBMsYpLNSIPZQyEZlCxgueLgBhIfRbDL7I0"
    "NvcljCoCWF4aAv9i4Je8JCGuNbBVMi9ievMkIf93wsaxmDEYJ4It9Ou/4DKHbj/B/oY/fz"
    "2rTA7J4N9/YbvlzXjKWeCXXifdRF0fx+uluvY1n70J4+9VW9yzk7EngmQR5u2X63gO/RsC"
    "HsZ4dcZC5DXDEeIowbcrTIAR+l00L5x+iryJnn6BxmdTCisEF5BaTyC/djYev3t/Nf743d"
    "V4fFZ7fw1F4TVLL3kixHcfpioVA2Y4hYdfXVw8efLi4vzJ85fPnr548ezl+Utoq+Zbv/Xi"
    "Tz2ZnFu6K8WzN3978+4KJyTggNGHD174U9HQmGoqtUo592Fp1dtBY7tVKNPdvRqG95uWw1"
    "zI1yM/IjPm/3WahPpF+4NFYrKO2SNPRPBPILybR6FYjRfyf84GsGb5GjW8UeWF+mZOo+Zl"
    "aiCtrBU83hZrlb4YVku1z3dnQT+NAxbO4jn8+eT5Bhb/4/WHb354/eHBk+dflPn8Lr1zoW"
    "6VOW6+RTasLtLsiccHPZ4OwmL1lzWTDdXwtvLFs2dbMBpatXJa3SuzuiIG2fC7gXR4TO9+"
    "c2vR0YbROcVO/N3pW3owBj/ehsGP2xn8uOn0wBnZnRwpxQAZ/PzpFgx+/rSVwXirzGCto9"
    "gwOKcYIIO738GoZSWyzuBWiTsnOJy0vX/15+Lx0xdPXz55/jSToLMrmwTnupAM+oi0OxFy"
    "iuF90h5fvNxmw168bN+xeK9y6Po+vOQNe3bDqZuTDPBU6P7YTSSLxhSYYnX0lqkGyOhnjy"
    "+24DS0amW1ulfmdWoKqzP6fz++f9fM6AJJhcs+92LyXxJweQjTxyThQcxD+QiH3Zu1YwPL"
    "kUXY80LKfwdFTj/48fU/q4vwzdv3XyuWCRnPItWL6uBrWBA0C05vCqYpvDCh3s2KRv64dk"
    "dciLa29VuLi0X1Cg3hNfHTJ8bnM8Z8zxNJGJ812fnTW6ONVn7dyMLEv6JroozQHC3YRKtZ"
    "ynYt4Xqzqf4OGjS5LyNxy32WGdKvvYj5cDBwGlyTqUB77pJKuRKRPyLwFIzQkHDVIl4TQ2"
    "0s1eljZVZ5NC7rUVULNLsrx4Ghu6wNgRR4PKVmaNWruTueUzmHXmk0E+EF9y8L9n41Utor"
    "mrXRFl58ljZz9K9nBQ6o1cgeQdugC7ZqK5P0Bh15d5PPDhbpVgMo9+WjWNywcH/Wz71ozc"
    "42fcq26WTp77RGZTq3Rvtco8qJuO25ViEboFi5F2tr4YNjoyiVqByvt+N1SZKos/uKfWo5"
    "fmqEQzABbODv1Xf/vNosry/W6Z2379/9zTSvCvENyqrdNi+QDHCPdyMS1VSiMsfr7P4evl"
    "+gA/ydrRXT32D0R9joTEhVmp/Tbk6M2X+a3WSu5q9gRFeZHF/cZPDs8MQs1tvy9cdvXn/7"
    "3dmfR9IxdSjPByHSvVNVNIv3Rxu1Td1yHGVN71Q5r0CfmorAxwAtMSWoZ81BHScTBl0ZjT"
    "IkxXgBsgB1E+cI6lw8l3WVtIM+UWVVT5GGIoUiWtCAwPPAkRGnrS6xF7ZYgoKK9hUdEyVN"
    "2Fm7JtgQ/IDz+wz0wCTh/gunBzo90OmBbo2yNVKHn8WBZtoPUFLbizaSfY63dSdkBP1wJu"
    "B4J+1M6FnQZL9fgb0rK0U2dqC0vK90d2LM31Z5adh8vVJilhyW7KxJfdF3NisuSz6+Yest"
    "dZa3DPQCim6gWUQXmJ5h3Eva8cVDpXMUOfaIoFICQxAeSxZMjetIxrDd/LoK0/0QqNHATe"
    "Pbyn4+/vD64cWz5ybrZTUXQdoLnMBUsudPkyh4RVY8nsOr+YxENPTFgkxgEFCoQNHxYbzR"
    "b5X8EqM16QQciWqhdpepXBJMYolpVEk1wXmTKY9Ak/LgDMQUmEiOMG0ny6zB5J7JGsjZpy"
    "WHQxbEs5ycLQUodgt5meWcqEwRaB1QGY8jBu8b/J+SmNZqAHw6eF5KFjwE9W7rnJKiRl95"
    "P+wSS05Ce3NevDqd0wyc9vZ5r5FtqsS9kiT6Jj1VDq1tosGetAeDPanFgpkvtg2DizSH+m"
    "4cjMVPn2zB4qdPWlmMt2oBz5GV+SEjGOAO3iY6tz02txaZm4tpdud3mW6n87tnPtDjnM0V"
    "wdduERqI3UqccK5sv0+e7pPdXBiACwPooyXtzjCAtnPDGSsHY6xc/shiiqaJs0aLZX57tN"
    "lsuRwvii23ivCfojWRTkQS10BZFGSNtgHmGDaruTKAkSUTy4CpSImIzbiMWdScDtD1AHdb"
    "4lptbTfMKq08bT44ralDt6IzqJ2yGOoMav1fo1saJA0Wtfag4YxgEDLrIaKFe5Ld9zdQre"
    "U3bQl+hbsbpYAZthvb5Pn9IFZETGMWKmQ97aNLAyVT/yLi2SmUPXQD3sLaEOUeW8GeULQk"
    "5gtW//p31XHqrMxce9erOY1foeBMuH+twO1Kl1757JZ7DG+mftL0gvZq8ggjOlnoy6r3Dz"
    "MFdUCo4h/OdwKiR4iIc2zlpI++Jf076eOUv2xO+uj/GmVJ5eXlaX9/TPvDLcv5fhneGfRL"
    "+sGxdH3kREPC0znALu6JUPcmvOUxTdlUE+oKdzcKdTxrt6VM91reyCw+bERuQoQ1mKy1+E"
    "PYwwXlAaEBiGIq4ul3gXJXOQmmLs910SnKckw1LER6hUSHhHlUorSHIL/FSDCU7XCQNUhj"
    "HkiSrxCkQcEbK4RkkPAWbDFRsV0afionXcILBLOHpp7HlrEGLv6dKTxlgQOGHtNoxdUYsj"
    "x+jJpelOSqkCTmILdqAh8jy1Yiiud3ZfoMPp3HBYQ5CdJJkG6NKmIPHvY2J1pGsC/71RHx"
    "iS/OtwoJO98QE3Zez+cJrCLuTPtBmAePhX+5MR6sGQBzjww+SwWUw3x7u+fyEQPDerehj3"
    "JIK/3COj6mTDUEbJJ9ByG5uK9jByW5CJq9RtA0HCodcHnLELCeHSbbMrd8jJb4ClMg735+"
    "+/ZYoUk/KrvKWYPlKr0z2mS10laZbS1WOWTnMqDovasZj1rtPnVL1T072xaoxQTvOayW/n"
    "0ERs64c9IyqTPu9H+NnO1hj1qxUxZcksgwWOz0sT7oYy4fp5N8nONoYqWN3aCPVTd+u1ZW"
    "3DvbVoJYhZLc4pHHsAYvWwrJYxFxU4rXmzM/CVgD+ObWlApi09xejw3ysa46zGjA/EssUR"
    "ymtZ3zrta5Rz4UWUkHDPVEABnQ8T5bf7xT2ep0Th3YpzrgVLb+r5EDaNkvvKYMkpmVvzht"
    "P7g4/+7LzgViJuqsbc+EMu2H4Jk8RB5UuVBlTRazYX0L+SAOkUMvRTGnu8z/dszeIk0/YH"
    "tdDcBuFMGf4HW6acY2NbdGm9S/pW60vVcumQTcUxigq7mQWO+O38J+AY0rmKJTjSagUYUx"
    "9yi87gY4NM3vmwt4pEb33P17RY0xL7Wni/9lEKUKwxMhB5bU1wHgegNr7XEFKiAGmutZjL"
    "Pcwm/ef/xulEOdQguVz8KiLJ58nqU04nzKk5R0LRGSFJMaE4kK67lKP4zVAyot1RcKhFX1"
    "Cr0D80O5FJEpLIG9Y7+TSKwwlRFUF1CQsdMRmbB4xWBcTywWVH62Sq0LMq/TOYVpnwqTU2"
    "r7v0bNSm27eHovpfYz1wxK31ybr0iNcHAq7+On59sE+GOzdj+wulkpIJjJKTabvEzlVK9d"
    "9roW/yw/zjnRYLKgD3yea7wOzTeLE6ZCNogtv+8oE9RKQUpJlg2bXIiA0bCZ1yW6CqcnQL"
    "gvVmdXDnu8fP3+/dvS8fL1m+r58fOPX38HzFe8h0Y8btncudZnc5qXqZzgYn+YUzpLLMsd"
    "ZxQHzOU6Ld3WxU45gF0X0HNmb8f9yKRsieUxt0ab7LhSN9rajithTzD/IRo3tXVRV4hS9r"
    "TGGlEjIsJAlY8yVaGaDLlddKtjf3T6BdMhP+R7fA4SYOErHhMW+qYq08VTMh+p4CG4bqo6"
    "YWmsQISztHiWM4yewsk2cobRk1bSnGG0/2ukTgXrmkFlqsGZ6bqPTOk3gMFBOX2cPKRMer"
    "C0YpQJD2jGMGtyslYMvhxT34fNa4WOUqYanFbd/cmitBfQIJpQOO9QrDOqwbH52eNtSutB"
    "q1ZGq3uVDb3Q4SVKNplYQTU3kA7BQLdvixGGz4ylSCLPyspfITvg7k5V3IcyV9APwPfOy0"
    "hSEIJv2fge+aXtPbh97yylzlLaL2Z3Zim94xDpgMOW+bs9Ozi2ZXT78dkr9J+PUvwUiVvu"
    "N0MAFW+PNpqqpRgv05bb2qtDwlWwULwmhlSH0FZgfJC/MpaIN30rsIIYRtyicVmXD2swWX"
    "fVM1qtTQc6+pio28glhTek9RzMe01jj3lYq4B2icDUqlYLidgUZyKgE+jbFwssh5L96L+l"
    "iYQ2YNtmDP0EPFbl0rLp1qKGfwu9gMPDjyXzIhZnubUq0jmc8lk+oIq3jkQs4CP0F1kYCU"
    "3vQi0UPJkJs6bhmug+oStVhqWE3y2yEm4ImB2rki04ABaVVbe9OUXrvQqfTrucMITcpqHm"
    "F5waahYL/vkm9DoTf53OmY9HzsT/Wa9R4Rtkc65VyJyR/05THJcyaVIj2mO2copBKG2HDt"
    "jSMo/Nps4pBsHwSuzn+cU2exqbtcd/qpuVIGctEjYdH+1bu0Q0CGYfPLa8KInvwPqc0LF/"
    "p9B+1HfqfG/Pqc4pXEb15uXYMqO64gsQ44CHN+MFjT2sozRWhUAavIsbHbob+3Fh6hYOXg"
    "c/+Tk4BnpmQXXok8f/BA8BfbJn2/q+HphjewKuuHfD4rMGJ0B6Z7TJ/h+rNlta/j9mpcIn"
    "bJaoguBYdtFAYsRpLUgi0cxurqLVe8pDLufQ2GMjEyy+4GESN+FS7mUU9AikjgD1k8a3Gy"
    "zKZRItEQlEGdC1GV+HyWejpQP9RRJPiBvOMqQTQ5pVw0xhRmb8FuinIqoUsDTFK4dsKj85"
    "S5IzhZ+ymdWZwvu/RukxaWUGz0mGqKJ0Hju2pOtA0IbPQrvdpEDiDCedG05c6sFnW1v+Cg"
    "NUmP+tQr1oFM5LDTbL6LrpWENobJ1VWhKYQ8Z8nelpgOwkgzXygdxDgDw6g7W6VLKwFnx1"
    "1IckQItId4ia15Rjup9BBioWuwgSJzb3SCRzYnP/18glibok0YFKai7twqVdnKrR/8gANV"
    "cr8b0Sqc+aNIvs5matYgUTUO3sqwCXxPpH5Bdl9sbo+xABvUkaNa/AZNAaTyhc8pk2tivj"
    "eMRn83hjbeCOhkC7v47GGRnaPMC+UL/qHboYVnMNHh4xjYsTYiYBrliyHGPvMu/jt+Ti/O"
    "J5oQuCBgBlLskSARRJmr8QIWDOFOeDcfVj0OeWpP6DVCFbMRmTJ+cPUxaothqJXT1ijmGO"
    "M8SZ4l8kXoFyCP1PKQ8S+CY1dE9WkVC887XOhQBBCA+EGREEFLlLgujpSpjS/Sghr6Ef48"
    "MwT6pyBfTvi0t9BToxizSNxIIoWHen253Kl8PpdicuUDndrvdrZB9ees+40n5GXhwsrLT4"
    "JbfhepXO8d6e92XZy4b7dUrH/935v+s70Ebv1sJ+LTINwO7TXCJz6PW7fXONdlRnfSvfiy"
    "SDYfvF46cvnr588vxpxu3syiYmNzN0BzmzRDYYrn6GVtMeuQX2ZDO1MfHdZV99H7IrAf/s"
    "2bp61EXZj221G3spvBgB7hd2tslwmrcabWdBHXuGwgrzG21vaYnFtBBrbrlUocj6ZjmIgk"
    "tCV5THKZ52A+b3fbtFm2nuQazFS6/uDImmccwWyzgzQRYMoSs0rsJ8mU8EgpA7k+DJHIwj"
    "ZxI8bWnBmQR7v0Yu3OMg4R4Ok/rgKctGJrBQvIskg1ERO1O8XciSU75dyJILWRqdRsiS4n"
    "qD0m1Wo13NxgeyDFF6RK4Vssi1UnevsQcc9lrF4ehaVxj0EghQR4lHsSuKCipbqxaeWCzh"
    "/0YFu9sBUNX2uVwGdD02nZhAoOxvKk1ME+5kJIpARKnG5Cj8TfIgjcgBFT8ow5l+gcCe2K"
    "eKaQrH6XegFtOTxkJxqUBVZ0K4ul2nc3qOnI5+2kKF09F7v0bqf4sDzbQfoMh38ezZFqcW"
    "tGo9ttS9imKDH1YbBmcEg7N8PLk43ypJ/HxDlvh5I3/Htyzi0KmtAaRO7IDbbCpzLeis4f"
    "DYAFNrCFygjX2gjZGgbXX0bk/sPp0nncPiVZUXG1Y30Q5hm++b56j92fDZtD9gNS5jqtk/"
    "ex9vw97H7ex9XGMvKMeh9XcxJ3LfQ4vvIRoiQL2UTRCPmwKyi1RDODIOHwqfGYDsFM0K4U"
    "6aZs94fyRPbx48xEJkjO2J09yBO30sTp85lWNfrEKEwGI+HCky5t7YBE1Zrsfdnbm1sVgb"
    "tGeNpyJaNJnCNsiUZbIDijw//vjlt99++X/wcyCDcef4cTFf7MLyCtkBWf74Yn4YXr/cgt"
    "UvWzn98t5hxd254f6By8bOGhxx6Z3RJlfcrWqztTNuKoKsgp9OHMJSetTXEGA6oUtql5nO"
    "oeeh5D4j17qcw/WI3LA1XJ6sybWciwhrmlw3OeX2MxA651Sh7nERORhRfrk3J3MhYxzEmz"
    "P0z12S384C4dHgtzP0naEPDt1oakpREuorr396YxAA5jCReD4Gau+mLaMe3yz9BDG8OsoD"
    "GAhxAxOliCSAV5NKnv8CU+6Zj3UN01/JA5o6LaEDdYHHRArlDmRRBP8+uFYzUn9cE0nXEh"
    "5x/UWb2+/XJpBxtZn+dR+PYKvI2egQbJA0U7Gyv6aYTgKAnH/vlKV+59/r/xqZD4CNDFSk"
    "6UXogpnQgaIXOhCQanUTJcwIU453qJ1YJu3EQNQjK/5evK5G0LHhdZHmgGK/ErMOs6+7Dz"
    "130QP73ceKQRb8Ne0HyN/uXSOuMF+v8OW1Amglp2QUh3QGGlX0VD2CuXps46UqUzkv1Y5A"
    "KUVDiZ3S1EjudKfRHnUnVeIzYup9t/SfVEldcp2rB9qds8RVq+xjrtLW1SrbnSUFaQjOeD"
    "8JGiMaUtLv//6BBRlTm1n/Me1mQGz/c58epW/R0R3SdK41t1Lx9miTbykUMZ9yT+8FP6ey"
    "qE05Ef4aM5+UA0YEPqETkWj3yy6eoKTR27SvgdDbpCQWJaowvxVnGTjHb1m0TgFVMC0M8V"
    "QuScmNw6UGalmxMNa4z/tI43JOG+e0GbxQ65w2J7BGlpn4PXLVJDCZFyeWZXqXPbvdKjIo"
    "e/ahDSK7RYoeJzz05JVq50lwngTnSeiZJ+EGpJfwpP0IqXq3gym7QOnyLnYVFJ0v5ziiiz"
    "NROxN1n5h/FBM1lYjPvGBhEw7iLkbqdwWj6YAWYa8G6w8MpCEei2h91mCvLtwdbTJXR6Yd"
    "3z4fYhlQL00JUFDZRCeJ/UUStA9uazluRCXrpmeV8eB5bIlmKxnSpZwLhPGeAgcJ95UdWi"
    "ZyyUDizm+rYaUxi0vKfTWGwhu/JEkY8BucG/stbKpJqLYe3OaSeDTE6vETRubU12UD0eqd"
    "sXqtK8hjCoVIHQU3bG06KkCUqzqKmJEU8D/gMU3rVyolo/hGmyEjNgP1QaWQtExTIhIbIr"
    "vBpkprLWqgtCSMeWBqHupOETuNRzJWOG+JQWq3S6UYkcabxQe/X77FSSCwnaJtzBn7T1k/"
    "cMb+/q+Ry9CwP91chsapR7a7zAGXOeDs/c7e34W9HxUTuI2n8BiVW5t930R7QB8Axgmf5C"
    "fT+VgOcdA4H8vx5XPnYzmOjwVmhHBgcDjjY1h8a2uE9/rkns4q7M2X3nDMt3M/I3BcvyfX"
    "x7tab5qo3fm/s33GuAbgRJnCms13WZHWPty67JydV3Pt2BxTzdTuzNr9zCo5cyz0girdEG"
    "SlfeNuuPgTF3/SJ+YfJ0Wy/dy3ij5JuxkQ28vyi8skbWPTPgNzsm3VEJZT3HLtQTml/X13"
    "RM4vppK9jkFBu5cKccGwDtPVJYkY2oB9HKM5JiUmNFwrsM56aE73Q2CMjoLcXeTQn6s5Cx"
    "WN6VKnhdIbFo4Khf2uI+aJyL+uxgiJFVCzTwpTNN2zBvJUdYqeSgIX0sga0wYzYCWDYWYI"
    "KerRCGOhRoRPcbLQF5djEyykfqY0IlOGFRGnHF4ujBsKM6DUCZvCFwD2BOMYHUM8xIGQGM"
    "WD6a2zGYtwwgtxSwPdNQ/REI3HIHStH4UwYLJPVtADYZ9wTrBFyJNXKjgpHRT6DXyShhkh"
    "Riw+NJym2tpv2JkuWvakugX23cjpBYVxHsCMgsRHFrBP5jd4tHo8Ec6EyLWM2eKLtNwi1l"
    "qsRFSpkKglHDKIrUx8rme9gEXFCpBqJQvVH8m1eUU+pIsM80Khsz32KN9g6YfFTAD/rMYW"
    "NTXP94p6C/Wm1JRbhyFt0gEHlkR8EG3PRR+d3pq56KNTWqPiKWmhRVbIBqhBdq+09yPQq1"
    "dM7tgpbT7aVqdNgehwR81Avs91LdN2f5fJhmf763iH51pIwybflDZfJnTFe2zKnBbVM3u2"
    "l2mPzflm40HPOJ6psFaO5yKRc+Ts7sjR2rgN63MKF924h+WoWCq2/bbWCAcoQO7dzxOVMi"
    "jv6eUpp2OeGOO39fHUtp2th2evVnnjxWiyyhc8HO1WeV2Ra1zyqmxpnOdS1fNiPkmWaHuN"
    "GKGhtsJekgmcoQumK2v9FLEpGpp9tgzEGjOsybUe98u/Zpk2DamzexkFTfQRi2E5gRd0nV"
    "nqFzxMYuhKaBPyikfalIstaVwuMcZCQoE1HNN0o0TllCqYR50CW7TqK/uxIuDqUUKBhnzU"
    "0f7AO4WfN6/fvSa4hCnRAoQw/WCSRbcs0q4AIA7Zp3icLpuZmDLUBwjMSfyE6dpkk7W67E"
    "XqiaBlKNRk58b7QNYszuf6iPwyF83ptQtxq8qoIW8UNTpAkvAyfSauObZE/MvVHM3n1HBF"
    "rBja8D0ae/MxrF+Zi8qXYOabGtaxJqcy5WM/odBgnnpMWHmQTH0SC+WUgCGg6995HLNoXK"
    "q0VvIOqPpuMDRQSUEW6KqRsGtCXxI6xaxiTL82kxgRGqywxpryGyhHiYp8rVRzm4tVDvmJ"
    "j6p8G1hlDnixjAR+/6SuNRcyWDuVm4x4ogluz4jfKq6onmGDwU5F/7FaS7VVsmt6AI0Syj"
    "DLO+U0dI/X8qOpsIxqz6ZdIvvHEiR2VnJE6fznmRB+WpAv9c2YXaLu5JPAJZ+KIEgXM+8e"
    "0VUL014ysUTHEy6UAl7V9fVK/UwYNMSOlFMlFoIEG9BPXTU7B4zqLOHOWzHUNeqHCf2zzp"
    "V2ibt5vtfFNryFVu0ZXxc1/jpU1AMaGlHWH7NPJgPUZl83kB4wr/EwR8d+MtNTXc6G2UWa"
    "4fmIunc15yrHUgTca7BdbTLm1mmdOX13+20aPjdeUlS8Q6sslSbafpjYcbzBmNgNm/l0nJ"
    "oKdlmkMrVbps6XKQ1JxbdhbvUa1Qjd4uxzcayPuSZat0SdLxEIUGOM1h7raG1LFaOB+tjB"
    "DKelayQyFouxDu6HrR7Rpki1DRBCLfTuRen8RekFoFDPxOa9GpVS79yKTeZC3Fi9Fg2kTl"
    "vZfevjKqMPlzflC7bawCtUhzOCX+xrt3fiECop5AUHup2DoU57OP5+dY4/+2XygX0IJkJh"
    "l0VwmB33472Ja7AUPYtkRzZvZ66eHkuaJsTD4gAvkhzudKkdLOf9ObExWimJ2Fi/+F5zDf"
    "hWfrZQH5G1Pf0wqpieLDjL7kyu07qTedeTuRC1ZaPtVMiGp+jsCdMz3bW7wUpWiYfA9UOj"
    "S5aDQu3OnTqtO3fude4UYzp3+ARUyd1q3EM3qkXCWutJjT24Nbn/mqThw7suSIHcrcbOEY"
    "gYuycinzV8ttvhP0tETgmoMtXBGR680r3LKjwou2+Rf83gCK2nRolmSNAU9zo3HCbnsTA5"
    "6/u5Ayb/I+tooOwtvcUlxn747uPVhzffXJ21HMwdcNclHBe4vA2mbFgoQeyqGm9ahf2Cpz"
    "bxbkPKdpXHG0BVDeBQbaW3SeLm3pxg0jAPdW3cOaOR1AibdCKSWCOhpkM05Wfbd9CY5VmB"
    "TSr02IR26XI9Xa6nyyN0uZ6ntUbqgF6PgcEg5US2eGcN1AeMHDiOo6TDEIIC+xLPY7JJFt"
    "qS/Tm9W4BdFgCkKSwuvPMCFOjdAuyyAGksx84LUKB3C7D9AlSE2u0F1TqhM57ZIra2uzI2"
    "ArZ+vpzdYJaUBVyxe9pzBliEZVSx5lQ22N2myMLr3gGHvy33NlAm14/IPoH0XVF5c9Zg7V"
    "HXR5usOzG02NKY8z5kZMmZx7AQzEpEN5cKTE4SGjFyw5Yx0SBqa43PZSDpTIGUunHnvh0i"
    "zh7MmN8yrISncdP0vkrB3RCJDB8QUdJ0w5FGvlOwbMh2+Uo1QtPEhEqGSG0smJKITRPJZB"
    "2rjqbIbml3undTFwfmTm5gHxuAP3UhnsPTKkyzgs1V4Zlh8RyQhmRhngiaV4X0CxnzEdUv"
    "xAcGohJQoMIRBM4p8D51EygWSYoZJxC+bhqArgt/mZI+KYghtFcAe2qsJIx5kMEbZihqGP"
    "8APfhJgcHpoBkGIDw8zaHwFB4bjzUk3lREI+AXI9da845gPtDPdZnndSaXFyHnuWIRgrrx"
    "+FGBRyA3Io/VvoBppY9cBgLUVsQMtVFpuIg3OMItdo3tv8Std13kPcWOWaSHRVhAiQh/HN"
    "EVl7BDw9hwlBQWEJ8fMRtVyxHC6emFVlNSkIUpc5IwACUP/0R2Uz0JxI5Myx3l0Ig0TGhA"
    "/psx2YffNVjez0u1sXBxYRka54JMgVONRVGCxTsVsCW8Db56CxBKUoM4IpAiXHlw9fjZF2"
    "1G1IqNtBE5Lw1shaaNtwsWO9UkYlIkkcf0NwXPXHOh3J2VPbbdE98jSKsk4f6LA+FZdeWc"
    "dxbcU7YOOgtu/9cIpQebA820H2JE0cU2h9ZF+6F1UasmZJ2rcc80jd22PTRNmH+YL0P3uR"
    "oiiREv24bLBZIh5GXsm8M1mWn7OMQKoTs1tjg1KhKpNbNdyOcdUmXh7FgiN3he2H7rE6RK"
    "OMBzZB/IqaAFg3o3pjOtzNqwvIF0eEzfC5pnbrGy4XeZqhNWHzemqPKVPN/qM3m+4Tt5Xm"
    "V0aray4XKBZHAs3scBcuSciLsPj+Pxu/vPo7IVW6NrlakOqMdImNKh9JivtuD1V62s/qrK"
    "aTSk2/DYtB+glLcfQGtt4raSN3KSA+5hbXs/VV0cPQo2PDbthyfI7QMvXHtd7D56Oc3weN"
    "z9By/zstkwuUTkpIo7mVxwD9ueFQUyx+g7Gc3DZWKFkp4R9AOvdlAlYk0FPZv1KNI4wNT7"
    "lOeVOH8LzucUju/3qNlgC53l4LLuAZe1gJOCzhpU9XZ+F0gcx+05rk3SNudKTuE+sZ0fNx"
    "6GDQc653scMeCMjJltlbb2TlwlBYvMEBXvuEPsT5nOYWDtGtcz5SGX8x0WoELoVmDXFXCA"
    "WQdReB3W0LGwho6TePKLyj34IFZnDdkn+c3RphQUnb+wZRLK6zTdQUe3S8p9MgcBQVySa8"
    "kY4pleY9C9qVVPYriJcCEqih2j7WXMgwAku1sm6xkpnfaO6SlpeTuN6kkI0f+b1A6M/FeD"
    "SEFWHHZ5EhOqytVDb0uaSJbmI0wjsSATNoWXBOkUOjrztwzUbw2eP66bq0e+8Q6dXC5G/p"
    "SlBBcj3/81Ak3P1idUIBmg5Na9c3NpleC+dIntrZABwJtxqkTbnSgVwiEx99D401pwszR8"
    "5ETuNN/n6pQEZMtXpErqrCM2q1BT1Y+pQV6JG9aIV1m8PbpbiwQ9CFpuqUtezRkB6dpHtH"
    "8aYCa7yv1WHV3qPGrszeSjc8zCRxUPXkl/BG2DNd4iH394/fDi2fO6Ntlx/6hPNuX/q4bq"
    "hk41/11MZKH3BV0TL6B8AR2o4h+gVqKkiuSZIptCGOB9Qj2PqVzx1N4+IqsIi52FBIgWOI"
    "5AJZaSBQ+TmKkU9FsYynSad5tl02dgDPp5ZTbGfVVYl/99wFgWp9ue2hnvdNvTWqO+BZ4P"
    "wiRXiBDAz894TuXchsllqsEZP7s3HxSlDLuzpkrpJPpdT5JcJLNbgTKd4/8JalRvMePrrE"
    "GX0jc2alEqW8wGDy6goApwjXemkCuMmpNn+F2Sa+5fo9SvtBUs6qVQw6KI39KgBRbu/v0a"
    "dWlEUvPviCzTf4xlLVOhlpFAyOUUMgsUNDlCBC+4fItKUWw8gjzG4WYai419WvKIyUzraf"
    "rJNSFKVpTHiFMWiRVJaWEQYUDMJsJfE0TjQ9i2FrXo13riJEJ93buEwaYTYWBVDA5yDrdr"
    "Sv2vIjaknAvzcthIezmJ4/DdHLZNRz58IvLBmNtxEjKCT1mxNiMYIG83HcSGty9aefuiFW"
    "nGhr8logHyuHtFsG/mjCMydy/2DBcK4UIhXCjEqRaDPrhFKM2e2cEmVKZ0K7DbClDv3wlo"
    "/fYLUCF0VrldVyA32dgtQJluX/u/phee/vbviUn0NYu4Nz9rsImmd0abjKI0b3OXUbR9CT"
    "oOcvhczHV7Kzp6yyJpqQAWSAYoO+8H7BJeKgsOp80HyN3H51shXJ5vQLg8ryFcwogxC61S"
    "3gskh895338+XRNzO8tuP+rH7M//B1Yv6ik="
)
