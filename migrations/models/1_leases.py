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
    "eJztXe2TmzjS/1dU8+WyVd7ZifO+ubqqSbJ7l+eSyVUyu3dXmytGA7KtGoxYCcbx3uV/f7"
    "oF2IDBgzyAbSJ/yO6AWsCvRdPv+u/JXHjMV6fnriviIDr5kfz3JKBzBv9TPjUiJzQM1yfw"
    "QESvfT2WJoP0QXqtIkldnGxCfcXgkMeUK3kYcRHg6A8BIwu6JDwgixl3Z4SSkEklAqL4NF"
    "Bw/BQn8oQLM/Fg2pDmc/A5CKW45R6TDvcI/q5cyTwWRJz6V2QiJJJRpRZCeiMCT8EIDQjX"
    "I6Ilyaj/BPN5MF/6WNlkJJqx9Kp6BKERHIJ/MrqXG5dAiljpGcUiSGbNzjozqmYwK5VTEY"
    "y595JcCHzKGQuSK6WzEq5IIKLCs2iA4oD/HjMnElMG4yXA9NtvJzkENDdWj3Dyn//A3zzw"
    "2BemcCz+Gd44E858r8D5hFIfd6JlqI+9nlH5sx6JnLl2XOHH82A9OlxGMxGshgPj8OiUBU"
    "zSiHm5xRDEvp+um+xQ8iBwIJIxW92ktz7gsQmNfVxSJ3+exIGLK4n8waS4Xkbs1BWSnXJP"
    "nUbihgV/Se8wR+M4Fx8unU8/XTrOycZyxPsprbb0kCsCXMocFzbiM6dfHJ8F02gGfz56+j"
    "W5zhqnZBRe8Nfzj6//dv7xwaOn3+EFBbwPyYtykZ4Z61Nf9RQ0oskkmitrNgC7ETqHRpvs"
    "eMWnb4OomiFFuhJjePIqmzImO7DmzPrdvpM1ri/cm9NALJy56o47U7zP71+Mx48ePRufPX"
    "r6/MnjZ8+ePD97DmP1Q22eeraFha/e/vXtxWWRe3gAebbmURx6O/GoSGd51CWPShKxqVwr"
    "kbUj4JrwKIOzcxE2fvKkgQyDUbVCTJ8rop374BiAXaSyWDfDuqBJbMJ9yb7UiJ8Nwp0QTz"
    "/OhwL4Fnwvf/qXFhNzpX7387A+eH/+L434fJmeeffh4q/Z8BwbXr/78Kos+5WxTMmRDHCN"
    "t6MSoVo6uanUiBC+Tbh/hu8X2AB/Z0sN+lu4Qxq4rALk1KT5JZ3myMD+mq2m7Oj6FZR0sd"
    "Lj84sMnh2emEXJsjz/9Pr8zU8nGuFr6t4sKEiAAtR4RoxF6chq7Oap+XhePkIDOtXg4FPg"
    "PWeGZBi+ZxFFdfekys7MnR5ttTXD0JnnRzayNycwgtBrEUfatuK4SIDTWhOiCmy2xUz4QK"
    "titC0VWmFoU4G5J0KfkTmYnpJNuYqYrDZO275AhXHX1H67YUsToZQO78uCO8ZPrjXSjtkA"
    "sEba4fPolvoxM1FhVwSDUKT60F03FKv96AHv2fxaf882VID0zNav/1yPaehoPl97a0Ofuv"
    "hVRn+vkFMa8D/0t/lH9MsyOSLUm3M8RZIrbH7k7ztZpbc2T53qbJn6Nnx3bRxz75l111pN"
    "wGoClkcrHkkwk0wEWjZ+EHpAUWg9bCK0HtYLrYdPyx7Diu9NU5wrSAcIeVvfCesm3J+bML"
    "9SW3AXfihNd2TgN3UbVrzf1e7D8uK2Htkj9cgWFnaFPVZe+PVWWX7tNE0CWgSK3KLIY2pE"
    "JAuF4pGQnCmwqjyi3BnzYp+pCm9rU0pMCFqdXjpZ0Eun8ihGfea9JCJkMBu7ZXK5nmqZpP"
    "XMKCberLJ5iJgQHulEnvt6aK3JZk02aw5Yk20gPNL/NRBo2fgBKred5HkoP56a4JuNH1xI"
    "7+njBuA+fVyLLZ4qQuuLqTAJO2TjbcKMecJMhS5mAn0N+SCESN+syCdQFPH/v08fLqrxz9"
    "OUQPe4G5H/EZ+rPr6r1zH3Ix6oU7xsZ5/SLSxBjLazpIw+QiZUNJV6Fj3BAYXkPjGlamzA"
    "7NRom/mnkkGNo3JYssG87zmwUooFGMen5HLGiE7fRxOL+ZOs6EHB+868ERGBv9TW16e/nX"
    "8/fvK0Kj7XxrSJzZiE7Vha9vEzPgcBo13BUMLAxlzwaAaXGT8ms5E2OuE4zox2JNZt+CIA"
    "oL9ZK9HWYWzSWQukSwvEWomHzyMtFWpS1evFWpHKWjR3WjTsS8hBzTB+FYp0Xb0KvSK9n/"
    "j1SnuowF8In9Ggzr7JE5YYcA2UXQmjjCf9KtGvPnx4V1CiX70tGy6/vH/108cHD/Xih0E8"
    "qoGchw71PFi8ykhhKlD1Z0ae9KMYtS9ZdBgLLIigQrLcEcxeUQ0O5icPxw1whlG1QOtzpQ"
    "U9T3INtW5ybZTNX0E6BF9V11kaNI5mjhKxdI082SWyHld3auJ+r9YGeg+4N1nrj+qX+qON"
    "lU5BCb5lzj3ykupnsOveZicdXnaSTZlpJWXmDiHSAsKGeV8HJjiaAl0vPgu4w+2Qi1/evd"
    "tXrpJe7hX+6ew1qHdO40oyrBc5JVdsTrl/pX27VzgDXhb+lCx1HWP1hy8WTBKX4lRUYdnn"
    "Uo9wxTyE/3r1NSRtXQC91R5XoU+XTjZJ1qho9TfVbusFTgALHIkwZZqUfknJygMx0cS6WL"
    "VQxPodlrPgnEB/TQMndRes6Fko3BmZq7SLEVe6F9JUCOsGP57P1si6wY/a92Td4IfPI5ss"
    "1W2ylP6wmgC8IhhccOHR+KyRvX62xWA/q8TXuWWSw6SmPu5N4h793Ksjx+vonoN2vAl5fc"
    "7UimAIvpB9NHgyldZ5muHJk9bdT2XjxQTqKtohLPOuMT/8AtuVj+wYS2zBOA6Mv4trIvs9"
    "NPgeoiMCzEtV5e+r/ygWqYYgMvr+MuYcQGaGZolwJ0vzwLDfUzLVQjjYck5IhwUIjKnEqZ"
    "7ASh8D6TOjyvHEIvAF9ZgHIkVF3N1S2rCVH3dPZnljwBv0ZzkTIedVrrAtOmWRrEeV5/37"
    "H968+eHf8OvJYdx6KD/i810gL5H1CPnD8awfrJ83gPp5LdLPKwPK+wnD/arL7k8qAnHpmd"
    "G2UFxatN80GDcRPm5/oWvx8fbjUBHQ27yXumJDMVdiSYYOmelqfoxXcY+RK2DGhE+vRuSG"
    "LeHw9ZJcqZmQ2F78qioo182FMDin895W+4ckv2T/kplQEV7EnTGMz70kn0984VL/8wnGzj"
    "AGh2E0fUsyDpIj5/94C7P6VEXODG4kmjlA7d7kom8kjd/hGIJvVvIEEbw6OgLoC3HDcOMS"
    "mAePxqoYBZxjF3YsjImD9H/Jg9VOKwuqD/CIKKHDgUxK+PfBlb4j/ccVUXSJzW2X3xk1vd"
    "OL6V4d72pVzsqAYIWmmaqVh+uKSfTM8cPHzx4/f/T08Uq9XB3ZplVmX0gb3ztmrd/G9w6f"
    "R9kHwEQHytMcROpCdkM9ZS+0oCBt7PiCWbFwB7vs+lIkbcVBdEBe/G62fUkVHROs8zQ9qv"
    "1azepnXbdfg2GzB7pdxxogA3yz8QPEt/3QSGIubcJb33NiTWE7Tmz34jfsOFHQVLQBaKSn"
    "rCj6DAZmpuixRgTX5rFJlKpIZaNU5lGqDUeJmdFUSW5tp1GHthONI+FINs92HDaIn5RJbf"
    "1082CJ7Qq+76Iw27J6l9qlxi2r64MlOW0o6xtcIXhS0p///pH5K1Crof+UTjMg2L92GVF6"
    "g4HuoLYHdf70aFtsKRARn3A3WQvemqphtOmTmLNr4S2x8kkHYITvpdv5Yfhll0hQXBlt6u"
    "pCGG3SGotWVZLWZZVRIUCO63bXOraky8Ikx1bYhTAOxyAOnmcB/CNFMO2ijMsGbWzQZvBK"
    "rQ3aHAGPDFsgHFCo5hhb8t/lz673igzKn923Q2S3TNH9pIcevVFtIwk2kmAjCQcWSbgB7a"
    "WnXlkdxRFS824HV3aO0tZd7Koo2ljOflQX66K2LupDAn8vLmqqcIuDOcN72JT/OzipL3JO"
    "0wExoVOH9cfVNjQnFf7q3NnRNnd1ftvCZh7q83Tb+WRrQgG3SpIisT8pgv7Bpp7jyq5k7c"
    "3cX8b/UfQAO0bvjHU3H7OGat3Nh88jWyNgLt1sjcCx51bb3HWbu249ztbj3IbHGVsgy2Tr"
    "AwfNK5N1X0XboxcaM1WP8pNpvfx9CBrr5d+/fm69/Pvx8sMdYUMqEM74GAbf2g3Ce31yj4"
    "cLnUVzK8R8PforAov6PVF3dvXeVFFb+b+zfyagoZoJQFSyCfBstgtHauewfNmVLzYKbKPA"
    "hwT+fgqVMsFSIY9MYsDpNAOCvSjDbT1XHUxdhsdXy6oiOJ5fcvWh8cL6vjsu/k+MWmN1k0"
    "aZoO2vC56wfV421UsiGfrBPLwGmUgx1xSrIPySwBw0WOqWeZsB8vYvgdVauvHlXOX6ArJA"
    "02RTJsVZ9IYFo9z2WleSuUJ6V+VIvVgANdim2NkvXbNZ40E9KUZrCBxIa8GyMViHphhcZo"
    "qN/VwqMSNhRPgEbxbm4spRsQoZaPL6N6GSTBjuSzbh8HJh0kCwald4zSbwBYA1wTgG/4mL"
    "1diKBEJikdl0yiTe8FzcUh+3IdMPktuCjFxlK+Rj+owAAOrK9ZkFa3xTuZqBh3+W0wuqhq"
    "+h0osw4UlC2TgTYZsaOLBKtl4UPpuAcHw8swkIx8SjvJQ0MKJKZAM0oNrv2HYYuR4HBXLL"
    "canso20kbXJE/YmagXyfN40s0/VdJBtCqKTTFb5WwisW+bbazSKh3UHCoH4zsU5MwiBrCp"
    "vw0Xp4ZMNyayprNggH+EHt3O0rC2UN93T6Fmskjgz4pi7fjWVn6vDt1EmXOTWrnHQ5h2e9"
    "ky7ZJsMpOFkb+uq40ptsMI/EITq9JCM08LT76yW5Bhk6Z8l2F/+QbIJ+J4+Fvlhi2RO5Sq"
    "77w59XyccV9SydXAU9dpJFwE7Agi5Xjrs5D+IIphKJF2zBJTvNRtKouO8HCwgFaDjWzsg4"
    "0O2fsPcSoVNYSXkn3wV60zQB148SCPTroc76B57J/d6eX5wTZGFKNAddIHkwxeQtk4lnMN"
    "s2pLTnx0ws1o2h8I4YvFQe7kXCAxJKgQJZJTuSBAwmIwoWNHadihEvyW+ZZ7f5sB2jrHfG"
    "etC+NR4dhlvnmy7hsfUk6zTkcRNsYVR9IvJ4A1/bLqpHd4Mrhd4aNy1MMFnXFaQ9ptv3Iz"
    "q6KZhK9WkTsPM0w/Nbth/+AEsITCo0AULhc7fCf7DNobZJa1OMd/ehsS+uH3vMCWkUMRkY"
    "5XhX0R6GmxOvNxg3ZwYznzgoz1nVPgh3M6lIbdnUOpt4sHobZkav0QahZU6XzDEWc1W0lk"
    "WtswgUKAfzBx21VBGbG5oYFdQ2tGlia8QqEnMnSR2FpS5pVfbElsr2Gnr7orT+ohxEnfuB"
    "qc2dOpXSwNaCXc+EuDF6LSpIrbWy+9JHLmMcjVeVcNT6wEtU/TnBx12t9lYCQgWDPBfENA"
    "swbNL2h++LM/x1C3LPMYQsSrwLE2wp6f2wxzB8LJmToOlW7zhYy4Ma6v7eho5fhNakjc46"
    "SD+Mpgt9k9Yu912Xey77w0SFLJENT3vsqH9Pump3ayFTJh4C6n13kgkA4l3lziatlTs7p0"
    "lggoGQHqt4DepbZxSI7EfVtsHY+z5lNv28V7hvEb/qqqJaqVGgGVJN173khu3lsq9eLpvr"
    "uQWQf11NNFB4C29xAdiPP326/Pj29eVJjWBuAV1bmZJDuUkvovyu23ZPmm1c6LbpThV2W2"
    "p7yhhvacaTVepucLpJtQ93ZyS3FzuZMSrTjcWTLc91B530ElWFPOYTVJailOqNczNWtYmx"
    "BSm2IMUWO9iClOPikRbQSwcABi1HmjYKqKDuMaVmP47HFjNqcvDFrstUlS7UEP41vWXALg"
    "wAbQo35tmZATl6y4BdGJDGRndmQI7eMqA5A0pKbXNFdZPQOs9MWx3VhzK2djr6dpHd4pZU"
    "uQYU9/TnDLB576jkzSktsLtdkbnXvQWE3xRnGyjImyLykLq5XFJ1c1Lh7dHHR9u8OxGMaO"
    "jM+RAwEnLmMmwgvBDy5qXuOpLsB3zDwgh79UYztiQL7LWS9S7BFsZz6lU4d+47ITZkgTvm"
    "t8y5gUH6l6wrGMt9phub4ANi95Jk4ChpkUInEZMIu/pRD0LXxDVVDLc5Zv6ESDaJFVOfA1"
    "L6UdwEWQReOl0ye9ZPGe6d3MA6zjrB6APRDJ5W94PJ+Vx1LxhsugzakMrdJ7Z6Lvd+CRjz"
    "sP1LgA8MRIWOMrrhDCCnu7zok0Axj9NeLgK7vkx8sHXhr6wVdNrtBsbDwfRacRBxf9UHZw"
    "YAXzNsRS18L52h2MYmccqtuuVog1HBpUfIsSsc/wNy8ir/KBT0O+wIrR8UnhseKhJAAxcI"
    "geFBlN0gyeGBbj7slaNHjggPUtz0LekGOvpJFbbGSdpLr+4SXpaY+uR/K+egB/8/ET5Q/h"
    "JqhiAowLvKi+IiA2nApIzDCPvzAFthFXl69WCvHnK9RN4q7X98cPnwyXd1zseSb7GyLU6a"
    "YAVDK0/nPF16iGRKxNJliSxGWZUdKE5n5Me0u2nb3bTv+BB/i1416/k8fB7hV9dEoGXjh5"
    "iJM24itMb1Qmt8pJt+wtCYef18GdrPGRZxhA0JTVDOkQwhP7hrhDd0pub5eyVCKzUaSI2S"
    "RmoMtk2VvEOrzMmOENFAawHMYCMJUiYcoBzpoi0amLtg3jl0mlitJpBXkA4P9E5ada09PS"
    "Z4F6lagXq/uTilr+RZo8/k2Zbv5NmBJbrfvbL3h3f7sls7AI37OhSpelSyFdxSX0r2iwZY"
    "v6iF+kUZafSOmmCcjR+gCtJNK8XE/2r0MVyT9LiGE8fwsRqK6Pk2wTgbPzwto4tOlUlIwO"
    "yjt6YZHsbtf/BWsR4TkAtEVqu4E+RczM9UVuTILNB3As2DMDbqz7kiOIxOaYPaICrbrsSE"
    "H3ka26rrPptzKbx/A+TXFBb3e3QLNu0vYnuK3KOnyBwkBZ1WmOr1eOdILOLmiCf+UhO5sq"
    "awn9jWxY2LuaB+UsjrSAbIqIiZ7g9SP4nt4WuQ7q+z7nZITCnS2cZGuyadTHjA1WwHBpQI"
    "LQd25YDtgrTvXWFtA5lOG8jsp5rgnzqh/KNYnFSUFKxPjrbVFSRJ6Q0rC87THPYk9VpR7p"
    "EZKAjiJblSjAUgJ68w9TvbHJVEcBJ7QOgUa0wBVxH3fdDsbpnaLDNoffa7c7xr8673G4Q6"
    "oMh1iyEom159zN9wm159+DwCO8w0YpMjGaBe1X7oMTSqKQ5tLXFtlTZg46QmrplEKREOCd"
    "y+W/4mapWhW2JNZKE3gn7DPtuP2fAOk9JOKkyG5MRWc0EntJnUIfvUZai1Y9WmrvzAKlws"
    "xVwnIYJ+z70rrNrEQbqZNA6iUvJb6teUI99/XqxKRrV9RNJv4IiE6T+ZeFnVm4ZSYKuftO"
    "QUrBQ1wlJXOHzLiA9rPTVawAiBy02TGmD2JeSSKXhXytXJ619mzLwklCwoj+ARiRQLktLC"
    "RURSlRuIa+EtCVaBY7lwjXnz22ZuJ5bK3rt13jZ5MLDueb2I4HpT6PC7Vw8pLSR7OQxwzp"
    "FYhO9G2DRjuv9c6d7AbTlPGos3jaBdEQwQ222COMP2WS22z2ortYxCFXmiAWLcvjFtU/27"
    "TfW3/iDrD7L+oCMGt/ddLtMcnx12uixSWibszATq/h6D7W/OgxKhTVfZlQNrx40ZA4p0Xb"
    "0Cw/SJHIhv9JxJ7s5OKpyj6ZnRNu8oXY+5yztaz4J7ZC3YXS862PXilkllaAnmSAaoRHfT"
    "NQJeKgOE0+EDRPfhWaNWEWdbWkWcbbSKgCtGrGrb7Pr0/BxJ//n5+ymMaC0Tf68fs6//D3"
    "OgxKM="
)
