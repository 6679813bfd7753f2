"""Accounts two factor."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "guess_counts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(128) NOT NULL PRIMARY KEY,
    "count" INT NOT NULL,
    "ends_at" BIGINT NOT NULL
) /* How often something of one person was tried in vain in a window of time. */;
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
CREATE TABLE IF NOT EXISTS "guess_counts" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "key" VARCHAR(128) NOT NULL PRIMARY KEY,
    "count" INT NOT NULL,
    "ends_at" BIGINT NOT NULL
);
COMMENT ON TABLE "guess_counts" IS 'How often something of one person was tried in vain in a window of time.';
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
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "two_factors";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "guess_counts";
DROP TABLE IF EXISTS "two_factor_challenges";
DROP TABLE IF EXISTS "trusted_devices";
DROP TABLE IF EXISTS "two_factors";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXetz2za2/1cw+tJ0Rkkd5V3v3Bkn6SN389hJ3HbvNB0KJiERY4pQCdKKutv//Z4DPk"
    "RSpEzIJCUx8IfEBnFA8ndA4Lzxn9FCOMyTDy5sW0R+OPqe/Gfk0wWDX8qXxmREl8vNBWwI"
    "6ZWn+tK4k2qkVzIMqI2DzagnGTQ5TNoBX4Zc+Nj7g8/Iiq4J98nK5bZLKFmyQAqfSD73Jb"
    "Q/wIEcYcNI3J83pPnsf/aXgbjhDgss7hD8mdoBc5gfcupNyUwESEalXInAGRN4C0aoT7jq"
    "Ea5JSv0NjOfAeMlrpYOR0GXJXVUPQkNogn9SuvOtWyBFJNWIYuXHo6ZXLZdKF0alwVz4E+"
    "6ck/cC39JlfnynZFTCJfFFWHgXBVDk8z8jZoVizqB/ADD9/vsoh4DiRvYKoz/+gL+577Av"
    "TGJf/HN5bc0485wC52NK1W6F66Vqe+XS4EfVEzlzZdnCixb+pvdyHbrCz7oD47B1znwW0J"
    "A5ucngR56XzJu0KX4RaAiDiGUP6WwaHDajkYdTavSPWeTbOJPIXywQV+uQPbBFwB5wRz4I"
    "xTXz/yd5whyNZb3/cGl9+uHSskZb0xGfpzTbkiZb+DiVOU5sxGdBv1ge8+ehC38+evp3fJ"
    "8NTnEvvOGvFx9f/Xzx8d6jp9/iDQV8D/GH8j65MlGX/lZD0JDGgyiubNgA7EboLBpus+Ml"
    "n7/xw2qGFOlKjOHxp6zLmLRhw5nNt30ra2xP2NcPfLGyFrI77szxOe+/mEwePXo2OXv09P"
    "mTx8+ePXl+9hz6qpfavvRsBwtfvvnpzfvLIvewAXm24VG0dPbiUZHO8KhLHpVWxKbrWoms"
    "nQWuCY9SODtfwiZPnjRYw6BX7SKmrhXRzm04GmAXqQzWzbAuSBLbcF+yLzXLzxbhXognm/"
    "OxAL4D38sf/q2WiYWUf3p5WO+9u/i3QnyxTq68/fD+p7R7jg2v3n54WV77pfaakiMZ4Bxv"
    "RyRCsXR2XSkRIXzbcP8I+xfoAP9kawX6G3hC6tusAuREpfklGebEwP47nU1p6+YTDOgqk+"
    "PzkwzeHd6YhfG0vPj06uL1DyOF8BW1r1cUVoAC1HhFTESpJeu7fWkxWZRbqE/nChx8C3zm"
    "VJFcLt+xkKK4O6rSM3OXxzt1zeXSWuR7NtI3Z9CD0CsRhUq34jhJgNNKEqISdLaVKzyglR"
    "HqlhK1MNSpQN0TS4+RBaieAZtzGbKgWjlt+wYVyl1T/e2arXUWpaR7XxrcKW65Rkk7ZQXA"
    "KGnHz6Mb6kVMR4TNCAYhSPUhu24JVoeRA36KmJSv6szNuas7pYA59rN0rM4/ixURs5D5RA"
    "qQH1xgB/xN0OSaWJJXsC0Dm5iDVuYb4A3+Dxs3zAlFS0K+YNu7f1sDo/0a9mKS/kxXLg2/"
    "R2mOcGc6JiIoNn3vsBtuM7yY2J2TBhzQZTyQMCTzHQkLmBqQLQXIHguJduvYiK7ww+e9At"
    "HDhws+WxnpoxXp4+HkeQPpA3rVSh/qmpE+Tn1nM9LH8fMoc3EW2VP//aT9+2PLWbeATx4+"
    "fvb4+aOnjzOcs5Zd8G5DmWw4enM9R9Qfol1uBb3N4iMR6t6xxZUSE7YEuuTKTmFuofo0lO"
    "MuNi74pUdR/vHRiS+COfX5X8rg8j0621kwJtRZcLxE4jtsy253HazSBZ+nTgxxqU1u+D74"
    "KOLOM+ODNwKWEbAMjzIeBcKrsO7UL2hp/0EYd0qKYZNF62H9ovXwadkNXLHfNMW5gnSAkL"
    "e1Txjf7+F8v/mZ2oIP+ENpuBMDv6kvuOL7rvYJlye3cbOfqJu9MLEr9LHyxK/XyvJzp2lk"
    "98qX5AaXPCbHJGBLIXkoAs7QtOwQabvMiTwmK1zoTSnRSp5dXltpJJMycEtGPeacE7FkMB"
    "q7YcF6M9Q6jtV2KUZTZyHaaCznoYrOvqvh26hsRmUz6oBR2QbCI/W/xoKW9h+gcNtJ8K70"
    "orkOvmn/wXlKnz5uAO7Tx7XY4qUitJ6Yi21o62NJ0v4mClo/CrpCFtOBvoZ8EItI36zIR8"
    "UW8f/fTx/eV+OfpymB7nA7JP8lHpd97KtXEfdC7ssHeNvOttIdLEGMdrOkjD5CJmQ4D9Qo"
    "aoAjirP6xKSs0QHTS+Nd6p+MOzX2ymEeLnPuc2BlIFagHD8gly4jKicTVSzmzdJMVgnfO3"
    "PGRPjeWmlfn36+uD958rTKP9fGsLHOGLvtWJLL+yO+BwGlXUJXwkDHXHGM3SKTx8QdK6UT"
    "2nFk1CMxGdcTPgD91WqJJrl2m85oIF1qIEZLPH4eqVWhJv+wflkrUhmN5laNhn1ZchAz9A"
    "OrCnRdfQq9In0Y/3UmPVTgL4THqF+n3+QJSwy4AsquFqOUJ/0K0S8/fHhbEKJfvikrLr+8"
    "e/nDx3sP1eSHTjysgZwvLeo4MHmllsBUoOpPjRz1Ixi1v7IoNxZoEFXxr7c4szOqwcH85O"
    "GkAc7QqxZoda00oRdxrKGSTa60kiQqSIdgq+o6SoNGoWtJEQW2liW7RNbj7E5U3Ptyo6D3"
    "gHuTuf6ofqo/2prpFITgG2bdIS6pfgQz70100vFFJ5mQmVZCZm5ZRFpAWDPu68gWjqZA1y"
    "+fBdzhccj7X96+PVSs0mUQSYD+tUpbHVUYqosdxrvM1WHc1YpzYBtbrZMdN44N8hlzYkuy"
    "K1aqjIdkgLVDsLgHZtjOAfNzZVqO7c+2S/05Uwm1jNoulnqssmF3cxNjhD6FTWNsjNAnbf"
    "kxRujj55ExQhsj9FdghDZqnVHrjlHbONJMiMuV+FGJ1KMqzSK7uFurWMEDqH762ekFsf4B"
    "+Q2Ffy7huu9gyZ24dlEcrCJg+hAKTQ6LExJUyaCAz91wZ856S7fA+BgYKmDhOKW14r9JIa"
    "+iUJ8+YHHcjY+Vi5Bj0dLC0eVmjM/R5GzyNDcEwRgpFVEmkypF6oFkrBnRAANyZvg8HpWh"
    "Bfrckmz/IJXPVkyG5NHZ/QQC1XflChmPqF4O5iU8ND4hPin+RcIVKIcw/oxyL4I9qWJ4sg"
    "qEws6JdS4MQLqflmwCRe6cYKknJUzF4yghr2KcrNxS8qb4Tsnvi/O4BQZJmTQLxIIgqka3"
    "O5mdw+h2Jy5QGd3u6HkU70Pb/KkPKd9QDMFX1HcQeX4n10G9TGew18e+KHvpoL9NafDfH/"
    "99v4E6esMLfV5kGoDe1lwgG0x1vp733FQ72oa+Fvc8yWBgb60oYqYm6k3mAtlgUP0KraZH"
    "5BboyGaqY+K7zb76wWeXAv7p2Lp6UKZ0Y1ttx14KH4aH84WNdhlON73GzSyolp1SaOUU3l"
    "dHfqJhL6vZklkuVZpefLEYRMEloSvKwyRfryKn8K7Dos1040GMLX5JviEa+bBQu7LxJbEf"
    "30hiC3HNGXEFMAMPFw1DtliGmQkyZwhdoXE1LhgvMMnRmARPZmEcG5PgaUsLxiR49Dwy4R"
    "69hHuYnLfec95SmUBD8c6TDEZFbO80AhOy9NUr3yZkyYQsjU8jZEmhXqF0p9yoV7PxhTRD"
    "lB6QKVtQ7k2VujvFEfC2UxWHE9fSwaAXT4A6SmyKQ+E5Zi5bqx62WCzh/0oFu90boKrtcL"
    "n06NpKB0kDgbK/qUxjmnAmIxHWkC/H5MRneNxLInLUkayFo1q/xfM9cEwV0+RbyT6wFdOT"
    "xEJxqU5emwth6gKdzuo5Njr6aQsVRkc/eh6Z6rHdVo9VG6sOwBnB4CwfjyZnjQoYnO2oYH"
    "BWia91wwIOg+oaQLaJezSCZC0nawXhCzrXOgs6IzCBNvqBNqkEraujt7tiH9N60no9jrLy"
    "ogN1Fe0QpnnXmB//iWOZqaZ7eNs/cwyUY197X9wQmf1QYz9EQwSol7KqAMqugOw81RCWjP"
    "5D4TMDkJ6iWSLcS9M8MuwP5OndBA8xH4HRXXGqBzCrj8bq41JpOWLle4I6zIElRYbc3nHW"
    "w05+3D6Y4Y0Gb9CeZc1EsKgyhe2QKYtkPYo879599/r1d/8HPz0ZjFuvbRjyxT6Ql8h6hP"
    "zhxO0H6+cNoH5ei/TzO4cVt+eG+1WdQziqcMQlV8a7XHHJKYZNnXEz4TlpbbA4cUgSkNuc"
    "uARYnNAlY5dZnEPPfckdRqbAjBmfT8fkmq2h+WpNptIVQWhxZ1rllOvmRuicU4WA4a9CFr"
    "3LbZe4QoZ4E9tl6J87J59HnrCp93mEvjP0waEbTT1SEPlxy8W/3qQVAFx4kNC1gNq+rsuo"
    "xy8rfoMQPh3lAfSEuIYHpVhJAFujUp7/AlPu8aSQyE9+Jfdo4rSEAVQDD4kUyh3IggD+vT"
    "dVT6T+mBJJ1xJecf1tndvv96qjV9Vk+uMuHsFakbPSIVghaSZi5fGaYloJADL+vVOW+o1/"
    "7/h5lG4AOjJQnuYoQhfSB+opeqEFAamQrRyIG45lwjHlWI8TFaStGIiOyIrfidc1FXR0sM"
    "7T9Cj2KzGrn3ndfui5iR7odh4rgDTwTfsPEN/2XSOxurQNb/0hnBsKcwTnbit+wyM4C5KK"
    "UgC15JSMok9nYKqKnqpHcKMe63ipilTGS7VnoZS8oURPaaokN7rTuEPdiUahsAKmvndN/0"
    "mZ1CTXNXeW3OE4orbOITpuUajz3KTDnuVybOA3zVW67RSXBjlLOWkI1ngn8iojGhLSH//5"
    "kXkZqNXQf0qGGRDsf3fpUXqNjm6fhjUHsucvj3f5lnwR8hm347ngbKgaeps+iQW7Es4aM5"
    "+UA0Z4DqFXIordL/t4gqJKb1NXN0Jvk5JYlKgSn+Ve6RUC5PgNC9ZJQRVMC8N6Kuek4Mbh"
    "Mi7UsmJ+GNd97iKNyzhtjNNm8EKtcdqcAI80M/GPyFUTwcM8O7Es09vs2fVWkUHZs/s2iO"
    "wXKXqY8NCTV6qNJ8F4Eown4cg8CdcgvfR0eHhHfoREvdvDlJ2jNHkX+wqKxpdzGNHFmKiN"
    "ifqYwD+IiZpKrM+8YH5VHcR9jNTvc0bTATGhU4P1RwbSEA9FsB5V2KtzV8e7zNVB2o83z4"
    "dYetROUgJUqWwSJ4l9IwnaB5tajiurkrU3cn8R/ydRA+wUrTPG3HzKEqoxNx8/j0yOgP7q"
    "ZnIETj222sSum9h1Y3E2Fuc2LM5YAhku4ypsoXqlM++raHu0QmOk6klumcbK38dCY6z8h5"
    "fPjZX/MFZ+eCIsSAWLM76Gxl67RXinLfd0uNCZN7dima9HPyMwqN8RdWtf600VtVn/97bP"
    "+HQpXQGIBmwGPHP34UjtGIYv+/LFeIGNF/iYwD9MolK6sFSsRzo+4GSYAcFeXMNNPlcdTF"
    "26x7NpVeEcz0+5etd4YX7f7hf/LT1PWqFMUPdXCU9YPi8d6pwEDO1gDt6DzAKxUBSZE35N"
    "KB5tvVYl87Yd5O3fQp2RjYUvFzJXF5D5iiYdMk7OotfMH+eO15oGzBaBMy176sUKqEE3xc"
    "p+yZxNCw+qQdFbQ6AhyQVL+ySneYd0joX9bBpgRMKY8Bk+LIzFpSUjuWQgyaufGQ3IjOG5"
    "ZDPuxcdy+1m5wis2gx0A5gTj6PwnNmZjS+KLAJPM5nMW4AMvxA318Bgy9SK5I8jINJ0hH5"
    "N3BABQVq6PLNjgm6yrKXj4Zzm8oKr7Bio1CWOexJSNIxF2iYEDy2TrReAzAQinxzMTgHBK"
    "PMqvkhpKVIlsgApU+xXbjiPW46hAbtkvlW7aWqtNjqi/pWYg+/O2kqU7v4tkQ3CVdDrDN0"
    "J4xSTflbtZJDQnSGjkb8baiY4bZENhAj5ad49saW5N15otwgFuqJ2bfYNCWsMdjb7FHIkT"
    "A76pyXdr2ukafDs10qVGzSojXc7gWW+ki4/JsApG1oa2Oi7VIRvMIdESjV4BI9R3lPnrnF"
    "zBGrpg8XEX/wrYDO1ODlt6Yo1pT2Qa3/e7f2TBxxX5LJ3cBS12AQuBnYAFXWeGuwX3oxCG"
    "ErEVbMUD9iDtScPiuR/MJxSg4Zg7E0S+Kv+EtZcIncNMyhv53qM1TRFw9Sq+QLseyqx/4Z"
    "Xcz5uL9xcEWZgQLUAWiF9MsuCGBbFlMD02pHTmhytWm8JQ+EQMPioHzyLhPlkGAhdkGZ9I"
    "4jMYjEiY0Fh1KkK8An7DHHPMh6kYZawzxoL2tfHoOMw6X3UKj8kn2YQhT5pgC73qA5EnW/"
    "iaclE9mhvsQKijcZPEBJ15XUHaY7h9P0tHNwlTiTytA3aeZnh2y/bdH6AJgUqFKsBSeNyu"
    "sB/sMqht05oQ4/1taOyL7UUOs5Y0DFnga8V4V9Eeh5kT7zcYM2cKM59ZuJ6zqnMQbmdSkd"
    "qwqXU2cT/7Glytz2iL0DCnS+ZoL3NVtIZFrbMIBCgL4wctuZYhW2iqGBXUxrWpo2tEMhQL"
    "Kw4dhake0KroiR2Z7TX05kNp/UM5ijz3IxObOzUqJY6tFbtyhbjW+iwqSI22sv/URy6jH4"
    "1XpXDU2sBLVP0ZwSddzfZWHEIFhTznxNRzMGzT9ofvizP86Rbknn0IqZd4HyaYVNK7YY9u"
    "+ChgVoymXX3iYC0Paqj7+xo6/hBaW21U1EGyMepO9G1aM933ne656A8dEbJENjzpsaP6Pc"
    "ms3a+ETJl4CKj3XUnGB4j3XXe2ac26s3eYBAYYiMBhFZ9BfemMApHZVE0ZjIOfU2bCz3uF"
    "+wbxq84qql01CjRDyum607pharkcqpbL9nxuAeRfs4EGCm/hKy4A+/GHT5cf37y6HNUszC"
    "2gazJTcig3qUWUP3XbnEmziwvdFt2pwm5Hbk8Z4x3FeNJM3S1ON8n24bZLcmexE5fRIDlY"
    "PD7yXFXQSW5RlcijP0BlKkop3zg3YlWZGJOQYhJSTLKDSUg5LR6pBXptAcAg5QS6hQIqqH"
    "sMqTmM4bHFiJocfJFtM1klCzWEf0NvGLAPA0CawoN59mZAjt4wYB8GJL7RvRmQozcMaM6A"
    "klDbXFDdJjTGM91SR/WujJ2Vjr5eZHeYJWWuAMUd7TkDLN47LllzShPsdlNk7nNvAeHXxd"
    "EGCvL2EnlM1VwuqbweVVh7VPt4l3UnhB4NjTkffEaWnNkMCwivRHB9rqqOxOcBX7NliLV6"
    "Q5etyQprraS1S7CE8YI6Fcaduw6IBVngifkNs66hk/qJ5xX05R5ThU3wBbF6SdxxHJdIob"
    "OQBQi7/F51QtPEFZUMjzlm3owEbBZJJj/7pPRD8RBk4TvJcPHoaT1leHZyDfM4rQSjGkIX"
    "3lbVg8nZXFUtGCy6DNKQzD0nlnou137xGXOw/IuPLwxEhYoyquAMIKeqvKiLQLGIklouAq"
    "u+zDzQdeGvtBR0Uu0G+kNjcq/ID7mX1cFxAeArhqWoheckIxTL2MRGuaxajlIYJdx6jByb"
    "Yv/vkJPT/KtQkO+wIrR6UXhveKlQAA3cYAkM98P0AUkODzTzYa0c1XNMuJ/gph5JFdBRby"
    "qxNE5cXjp7SvhYIuqR/2bGQQd+nwkPKH9Z1hkKS3bAyhI2STAUdK28nLNKqS4BkyIKbBav"
    "m7iupA3F4bRsjubka3Py9S2b5tdoATNWyuPnEe6QOgta2n+IUTOTJovWpH7RmpzoAZ3QNW"
    "JOPztD+/G9IgqxeKAOyjmSIcTydo3wlszUPNauRGhWjQarRkki1QbbhDXeIlXm1o4looHa"
    "AqisWitImXCA60gXJcxANQX1zqLzWMPUgbyCdHigd1JWa2OV0cG7SNUK1IeNmyntkmeNts"
    "mzHfvk2ZEFpd8+sw+Hd/trtzLWaddgKFL1KGRLeKS+hOwXDbB+UQv1izLSaMnUwTjtP0AR"
    "pJuyh7GtVGsz3JD0OIdjI+6pKopopdbBOO0/PCmj/aqSmc9AB+ACkdnxbt3xcr4j3XmcIz"
    "NA3wo095eRVp3HjOA4Km4N6qCh9NgLHX7kaUzJp7sc8iTx+TWQ31AY3O9QdVa3ToWpTXGH"
    "2hQLWCnovEKNrMc7R2IQ10c8tuXprCsbCrPFtr7c2BhT6MUJoVbAABkZMt1zJuoHMbVgNc"
    "LGVfTWHkETRTpTIGffgIgZ97l092BAidBwYF8OmGo6hz5d1BQi6bQQyWGi0n9TgckfxWpU"
    "EZq+uTjeFZ8eBzc3jFC/SGKh47hhSblDXBAQxDmZSsZ8WCenGEKcHrJJQriItQRU+C+GEs"
    "uQex5IdjdMboertz767fHHtTHBh3WQHJFXtUX3iAn9PeU93IT+Hj+PQA/T9djkSAYoV3Xg"
    "FtPKTV2anNTabF/AxkpUXL0VpUQ4JHD7Lh0bi1WaZokNkYFeC/ot/ewwasOmBN9bDJ0aVS"
    "gP5S47VYhcqJuKxdJJd/WozVCox4xElbSAyZ6Y0rgZFMR/7kwxxRQ7qZrF2IkGAb+hXk3W"
    "693HxeRXlOrHJNkix2SZ/JOuPlku5TIQWFEmVlxQiZFjzKiE5htGPPgUEp0GdBS43TxONW"
    "VfljxgEj6lchLs5ifVdc4JJSvKQ3hFEogVSWjhJiJO/vTFlXDWBJONMSv1jtpP1R63a0kY"
    "WCG2Xlbhem3o+AshDykyBPOgtePWM5LB6fvtA6wbz9t/JG9v4LYcxYuphVrQZgQDxHbXOp"
    "xi+6wW22e1eURazoo80QAxbl+dNoHo3QaiG4uQsQgZi9AJg9v7eYlJlM8eZyYWKQ0T9mYC"
    "tf+MQL3X50GJ0ASs7MuBjW1GjwFFuq4+gWGaRI7EOnrBAm67owqjaHJlvMsWSjd9bjOA1r"
    "OgZcvd12K26+z8hBsWSE1NMEcyQCG6m5oG8FFpIJx0HyC6D88aFTI421HI4GyrkAHcMWRV"
    "BzDXB+jnSPqP0D9MakRrsfgH3cz+/n9i5wXG"
)
