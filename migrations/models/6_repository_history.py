"""Add the history of repository sizes and of repository checks."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "repository_checks" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "checked_at" BIGINT NOT NULL,
    "read_data_subset" VARCHAR(16),
    "success" INT NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE
) /* A completed check of a repository. */;
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_54f3ae" ON "repository_checks" ("repository_id", "checked_at");
CREATE TABLE IF NOT EXISTS "repository_stats_points" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "recorded_at" BIGINT NOT NULL,
    "stats" JSON NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE
) /* The size of a repository at one time, for its history. */;
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_a94c0a" ON "repository_stats_points" ("repository_id", "recorded_at");
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "repository_checks" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "checked_at" BIGINT NOT NULL,
    "read_data_subset" VARCHAR(16),
    "success" BOOL NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_54f3ae" ON "repository_checks" ("repository_id", "checked_at");
COMMENT ON TABLE "repository_checks" IS 'A completed check of a repository.';
CREATE TABLE IF NOT EXISTS "repository_stats_points" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "recorded_at" BIGINT NOT NULL,
    "stats" JSONB NOT NULL,
    "repository_id" VARCHAR(36) NOT NULL REFERENCES "repositories" ("id") ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS "idx_repository__reposit_a94c0a" ON "repository_stats_points" ("repository_id", "recorded_at");
COMMENT ON TABLE "repository_stats_points" IS 'The size of a repository at one time, for its history.';
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP TABLE IF EXISTS "repository_checks";
DROP TABLE IF EXISTS "repository_stats_points";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "repository_checks";
DROP TABLE IF EXISTS "repository_stats_points";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXXtz3DaS/yoo/ZOkauzI8jPW1lU5TrLrW8dO2creXcVbFERiZhBxCC5Baqzs5rtfN8"
    "D3Y0SMODMcGqrarIdAg2A3CHb/0I9/n6yEx3z58FXi8fgtD9jJS/Lvk4Cu8B/Nxhk5oWFY"
    "NOGFmF75qjfFbo4P/dR1eiXjiLoxNM2pLxlc8ph0Ix7GXARI8D5gRBERFsTR7UPyJiZLKk"
    "kgyFxEjC8Ccs1u5YxIQaCTSGKf3zBJ4iUjiWSRxKs4V/kQb+gJF+7Ig8XAY38KPgXcI40/"
    "eCih+ovIYxERc/UDb8cVFTy7iJwq5TsB84IJEBqQJKAJUAQxd2nMPOL6HH7AjBJ3SWCqNC"
    "YUWMd9aJMw4Qc8gFH5KoTZiQBJnKtbNSrel3orHpD1UhC4L1BQ/SxqEkAmRRK5rPoAV5FY"
    "w6POCA35A+DGDJ4EGBQwPXmQUrW/ela4O1VN3INuEZOJH1e7wfxdxjzmzUjE5sBMj3wdCH"
    "gY3xdr5n2Dd9GPBQOIaEED/ocaMuNVmUlKehlveSBjGrg4P4/FMISs3Jh7IM9I+CBGGgDP"
    "YuCRPCcBuwHxUCKZG7FYLZUk4P9KmBOLBYNxI1gwv/0TLnMY9jOsXvj520ltZkgG//0n9g"
    "uvnTlnvld5WXQXdd2Jb0N17Xu+eBPEP6m+uEKvHFf4ySoo+oe38RLGzwh4EOPVBQuQzQzv"
    "EEcJvjtB4vvpm5a9Tvopii56+iUaj80piAcuILWeQHHtxHHevb9wPv544Tgnjbczoyi9VO"
    "klVwT4ZsNUpWLAAqfw4Luzs8ePn5+dPn724umT58+fvjh9AX3VfJtNz//Ukym4pYdSPHvz"
    "1zfvLnBCArYPvbXghT8VDY2pplJSKrgPolVvBI3NpFClu1saGe83iSO7UMij2ABz5v9lng"
    "T6HfuDReLqNmYPXdiYHrq+cK8fBmLtrOR/nUxAZoWMWt6oqqBeL2nULqYW0pqs4PF6yCp9"
    "MYxEtct3Z0U/Oz4LFvESfj5+toHF/3j14fXfXn34+vGzb6p8fpe2nKmmKsezT5AJq8s0O+"
    "LxXrenvbBY/TJmckY1vaV89vRpD0ZDr05Oq7Yqq2uqjwm/W0inx/ThF7fWGk0YXVBsxd+t"
    "vqV7Y/CjPgx+1M3gR227B87IbOdIKSbI4GdPejD42ZNOBmNTlcHaQDFhcEExQQYPv4LRyk"
    "pkk8GdGndBsD9te/fmz9mjJ8+fvHj87EmuQedXNinOTSUZ7BFptiMUFNP7pD06e9FnwZ69"
    "6F6x2FbbdD0PXvKWNbth1y1IJrgrDL/tIoTmUGCK0dZbpZogo58+OuvBaejVyWrVVuV1Co"
    "U1Gf3fH9+/a2d0iaTGZY+7MfkP8bncB/RxlXA/5oF8iLfdGdqxgeXIIhx5JeW//DKnv/75"
    "1f/WhfD67fvvFcuEjBeRGkUN8D0IBGHB+XUJmsILV9S9XtPIcxot4kx09W02rc5W9Ss0gN"
    "fES58Yny+D6l1XJEF80obip02zjRi+7mQA4K/pLVHAM0fUWmHnCq2WcLUdlt9IgWB7GIkb"
    "7rEcO790I+YhTk79S40Lk5BKuRaRNyMCAdw1lwzRYq66xbckG+IrqXHq9LlyND6D+VU7Iu"
    "3xEv6TUZ037lLqL9Yp9p21Oksql3geEC1EcMa9cw1gJ4EPXwxFmY1LuKw8TBcW/dtJiQVK"
    "FPn0NQBdAqqN8OgNBvL2eM8WcHQn+sk9+TAW1yzYHfS5E5PZAtPHDEwnobeVjKp0Vka7lF"
    "FtR+y7r9XIJqhT7gRqLX1wTKykCpXldT9eV/SIJrsv2OeO7adBOAX7fwN/L37834vNyvrq"
    "Nm15+/7dX7PudQ2+xVI1W+Ylkgmu8WFUooY9VOV4k90/aa+cv7NbxfQ3qatHC5NTe+bXdJ"
    "gjY/af2WrKrhavYETXuR5fXmTw7PDELNbL8tXH169++PHkzwMZmNqJ54MQ6dqpW5nl9tlG"
    "U1P3dKK865325k/C99A1S8wJWlhLsMPJFYNhMmMyIGVHAbICSxPnB4ZcvGxxErvneGirqt"
    "mn/keBiFbU53+g99WVhO0iTnueK0+mVQiGKQIr2hMKfdHiJcyk2wps8XrAOX4BNmCScO+5"
    "tQGtDWhtQCujXEZq8zPY0LL+E9TSdmKJ5J/ivucIOcE4ThHwfkd9ijAyb8lxvwI7N1TKbB"
    "zAYHlfG+7ImN/XcGlZfKMyYEIOIjtpM110y2ajJeQOxo30s1feMrANKB7/LCK6wliM9GBJ"
    "nXnxQFkdZX49JBdLhoEphMeS+XM8MMLQCRnDYvOaBszQN0CLBhqzE6387+PfXj04e/osi8"
    "NYL4WfjgK7L5Xs2ZMk8l+qNryKgTaPnz0lEQ08sSJXcC8VaEM/1SJK0oARNAQjom6azidQ"
    "ASQYtxLTqBZfQuY8AiPKhe0PQ120/ZbeekZiQSLmigU8MYOHhCHY55DDPgsaWjEECwXYdy"
    "upz+pe6hgR6OtTGTsRgxcO/j8lyPrOgL9ugm8s3gQ5u+IB2Hi9I0rKJn3tJTELKzkKE84e"
    "4zXprHlgTbgvW0amgRL3CpEYmwpV27T6+II97nYFe9zwBMs+3SYMLtPs67uxNxY/edyDxU"
    "8ed7IYmxruzpERBpETTHAF9/HN7fbMbfjlFoqa2f5dpdtq/x7ZIehh9uaa8msmhBZiK4kj"
    "jpQd984zfKib9QOwfgBjhNPu9APo2jcsYjkZxDL8mcUUoYmTVtiyaJ5txi5DZ1Xu2cu//4"
    "b6CSP0SiRxCftTmVhA8NizyFizXirwK02gg94S6NdPkrA9EGC4oe9G3zrxtWtmFEiedp+c"
    "pTTgeaIF0Y5Z9bQg2vhlpDbOpni6PYVzgknoqftwER5JPN9fwZyWr7tC+kqtG7/8C+znmE"
    "T2vUtWVzqnHWZqSyKWO0leg9DVIaOKcUuPGSmJ+Qo+4NAm1s2P/b1GS88k86O7S6R5qft6"
    "lypnXeXSS4/dcJdhY3oYCl9ViSnxdAOeCAaerJ/unRO4mh9wqlvPCJ3HMKZ2BlXsgwciMH"
    "3E9KTVPMYW4m81j2P+qlnNY/wyykPIq+Lpfn+y/vsTy+luGT5Yopf0I2R41FEQTSl7zh5W"
    "8UgUujfBDY9pyqaGQldq3ajQ8bxfT31ODazy4hL2YAVKGEkz2qAr0+8Cla5qrEtTiTMfAj"
    "U3pnqWcvQGRHt7uVSiKobpesu+Xep3qoUFbE1WDFXHl5h1QWUqVlmOQavT17WDWJyU8gCH"
    "8IrAjJWzFgtjnYX4d6ZyIgu8beAynXq47hdWaIL4iKrRy4YjBcfRRQ1+UZ9799UArW+X9e"
    "2yiodVDiciI7XXm+xoOcGuYKkDJho+O+3l3XW6wb3rtBmf4xs5z2X9J4H6HSqR5UbXrvZM"
    "ljtk8EmqkOzn2zs8lw/o4zW6BX2QTVopssauLlWqKeQZ2bU/kXXhOrR/kXWG2akzTMumMg"
    "CXe3pzjWwz6cvc6jZa4StMgbz79e3bQ3kZ/awAlZMWUCptmW0CpDQc0xOMepWl0kypljwk"
    "TfioE/NpIFMDjNc3/UrmjWczsIzvUzCzEM9Ra6YW4hm/jCwCsUPb2JoMNupjGiy2VtkYrD"
    "IbYDNIgM1h7LHKwm6xyuoLv9s2K6+dnhbaBQtoEOM5/A3uewzr6rJQSB4LLG6sy+u6S+Yl"
    "flvxZTNylUYza751sqzG+kw+cKNbPMU/x8rDgSSYp+W2GO2WrDms2SQuVWvA+/JYFWr4Yg"
    "/orfXWpLOWwS4tA2u9jV9GNvnKbvNnSj9ZGB0gp/0n59M/fEE5XyxEk7XdEU9Z/ykcVe4j"
    "3qlagrKhjJmwvoN8EpvIvkVRjteu8r87KW+ZZhx5eW11v2Fswl/gdbpuT16aNc02WYKh7t"
    "T7mC5MrnzuYl7N83IFPJrAjyDmLoWXnCwFTD0tc8dvMDsm9G87pLvHaGgiFnXzdBW/PO9o"
    "bgKG1NOu33rB4hkgDlROKIBl+9Q0nDyk8PX7jz/OikSm0EMFrbCoyE/KFwGNk4iRrCV1UK"
    "9M/ZycEo6Wp0p/GogA3duBxYEMRZTViHDFakUfSBZS9d5hLURZFEPEMa8iscZARjBdwEKW"
    "mML0SzVirZd5k84aSLs0kKwRO34ZtRux3erovYzYL9wSqHxzTb4iDcLJmbiPnpz28fDHbt"
    "1HwKqxVg0wV09MFnmVyppa26x1rdsZfpwLoslEOO95P9dZOTTfDHaYGtkklvyuHUzQCgUt"
    "JQlbFrkQPqNBO68rdDVOXwHhrlidX9nv9vL9+/dvK9vL92/q+8evP3//IzBf8R468bhjcR"
    "f2n8luXqWyiov5Zk7pIjGsXZxT7DGY67hsW+s2ZZPlWl+eE3Pc9iOTssONJ2uabcJtpe7U"
    "G7dFwJJ5DxDT1GjiQ/I+8G8Vvlgr5aQwNkxp0VVi6l6jadceHWfBtEcP+Qln/RKzrUmF3M"
    "K4Z0/IUjkFYfUn9PAh8GmEDsxm2DiezWtmsc+jtsMs9jl+GaldwbjET5Vqckjc8M4m405S"
    "sFdOHybKKFcZDIGKKuEekYpMJkcLVPDQSdO5GSlMFarJGc7D7yzKQAEjoS2J5h22c041OT"
    "Y/fdSnEh706mS0aqst6FXIIikCpZtcGWVabiGdAga3a1AIvWEcKZLINQLya2R7XN2pOftA"
    "Fjb4Hvg+eNVHCkrwDXPuET3aPYJd9xYMtWDouJg9GBh6xyYyAIcNo3NHtnH0ZXT39jmqDD"
    "8fpfglEjfca0/zU26ebUSjpXDCtGdfSDogXPkDxbckIyXxksb1JD26VodKKV1yrmUqnlOV"
    "/moBqIcbG+HqbAjtZExUK3IKvXR//fBWbvIuPsek06rKConYHKch0H/3U+CJFayfIkl13Q"
    "04Taitu0k9ex6rMmflqaJvss/hlyOZG7G4HCCr/JaDOV8Ud3n/5ofXiLOHAle0AtiFEgk8"
    "RB42G9wSPRgMoCqolP4yL22szAZPtOAyVjg+j1XZFbyKZV+Ju6TBQl3Px71imDWbAkNJ7Y"
    "+nu4bOw2QB/qP5IM8swH/UqJoF+Mcvo9LXx2Rfq5FZiP9OII5LmbQZEd1OWQXFJEy2fXtk"
    "ad3GZFEXFJNgeM258/Ssz5rGbt0Onqqx5sWs9cO27aN7aVeIJsHsvTuPl9XyLVhfEFr2b+"
    "W7j5ZPk+/dQdIFhQ2R3iyOniHStZMA4fg8uHZWNHaXMDVHlfpoOVvceJy7cRzrh25wvGtT"
    "S34JxwIjw09tZsnDf4KnkFlyZMv6vucvhz4HuODuNYtPWo4A0pbZJvQ/Vn164v7vA/ZA1f"
    "LGUkmqriMlc1+sNcKNNb+zdBe6pLbCqFeJjMmcB1wuMwfxFQ+SuC3T5NA3wBOAFPhXfzX/"
    "9jCJQPdhapSSv3tQztzxlSSuENecqVwjun8GphdT4wiR+yJY4HlErRhlVohyytj40UFHFv"
    "s+ZlzVYt/jl1G6WRrh3gXJFG2SwV3FQnrrC9ryWegGSkokFikZHCmxkQZfbCX4C/RGYd4P"
    "Ko9FqzZe6bBZKdddHZ0Uo3ecaKYbK41UXvMQlNG1eDAHMsxnhxno0P8D06371FXJ6KTWed"
    "viRO852kQVXesEYhXhESlZVhEev4xslKeN8pyo7mXjJmzcxLHi9gdOInOxFj8pVfqkzVbI"
    "GzfbCWuYgOpnWqq30OQJ6n8PyS8swGTb5Ib6CejyV8wVK0Z0KIRC1RHw5hGZ80jGJOKLZU"
    "xcmNGG8r3D3QNhfO1SMyOhHqRwma+WlXqHhwRcwfsRUwlodOZuFFoSOjicLAb5lJydnj2r"
    "jkHQsFcwiMzOCRJ0pffUXPBMAZ3kHTDQwrovPPwFbM1g8o9PH8AEBRbGwn7q4SjJRzmHae"
    "kWmCF1XaZuHK/B2oPx55T7CXySWoYnuNyZm2iWRQK4qWZF0EaDt/4BD85JzAKC6pROaq5D"
    "GNJhlcrXMmx2RpE9sYoDSOdxrg9b8iZU1KyFdyzfD2vhHblaZS280cvI3E/0ng6i43Sh2J"
    "t/aPljbsL1Op3lvTnvq/qXCfeblJb/2/N/23egi97KwlwWuSFg9mmukNk889t9czMjqcn6"
    "Tr6XSSbD9rNHT54/efH42ZOc2/mVTUxuZ+gWemaFbDJc/QKx0xEdDuwIOTUB+u5CWd8H7E"
    "LAf3aMsR5UKLtBWIdBTeHF8HG9sJNN8GnRa9YPR3XcjMIoOzdm004xPg1b5sXrlffEmqJv"
    "xFxE0F5CRbvw03uOiGhpcXrY6vh8l6MzjWO2CuMcgQwSTMOJ1Bpt1HNAhBWmbdN6H9GmOL"
    "Nw4HFrChYOHL2MrMPHXhw+bFrpvccdZ3qBgdFdJpmMeTiY0W2dlqzhbZ2WrNPS7DiclhTX"
    "WwzuTBrdJrbKyNnXpE5UVapLlRzkUkXnXuIlvCn8jFhajwoNWF+AGUpcigPNlQW8CmnEpW"
    "iNaRhmYDSwPS5Dn946GXk5v6b6TSVhgcqvCf0j0EbqLjcqXyb5OrXI10vsUs4++g3m5FQT"
    "Ru+lwEm3/IbLjvZ5eklCFoHc4J7WGj+afXJmrfHjVh+sNT56Gan/N9jQsv4TVO7Onj7tsW"
    "tBr85tS7XVTBj8mJowOCeYHMbx+Oy0V4j36YYY79NW/jo3LOIwqCnU0SS2edZMymit6KJl"
    "89iQVTYjsO405u40me5sao0Pu2OPaT8ZPItd3WwxYXUb7RSW+a55jsafCZ+z/nssnZWBMr"
    "tn76M+7H3Uzd5HDfaCbRwYfxcLIvs9NPgeIg4B5qVsy8i4ye26TDWFLWP/Du85/mNmaNYI"
    "t7I0R8b7A53pFi5CLEDGmO447QPY3cdg91lS6XhiHWACK+bBliJj7jqZY5ShPO4ezMrGQD"
    "aIZzlzEa3aoLANOmWVbI8qz88/f/vDD9/+H/ztCTAePPsbJkrdguU1sj2y/NHZcj+8ftGD"
    "1S86Of3i3s7Dwx24/QPFxk5ajtzSltmmQ7cb1af3sdtc+FhsT0RELvEwTGe2lQQfhXkkCc"
    "9Vji8dvyXVeVkRNc8DyT1GLnUlhsu207dBx8dDOFVD2ykn+NWHcEshYz16hGnKVG6yc/Lp"
    "xBcu9T+d4D3zbun526tf3mSR/UtG/XjpAJ173RUarxqBAPMUJ7VA/RXG2zMPKwum/yRfX9"
    "3q8P9IneqxKIL/fq11YjxsvFQ3Vpcvv+k6v/utLbm3WhX/vM/RXqfu2Hqy16IypvrheDGV"
    "QXx27EHdMavv9qBu/DKSSxG1l7rqVmbKNKPwQcgmtCc3hAE0nUa9QgkzwgjhLWoWVkkHQX"
    "pGBMfv5Pg002FMeF2m2aP+rtSn/azr4b3FrRvAbtexYpABf7P+E+Tv8GcctiDeqNK8a6vP"
    "SE/JKfZ5qpfZn8d6tFdYxSbHTVUqe9y0ZV6TMgxiZjS1klvbabZD20mV1oyYet8ND0LqpD"
    "YeztbhHO7Uw1aJHGN4Ue8qkd2nHiVtCPZ4L/FbXRNS0p/+/oH5OVPbWf8xHWZCbP9zl0dD"
    "P+CJdUDTuTbOh8rNs02HRIGI+Zy7ei14BVXvY6PyAKQ0wDm5TLh3Sa5AKvrApTjNyc548O"
    "wjPdEhsVCdIrFuOzzawV3wCEnpKkpJYV5nImTgGb9h0S1Jg5nPKwc2eJyE51b6VGfFpASB"
    "7SIIy57U2JOayWuy9qTmCGRkGDE/ovOZBCbz/MhiRO8CsbuhkEmB2PtGQbbz8zyMc+fRW9"
    "L2+MAeH9jjg5EdH1yD9hIc9eFBatltgV+XKG3UxLaKoj3AOYzqYnFpi0uPifkHwaWpxETK"
    "Kxa05SvcBpl+V4IgJySEnaLUHxhoQzwW0e1JC0hdap1twqijrB/vH82gI7pITnp7z+iFe4"
    "2nohXSOn+ODGgolwLTa8+BW4R7Cm6WiQwZaNdFswph0HEDeZXAc5IEPr9mGsVmeQTDp6Ct"
    "XKBaarO0bzZx4tIgEDFRLpueGmlF6AKWBIZAiPQo4JrdZqPUsocHGDzk8z/gObPeLwnWXS"
    "y/vtlNIrYAW0HVke+Yo8R0aZh4DVZQWgNRl3FMgpj7Wc1BPSiXaXVITMeWxN2pxzcES8xI"
    "a2P5we8XUXEUydKOEQizyP4xGwMW2R+/jGwMhvnuZmMwjt133cYG2NgAC+5bcH8IcB8NE2"
    "jGXdhBS9Zk3bfR7hHwR0/go/xk2gOVfWw09kDl8Pq5PVA5zIEKzAgzd8HmjI9h8K1tEN7r"
    "k3s8UtjZwXnLNt/N/ZzAcv2eXHe2RW/aqO3+vzU+k50NwI4yB5ktt5FI5xhWLlvH3zXOdk"
    "y2qXZqu2dtv2dVDnMM7II63RR0pV1n1rDOJtbZZEzMP0wQZPe+b+Rqkg4zIbZX9RcbK9rF"
    "pv144bxW+Rg2uuK8zlI29PDHudWwTm+nHEQ48f3ydAZN9CihJc+UNr+bu0jQtSZi1HOUc4"
    "BMriSLs0SgOs9o6raC7WnleioxM6inS+ep8n6qN8jBjROgoD5cx/SeCWhmsprfE3vqmcxF"
    "EngkEDrys2fE529l5uldJ0XGUAn/p5GjySYtf2IxoXvR561/yfHJzPqXHJOMSlud2XtUod"
    "ufjCaysZWKEdW+lCbWWhvt9Azk4Q/OUi2iZcVvCiQtUe0xkPQwGNCAgaQN7ar/6q4RWiTC"
    "HImIKg7998QhqtEBR8b4vihEY9mNqd57Dke0GIxlqKLbUqzgIndbiO/BHMtIMrstjWFYL7"
    "m7xKgCcoXBDMp7iMwjsapHN2DMRHBLsM5J054c+gZofaqKKqvCSsTf2djZvWaleu2XEQM9"
    "z7skS2WHYljJV5KIdUBi9jlGszOFN7LSFsqhlcCPbNC0HavGS0ZiuqjcC8edET7HWcJoXD"
    "pZaIn6m9OIzBlWt59zn6kok6BKf8XAJGYvYW4xC3TcxSIQkaqjoQfkQWaWw4BpZAwDNnpk"
    "zeMlYZ85hmh4jDx+SaQAduhbuSLx0WKONYuphw8Li11rwfpvjRZ65Sl1Dxg7N9SziX4N8/"
    "ATWEPA3s/Zv5RJD7drRpvIWxmz1Tcls78WaxMvuSShT2Osj0M8rueqjbiHCDOg3IrxKLnM"
    "3oIPqUhBonge0R2W0njfsyngz3rYSVv3Ym2oF02vPQscWODAGqUWOJisjMq7pIFSXyOboE"
    "o//HnuOGKARsXkgf2Vs4+20W5TIrL41/b7SFV96r2+q2TTQ70GXuGFzWGIelUJbQlWA+Sr"
    "YpaZs71Ke2jOt+MDI+N4bro2ub3BJ7lMZH38tvfx09a4CesLChv4tgNxWODdAu+HZ/w0gH"
    "eMmvhF6Nk3ofeiddbTTUuHYYSCB32h+AsEWvkfrO5whfA3wqdoj8wUiIppkJZctjtwbTcM"
    "wupqyhplLRakevQ7Yda7YVT9KbBOV4e3zSx2enwys9jpMcmovNcZCalGaGGn7WGnw0SuWk"
    "vFWirWUhkr46dhqWShOG12SilMp9tKwXkkoVMJDeoVSxLBDhWhgwiYFmhK3OCLiu48sVC/"
    "66laPRb64hYTAmMe0Ut932//kqeLa037uoO76IiVGMQJvKC3uevQigdJzCSMqrxc1jzSTi"
    "fYk8aVGJSSh1Ho0yBgHlH9ym5GyskF3XFEokyth9pT6Q+8XPp78+rdK4KCSylWjAa6kJpk"
    "0Q2LvpLkD00dsM+xk0ormw/2Ez7WYyNeoq057UoTCOBaoFycXJ/CZa+Y20OCVqFLfV/lha"
    "Vxe2JY6t3g249eR2TBYj0pGBT5DF9Apgq7KRZgkbb1koOQqLorMB5mA1N2aewunSQsD3sB"
    "rxh6RynhQecVvYahoA8aoTAnkIOUwNDseSSM8zuPYxY5lUggXwQLpqvDUTBn55jkluZUM8"
    "wMLAIPBKFecArrIYQe2TJ/mNae05mIChcl/bNcfU498SfYpDBhL37X5KcT9YQs4jcwT4pB"
    "SOwGx4ZVyLxs5Nx7SwuLBV5l2NS/eJ74ZT+vQPtAFYu6JDW1FtMhxRrD1TmIh1TH1ul5F0"
    "J4RC8VonttvG9l6BjWk57yesm0gCkslJjQK7WS4UmRycWkMZxLwr9LU+3ABTZkBb5Pwt8v"
    "BQ+whfm+YCvSWvrjl9E4XHe+6PS9NpdsEUl11oe30Ks7luqswV9blW+PDg5o/Djsc5aU1G"
    "Rdt5DuMdXmfraO3SRLTm00E2aXaabnmza8i2thbITC524LErXJiaRJa914tkdj08AdJ8Ti"
    "6lFghJK30Y4DMMf7TQYwz9jM5w7u5ywwSoHaTm3FNLiY0mA4fBuWRq9Rg9AKZ5fCMd7m2m"
    "itiAYXEShQDgaOOjpO1NDEaKE+tBP1cdkaiYzFytHBxLDUI9oWIbOhqkUHvX1RBn9RRlHj"
    "YmRq805BpfTQbc2ulkJcG70WLaTWWtl+6aOU8aSVt6Ww7MTAa1T7A8HPdrXaBzkQqhjkpe"
    "NwswOGJu3++PvdKf7tlsl79xbU/gbbCMGmkb8f7zN3BUPVs0x2YHg7P+oZsaaZOXMYbOBl"
    "kv3tLo2N5XQ8O/accj+JmKNffFckbaBQJz87qA/I2pF+GJUnT+5zZbYnN2ntzrztzlzy1T"
    "Kxdmpk0zN0dlRmLl2121U6qxNPgesbuLyTgmdVX0+zfadJa/ede+07ZU/OLT4BdXIrjXvY"
    "Rg3/V2M7qXUEK5P7yyR1HN5WICVyK42tPRDRdw+DBls+290V6SpE1gioM9VW2NpL0JqNET"
    "wYu3VQVSurO3eNCs2UYpPvtW9siLy0ZeK2ib7sXSauuZ4HYPI/8oEmyt7KW1xh7IcfP158"
    "ePP64qRjYx6AuzZ8uMTl7vjhEiwgYj7nukbqQDX83pWGnJAUdlrPr5V3GwKw6zzeUK8hS3"
    "TakHS/jFHsBqwpmcVK5yn8VUgwXsFIYR6oUUnEXMZvmGxPGrX1SK1xn7UEriXitrz7NvrT"
    "Rn/ayEIb/XlcMlJb9q0DDAa9JzLNvNxCbeuO9XcqKLFvq3JvrfRWANsIAPSrAOezrQBK9F"
    "YA2wgg9e7YWgAleiuA/gKoKbX9FdUmoYXTTGtHdB9ubCwd8eVydgNQKUt5w+6J8JRTkB0Z"
    "k/viO7UFdjc4WXrdB+DwD9XRJsrk5hY5piR8F1Ren7TgP+r6bBPeE0MPg9qcIWeuyjy3Ft"
    "H1TFfHBDlizjOBWcBUarZrxkKdrA2nI3UvTI2nDHZM99UAfAYcG7PrwXPwG+Zcs1udVU2v"
    "tjRFHBLjY2MONd1xpjPfqRRuKAz5UnVCwOKKSkw19jtz4R60paSkSvKWjqOHzYp0wvzINc"
    "fMaEFxIWJSJJGrE/uVcFlVRjPPja7reoKqJEvTDRjzsrR+fI7MUFcw057qCUMCWSVPoPqt"
    "B0OmsgiTycl8SKCY+2AJw8Ws1OgvEZvDs34FnIUWnXtO3TEJYu5nzTqtn4ZfdE1QLymxG/"
    "7yZID1kqVxVt5TPZNKMSgxVx4jl9o+j0CGMNKlkkGT4U2hZDJQA+pE8g9zLgFz8qlwqe/n"
    "pc9dGbbI2qhmqGzgglMzzDh/iUTf4rq7LJUQpfBfHxoeJGHG1JBGMFDGUqJnVhQY1ZRII9"
    "WaVjLhgVrGGdeB3z4YgdiMvKb65pg7Et6ZxQIkmf3BppBQn/wnZ7EH/9bD/xqqZYbiBTGk"
    "f7DHsShKQhRdy8RgFTLMu//1xaOn3/TOr99ySJZ6vULX1uYSeKe6ZC+G/rzg9ptdqA5nBM"
    "12H9OPKN9VknDv+Z6SXQ11cm/B3GMGCi2YO34ZoeZgsqFl/afobnTWZ9M66960zholTo0D"
    "Oe4Zw7Hdslfar7efL8PwgRwiiV1hlgyxRDKFoI1dc7ihM/V3UqwR2l2jx65R00iNmW39Qe"
    "/QKkt7R4jcQGsBTEGjHaROOMF9ZBdpVcHcBfPOoQttuJqwvIV0ekzfSarPAqYy4XeVahBW"
    "H9a9qPaVPO31mTzd8J08rTM6RadMuFwimRyLd7GBHDhg4u7N43D8Hv7zqPBe49RbVao92j"
    "ESprQvO+a7Hrz+rpPV39U5jQi6CY+z/hPU8naT7Vqj2Ub6RkGyxzWsYfZjtcXx8MCEx1n/"
    "6Slyu0gmrg9YzD56Bc30eDz8By8/UTNhcoXIahV3Mrl0Fmy6V5TILKPvZDQPwsQohXpOMI"
    "5ktpOqBpsV1TORR5nGZlO9TyVeifM34HxBYfl+j4IOpnm1bC6te+TSWsFOQRctpno3v0sk"
    "luPmHNeQtMm+UlDYT+zg242LHsS+Dgh3IgackTEzLeHWPYgts2AQJKIcG7fw/anS2QRZ2/"
    "r1zHnA5XILAdQIrQS2lYDNprUXg9cmIjpUIqLDxKD8jwow+CDWJy2BKEXjbFM0ig5S6BmP"
    "8opEbAFqGYuYl4Y3nJNLyRjmOb1Eb3/03s9KwmMgAjrYqxr0SwYfsytG42YkyiCjYgxKWu"
    "tOp/jESBH8gGb9866SrDms6SQmlPgiQMf+kCaSZXEeAYnEWmdB8T1yA8zBfCw9/fI7feUP"
    "e6o1oqPwAc+0rEv8MSsF1iV+/DICw870CKhEMkFFbfizzNAotD20Ie2dyQKAN05qM5vtKD"
    "XCKTF337motdJmiHMURHY336V0Kvqx4StSJ7VgiIkUGpb5IQ3GC3HNWnNXlptndxuNYAdB"
    "T4NMlap/ll4yM/RE4N8qA+3j3149OHv6TMWMx/Ameu1JKk0HQcOwHqSP9qQiKUXr/y6u0u"
    "BzdQOXwv98ylcwgCrpARYi6pxIXjZFkUKZotR1mYrwToHyGVlHWMIsIEC0wvsItEopWfEg"
    "iXU2ghu4VTZoMWxqiJZSJ6gZqdwJ+h73NUZt4PYenVCslXpsu7W1Uo9LRmPzGJ8EuFY62s"
    "fPj7OkcmnC5CrV5GDM4YGAspZhttfUKa1uvu1OUqhkZhKo0ln+H6Ft9BZDtU5arCLdsNEe"
    "UmFeBjndVP8ZWcLEiIjImvIYZIFHT6ju6wxsqYVTxOqdk0vu5cdhqnYXdqJRxG+o357gbR"
    "c3ygyqGUmh3hkJ0/9kKFpuZKF9hjcMI4EJlmeYVw7+fYM2UwzDqkRYacItBgsdzTX2OeQR"
    "k7lZ1PZXmEo0f6hIrAmwXJB0gPyYL4IXb51yqLVSQSMeEpN03btIwab9YmJ1CvayS3fbUe"
    "OvHDalUIrs5TDRBQsSy+G7OWwaZbz/+OK9MXfg2GLMKWXE2pxggrzdtBFnvH3eydvnnQlk"
    "TPhbIZogj4c3E8cGdhyQuTtBO6zLg3V5sC4Px1oAeu94URoUswViVKW0EthOAtT9VwLWvr"
    "kAaoQWs9tWAgVeYyaAKt2u1n/DLjz+5T8SwPQVi7i7PGlBTNOW2SbIlBZ97oJMu0UwsAvE"
    "lwLX7aysaBosYaI7l0gmqDvvJoclvFQGHE67T5C7j057Ja483ZC48rSRuBLuGLPAKJK9RL"
    "L/UPbdh8m1MXewoPWDfsz+/H81rAM9"
)
