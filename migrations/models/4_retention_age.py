"""Add when retention last succeeded and since when it is owed.

Existing schedules get both times from their recorded tasks.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
ALTER TABLE "backup_schedules" ADD "last_retention_at" BIGINT;
ALTER TABLE "backup_schedules" ADD "retention_owed_since" BIGINT;
ALTER TABLE "backup_schedules" ADD "retention_told_at" BIGINT;
UPDATE "backup_schedules" SET "last_retention_at" = (
    SELECT MAX("finished_at") FROM "tasks" WHERE "resource_type" = 'backup_schedule'
    AND "resource_id" = "short_id" AND "status" = 'succeeded' AND "kind" = 'forget'
    AND "tasks"."repository_id" = "backup_schedules"."repository_id"
);
UPDATE "backup_schedules" SET "retention_owed_since" = (
    SELECT MIN("finished_at") FROM "tasks" WHERE "resource_type" = 'backup_schedule'
    AND "resource_id" = "short_id" AND "status" IN ('failed', 'stale') AND "kind" = 'forget'
    AND "tasks"."repository_id" = "backup_schedules"."repository_id"
    AND "parent_id" IS NOT NULL AND "finished_at" > COALESCE("last_retention_at", 0)
);
""",
    "postgres": r"""
ALTER TABLE "backup_schedules" ADD "last_retention_at" BIGINT;
ALTER TABLE "backup_schedules" ADD "retention_owed_since" BIGINT;
ALTER TABLE "backup_schedules" ADD "retention_told_at" BIGINT;
UPDATE "backup_schedules" SET "last_retention_at" = (
    SELECT MAX("finished_at") FROM "tasks" WHERE "resource_type" = 'backup_schedule'
    AND "resource_id" = "short_id" AND "status" = 'succeeded' AND "kind" = 'forget'
    AND "tasks"."repository_id" = "backup_schedules"."repository_id"
);
UPDATE "backup_schedules" SET "retention_owed_since" = (
    SELECT MIN("finished_at") FROM "tasks" WHERE "resource_type" = 'backup_schedule'
    AND "resource_id" = "short_id" AND "status" IN ('failed', 'stale') AND "kind" = 'forget'
    AND "tasks"."repository_id" = "backup_schedules"."repository_id"
    AND "parent_id" IS NOT NULL AND "finished_at" > COALESCE("last_retention_at", 0)
);
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
ALTER TABLE "backup_schedules" DROP COLUMN "last_retention_at";
ALTER TABLE "backup_schedules" DROP COLUMN "retention_owed_since";
ALTER TABLE "backup_schedules" DROP COLUMN "retention_told_at";
""",
    "postgres": r"""
ALTER TABLE "backup_schedules" DROP COLUMN "last_retention_at";
ALTER TABLE "backup_schedules" DROP COLUMN "retention_owed_since";
ALTER TABLE "backup_schedules" DROP COLUMN "retention_told_at";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXWtz2zbW/isYf2k7o6S2c229886kt928myadxN3uO80ODZGQhDVFcAnSina3//09B+"
    "D9IgsyRUkM/MGJSRyQfACC5zw4l/+cLYXHfPn4VeLx+A0P2Nm35D9nAV3if5onJ+SMhmFx"
    "Cg/EdOqr1hSbOT60U8fpVMYRdWM4NaO+ZHDIY9KNeBhzEaDAu4CReMGDOfymMZFiyabCWx"
    "OPe0REJI448x6T1zERSezzOyYJu2PRWrXhMcG7lN+SQOg+IjZjkSSxgHOP8QY84cIdwKk9"
    "X+tj8DGAXho/8YJB1x6LiJipPxQ00BxAEZFTFXkr4AZXCxbANdRFV1TCZVwxD7hk3oTIxF"
    "0QOAY3TwFQ7jOPSD4PHvEAuuTLEG5IBDRmnjNd59en3pIH0K8gcFGQgD/UYbyDL6R6LJCW"
    "IolcVr37aSRWkkUTQkP+6JatJwhTAHepHwCGsOVp4SYonoKuuQcNIyYTP642hAdxGfPwmQ"
    "DGBB6OfAm4Eur7YsW8r/A6+vmgAxHNacD/rTrNEFNQcamuyAMZg2B2UbGC54tAGEQ9FsN/"
    "ZOXa3JNwVeHD8NIA8IsBL3lFAhxrgFUyN2J68iQB/1fCnFjMGVwngin0+z/gMIduP8H8hj"
    "9/P6vdHIrB739gu/DWmXHme5XXSTdRx514Hapj3/H56yD+SbXFOTt1XOEny6BoH67jBfSf"
    "CfAgxqNzFiDWDK8QRwm+XUECQOh3MXvh9FMUTfTtl2Q8NqMwQnAApfUNFMfOHOftu2vnw4"
    "/XjnPWeH8zidJrlh5yRYDvPtyqVADM8RYefXN5+eTJi8vzJ89fPnv64sWzl+cvoa263+ap"
    "F3/omynQ0l0pzF7/+fXba7whAQuMXnzwwB9KhsZUS6lRKtCHoVVvB43NRqEqd/9oZNhvGo"
    "7sQDEexRKZg/+nWRLoF+3fLBLTdcweuyKCX75wbx8HYuUs5f+cjWDMijFqeaOqA/X9gkbt"
    "w9QiWhsreLwtxip9MYyGap/vzpJ+cnwWzOMF/Pnk+QaI//bq/fd/efX+yyfPv6ri/DY9c6"
    "lOVRHPvkUmUJdl9oTxoMvTIBCrv4xBzqTGN5Uvnz3bAmho1Ym0OleFuqYGmeDdIjo+0Puf"
    "3Fp1NAG6kNgJ352+pYMBfLENwBfdAF+0rR54R2YrRyoxQoCfP90C4OdPOwHGU1WAtY1iAn"
    "AhMUKA+5/BaGUlsglwp8ZdCAynbe/f/Lm8ePri6csnz5/mGnR+ZJPi3FSSwR6RZitCITG+"
    "T9rF5cttJuzly+4Zi+dqi67nwUveMmc3rLqFyAhXhf6X3USyyKEAitHSW5UaIdDPLi63QB"
    "padUKtzlWxTqmwJtD/++Hd23agSyI1lD3uxuS/xOdyCOpjmnA/5oF8jJfdG9uxAXKECHte"
    "Svkvv4z0lz+/+nt9EL5/8+47BZmQ8TxSvagOvoMBQVpwdluipvDAlLq3Kxp5TuOMuBRdbZ"
    "unlpfL+hEawGvipU+Mz5eR+a4rkiA+a+P501OTjSy/bmRA8a/omigSmiODTbSZpbhrCcfb"
    "qfp7ZJByDyNxxz2WE+k3bsQ8WBg49W/ITCCfG1IpVyLyJgSeghEaEK5axGuSSWdMdfpYOS"
    "uP5LK+qmqBtLvaOMjkrhqXQAlcnlIaWvWanXUWVC6gVxrNRXDJvasS36+ulPaKtDZy4eVn"
    "6aKjfz8rIaBGI38EzUGXuGojSnqDjbw75bMDI91JgHJPPo7FLQv2x37uxWq23PQpc9NJ6O"
    "00RlU5O0b7HKPairjtulYTG6FauRe2tfTBMTGUKlIW6+2wrmgSTbiv2aeO5achOAYKYAO+"
    "1z/+/Xqzvr5cp2fevHv756x5XYlvMVbNpnlJZIRzvB+VqGESVRFvwv0TfL/ABvgrWyvQX6"
    "P3R9C6mZCaNL+m3ZwY2H9ksyk7WryCEV3lenx5ksGzwxOzWE/LVx++f/XDj2d/HMjGDDkM"
    "0VmbianPTDZamCF3btl6SwvzDYsl2mGRmEd0iZ5NmWWmbUawItHUKrsHPCbXYHPBJQiPJf"
    "NnmdUlY5heXtMg7f8SaL/CycwszH8+/OXVo8tnzzOHsdVC+GkvAZlSyZ4/TSL/W7Li8QJe"
    "wWckooEnlmQKFyFTtoDZCtebfKy5ZumfzHdNopuVtjSVGxb6f8U0qnlp4X2TGY9kTFxY49"
    "B7LJIT9HjLndLQL266BnH2KeQRk6DhFuIsFGC5L+VV7q6lnKygtU9l7EQM3jP4NxXJWqsL"
    "4NPB81Ky5EECSmuH/dtwxyq/DDVnEDOfLGsAWwPYGlfWAD7BMTL1MnqQf9GxaU21RWubjZ"
    "Qn3fsoTxrbKNkX2wTgssxQ343BIH76ZAuInz7phBhPNXwFIqMNwVxghDN4m43t7m3txqZ2"
    "oaaZrd9VuZ3W7yOjDw6zNtcUX7NBaBG2I3HCbubHvfL07ydqGTTLoJ0kg9a1bvQA7btady"
    "OFuGXJPC6yMvyZxRSpibNWxrI4PdlMW4bOstxyK+eYGbKJdCqSuBHPqKI9NQdYhH+uFooA"
    "IyEToc/Ikq5JxOZcxixq96Tp+wL3M3GdXNstM4rISJuPzmrqcX/QEmqnrIZaQu34x+iO+k"
    "kLo9a9354LjEJnHWKj/UgcY/8MprX8vss3tnR2oxYwx3aOiYvsX8SKiFnMApWUQu/RiZna"
    "UUz3FzEVhEpQgduAdzA2RG2PrWBOKFkS8yVrfv376jjdrMy39m5WCxp/i4oz4d6NygtROf"
    "Stx+64y/Bkuk+aHtC7mjzCHBgs8GR99w+dbLXHr8IP73cKqkeAyRrYymofxxYvY7WPU/6y"
    "We3j+Mcoj8fYMnIybz/csJzvF/DeoibTD47h1kchNKZQ1AFm8ZEoda+DOx7TFKaGUlc6u1"
    "Gp43m7LXW6V/JW5v5hE3IbYETQdK3VH8IeLSn3CfVBFVMeT/8UqHcFVQ+yhj7XR6eoyzHV"
    "sOTpFRDtEuZSidoe5scqe4KhbocXWYM25oIm+S3GN6nMYCq5GGh4S7acKt8uHbldiIbwAs"
    "HdQ1PXZWGsc379k6lUZAIvGLhMJ/qq+5AV/mM060VprioIawF6qxbw0LNsJaJ4kfm3PVRN"
    "tA5h1iHMaidWgxzJGKnF3mRFywX2xV8dMLXX5flWLmHnG3zCzhvpY+BraYJv1n4U9OChUs"
    "ds9Adrzx2zR4DPUgVlmG9v/ygf0DHs6Cb0QRZpZV8Y+8dUpcYQ1rdvJyTr93VopyTrQbNX"
    "D5qWRaUHlLd0ATuyxWRbcKvLaAVXuAXy9tc3bw7lmvSz4lXOWpir9MxkE2ulWZltGasi20"
    "3oU9y9a5BHnbxPk6l6YGet2W5aXoLMeW/86W6ShHsvLLljyR1L7tgxstxDc9Hq3yq2xoIN"
    "EhkHxNYeOwZ7zMbjnHBGm8rEbrHH6hO/2yorz51tk6iuAknucMljWL6KhULyWEQ8q2LlLp"
    "iX+Ey2BIBsK4l+AfnptZMlDdMFuxj1mXeF1b2CtCxa0dW62JEPRJ4NFV09MYEM2Hif7X68"
    "NdmactYc2Kc5YE224x8jm6Blv3kypZ/MjfaL0/aj8/Pvv2KDL+aiCW13JFTWfgw7k0PEQV"
    "VrvDR0MRPoO8RHsYgMPRTlmO4q/t3VM8oytnzG5iE5rfIZv8DrdNue2zQ7Ndlk/oW60fa7"
    "csnU567KAbpaCImlIvgdzBewuPwZbqrRBCyqIOYuhdc9SxyaxvctBDxS6/bcw3tFi7GoUq"
    "HrZuQpSlUOT0w5EFJPO4DrCaytxxWYgOhoru/CyWMLv3/34cdJkeoUWqh4Fhbl/uSLPKRR"
    "VbGu3KSka4kpSTGoEatKX5FzFX4YqwdUVqonVBJW1Sv0DuAHMhRRLIvesd+09DUYuRQMZO"
    "x0QqYsXjG4riuWSyo/W6PWOpk35azBtE+DyRq1xz9G7UZtt3o6pqrGQ6ujlW+uyVekITg6"
    "k/fi6fk2Dv7YrHsfWJ2s1d7I9RSTSV6VsqbXLnNdq3+GH+dCaDRR0AOv5zpfh8bNYIWpiY"
    "1iyu/bywStUtBSkrBlkgvhMxq0Y12RqyE9BcF9QZ0fGXZ5+e7duzeV5eW71/X149efv/sR"
    "wFfYQyMed0zuwuozWc2rUlZxMV/MKZ0nhpXCcokBY7lOy7a1vlM2wa516Dkz53E/MCk7fH"
    "myU5NNPK7UjbbmcbF0MfMeIbmp2UVdIUrxaa01oiZEBL4qH5VVhWojcvvoVvv+6PALlpY/"
    "/gmfg/hY+IrHhAVeVpXp8ilZTJTzEBzPqjphaSxfBPO0eJYlRk9hZZtYYvSkjTRLjB7/GK"
    "lVwbhmUFVqdDRd/54px53AYFCkDxOHlGsPhixGVXBAGiMbk5NlMXjoUM+DyWuUHaUqNTqr"
    "uv+VRVkvYEG0ZeG8x7DOpUYH87OLbUrrQatOoNW52oReavcSpZtMjVI1t4iOgaDbN2OE7j"
    "OOFEnkGrH8NbEBZ3dq4j6ShYE+AO69l5GkoATfMecB8aXdPdh5b5lSy5QeF9i9MaX3LCI9"
    "IGwYv3tkC8e2QHcvn0eV/eeDFL9E4o577SmAyqcnG6lqKZwwbbktXx0QrpyF4jXJRLULbS"
    "2ND+IrY4n5pu8EVhBDj1skl3X5sBbKuq+ekbXOOtDex0SdRpRUviFt52Dca+p7zINGBbQr"
    "TEytarWQiM3wTgR0An17YonlUPIf/bfMPKGzZNvZNfQT8FiVS8tvt+E1/DFwfQ4P70jmRi"
    "zOY2uVp3Mw4/PigsrfOhKxgI/QF7J0JaTehRooeLLMzZoGa6L7hK5UGZZK/m6Rl3DDhNmx"
    "KtmCF8Cisuq0u6DI3iv36bTLKcOU2zTQeMGqoe5iyT/fgF5L8TflLH08sRT/Zz1GpW+Qyb"
    "pWE7Mk/71UHJcyaTMjun22ColRGG1DO2xpncdkUhcSowC85vt5frnNnMZm3f6f6mTNyVmr"
    "hG3LR/fUrgiNAuzBfcvLmvgO0BeCFv6dXPvR3mni3h1TXUjYiOrNw7FlRHVtL0A4Pg9unS"
    "WNXayj5KhCIC27ixs3dDf2Y93UDTZ4bfrJz2Fj4MgYVJt98vCf4DFknzyyaf3QHZhD7wRc"
    "c/eWxWctmwDpmckm/j9WbbZk/j/kpcKnbJ6oguBYdjFLiRGntSCJRJo9O4qs94wHXC6gsc"
    "smmbP4kgdJ3JaXci9XwR2BdCNA/aT+7VkuyjCJQswEogh0TeNrN/n8aumFvpDEFeKWszzT"
    "SSaaV8NM04zM+R3Iz0RUK2CZFa8cM1V+ckySpcJPmWa1VPjxj1G6TBrR4IXIGE2U3n3HQr"
    "r2BW35LHTzJiURS5z0TpzY0IPPtrb8NTqoMO8HlfWiVTmvNNiso+umjk6hsXVUaUVhDhjz"
    "dKRnlshOMhgjD8RdTJBH5zBWV0oX1oqv9vqQBGQx0x1mzWuLMd3PRUaqFlsPEqs2H5FKZt"
    "Xm4x8jGyRqg0RHqqnZsAsbdnGqpP+BE9Rcr8RPSqU+a7Ms8pObrYoV3IBqZ14FuKLWPya/"
    "Kdobve8DTOhNUq95lUwG2XhC4ZDHNNmuyPGIzxfxxtrAPV0CeX/tjTPJZAsH+1L9qre4xb"
    "Ba6OThEdN5cQKMJMARS0IHe5dFHx+Ty/PL56UuCBIAii7JAwGUSBq/EGHCnBneD/rVO2DP"
    "haT5g1IBWzEZkyfnj1IIVFudiV09YpHDHO8Q7xT/IvEKjEPof0a5n8A3qaV7soqEws7TNh"
    "cmCML0QBgRQcCQuyKYPV0pU7ofpeS19JPtYWRPqmIF9P+XV/oIdJIN0iwSS6LSulvb7lS+"
    "HNa2O3GFytp2Rz9G5u6lD/QrPU7Pi8HcSstfchPU63IWe3Psq7qXCfpNSYv/7vjv+g50yd"
    "uxMB+L3AIw+zRXxGz2+t2+uZl11IS+E/eyyGhgv7x4+uLpyyfPn+Zo50c2gdwO6A56ZkVs"
    "NKh+hqzpEW0L7IkzNaH47uNX3wXsWsCvPbOrBx2U/XCr/fCl8GL4OF/Y2SbitGg12Y5Bdd"
    "xMwijnN3JvaYnFtBBrwVwqV2R9supEwSWhK8rjNJ92S87vh3aLnGmxg9jwl17d6xJN45gt"
    "wzinIEtE6ArJVbhf5hGBScgtJXgyC+PEUoKnrS1YSvDox8i6ewzi7mFzUg8espzpBAaGd1"
    "lkNCZib4a3dVmyxrd1WbIuS5PTcFlSqLcY3dlodJvZ+ECGLkqPyY3KLHKjzN0b7AEve6P8"
    "cHStK3R68QWYo8Sl2BVFA5WtVQtXLEP4t9XA7vcCaGp7XIY+XTtZJ5kjUP43lZlPE85kFI"
    "pARan75Kj8m+TL1CMHTHy/ms70K0zsiX0qn6bASb8DDZ+e1BeKS5VUdS6Erdt1OqvnxNro"
    "p61UWBv96MdI/WuwoGXtR6jyXT57tsWqBa06ly11rmbY4IfVBOBcYHTMx5PL862CxM83RI"
    "mft+Lr3LGIQ6emBEhT2CZuM6nMtaTzlsVjQ5raTMA62pg72mQatKmN3u+KfUzrSe9p8erG"
    "iwnUbbJjmOb7xhytPxOcs/YDVuPKqJr9w3uxDbwX3fBeNOAF4zgw/i4WQvZ7aPA9RCICzE"
    "vZluJxk0N2WWoMS8bwrvA5AWRmaNYEd7I0jwz7A+30Fs5DLEBgTFec9g7s6mOw+iyodDyx"
    "CjAFFvNgSZExd53MacpwPO7vzI6Nwdggn+XMRLRso8I26JRVsQFVnp9//vqHH77+P/gZiD"
    "DuPX9czJe7QF4TGxDyi8vFMFi/3ALql51Iv3ywW3F/23B/w2FjZy0bcemZyaatuDvVZuvN"
    "uJnw8wp+OnAIS+lRT6cA0wFdUm+Z6Rh6HkjuMXKjyzncTMgtW8Ph6ZrcyIWIsKbJTdum3H"
    "4uhJtzqlC3U84cjFl+ubsgCyFjvIi7YLg/d0U+nvnCpf7HM9w7wz043EZTtxQlgT7y6pfX"
    "WQaABdxIvHBA2r3tiqjHN0s/QQyvjtoB9IW4hRulmEkAjya1OP8lhtwzD+sapv8lX9J00x"
    "I6UAd4TKRQ24EsiuD3lzfqjtQfN0TStYRHXH/Vte33e1uScTWZ/vGQHcFOlbN1Q7BF00zV"
    "yuOlYnpxALL7e6es9dv9veMfo+wDYKIDlWWOwnUhu6GBvBd6UJAadRMl3BGGHO9QO7Eq2g"
    "tBdEQs/l52XTNFxwTrssyAar9Ss4aZ1/27nlvvgf3OYwWQAb5Z+xHi2//WiC3Md1T55bUB"
    "aKSn5BJDbgZmpuip7ggW5rHJLlVVyu5S7ZgopUyUmBlNreLWdprs0XZSJT4jpt53w/2Tuq"
    "gNrrP1QPvbLLHVKo8xVmnrapXdmyUlbQjWeC/xWz0aUtGf/vqe+Tmo7dB/SLsZEex/7HNH"
    "6Qfc6A5oeq+NbaXy6cmmvaVAxHzGXT0XvELKoDblVHhrjHxSGzDC9widikRvv+yyE5S07j"
    "bt60K426Q0FqWqMK8zzzIgx+9YtE4TqmBYGOZTuSKVbRwudaKWFQtinfd5H2FcdtPGbtqM"
    "Xqm1mzYnMEaGkfhHtFWTwM28OLEo0/v47G5WZFR89tCEyG6eoodxDz15o9ruJNidBLuTcG"
    "Q7CbegvQQnvY+Qmnc7UNklSRt3sauiaPdyDqO6WIraUtTHBP5BKGoqMT/zkgVteRB3Ianf"
    "lkjTEQ3CXgnr9wy0IR6LaH3WwleXzk420dVR1o5vHw8R+tRNQwJUqmyig8S+kAT5wW2Z49"
    "asZP30rCIeXJeFSFvJgIZyITCN9wwQJNxTPLRMZMhA4y5Oq8vKjBaXlHvqGirf+BVJAp/f"
    "4r2xj0FbTUI19eA0l8SlAVaPnzKyoJ4uG4isdw71WleQHzgw4SRSlZ0iiWRZ8VNWpC0rfv"
    "xjZEMZzFc3G8pw6i7g1sXeuthbYtwS430Q45ipGU7jKuygFWgy79tkByTL0aH2JD+ZdjNi"
    "iIXGbkYcXj+3mxGH2YyAO8K8WbA442MYfGsbgg/65J7OKOxt07llme9GPxewqD8QdWdX9q"
    "ZN2q7/O/MzGYcOK8oMxmyxy4h09mHHZecwtsYeiMky1S5t16zd1yzrPGCdB44J/MPEt3Wv"
    "RUauA2k3I4K9+k21YYBdMO3TqyKfVi0+FeUp1+1RUZnf97tT/JaVIdcOBMjFKP8EzLqYdX"
    "VFIoa8pIfXaHcowIroa5VpselX0f8lVGl1zJe6LPI2rhYsUDJZlzqmj96yYFKqynYTMVdE"
    "3k3dwUOsQJp9Ugkh0zmb5atUneLuGYEDaQhh1iYtAh/TOeaDdGmEjiwTwmd4s9AXl07m6a"
    "F+ZjQiM4bl7Gbc19XcgzzL5ZTN4AsAc4JxdMYgLgbxSxKICGMT53MW4Q0vxR31sXqdepBS"
    "5Tpyk82Q9+kzAgCoB3R7ehT4putqBh7+WXf3aGteQKUmoR4TLbm1Z8gmtXxkAZCDKODWIe"
    "T0xsw6hJzSGJVXSQMjqiY2QgOq/0R/x+F7c1Qg97xPmH20jVabktBwS81Ivs9NI8t0flfF"
    "xrB1tdcZXijhLZN8U8hvVdAWHjEI+9XWiQnfW0hYB5zeqd+G5bbtWtMQHOEHde+0b1SJhn"
    "kg6VsNrTkx4LelfBvTzpTw3StJl5GabSRdifDsJul0dRWnQrJuydVxqWqzMI8kIZJeESM0"
    "8BT9dUWmsIYuma6S8kvEZsg7eSz0xRqj5ciNvu7Xf8qdwVvCoPZyFWTsIhbDcAIWdJ0Td0"
    "seJDF0JTQLtuIRe5y1pHG1XAwLCAVoOIZcRUmgsoZhyi4dzlQm+d4im6YEuHqUQCCvhzrr"
    "v/FM6ef1q7evCA5hKrQEXUA/mGTRHYs0MwjCAfsUO+mwZTemeDsfk6wRL2G6zsx0rQ67kX"
    "oiaBkIdbOLjIwkaxYX9/qY/LYQ7RFdS3GnSuIgNkoa+dAkuEqfiWvEQsxltloAKABOiopY"
    "MQ9u2aWxu3Bg/KooKmoxu9807AzrqzEv7ScQOjGbviaMPChIHomF4ijhEtD1P3kcs8ipVM"
    "2p0KKqVg9cGqSkIEtkbiXMmsCThM5AVIXSZTcxIdRfYb0cuOJS86bKOatWmWchVkX6NnxU"
    "BmuYhxWDAIswEvj9k7puUMBg7IiE9QNzwyU4PSN+p1BRPcMEg5mK20lqLNVUyY/pC+iMbw"
    "wj9lKkoXs8VixNpWFUczbtEuF3JIdFvMJLz3gE3c6F8NLiSvr+81mizhQ3gUM+E76fDmbR"
    "PWbKK912yESIPDQOlEqip2slVfqZMmiIHUGPEbQSxN+Qyc5WJrJJ7iwzaNnbsY7RcVCKn3"
    "U4n40tK0ISLrfBFlp1ByVcNvC1Ge4GpLpQ18dq3mmQksm8bhEdMPRmmKVjP8GTqS1nAnZZ"
    "Znycef9bb4XJEQqfuy3c1SYytylrXXd352/ZJ9dPPOaEFA3vwMiRuk32OCh2vN5oKPYMZj"
    "5zUqpgl0GqStth6n2YeJC/DQuj16ghaAdnn4NjvMy1ydoh6n2IQIFy0HfVkWsZs6WhidEi"
    "bbfVTWyNRMZi6Wi3ZZjqEW3z3NmQ5aJD3r4ovb8oR5Hz4sjU5r2SSunu3IpNF0LcGr0WLa"
    "LWWtl96uMo4x4ubwsf6uTAa1LDkeCX+5rtvWwIVQzy0ga62QZDU3Y4fL85x5/9gjzwHkLm"
    "obDLINiw8odhn/k1GKqeZbED09v5Vs8Ra5qZi4fBAl4WGW51aSws58ezYqO3UhIxR7/4bn"
    "s93048O6QPCO2RfhiVT0/unGW2Jjdl7cq868pc8toysXZqYuMzdPaUdi6dtbtlPqsLjwH1"
    "oROgVZ1Czdadpqxddx607pR9Onf4BNTF7Wg8wDZqeMIa20mtPdgxefiYpO7Duw5ISdyOxs"
    "4eiOi7JyKPtXy2uzPUVYSsEVAH1WY3G7xqsY0qHBTuO8SvPVi8c9WoyIwpVP9B64ZN0Xeo"
    "FH3N+dwDyH/LOxopvJW3uALs+x8/XL9//f31WcfC3AO6NuC4hPI2KSaDUjlJW6Fy0yjsN5"
    "diG3YbQrbrGG/IsZglYGmM9DZB3NxdEAwa5gHVEZqMRpKsMGyTTkUS68SI6SXa4rPNO2iN"
    "8qylkSn12Jb9z8Z62lhPG0doYz1Pa4zUAr12AGDQciLT/E8t0gN6Dhxmo6RHF4ISfInrMt"
    "mmC20JfyFvB2CXAQBtCutf7jwAJXk7ALsMQOrLsfMAlOTtAGw/ADWldntFtSloyTPTDJbd"
    "WxkbE1h+vshuoCVlKa/YA/mcEdZkmNTYnNoEu5+KLL3uPSD8Q7W3kYLcXCKPKUnfNZW3Zy"
    "1sjzo+2cTuxNBiSzLnXcBIyJnLsC7ESkS3VyqZnCQ0YuSWhTHRSdTWOj9XlpJupRKdeS3k"
    "zkM7xDx7cMf8jjm30Ej96HmVJnfDTGT4gJglTTec6Mx3Ki0bwi6/VY2QmphSyTBTG/NnJG"
    "KzRDLZzFVH08xuaXe696xMBtw7uYV5nCX4UwfiBTytymlW4lxVPjOspQHakCzdJybNq6f0"
    "CxjzMKtfgA8MQpVEgSqPICCnkvepkyCxTNKccQLT1818sHXhr6zCR5rEENqrBHvqWkkQcz"
    "9Pb5hnUUP/B+jBS0oApxfNcwDCw9MiFZ7Kx8ZjnRJvJqIJ4MXIjba8I7gf6OeminkT5Oog"
    "FJgriDCpG48flzACvRExVvMCbit95GoiQM0i5lkblYWL+QYnOMVusP3XOPVuythT7JhF+r"
    "KYFlBihj+O2RVDmKFBnCFKSgOIz485G1XLCabT0wOtbkmlLEzBSQIfjDz8E+Gm+iYwd2Ra"
    "/aRIjUiDhPrkvznIHvxfJ8v7NVQTCwcXhqH1XhAUWNVYFCVYX04ltoS3wVNvAaaS1EkcMZ"
    "EiHPny+uLZV10kao0jbc2clzq2QtPW0yXGTjWJmBRJ5DL9TcE1NztQ7c6Ij+3eiT+ilFZJ"
    "wr0XA+Wz6mtz3jK4p8wOWgb3+McItQeTBS1rP0aPosttFq3L7kXrslFdxThW44FhGrtNe2"
    "iaMG+YL0P/sRoiiTFftgnKJZExxGXsG+GGzrS9H2JN0K4aW6waNY3UGGzr8nmPVllaO0JE"
    "A60FsBKNVpC64AjXkX1kTgUrGMw7h861MWsCeYvo+EDfSzbPgrEywbsq1QvUh/Upqn0lz7"
    "f6TJ5v+E6e14FOaSsTlEsio4N4HwvIgWMi7l88Dod3/59HxRUbZ9eqSg1ox0i4paHsmG+2"
    "wPqbTqi/qSONRLoJxln7EWp5+0lorSluI32jEBlwDmvu/VRtcdxRMME4az8+RW4f+cL1ro"
    "vZR6+QGR/G/X/w8l02E5ArQlaruBfk0vaw6VpRErNA3ws0D8LEKEt6LnAc+WpHVSI2q6Bn"
    "Mh5lGZsw9SHleSXevwHyhYTF/QE1G0xTZ9l0WQ9Il7WElYLOW0z1brxLIhZxc8Q1JW2yrh"
    "QS9hPb+3Ljotuwr2O+nYgBMjJmplXaujuxlRQMIkOUv+MOvj9VOZsDa1e/nhkPuFzsMAA1"
    "QTsCu46ATZg1iMFrcw0dKtfQYQJPflOxB+/F6qwl+qQ4OdkUgqLjF7YMQnmVhjto73ZJuU"
    "cWoCCIK3IjGcN8pjfodJ/VqicxnMR0IcqLHb3tZcx9HzS7OyabESm99o7hKWl5O53VkxCi"
    "/81CO9DzX11ECrLiMMuTmFBVrh56C2kiWRqPMIvEkkzZDF4SlFPZ0Zm3paN+p/P8Ybe5jm"
    "hvvMdNLusjf8pagvWRP/4xAkvPdE+oJDJCza3/zc3QKMA9tIHtnSkDABsnNaLNVpSa4JjA"
    "HTr/tFbcDImPQsiu5vscnYqCbPiK1EUtO2IyCg1T/TAW5Bv0TzxrsR71ickmy1H5NppkL/"
    "ApWF9cR+erOCsMX0cDq/BHBVOPezcYI42NVAp6FeMeRfyO+h1JDB7eLxqLaF9NSKqsTEiY"
    "/sq+A3l0dxgJTBCWBniDwSonGG8Oh+8Y8WGqR3kcPlxurjMHsE8hhxcGFrV6uH3xk9m1V2"
    "CFriiPMao+EiuSysJFRBZyPxXemmDuCEwy0GGH/t5088XA9Acn3Ny0KIws5+Ygq3G3zXr8"
    "Oe/H5CGUvRwGOJdELML3I2zqPD+82/xg4PbsMo+h0kbQ5gIjxHbTQpxh+6IT2xedcZFGu1"
    "ZloRFi3D/rYaM+9hv1YYk7S9xZ4u5US5cNXsMv9fXaoXxfVdKOwG4jQN1/JWD1mw9ATdCy"
    "cruOQEHZmA1AVW5f879hF57+9D8SSvQVi7i7OGvhRNMzk02kKC3a3EeKdg/BA7xKbImcPZ"
    "TIuWORNDQASyIj1J33k5oFXioDhNPmI0T34nyrfCznG/KxnDfyscAVsbByE+HuAI2SyPAR"
    "GocJjektFuOgH7M//h9mHoVj"
)
