"""Mirrors."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "schedule_mirrors" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "enabled" INT NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE RESTRICT,
    "schedule_id" INT NOT NULL REFERENCES "backup_schedules" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_schedule_mi_schedul_c61738" UNIQUE ("schedule_id", "repository_id")
) /* A further repository that gets a copy of each snapshot of a schedule. */;
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "schedule_mirrors" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" SERIAL NOT NULL PRIMARY KEY,
    "enabled" BOOL NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE RESTRICT,
    "schedule_id" INT NOT NULL REFERENCES "backup_schedules" ("id") ON DELETE CASCADE,
    CONSTRAINT "uid_schedule_mi_schedul_c61738" UNIQUE ("schedule_id", "repository_id")
);
COMMENT ON TABLE "schedule_mirrors" IS 'A further repository that gets a copy of each snapshot of a schedule.';
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP TABLE IF EXISTS "schedule_mirrors";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "schedule_mirrors";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztPWuT2zaSfwU1X+JUyc54/Ixn66qc165vHTtlT/buKt7SYEhIQoYiuAQ5srKb/37dAN"
    "8PDSFREkVjqtYbEWgQ7Aab/e5/ny2Fyzz56HXs8ugt99nZK/LvM58u8T/qgxNyRoMgH8IL"
    "Eb3x1GyK06YezFPX6Y2MQupEMDSjnmRwyWXSCXkQceEjwHufEQVEmB+F60fkTUQWVBJfkJ"
    "kIGZ/75Jat5YRIQWCSiCOP3zFJogUjsWShxKu4V/kIb+gKB+7I/XnPa3/yP/ncJbU/eCih"
    "5ovQZSERM/UDb8cVFDy7CKdlyHcC9gUbINQnsU9jgPAj7tCIucTxOPyAHcXOgsBWaUQooI"
    "57MCZhww+5D6vyZQC7Ez6CTG/WalW8L3WX3CerhSBwX4Cg+lnUJgBMijh0WPkBbkKxgked"
    "EBrwh4CNCTwJIMhnevNApfJ89axwd6qGuAvTQiZjLypPg/07jLnMnZCQzQCZLnngC3gYzx"
    "Mr5n6Nd9GPBQuIcE59/odaMsVVEUmKeiluuS8j6ju4P5dFsIQs3Zi7QM9QeEBG6gPOIsCR"
    "vCQ+uwPyUCKZE7JIHZXY5/+K2TQScwbrhnBgfvsnXOaw7Gc4vfDzt7PKzhAM/v0nzgtupz"
    "POPLf0sugp6vo0Wgfq2nd8/saPflJz8YTeTB3hxUs/nx+sowWsnwJwP8Krc+YjmhneIQpj"
    "fHf82POSNy19nfRT5FP09gswLptRIA9cQGi9gfza2XT67v3V9OOPV9PpWe3tTCEKL1VyyR"
    "E+vtmwVakQMMctPPz24uLJkxcX50+ev3z29MWLZy/PX8Jctd/60Is/9WZybOmlFM7e/PXN"
    "uyvckAD2oVkLXvhTwdCIaihFpRz7QFr1RtDIjApluPupkeJ+EznSCzk9cgaYIf8vs9jX79"
    "gfLBQ364g9coAxPXI84dw+8sVqupT/dTYCmuU0anijyoT6fkHDZjI1gFZoBY/XgVbJi2FE"
    "qn2+O0v6eeoxfx4t4OeT5xtQ/I/XH77/2+sPD548/7qM53fJyIUaKmM8/QSZoLoIsyccH5"
    "Q9HQTF6pcxklOo8R3li2fPOiAaZrViWo2VUV0RfUzw3QA6PqT3f7i11GiC6BxiK/xu9S09"
    "GIIfd0Hw43YEP27iHrgjM86RQIwQwc+fdkDw86etCMahMoK1gmKC4BxihAju/wSjlhXLOo"
    "JbJe4c4HDS9v7Vn4vHT188ffnk+dNMgs6ubBKc60Iy6CPSjCPkEOP7pD2+eNnlwF68bD+x"
    "OFZhuq4LL3nDmd3AdXOQEXKF/tkumtCmFJBixHrLUCNE9LPHFx0wDbNaUa3GyrhOTGF1RP"
    "/3x/fvmhFdAKlg2eVORP5DPC4PYfq4ibkXcV8+wtvuzdqxAeWIIlx5KeW/vCKmH/z8+n+r"
    "RPj+7fvvFMqEjOahWkUt8B0QBM2Cs9uCaQov3FDndkVDd1obEReibW59aHmxrF6hPrwmbv"
    "LE+Hypqd5xROxHZ01W/GRostGGrycZGPBXdE2U4Zmj1VrZzpW1WsLVZrP8Rgg0tgehuOMu"
    "y2zn107IXLSTU+9a24VJQKVcidCdEIEG3BWXDK3FXE2L1iRd4iup7dTJc2XW+NTMr8bR0h"
    "4t4J8U6rJ2l8J8sUps3+nodEHlAv0B4Vz4F9y91Abs2Pfgi6Eg03UJl6WHabNF/3ZWQIEi"
    "RbZ9bYAuGKqN7NEbFOTt7T1bmKNbrZ/clY8iccv8/Zk+96IyW8P0KRum48DdikZlOEujfd"
    "KowhG78rUK2Ahlyr2YWgsfHBMtqQRlcd0N1yU5oo7uK/a5hf3UAMeg/2/A79WP/3u1WVhf"
    "rpORt+/f/TWdXpXgGzRVs2NeABnhGe9HJKrpQ2WM19H9k47K+TtbK6S/SUI9GpCc6DO/Js"
    "ucGLL/TE9TejV/BUO6yuT44iGDZ4cnZpE+lq8/fv/6hx/P/jySgqmDeD4IkZydqpZZHJ9s"
    "VDX1zGmYTb1X3/xJeC6GZokZQQ1rAXo4uWGwTKpM+qQYKECWoGni/kCRixYNQWI7roe6qt"
    "p9En/ki3BJPf4HRl/dSGAXUTLzUkUyLQNQTNGwoiOhMBYtWsBO2rXAhqgH3OMXoAPGMXdf"
    "WB3Q6oBWB7Q0ymikmJ8BQ0vnj1BK24smkn2Ku/oRMoBheBHwfiftRRhYtOSwX4G9KypFNP"
    "agsLyvLHdiyO+quDQcvkEpMAEHkp01qS56ZLPSEvAp5o1001feMtANKLp/5iFdYi5G4lhS"
    "Pi/uK62jiK9H5GrBMDGF8Egyb4YOI0ydkBEcNreuwPR9A9RoYDD1aGV/H//2+uHFs+dpHs"
    "ZqIbxkFeC+VLLnT+PQe6XG8Com2jx5/oyE1HfFktzAvVSiDf1UyShJEkZQEQyJummyH18l"
    "kGDeSkTDSn4JmfEQlCgH2B+mumj9Lbn1hESChMwRc3hiBg8JS7DPAQc+CxJavgQLBOh3S6"
    "l9da90jgjM9aiMpiGDFw7+PwFI504Av06MbyzeBDG75D7oeJ0zSooqfeUlMUsrOQkVzrrx"
    "6nBWPbAq3JdNI9NEiZ1SJIYmQlWYVpdYsCftoWBPapFg6afbBMFFmEN9Nw6G4qdPOqD46Z"
    "NWFONQLdw5NLJBZAAjPMFdYnPbI3Nrcbm5oGbGv8twW/HvgTlBj8ObK8KvGREagC0lTjhT"
    "dticp/9UNxsHYOMAhmhOuzcOoI1vWIvlaCyWwc8somiaOGs0W+bDk822y2C6LM7sFN9/R7"
    "2YEXoj4qhg+1OVWIDwODOvWLNaKONXUkAHoyUwrp/EQXMiQH9L3299a7Wv3TKjRPJk+ug0"
    "pR79idaIdsqipzWiDZ9GinHWydMeKZwBjEJOPUSI8EDy+f4K6rT8vi2lrzC68cs/x3lTk8"
    "y+d/HyRte0w0ptcciyIMlbILpyMqoct8TNSEnEl/ABhzGxqn/sd1ot8UlmrrtrhHml57rX"
    "qmZd6dIrl91xh+Fg4gyFr6rEknh6AD2Cviur3r1LAlczB6e69YTQWQRr6mBQhT54IALbR5"
    "uetJLH0FL8reRxyl81K3kMn0ZZCnmZPO3vTzr/cGQ53y/Ceyv0knyEDF0dOdCYqucc4BQP"
    "RKB749/xiCZoqgl0hdGNAh3P5nWU59TCqi4uYQ+XIISRpKINhjL9LlDoKue61IU48yVQcm"
    "NqZqFGr090tJdDJYpiWK63GNulfidSmM9WZMlQdHyFVRdUpWJV5RikOn1dB4hFcaEOcACv"
    "COxYBWuxINJViH9nqiaywNv6DtOlh6txYbkkiI+oBt10OZJjHEPU4Bf1uLurBGhju2xslx"
    "U8rHA4EhopXm/C0TKAfZmljlho+OK8U3TX+YbwrvN6fo5nFDyXzh+F1e9YhSw3hnY1V7Lc"
    "I4LPEoHkMN/e/rF8xBivwR3oozBpJcgah7qUocZQZ2Tf8UQ2hOvY8UU2GGavwTANTKUHLH"
    "eM5hoYM+mK3DIbLeEVtkDe/fr27bGijH5WBpWzBqNUMjLZZJDS5piOxqjXaSnNBGrBA1I3"
    "H7XafGqWqR7W61p+JY3GsxVYhvcpmFgTz0lLptbEM3waWQvEHnVjqzLYrI9xoNhqZUPQym"
    "yCTS8JNsfRx0oHu0Erqx78dt2seHY6amhXzKd+hH74O+R7DPvqskBIHglsbqzb6zoL5sZe"
    "U/NlM3BVRjMdXk/TqsbaJ+874Rq9+JfYediXBOu0rPPV1mTF4czGUaFbA96XR6pRwxfroL"
    "faWx3Oagb71Ays9jZ8GtniK/utnym9eG7kQE7mjy6mv/+Gcp6Yizpq2zOe0vljcFUeIt+p"
    "3IKyJoyZoL4FfBRM5NCkKOZrl/HfXpS3CDOMury2u18/OuEv8DrdNhcvTYcmmzTBQE/q7K"
    "YL4huPO1hX87LYAY/G8MOPuEPhJScLAVtP2tzxO6yOCfObnHQ7rIYqYt43T3fxy+qOZipg"
    "QF0d+q0PLPoAcaFiQQFs26e2Mc1SCr9///HHSV7IFGaopBUW5vVJ+dynURwyko4kAeqlrV"
    "+Sc8JR81TlT33hY3g7oNiXgQjTHhGOWC7pQ8kCqt477IUo82aIuOZNKFaYyAiqC2jIEkuY"
    "fqlKrI0yr8NZBWmfCpJVYodPo2Yltl0c3UmJ/cI1gdI31+QrUgMcnYr7+Ol5lwh/nNbuAl"
    "aDlW6AmXhicsjLUFbV2uasa9nO8OOcA40mw/nA/FxX5dB4M+AwFbBRHPl9B5igFgpSShw0"
    "HHIhPEb9ZlyX4CqYvgHAfaE6u3JY9vLd+/dvS+zluzdV/vHrz9/9CMhXuIdJPGo53Ln+Z8"
    "LNy1BWcDFn5pTOY8PexRnEAZO5Tku3tWFTtliujeU5M7fbfmRStoTxpEOTTXZbqSd1ttui"
    "wZK5D9Gmqa2Jj8h731sr+2KllZOysWFJi7YWUzutpkN7dJ4F0xE95Cfc9SustiaV5RbWvX"
    "hKFiooCLs/YYQPgU8jTGC2wsbpMK+JtX2etB5mbZ/Dp5HiCsYtfspQo7PE9R9sMuwiBQfF"
    "9HGyjDKRwdBQUQY8oKUipcnJGip4ME3KuRkJTCWo0SnO/XMWpaCAktBURPMe3TmDGh2anz"
    "3u0gkPZrUiWo1VDvQyYKEUvpJNbowqLTeAjsEGt2+jEEbDTKWIQ8fIkF8BO+DpTtTZhzLX"
    "wQ+A9967PlIQgu/YdIfs0fYV7Lm3xlBrDB0Wsnszht7DRHrAsGF27sAYR1dEt7PPQVX4+S"
    "jFL6G4425zmZ/i8GSjNVqKaZDM7GqS9glX8UDRmqSgJFrQqFqkR/fqUCWlC8G1TOVzqtZf"
    "DQbq/tZGc3W6hA4yJmoUMYVRur9+eCs3RRdfYtFp1WWFhGyG2xAYv/vJd8USzk9epLoaBp"
    "wU1NbTpN49j1Sbs+JWMTbZ4/BrKpkTsqiYIKvilv0Zn+d3ef/mh+/Rzh4IPNHKwC4USeAh"
    "srRZf030YrCA6qBS+EujtLEzGzzRnMtI2fF5pNqu4FVs+0qcBfXn6nq27g3DqtkUEEoqfz"
    "zhGroOkzXwn8wHeWIN/CdtVbMG/uHTqPD1MeFrFTBr4r/XEMeljJuUiPagrBxiFCrboSOy"
    "tGxjcqhziFEgvBLceX7R5UzjtPYATzVYiWLW8mET+2g/2iWgUSD74MHjRbF8C9TngBb9W8"
    "Xuo+ZTx3t7knQOYVOkN5OjY4p0xRMgph73b6dLGjkL2NpUtfpo8C1udOduXMfGoRu4d21p"
    "yS/BLTAw+6mtLHn8T/AYKksO7Fjv6n85th/giju3LDprcAEkI5NN1v9Izelo93/vs4eqlz"
    "e2SlJ9HSmZeWKlLdzY8zstd6Fbaisb9TKWEZlxn8tFGiC+5H4cNVWa7PsG6AFIDP/qrxLf"
    "HsQhyD5MrVKId/eLlTu+ksQR4pYzVWtEz0+N6fnWOJrIPeHP0R9RaUaZNqIcs2385ExH1v"
    "Z9ynZVa/sePo0SZmlk985BxqiT9B4qFtC1J2jDZ6HdUFIAsZaS3i0lNtPgi+0Ef4XRKMz9"
    "QdWxaJTGSxM2C+V66lQXxeicJ5rKxkoilbc8AGF0JR7OAAzr2WEFOoz/wHLrHnVUMTqpZd"
    "6mPNEdVxupoGuDQKwgPCAhywrCw6eRzfK0WZ4jlb1s3oTNmzhVu/2Ri8hcrcRPSpQ+a9IV"
    "ssHNesIKNqDmmbbqzSV5gvLfI/IL87HYNrmjXgyy/A1zxJIRnQqhrOpo8OYhmfFQRiTk80"
    "VEHNjRhva9/d0Dzfg6pGZCAr1IHjJfbiv1Dp0EXJn3Q6YK0OjK3Ui0OJjicjJf5FN8cX7x"
    "vLwGQcVemUFk6ieIMZTeVXtBnwIGyU9BQQuqsfDw57MVg80/OX8IGxTYGAvnqYejJFvlEr"
    "alR2CH1HGYunG0Am0P1p9R7sXwSWpYnuBxZ06sURYKwKbaFUEdDd76h9y/JBHzCYpTuqi5"
    "TmFIllUiX8OyqY8ifWKVB5Ds41I7W7IhFNSshncq3w+r4Z24WGU1vMHTyDxOdMcA0WGGUB"
    "wsPrT4MTfBehXO4t4c92X5ywT7dUiL/+3xv+070AZvaWFOi0wRMPs0l8BsnfntvrmpklRH"
    "fSveiyCjQfvF46cvnr588vxphu3syiYkNyN0CzmzBDYarH6BttMBOQf2ZDk1MfTdZ2V977"
    "MrAf/s2cZ6VKLsx8Laj9UUXgwPzws722Q+zWdNutlRp04KYVSdG6tpJzY+bbbMmter6IkV"
    "xdiImQhhvGAVbbOf7rgiWktz72Fj4PN9gc40itgyiDILpB9jGU6E1tZGvQe0sMK2bVnvE2"
    "KKE2sOPG1JwZoDB08jG/BxkIAPW1b64HnHqVxgoHQXQUajHvamdNugJat426AlG7Q0OY2g"
    "JYX1BoU7pUa7iq0qcnZVqWPVlepaFQe5Vtm513gJbwo/Q5b0o0IF1hOghhKH4kIzpQEvAx"
    "pyKRpzGvpZGBVsl8vAo+tpCl6sr6l+U0mYr+prwvwQpJFqyI2ql0keJBr5aoFTitVHv8aa"
    "nGrDGL3kTxOWXwvZ0TFPr0jAQqAb3NNq4yfDJydWGz9t8cFq44Onkfp/A4aWzh+hcHfx7F"
    "kHrgWzWtmWGquoMPgxNUFwBjA6G8eTi/NOKd7nG3K8zxvxO71jIYdFTU0ddWBbZ82kjdaS"
    "zhuYx4aqsimADacxD6dJZWdTbbxfjj0kftJ7Fbuq2mKC6ibYMRzzfeMclT8TPKfzD9g6Kz"
    "XK7B+9j7ug93E7eh/X0Au6sW/8XcyB7PfQ4HuIdghQL2VTRcZNYddFqDGwjMMHvGf2HzNF"
    "swK4laY5MNwfyaebhwgxHxFjynGaF7Dcx4D7LKicumLlYwEr5gJLkRF3pmlglCE97l/M0s"
    "aANmjPms5EuGwyhW2QKctgBxR5fv75mx9++Ob/4O9ABuPeq79hodQtUF4BOyDKH18sDoPr"
    "lx1Q/bIV0y93Dh7uz+H2DyQbO2twuSUjk01Otzs1p7PbbSY8bLYnQiIX6AzTlW0lwUdhLo"
    "mDS1XjS+dvSeUvy7PmuS+5y8i17sRw3eR963V9dMKpHtrTYoFf7YRbCBnp1UMsU6Zqk12S"
    "T2eecKj36QzvmU1L/G+vf3mTZvYvGPWixRTgnNu21Hg1CABYpziuJOovMd+eudhZMPlP8u"
    "BmrdP/Q+XVY2EI/z7QMjE6G6/VjdXl66/b/He/NRX3Vqfin7u49lplx0bPXoPImMiHw7Wp"
    "9BKzYx11pyy+W0fd8GkkFyJsbnXVLswUYQYRg5Bu6EBhCD1IOrV+hRJ2hBnCW/QsLIP2Yu"
    "kZkDl+L+7TVIYxwXUR5oDyuxKfDnOu+48Wt2EA+z3HCkEG+E3njxC//fs4bEO8QZV511qf"
    "kZySQRzSq5fqn6fq2su1YhN3UxnKupu2rGtSNIOYKU2N4FZ3muxRd1KtNUOm3ndDR0gV1O"
    "bD2T6c/Xk9bJfIIaYXde4S2e71KEhDwOPd2GsMTUhAf/r7B+ZlSG1G/cdkmRGh/c99uoZ+"
    "QI+1T5O91vxDxeHJJieRLyI+444+C24O1dltVFyAFBa4JNcxd6/JDVBFO1xyb07q40HfR+"
    "LRIZFQk0KxanIe7eEu6EJSsooSUpjbWggZcMbvWLgmSTLzZclhg+4k9Ftpr86SSQkE20cS"
    "lvXUWE/N6CVZ66k5ARoZZswPyD8Tw2ZenFiO6H1G7HZTyKiM2Ie2gmwX53mc4M6T16St+8"
    "C6D6z7YGDug1uQXvyTdh4kmt0W9usCpM2a2FZQtA6c44gu1i5t7dJDQv5R7NJUYiHlJfOb"
    "6hVuY5l+VzBBjogIe7VSf2AgDfFIhOuzBiN1YXSyyUYdpvN492wGndFFMtD1jtkLO62nsh"
    "WSPn9T6dNALgSW154Btgh3lblZxjJgIF3nwyqFQecNZF0CL0nse/yWaSs2yzIYPvlN7QLV"
    "UZskc9ONE4f6voiICtl01UpLQudwJDAFQiSugFu2TlepVA/3MXnI43/Ac6azXxHsu1h8fd"
    "ObhGwOuoLqI9+yR4nl0rDwGpygpAeibuMY+xH30p6DelEuk+6QWI4tjtpLj29IlpiQxsHi"
    "g++WUXESxdJO0RBmLfunrAxYy/7waWRzMMy5m83BOPXYdZsbYHMDrHHfGvf7MO6jYgLDyI"
    "WnqMmanPsm2AMa/DES+CQ/mdahcghGYx0qx5fPrUPlOA4V2BFW7gLmjI9h8K2tAe70yT0d"
    "KuzNcd7A5tuxnwFYrO+I9em21psmaMv/t7bPpL4B4CgzoNliG4q0rmHpsnX+Xc23Y8Kmmq"
    "Etz9qeZ5WcOQZ6QRVuDLLSvitr2GATG2wyJOQfJwmyne8bhZoky4wI7WX5xeaKdkHTkqOy"
    "jgJBv/j6madGgLFgbZ+xS9nL2BC5VHxR2+OWSlzh/qCl9z7Lon/SYJskgme14M4CY2rIDY"
    "byKNs5mYViWY3twYghf02wym89iqnvG2BYk6onvMxroOLvdO30XpNCt8LrkDkidK/Jgsok"
    "qOorScTKJxH7HGFN1eSwpoVdlTuXwI900WQceyZKRiI6L90L150QPsNdwmpcTtPAKvU3oy"
    "GZMeztOOPwXmGMlV+Gv2EzePdewd4i5uuoo7kvQlVFVi/IfbTU43cCFkziwhig0SUrHi0I"
    "+8wxQMll5MkrIgWgQ9/KEbHnYiKzRjHFzpASPjfaHaL/VhjyVXpKPQPWxi6UpY0+gH14MZ"
    "whQO/n9L8wcApvV4+1kmsZseXXul+kWq0SaRYtuCQB8BKsDk1crveqQ2SwiaWiW6GBJblO"
    "34IPCUmBoiiNtwdl5eco+eKmW8Cf1aCrpun52VAvmj57GrJzfNYm5XhkqdQHUYNtWNbp0c"
    "yGZZ0SjYpc0kC9roCNULXu35oxjAi4QSG5Z299+tE24jYFoMOxmpF8n+vqt+n5LoONzyja"
    "8wnPdY6GQ76peEAZ0DYgMmnVWlTLzNFehj025pvtAwPDeKa6Gnnki0DWw7W9h0tr4yaozy"
    "Fs2OceyFGxVHT9ttYARyhA7t0BFpbySHd0f5WTUk8M8V2dX7VjZ+r62qvhPXXvNBneC66f"
    "dsM77iMOyu6TLknDTggcKkSzq5gpU6puoUYAkUL9rqb/uizwxBqTzDE39Vrf95u/ZClIja"
    "nEe7gLWuJDFgE5ARd0nRnkl9yPIyZhVWU7XvFQm3JxJo1KjdMKdvvAU/2RiZpXNN4r0zEa"
    "uUUc4U4fafv/H3i58Pfm9bvXBAmXQCxB9NLFOSUL71j4lSR/aGiffY6mCbXS/eA8bBWHlT"
    "djpjemDNS+AKz5ynHgeBQuu/neHpErAHOo56lcYxo1JxtT9w7ffrTlkzmL9KZgUcQzfAGZ"
    "KhaqUICFP1cLDkSi6q6AeNgNbNmhkbOYxkFx2St4xdDnoIgHk5f0FpaCOWhmhz0BHaQEhK"
    "bPI2Gd33kUsXBa6h7nCX/OdMVRuiZ0honTNIOaYLa58F0ghHrBKZyHAGakxzztYFfpSpf8"
    "LFY0VU/8CZgUJoHjd03qtnguC/kd7JP6LvHZHa4doSMyXTnziWhiMd8tLStjB3ArZ7FX9J"
    "742rOQH+oC1dRZTJYUK/R4giSuzlJhbZ3yPRfCJfqoED1r431LS0dwnvSWVwumCUzhoESE"
    "3qiTDE+KSM43vaKY2u8XPFe2LZ8t9mrt2tb38KXRaBgG8S86JdzmJ+dpbRddcAuz2hPbLm"
    "r4tZVeD2g2ROVnyj6nia4m57oB9IDpm4dhHftJwE90NBNkF2HG5/Hp33GcKxuB8LjTYIna"
    "ZJqtw1rj+PbW2CQcbhpgw47QN0rGaYIdhsEc7zcag3mKZj6bIj9nTX3L7idSGdqSqXcyJS"
    "Gm+DYsjF6jGqAlzj6JY8zmmmAtiXonEQhQUwzHnuroa0MVowH62KEJp6VrxDISy6kO0Yej"
    "HtKmuLMNlZJa4O2L0vuLMoi6SQMTm/dqVEqcbit2sxDi1ui1aAC12sr2Rx+pjJ5W3pTm12"
    "oDr0Adzgh+sa/T3otDqKSQF9zhZg6GOuzh8PvtOf7tF8kH9iGk8QbbEMGWJtkN92m4gqHo"
    "WQQ7snk7c/UMWNJMgzkMGHgR5HDcpcZYzofDsWeUe3HIpvrFd5qb2bfiswX6iKgd6IdRRf"
    "JkMVdmPLkOaznztpy5EKtlou1UwMan6OypdGlyarernlkFHgPWD11EsxzracZ36rCW7+zE"
    "d4qRnFt8Aqrglho76Ea1+FdjPalxBUuT3WmSBA5vS5ACuKXG1hGIGLsnQpc1fLbbq5yWgK"
    "wSUEWqrdp4oKZlNkfwSOjWSVWNqG7lGiWYMRWa2Ilv2NKjPWdfdi49Wj/PPSD5H9lCI0Vv"
    "6S0uIfbDjx+vPrz5/uqshTH3gF2bPlzAcpfSubrYqa1w2oz5sgWl0IHaNrXeiLZD5Kcnh2"
    "1Dlnp+HDcUiU2rKxVehC656rM4xBzUYm1WlSWt0popcUSwxgRaRp1FqegrzfOFzyo47mdV"
    "zEVPkmNU/vFP+ATYIdpbp92sgYmGEVZEDTjbkFlbKTxV5jo2vdam19rUTZtee9o0OqXcw+"
    "P4onqM0rAWmINaYDaWm2y33G6sNmmtMA0fY1koirSj+jrC1hqTivJaOWD3W16sfeDw9oFD"
    "6G8l3XeDFlfVkTvocjVN/X6NDutXsTsGmE7LgmU9IJQGhlewKBb31aqgoTmM3yXqU0mL22"
    "mlLopYAdhqYlYTs1K+1cROn0aKZa+ngGBlnTLUyBqgrWbWXTMroE/X8tse/Tm8JcA2BAD5"
    "ysf9bEuAArwlwDYESBIZtiZAAd4SoDsBKkJtd0G1DmhtFqbNR6w1yFqDTsQaVHjde8DwD+"
    "XVRorkOoscUr35KypvzxrsP+r6ZJO9J4IZBs1dA84cVWR9JcLbiW6vCnTE8t4CC16rKuS3"
    "jAW6LjluR+pZWAVeKexY2bpm8OlxbXTew3PwOza9ZWtdQFyftqQaOgLjY2O5cD1xoou8q2"
    "rlSAz5Sk1Cg8UNlVhV+3fmYPRAQ09SVc88WUcvm3Z5hf2RW45FwP38QsikiENH17AvmBhV"
    "H9YsYEE3hgVRSRa26zPmphXs+QyRoa5gUXk1E5YEsFJJfPVbL4ZIxaiIOKljj0sCxMwDTR"
    "gupr1qfwnZDJ71K8AsjOgy6+qOsR9xLx3WFey1+UU3lXXjArrhL6t7X+15G6X9YdUzqWr6"
    "EsvCM3Kt9fMQaAgrXSsa1BFeJ0pKA7UglquHDWVYAuRkW+FS389Nnru0bN6gQO0wie9INz"
    "rBzrDXCPQNnrvrQg9aCv96MPAwDlKkBjSEhVKUEr2zvEOthkQYqc60ogn31TFOsQ749kAJ"
    "xGHENdU3xzYJ8M7M50DJ9A+YQkw98p8MxS78t17+10AdMyQvkCH5Ax7HwjAOkHQNG4NTCG"
    "SV5MHV42dft9lTK+bSxgrySYInTG0cLhjv1JT0xdCfF2S/6YXyckam2XZ/6IBKO8cxd18c"
    "qK5zXy5Sa8w9ZUOhNeYOn0YoOZgwtHT+GOM6LrowrYt2pnVRi+swrlmwY7mC7Y69kn7dw3"
    "wZ+q9ZIOLIEWZ1/wsgY6hPsG8M12Sm7tFgFUDLNTpwjYpEaoxsG3h3j1RZ4B0BYgO1BVAF"
    "jThIFXCEfGQfHURA3QX1bkrnWnE1QXkD6PiQvpeuFrmZygTfZaheUH3c8KLKV/K802fyfM"
    "N38ryK6MQ6ZYLlAsjoULwPBnLkyPT7mcfx8N3/51HZe42rTJehDqjHSNjSofSYbzvg+ttW"
    "VH9bxTRa0E1wnM4foZS3n8ZO2pptJG/kIAc8w9rMfqq6ODoPTHCczh+fILePvlnawWL20c"
    "thxofj/j94mUfNBMklICtV3Ivkgi/YlFcUwCyi70U094PYqFtYBjCMvi1429H0bUn7x5vQ"
    "owhjG4dsj3sYwv0bYD6HsHjfoXehaQlpWzZ6h7LRS+AUdN6gqrfjuwBiMW6OcW2SNuErOY"
    "T9xPbObhyMIPZ0Qa9pyAAzMjKuGNK+iO0oaJAkogIbt4j9KcPZWtDbxvXMuM/lYgsCVAAt"
    "BbalgC0cfRCFd0N+j625u00KSueau8fJQfkflWDwQazOGhJR8sHJpmwUnaTQuYBkyOYglr"
    "GQuUl6wyW5loxhS49rjPbH6H0WCGdBlqqQCAbYY/MPsmDwMbthNGoqINnDqpiDkrR1190s"
    "MFMEP6Dp/GyqJCsOZzqOCCWe8DGwP6CxZGmeh09CsdJVUDyX3AFysB5Lx7j81lj543q1Bu"
    "QK79GnZUPiT1kosCHxw6cRKHamLqACyAgFtf59mYFRantgU9pbiwUAbqaJzmzGUSqAY0Lu"
    "odsuaaHN0M6RA1luvk/qlORjw1ekCmqNISZUqGnmx1QYr8Qta6xdWRye3K80gh4EMw0qVa"
    "r5aXnJVNFTJf5RQfv4t9cPL549VznjEbyJbnORStNFUDGsJumjPqlACtn6v4ubJPlc3cCh"
    "8D+P8iUsoLpXgoaIMieCF1VRhFCqKHUcpjK8E0P5hKxC7NbtEwBa4n0EaqWULLkfR7oawR"
    "3cKl00XzZRRAulE9SOVO0EfY9dlVGbuH3AIBSrpZ4at7Za6mnRaGgR46MwrhVc+/j5mS6o"
    "XJgguQw1OjNm/4aAopRhxmuqkFY235aT5CKZGQXKcBb/J6gbvcVUrbMGrUgPbNSHVJqXQU"
    "03NX9CFrAxIkKyojwCWqDrCcV9XYEt0XDyXL1Lcs3dzB2m2lSrJmphyO+o11zgbR83ShWq"
    "CUlMvRMSJP+kVrRMyUL9DG8YhAILLE+wrhz89x3qTBEsqwphJQW3GBx0VNfY54CHTGZqUd"
    "NfrirR7KFCsSKAckGSBTI3Xwgv3irBUGOnglo+JBbp2rlJwSZ+MbI+BQfh0u161PBbNI0p"
    "lSJ9OUxkwRzEYvh+DJtmGR8+v/hgyO05txhrShmhNgMYIW43MeIUty9acfuitYCMCX5LQC"
    "PEcf9q4tCMHUdE7l6sHTbkwYY82JCHvSH3fASaSFHzSJJitrAYlSEtBbajAHX+FYO2b06A"
    "CqC12W1LgdxeY0aAMty+zn9NLzz94z8Qg+lrFnJncdZgMU1GJptMpjSfc5/JtJ0EPYdAfC"
    "nmur21FU2SJUxk5wLICGXn/dSwhJfKAMPJ9BFi9/F5p8KV5xsKV57XClfCHSPmG2WyF0AO"
    "n8q+/zS5JuT2lrR+1I/Zn/8PHnyoOg=="
)
