"""Due times."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
ALTER TABLE "backup_schedules" ADD "catch_up" INT NOT NULL DEFAULT 1;
ALTER TABLE "backup_schedules" ADD "jitter_s" INT NOT NULL DEFAULT 0;
ALTER TABLE "tasks" ADD "due_key" VARCHAR(128);
ALTER TABLE "workers" ADD "present_since" BIGINT;
CREATE UNIQUE INDEX "uid_tasks_due_key_0fcbae" ON "tasks" ("due_key");
""",
    "postgres": r"""
ALTER TABLE "backup_schedules" ADD "catch_up" BOOL NOT NULL DEFAULT True;
ALTER TABLE "backup_schedules" ADD "jitter_s" INT NOT NULL DEFAULT 0;
ALTER TABLE "tasks" ADD "due_key" VARCHAR(128) UNIQUE;
ALTER TABLE "workers" ADD "present_since" BIGINT;
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP INDEX IF EXISTS "uid_tasks_due_key_0fcbae";
ALTER TABLE "backup_schedules" DROP COLUMN "catch_up";
ALTER TABLE "backup_schedules" DROP COLUMN "jitter_s";
ALTER TABLE "tasks" DROP COLUMN "due_key";
ALTER TABLE "workers" DROP COLUMN "present_since";
""",
    "postgres": r"""
DROP INDEX IF EXISTS "uid_tasks_due_key_0fcbae";
ALTER TABLE "backup_schedules" DROP COLUMN "catch_up";
ALTER TABLE "backup_schedules" DROP COLUMN "jitter_s";
ALTER TABLE "tasks" DROP COLUMN "due_key";
ALTER TABLE "workers" DROP COLUMN "present_since";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXetz2za2/1cw/rLpjOo6zrP1zp1xHt3Nbh47Sdrunc0OBZGQhGuKYAnSirrb//2eAz"
    "7Ep0zIJCWx8AcnJnFA8nfAw/PGf85WwmGuPL+2bRF54dkP5D9nHl0x+E/51IScUd/fnsAD"
    "IZ25aiyNB6mDdCbDgNo42Zy6ksEhh0k74H7IhYejP3iMrOmGcI+sl9xeEkp8FkjhEckXno"
    "Tj5ziRI2yYiXuLljRfvC+eH4hb7rDA4g7Bn6kdMId5IafulMxFgGRUyrUInAmBp2CEeoSr"
    "EeGGpNR/gvkcmC95rHQyEi5ZclU1gtAQDsGvlO6qcgmkiKSaUay9eNb0rLWkcgmz0mAhvE"
    "vuXJH3Ap9yybz4SsmshEviibDwLAqgyOO/RswKxYLB+ABg+te/znIIKG5kj3D273/D39xz"
    "2FcmcSz+6d9Yc85cp8D5mFIdt8KNr469XNLgRzUSOTOzbOFGK2872t+ES+Flw4FxeHTBPB"
    "bQkDm5xeBFrpusm/RQ/CBwIAwilt2ksz3gsDmNXFxSZ3+eR56NK4n8xgIx24Ts3BYBO+eO"
    "PA/FDfP+J7nDHI1lvf/w2fr0+rNlnVWWI95PabUlh2zh4VLmuLARnxX9arnMW4RL+PPR09"
    "/j62xxikfhBX++/vjyr9cfHzx6+g1eUMD7EL8o75Mzl+rU72oKGtJ4EsWVLRuA3QidRcMq"
    "O17wxRsvrGdIka7EGB6/yrqMSQ9sObN9t+9kje0K++bcE2trJfvjzgLv89vvLy8fPXp2ef"
    "Ho6fMnj589e/L84jmMVQ9VPfVsBwtfvPnLm/efi9zDA8izLY8i39mLR0U6w6M+eVSSiG3l"
    "WomsGwHXhkcpnL2LsMsnT1rIMBjVKMTUuSLauQ+OBthFKoN1O6wLmkQV7s/sa4P4qRDuhX"
    "jycT4WwHfg+/n1P5WYWEn5q5uH9cG7638qxFeb5MzbD+//kg7PseHl2w8vyrJfasuUHMkI"
    "13g3KhGqpfObWo0I4avC/SN8v8AG+DvbKNDfwB1Sz2Y1ICcmzU/JNCcG9u/pakqPbl/BgK"
    "4zPT6/yODZ4YlZGC/L608vr1+9PlMIz6h9s6YgAQpQ4xlxKUpHsrHVU6vLVfkI9ehCgYNP"
    "gfecGpK+/46FFNXdszo7M3d6stPW9H1rlR/Zyt6cwwhCZyIKlW3FcZEAp5UmRCXYbOulcI"
    "FWRmhbSrTC0KYCc0/4LiMrMD0DtuAyZEG9cdr1BWqMu7b22w3b6AilZPhQFtwpfnKNkXbK"
    "BoAx0o6fR7fUjZiOCpsRjEKRGkJ3rShWh9ED3rHVTH3PKipAcmbn13+lxrR0NF9vvbW+S2"
    "38KqO/VwQL6vHf1Lf5B/TLsmBCqLPieIrEV6h+5O87Wa23Nk+d6Gyp+jZ+d20UceeZcdca"
    "TcBoAoZHGY8CMJN0BFo6fhR6QFFoPWwjtB42C62HT8sew5rvTVuca0hHCHlX3wnjJjycmz"
    "C/UjtwF34oTXdi4Ld1G9a83/Xuw/LiNh7ZE/XIFhZ2jT1WXvjNVll+7bRNAlp7ktyiyGNy"
    "QgLmC8lDEXAmwapyiLSXzIlcJmu8rW0pMSEoO72x0qCXSuWRjLrMuSLCZzAbu2XBZjvVJk"
    "7rWVJMvMmyeYiYEx6qRJ77emiNyWZMNmMOGJNtJDxS/2oItHT8CJXbXvI8pBstdPBNx48u"
    "pPf0cQtwnz5uxBZPFaF1xULohB3S8SZhRj9hpkYX04G+gXwUQmRoVuQTKIr4/+3Th/f1+O"
    "dpSqA73A7Jf4nL5RDf1VnE3ZB78hwv29undAdLEKPdLCmjj5AJGS4CNYua4IhCcp+YlA02"
    "YHpqssv8k/Gg1lE5LNlgzrccWBmINRjH5+TzkhGVvo8mFnPnadGDhPedORMiPHejrK9Pf7"
    "3+9vLJ07r4XBfTxjZjHLZjSdnHj/gcBIx2CUMJAxtzzcMlXObyMVlOlNEJx3FmtCOxbsMV"
    "HgD9h7USTR1Glc5YIH1aIMZKPH4eKanQkKreLNaKVMaiudOiYV99DmqG9qtQpOvrVRgU6c"
    "PErzPtoQZ/IVxGvSb7Jk9YYsAMKPsSRilPhlWiX3z48LagRL94UzZcfnr34vXHBw/V4odB"
    "PGyAnPsWdRxYvFJLYSpQDWdGng2jGHUvWVQYCywIr0ay3BHMzqhGB/OTh5ctcIZRjUCrc6"
    "UFvYpzDZVuMtPK5q8hHYOvqu8sDRqFS0uKKLC1PNklsgFXd2Lifiu3BvoAuLdZ64+al/qj"
    "ykqnoATfMuseeUnNM5h1b7KTji87yaTMdJIyc4cQ6QBhzbyvIxMcbYFuFp8F3OF2yPuf3r"
    "49VK6SWu41/un0NWh2TuNK0qwXOSdTtqLcnSrf7hRnwMvCnwFLXMdY/eGKNQuITXEqKrHs"
    "c6NG2GLlw79Ocw1JVxdAb7XDpe/SjZVOkjYqyv6mym29xglggSMRpkyT0k9csvJAzBWxKl"
    "YtFLF+g+UsOCfQz6hnJe6CjJ75wl6SlUy6GHGpeiEthDBu8NP5bE2MG/ykfU/GDX78PDLJ"
    "Uv0mS6kPqw7AGcHogguPLi9a2esXOwz2i1p8rVsWcJhU18ddJR7Qz50dOV1H9wq04yrkzT"
    "lTGcEYfCGHaPCkK63zNOOTJ527n8rGiw7UdbRjWOZ9Y378BbaZj+wUS2zBOPa0v4tbIvM9"
    "1PgeoiMCzEtZ5+9r/igWqcYgMob+MuYcQHqGZolwL0vzyLA/UDLVWljYck4EFvMQGF2JUz"
    "+BkT4a0mdJpeWItecK6jAHRIoMub2jtGEnP+6ezPBGgzfoz7LmIljVucJ26JRFsgFVnnfv"
    "vnv16rv/hZ+BHMadh/JDvtoH8hLZgJA/vFwOg/XzFlA/b0T6eW1A+TBhuJ9V2f1ZTSAuOT"
    "PZFYpLivbbBuPmwsXtL1QtPt5+5EsCeptzpSo2JLMDLMlQITNVzY/xKu4wMgVmzPliOiE3"
    "bAOHZxsylUsRYHvxaV1Qrp8LYXBO5b1l+4fEP/H+JUshQ7yIvWQYn7siX85cYVP3yxnGzj"
    "AGh2E0dUtB5MVHrv/xBmZ1qQytJdxIuLSA2r7JRd9IEr/DMQTfrPgJQnh1VATQFeKG4cYl"
    "MA8ejWQxCrjCLuxYGBN5yX/Jg2ynlTVVB3hIpFDhQBYE8PvBVN2R+mNKJN1gc9vNN1pN79"
    "RiulfHu0aVszYgWKNpJmrl8bpiYj3z8uHjZ4+fP3r6OFMvsyO7tMr0C2nie6es9Zv43vHz"
    "KP0A6OhAeZqjSF1Ib2ig7IUOFKTKji+YFQt3sM+uL0XSThxER+TF72fbl0TR0cE6TzOg2q"
    "/UrGHWdfc1GCZ7oN91rADSwDcdP0J8uw+NxOZSFd7mnhNbCtNxYrcXv2XHiYKmogxALT0l"
    "oxgyGJiaoqcaEdyaxzpRqiKViVLpR6kqjhI9o6mW3NhOkx5tJxqFwgrYKt1xWCN+UiY19d"
    "PtgyWmK/ihi8JMy+p9apdat6xuDpbktKG0b3CN4ElIf/z7R+ZmoNZD/ymZZkSw/95nROkV"
    "Brq9xh7U+dOTXbElT4R8zu14LThbqpbRpk9ixWbC2WDlkwrACNdJtvPD8Ms+kaCoNtrU14"
    "Uw2qQ0FqWqxK3LaqNCgBxX7a5VbEmVhQUcW2EXwjgcgzh4nnnwKxDeoo8yLhO0MUGb0Su1"
    "JmhzAjzSbIFwRKGaU2zJf5c/u9krMip/9tAOkf0yRQ+THnryRrWJJJhIgokkHFkk4Qa0l4"
    "F6ZfUUR0jMuz1c2TlKU3exr6JoYjmHUV2Mi9q4qI8J/IO4qKnELQ5WDO+hKv/3cFK/zzlN"
    "R8SEXh3WH7NtaM5q/NW5s5Nd7ur8toXtPNTXybbz8daEAm6VxEVif5IE/YNtPce1Xcm6m3"
    "m4jP+T6AF2it4Z424+ZQ3VuJuPn0emRkBfupkagVPPrTa56yZ33Xicjce5C48ztkAO4q0P"
    "LDSvdNZ9He2AXmjMVD3JT6bx8g8haIyX//D6ufHyH8bLD3eEDalAOONjaHxrK4T3+uSeDh"
    "d6i+bWiPlm9DMCg/o9Ubf29d7UURv5v7d/xqO+XApANGBz4NlyH440zmH4si9fTBTYRIGP"
    "CfzDFCqlgqVGHunEgJNpRgR7UYabeq4mmPoMj2fLqiY4nl9yzaHxwvq+Oy7+C0atsbpJoU"
    "zQ9lcFT9g+L53qigQM/WAOXoPMA7FSFFkQfkNgDuptVMu8aoC8+0tgtZZqfLmSub6AzFM0"
    "6ZRxcRa9Yd4kt73WNGC2CJxpOVIv1kANtil29kvWbNp4UE2K0RoCB5JasHQM1qFJBpdZYG"
    "M/mwaYkTAhfI43C3NxaclI+gw0efUzpwGZM9yXbM7h5cKkAS9rVzhjc/gCwJpgHIP/xMZq"
    "bEk8EWCR2WLBArzhlbilLm5Dph4ktwUZmaYr5GPyjAAA6srNmQVbfBO5moKHf5bTC+qGb6"
    "FSizDmSUzZOhNhlxo4skq2QRQ+k4BwejwzCQinxKO8lNQwokpkIzSguu/Ydhy5HkcFcsdx"
    "qfSjrSVtckTDiZqRfJ+rRpbu+i6SjSFU0usK3yrhNYt8V+1mkdDsIKFRvxlbJzphkC2FSf"
    "joPDxSsdzaypoK4Qg/qL27fYNCWcM9nb7FGokTA76ty7ey7HQdvr066VKnZp2TLufwbHbS"
    "xdtkWAUna0tfHZdqkw3mkMhHp1fACPUc5f66IjOQoSsWb3fxj4DN0e/kMN8VGyx7ItP4ut"
    "/9OUs+rqln6eUq6LELWAjsBCzoJnPcrbgXhTCViL1gax6w83QkDYv7fjCPUICGY+1MEHmq"
    "/RP2XiJ0ASsp7+R7j940RcDVo3gC/Xqos/6GZ3I/b67fXxNkYUK0Al0gfjDJglsWxJ5BIP"
    "bY19BK2JbemPLbudgtizgRizcMmW3UYTtQTwQjPaFudpk6I8mGhdt7PSe/LMUXj9T8rMSt"
    "2tsEsVHU6A+NvKvkmXiMmI9NqdZLAAXASVARa+bALds0tJcW8K+IonItpvcr45vEjbKYk8"
    "zjibjDVnxN4DwoSA4JhfJRwiVg6v/jYcgCq7D9ScEtqjZdgUsDlRRkhZ5bCavGcyShcyBV"
    "NVHpTUwIdde48QlccRX7TVUyUGmLlaVYb/tw4aMykGEObv0CWPiBwO+fjDeA8RjwjkiQH9"
    "jkK8LlGfBbQKXRE2p2VTENuowzzDgsx8mj4/Ci/aErpkz5zjbr+7INtjCqOe/7soKv6c41"
    "oHcH1VvciTipA9FZ1zWkA1Y3DCM6+qlPS8wXHbDzNONzE3cfbQLDEyxYNAF84XK7xl2zy3"
    "9ZpTUZ3fu7LNlX240cZvkUbU1PK6W+jvY4vMp4vdF4lVOY+dxCec7qtp24m0lFasOmztnE"
    "vextWGq9RhVCw5w+maMt5upoDYs6ZxEoUBama1pyI0O20jQxaqhNJFnH1ohkKFZWnKkLSz"
    "2gdckqOxoJNNCbF6XzF+Uo2gocmdrcq1MpCUit2WwpxI3Wa1FDaqyV/Zc+chnDlryuYqbR"
    "B16iGs4JftnXau8kIFQwyHMxY70AQ5V2OHy/v8CffkEeOIaQBuX3YYKp3L0f9mkoX1P1zJ"
    "Md2L2dhXqOWNNMsxo0BHieZDjpUhEsF8cjsTFBJwqYFb/4dv1epI14NlAfENoj/TCqBJks"
    "H0lPJldpjWTeVzLnEpV0rJ0S2fgMnZ46eyWrdr/mUmXiMaA+dI+pYh6kntyp0hq5s3dGD+"
    "bCiMBhNa9Bc1OdApH5qJoGOQffwdAUpgwK9y3iV19v2Cg1CjRjqva8l9wwXZ4O1eWpup47"
    "APnnbKKRwlt4iwvAfnz96fPHNy8/nzUI5g7QNTVrOZTbdCnzcltLmd2qdnGh33ZcddjtqP"
    "orY7yjTVdaw1/hdJs6QG4vCdadcU/RkSWjgSRrLOWiMxGFcW+t5BJ1JX76E9RWTZU6EeRm"
    "rGsgZWqnTO2UqcsxtVOnxSMloDcWAAxaTqDbQqSGesBI3GEcjx2G5HLwRbbNZJ0u1BL+Lb"
    "1hwD4MAG0Kt+zamwE5esOAfRiQxEb3ZkCO3jCgPQNKSm17RbVKaJxnuk3QmkMZO3ug/XGR"
    "3eGWlLnWNPf054ywrfek5M0pLbC7XZG5170DhF8VZxspyFUReUx9nj5TeXNW4+1Rxye7vD"
    "shjGjpzPngMeJzZjNsLb4Wwc2V6kcU7xR+w/yQxH14NmSNvXjSrkZr1SvHqXHu3HdCbNUE"
    "d8xvmXUDg9RPvK6S/kDYgwcfEBvtxAMncfMk1dkHYZc/qEHomphRybDZD3PnJGDzSDJZbX"
    "dEk+ZAyXTx7Gmndbh3cgPrOO0RpQ6ES3ha1Skq53NV/Y2wHTtoQzJ3n9h3qdwVymPMwcZQ"
    "Hj4wEBV6TalWVICc6v+kTgLFKkraDgnsgDR3wdaFv9Im8UkfLBivejSpa0VeyN2sQxb2cJ"
    "oxbFIvXGzP5EQ5gJOLZm2k4OHptpuS6tHEw7ir0lwEE8BLbRyPlncA9wPzTIuYV0EuMmGL"
    "uYIIJoUB5zmMQG9EjNW6gNtKHrnYSyr2ImaNv5SFiy2rJrjEpjj+O1x60zz2FCdmQXxZ7C"
    "wlsUkUxwZdPqxQL0wRJTkG4vNj2y81coK9r2JGq1tSXa9icLDLV9wpf9tGi3oRdcl/MzQd"
    "+P9cuED5k9/k2Sw5LmvbQyXZWzC09nTOjaaGBEyKKLBZLOhREKYHitNpOUmbw+NH1Lclir"
    "jzbKCmLV1FzI1b9ZRddsatevw8wk+6jkBLx48xzeeyjdC6bBZalye61zAMjZgzzJeh+4Rk"
    "EYXYB1UH5RzJGJKP+0a4ojO1Tw4sERqp0UJqlDRSbbBNHuYdWmVOdviIBloLYLppSZAy4Q"
    "jlSB/tAcE0BfPOoovYwtSBvIZ0fKD30rJu60bSwbtI1QnUh030KX0lL1p9Ji92fCcvykAn"
    "viQdlHMko4O4DwFy4EKFu4XH4fDu/vOoHLjaLWSKVAPaMRJuaSg75vsWWH/fCPX3ZaTRu6"
    "2DcTp+hFpeP11bY3e0lr6xJRlwDcd+8lO1xTEQoINxOn58ilz3TXGzsIwOwAUi88W784uX"
    "iyfqruMcmQH6TqC550dabWozguNoGDiqbenSXXt0+JGnMR3r7rMloMT710B+S2Fwv0fTbN"
    "3eJaZfyT36laxAUtBFjRnZjHeOxCCuj3jsLtWRK1sK84ntXNzYmGfqxkXCVsAAGRky3W1y"
    "micxraw1SglUgtweeSlFOtM0ad+ckzn3uFzuwYASoeHAvhwwHZYOvRe1aU7Ta3Oaw1Qq/K"
    "KS1T+K9VlNucL25GRXzUKc8N6yauE6yY+PU7Ml5Q5ZgoIgrshUMuaBnJxilna6zTEJ4aTM"
    "dh/mmCvOXRc0u1smqyUMnc6O9QzJ/kKW5LCYCSHxv2ktAGbmq4tIQdYcVnkUEkpc4WEeuU"
    "8jme4OPQ/EiszYHF4SpFPtaZs3FW7b/eKwIZgjitt2GIAx+dunrCWY/O3j5xFYeroxoRzJ"
    "CDW3HgJvWhXRvqmEbqwxB2ysxIjWkyglwjGBO3TD4lhx03R8bImMNO+TOwUFWfMVKZMa74"
    "gOFyqm+mEsyG2HzreYRXdWY0eWh0x2WZO5rEeVlqdTDe9SMM54XO2tSoSwHBrtr+2kYAly"
    "Z4oV6DhItTRXNdNBwG+p21AUf/950ZZE82tCEl1mQvzkV/qZyCqX/UBgw6nYhkV7Vk6wfh"
    "kO3zLiwpsQZHXdcLlFXInOvvoc3ieQeeXy7e1PavZegZG6pjzEKu1ArElCCxcRaQn3TDgb"
    "gr0IsGj9nmZqnTKySy6MrE/jIAK52Ww9/j7pY0oSwq4D2lUiGcnoHDPdA6yb2j18Uvdg4H"
    "ac0I2FvFrQZgQjxHaXHE6xfdaI7bPGqj2tuFWeaIQYd+/3MDUJ/dYkGNedcd0Z190Jgzv4"
    "zr9Jwtceu/8WKQ0T9mYCtX+NwLzX50GJ0Hjn9uXA1jejx4AiXV+vwDhdIkfiHb1mAbeXZz"
    "VO0eTMZJcvlG7H3OUAbWZBx567P4rbrrftVW5ZIDUtwRzJCJXofjqI+DV73u9oHeLX7XU/"
    "BnQfXrRqG3Kxo23IRaVtCFwxZHX7szfXauRIhi/WOEyVTGdlGQf9mP3+/0AN35Q="
)
