"""Single sign on."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

UP = {
    "sqlite": r"""BEGIN;
CREATE TABLE IF NOT EXISTS "tickets" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(64) NOT NULL PRIMARY KEY,
    "purpose" VARCHAR(32) NOT NULL,
    "payload" JSON NOT NULL,
    "expires_at" BIGINT NOT NULL
) /* Something begun in one browser that the same browser may finish once, within minutes. */;
CREATE INDEX IF NOT EXISTS "idx_tickets_expires_eb6e3b" ON "tickets" ("expires_at");
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
CREATE TABLE IF NOT EXISTS "passkeys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" TEXT,
    "credential_id" VARCHAR(1400) NOT NULL UNIQUE,
    "public_key" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "device_type" VARCHAR(16) NOT NULL,
    "backed_up" INT NOT NULL,
    "transports" TEXT,
    "aaguid" VARCHAR(36) NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
) /* A public key whose private half an authenticator of the person holds. */;
CREATE TABLE IF NOT EXISTS "sso_providers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(64) NOT NULL UNIQUE,
    "issuer" TEXT NOT NULL,
    "domain" VARCHAR(1024) NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "config" JSON NOT NULL,
    "auto_link_matching_emails" INT NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL
) /* An identity provider that an organization trusts to vouch for its people. */;
""",
    "postgres": r"""
CREATE TABLE IF NOT EXISTS "tickets" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(64) NOT NULL PRIMARY KEY,
    "purpose" VARCHAR(32) NOT NULL,
    "payload" JSONB NOT NULL,
    "expires_at" BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_tickets_expires_eb6e3b" ON "tickets" ("expires_at");
COMMENT ON TABLE "tickets" IS 'Something begun in one browser that the same browser may finish once, within minutes.';
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
CREATE TABLE IF NOT EXISTS "passkeys" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "name" TEXT,
    "credential_id" VARCHAR(1400) NOT NULL UNIQUE,
    "public_key" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "device_type" VARCHAR(16) NOT NULL,
    "backed_up" BOOL NOT NULL,
    "transports" TEXT,
    "aaguid" VARCHAR(36) NOT NULL,
    "user_id" VARCHAR(36) NOT NULL REFERENCES "users" ("id") ON DELETE CASCADE
);
COMMENT ON TABLE "passkeys" IS 'A public key whose private half an authenticator of the person holds.';
CREATE TABLE IF NOT EXISTS "sso_providers" (
    "created_at" BIGINT NOT NULL,
    "updated_at" BIGINT NOT NULL,
    "id" VARCHAR(36) NOT NULL PRIMARY KEY,
    "provider_id" VARCHAR(64) NOT NULL UNIQUE,
    "issuer" TEXT NOT NULL,
    "domain" VARCHAR(1024) NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "auto_link_matching_emails" BOOL NOT NULL,
    "organization_id" VARCHAR(36) NOT NULL REFERENCES "organizations" ("id") ON DELETE CASCADE,
    "user_id" VARCHAR(36) REFERENCES "users" ("id") ON DELETE SET NULL
);
COMMENT ON TABLE "sso_providers" IS 'An identity provider that an organization trusts to vouch for its people.';
""",
}

DOWN = {
    "sqlite": r"""BEGIN;
DROP TABLE IF EXISTS "tickets";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "passkeys";
""",
    "postgres": r"""
DROP TABLE IF EXISTS "tickets";
DROP TABLE IF EXISTS "invitations";
DROP TABLE IF EXISTS "sso_providers";
DROP TABLE IF EXISTS "passkeys";
""",
}


async def upgrade(db: BaseDBAsyncClient) -> str:
    return UP[db.capabilities.dialect]


async def downgrade(db: BaseDBAsyncClient) -> str:
    return DOWN[db.capabilities.dialect]


MODELS_STATE = (
    "eJztXVuT2zay/isovSSpUpzx+JrM1qkaO86uz9rjlO1k91S8xYFISMIORTAEObKym/9+us"
    "E7RWoIDUlJNPSQeEg0SHaDze6vL/jPZCUc5soHl7YtIi+c/ED+M/HoisE/qqemZEJ9Pz+B"
    "B0I6c9VYGg9SB+lMhgG1cbI5dSWDQw6TdsD9kAsPR7/zGFnTDeEeWS+5vSSU+CyQwiOSLz"
    "wJxx/gRI6wYSbuLVrSfPI+eX4gbrnDAos7BH/XdsAc5oWcutdkLgIko1KuReBMCTwFI9Qj"
    "XI0INySl/grmc2C+5LHSyUi4ZMlV1QhCQzgE/0npLrYugRSRVDOKtRfPmp61llQuYVYaLI"
    "R3zp0LciXwKZfMi6+UzEq4JJ4IS8+iGBR5/PeIWaFYMBgfAJt++21S4ICSRvYIk3/9C/7m"
    "nsM+M4lj8U//xppz5jolyceU6rgVbnx17OWSBj+pkSiZmWULN1p5+Wh/Ey6Flw0HweHRBf"
    "NYQEPmFBaDF7lusm7SQ/GDwIEwiFh2k05+wGFzGrm4pCZ/mUeejSuJ/MECMduE7IEtAvaA"
    "O/JBKG6Y9z/JHRZoLOvq3Ufrw6uPljXZWo54P5XVlhyyhYdLmePCRv6s6GfLZd4iXMKfj5"
    "7+GV8n51M8Ci/46+X7l3+7fP/1o6ff4AUFvA/xi3KVnDlXp/5UU9CQxpMoqeRiAHEj6ywa"
    "bovjBV+89sJ6gZTpKoLh8ausK5j0QC6Z/N2+UzS2K+ybB55YWyvZn3QWeJ/ffn9+/ujRs/"
    "OzR0+fP3n87NmT52fPYax6qO1Tz3aI8MXrv76++liWHh5AmeUyinxnLxmV6YyM+pRRRSO2"
    "1WsVsm4UXBsZpezsXYWdP3nSQofBqEYlps6VuV344Ggwu0xleN2O1yVLYpvdH9nnBvWzRb"
    "gXx5OP87EwfAd/P776p1ITKyl/d4ts/frt5T8Vx1eb5Mybd1d/TYcXxPDyzbsXVd0vtXVK"
    "gWSEa7wbkwjN0vlNrUWE7Ntm90/w/QIf4O9so5j+Gu6QejarYXLi0vySTHNizP4zXU3p0f"
    "wVDOg6s+OLiwyeHZ6YhfGyvPzw8vLHVxPF4Rm1b9YUNECJ1XhGnIvKkWzs9qnV+ap6hHp0"
    "oZiDT4H3nDqSvv+WhRTN3Umdn1k4Pd3pa/q+tSqObOVvzmEEoTMRhcq34rhIQNLKEqISfL"
    "b1UrhAKyP0LSV6YehTgbsnfJeRFbieAVtwGbKg3jnt+gI1zl1b/+2GbXSUUjJ8KA/uFD+5"
    "xkk7ZQfAOGnHL6Nb6kZMx4TNCEZhSA1hu24ZVoexA157tzykCYO2zIDC2Z1WAM/GtQSdL+"
    "WNzEDjKbnxEI+dbfBjzQPCvl1R7hLqCg9oQ0H+LbiH2LAIFtTjf6grbX/4u5gUYWumBuY/"
    "GOaKNVgHNpUMRgRgOhROg/GgoGe2ITNmixX7AdFlFkwJdVYc5ycrtpqBJfEJzZAwkjmpzz"
    "wH7h6G2jbz4QWZgt3xb2bDv5DORtPZZYhTs88+D5gE9RdTMl+A6bKSF+qJ1SwEAWsFgYMj"
    "SWICB/FqcC7DJaLWSxh1X3vG4NEGjzafUWPqjERGStnraLSMoC9T53A+2qPzszZq6/ysWW"
    "/huTKD8Wupw990/CgsyTJ/H7b5Kjxs/io8fFplbmxP6LA3pxiOwZPEQBnm29s9l3PbS0+P"
    "l+mG0+N9LuiDKGnlX2jj+2WqMQRV+jEycz4XXSFNZteQjlCD9x5UKbKxg+DKu8p0J8b8tk"
    "GWmsVXH2ypUSrDhbCOTJm0ZW5ZjZb4CrdArn558+ZQUay3CleZ1CBXyZnpLtQqRmXaIlZ5"
    "rqHvUhtjSlXwqBH32Uaq7jlZba5hzUuQBh/Hn2wYRdx5ZsAdA+4YcMfIyGAP20qre6/YOA"
    "uD+2cmyc34Y6fgMuzlj5l8whPOJywt7Bp/rLrwm72y4tppW8K29iS5RZXHJAbQfSF5KALO"
    "JHhVDpH2kjmRy2RNrmBbSswLyE5vrDRlW4XiJaMucy6I8BnMxm5ZsMmn2uQReU9ktWhEzA"
    "kPVRnaFxuPNy7bNp1xB/p0B4zLdvwyUv/XUGjp+BEat71UKUk3WmjFi5Pxo0tIf/q4BXOf"
    "Pm7kLZ4qs9YVC7HN2uak2XT8GCKTQ5d71dhiOqxvIB+FEhlaFMXynzL///fDu6t6/hdpKk"
    "x3uB2S/xKXyyG+q7OIuyH35AO8bG+f0h0iQR7tFkmV+8gyIcNFoGZRExxRQvnP8DphDVON"
    "D5iemu5y//x4UPuoXDRzuU2ABGu6JDbq4LewXsDjcucYVKMReFReyG0Krzv6XXnfELIU8E"
    "i14bn7z4oeY94jJO5aMqOSPX0cBS5Zc1j0UQgOoRMngMcLOPYe1+ACYqJ5fBcW3oX6vXz3"
    "4dUUY4XxPDBC1WmzIMsnX4o13EyY9Cwp36SkGwlOJ1mDKxpJdFjPVIeUUD2g8lIdoXqbqF"
    "lhdmC+J30RhDKfHeedBWIt4arguoCDjJNOyYyFawbXtcVqReUX69SaJPNtOuMw9ekwGaf2"
    "+GVU79Q2m6f3cmq/cM+g9M3V+YpsEY7O5X34+KxNgj8Oa44Dq5OVzieZnaKzyMtUxvXaZ6"
    "3H5p/mxzknGk7rn41Knzvsltss5puGhqmQjWLJ951lgl4pWCmRX7PIhXAZ9ep5XaKrcHoG"
    "hH2xOjsyrHp58e7dm5J6efG6qj9+efviFTBf8R4G8bBhceden442L1MZw0VfmVO6iDT7tG"
    "UUA9ZynZZva3KnTIMwk9Az0cdxPzApG3J50lPTXTiujAe1xnGxcTRzvkVwM0YXH5CPS0YU"
    "noapMsydp62XZQhLyJkS4bkblUXz4W+X354/eVoH5HYxbZz7E5dfsKT59E/4HARkpSBV5j"
    "kK0YXLnD8my6lKHoLjODMiutg92hUeMNoAoyej2aYGGD1pJ80Ao8cvI6UVGhrmNqu1MtXo"
    "YLruM1OOu4HBoJw+TB1SZj1oohhlwgFhjFQmJ4ticN+ijgOLV6s7SplqdF5195pFeS/gQX"
    "g1muUOxzqjGh2bnzw8b8FnGNXIaHWusqBXcXqJsk1mWj2Fa0jHAND1jRhh+owlRRTYWih/"
    "hWzA1Z24uN/K3EEfgO9t1vqj5qX+aGulUzCCb5l1j/rS5hnMujdIqUFKj4vZnSGldyiRDj"
    "isWb97ZIqjLaOb1edRdf/5IMXPybZQkzqYunB6uhOqlsJK95dqi1fX7FMYp9BW2vggf2Uo"
    "sd/0rcDNJjDjFsHleKeJGsi6q5nrNmDE08gl1W8o9nOw7jXJPebe1mYZFyTdTJIEbI53Im"
    "ASmNsRK1hAeSPr+G+ZZkKnzbbTa8RPwEO1s0Z2u1tZw5882+Xw8JZkdsDCrLZWZTp7c77I"
    "L5jsyRgK+Ah9JQtXQuhdKEHBk6Vp1tTbkHhOmAr1SLl/t8h2+8CG2aEB6U/mozo1IP1JI2"
    "MGpD9+GR3Tlo2jhum5lFGdI9CcdZVTjMLtGjrlKrZadBZ1TjEKhleyN8/O26xpHNacwalO"
    "VtKUY6OuTn00L+0S0SiYPXh2eNGW3oP1OaFh/17J+eixbPO9uSo6pzA10bvF0bImuoLmC8"
    "vl3o21oqGNOyFZaiuPmvjgzpDsznlMorlGiNY0kPwSoP0jw0BN/8jDf4LH0D/yyJb1fWMo"
    "h8byP3L7hoWTGhg/OTPdheCHakxL7P6DWDG1EyKZsUXkIeyNGyemTS3CZDdHIhEoT48ibj"
    "3nHpdLGGyzaZruveJeFNZ1luzlKojpJ1C++iUZ6mk3ST8KfOzloSDwGIiPE92zqyUX+koS"
    "W4gbzrJeJSlptp9l0ihkwW+Bfi6CyhaU6faTY4bKTw5JMlD4KcOsBgo/fhklalILBs9Jxu"
    "iidJ795dONK2jNZ6EZNymQGOCkc+DEFA8Mr3OOpJmf8oVqbPLUR2q2yNHP0NxZ6wG5VkDa"
    "tbJfr3EGvCz8GbCkOLO8FfuUUBnvu44jbLHy4f9O825bXV0ArXCHS9+lGyudJE1Jyf6mWa"
    "89lLlTs208/uLNvb5OjPX1EocU82++wY2/cE6gn1HPSt6pjD7fBf4KvQsuVRbQQghTaHo6"
    "8JEx3E9PQRvD/bRkZNrK99tWXn1YdRicEYwOzXl03qbJHoza4RRttdhT7LJuWcBhUt0q0m"
    "1iE6fUKSVdgXW8zfIdWVkpwRgCZkOnTaQWtG6MsluNfUz6pPMocNV50WF1He0YlnnfPD/+"
    "rUizAOoAiYY9tIn0PO3vYk5kvoca30MEIsC9lHUZDc0fxTLVGFTG0F/GAgCk52hWCPfyNI"
    "+M9wdqV7QW1pzaoQgs5iFjdDVO/QRG+2honyWVliPWHkZ8mAMqRYbc3rEJ1E553D2ZkY2G"
    "bBDPsuYiWNVBYTtsyjLZgCbP27ff/fjjd/8Hv4EA487DpSFf7cPyCtmALH94vhyG189bsP"
    "p5I6ef1yZ2HiYM96vaoHhSE4hLzkx3heKS7Y3bBuPmws1KzvH2Ix9rv6lzoVLM4poQGYfM"
    "VG02xqu4w8h1XL1wPcVds+DwbEOu5VIEWMJzXReU6+dCGJxTnaWsYqIcJrVxe0mWQoaFba"
    "suyKeJK2zqfppg7AxjcBhGU7cURF585PLn1zCrS2VoLeFGwqUF1PZNIfqWJtvhGIJvVvwE"
    "IW4YhhFAV4gbuFGKxed4NJLlKOBK7cjgYCF+8k/yNU13E1tTdYCHRAoVDmRBAP/9+lrdkf"
    "rjOt7ba73cfNMU9vutLqdWLaZ/3Sci2Ghy1gYEayzNxKw8XigmtjPPHz5+9vj5o6ePM/My"
    "O7LLqky/kCa+d8pWv4nvHb+M0g+Ajg1UpDmK1IX0hgbKXujAQNpqE4B957Akbo9WAWXSTg"
    "CiI0Lxe4m6poaODq+LNAOa/crMGmZdd9+YwWQP9LuOFYM0+JuOHyF/uw+NmDr0o0qnjh1A"
    "LTsloxgyGJi6oqcaEczdY50oVZnKRKn0o1RbQIme01RLbnynaY++k+poETD1vmvGT6qkZo"
    "cC0/6iu2CJac5wgA9Fd80ZmoMlBWsIdLwTubUZDQnpT39/z9yMqfWs/5BMMyK2/9lnROlH"
    "DHR7NGzY4a94erortuSJkM+5Ha8FJ6fSaMUwE85GteDFAIxwHUJn2LEXwy/7RIKi2mhTXx"
    "fCaJOyWJSpEm8OWBsVAs7xWxZs4tiSKgsLOHMuSCmMw2XcfGHNPPhPILxFH2VcJmhjgjaj"
    "N2pN0OYEZKTZieyIQjUR3MyzE6syvQvPbkZFRoVnDw2I7Jcpepj00JN3qk0kwUQSTCThyC"
    "IJN2C9DLQbXU9xhMS92wPKLlCauot9DUUTyzmM6WIgagNRHxPzDwJRUymBxyvmhR2B1FcF"
    "0HREQugVsH7PwBrioQg2kxq8unB2uguuDtJxvH09hO9SOykJUM1ySVwk9pUkiA+2RY5ru5"
    "J1N/NwGf8n0QPsFNEZAzefsoVq4Objl5GpEdDXbqZG4NRzq03uusldN4izQZy7QJyxBTJu"
    "s40OBbpXOuu+jnZAFBozVU/yk2lQ/iEUjUH5D2+fG5T/ULsgq4ZUoJzxMTS+tVuE9/rkno"
    "4Ueovm1qj5Zu5nBIbr9+S6tS96U0dt9P/e+IxHfbkUwNGAzUFmy30k0jiHkcu+cjFRYBMF"
    "PibmH6ZQKVUsNfpIJwacTDMitpd1uKnnamJTn+HxbFnVBMeLS645NF5a33fHxf+R7iiruE"
    "zQ91cFT9g+L53qggQMcTAHr0HmgVgpiiwIvyEwB/U2qmXedoC8+0tgtZZqfLmShb6Aan/c"
    "fMq4OIveMG9a2F7rOmC2CJzraqRerIEafFPs7Jes2bTxoJoUozWEZ9vxpmOwDk0yuMwCG/"
    "vZNMCMhCnhc7xZmItLS0bSZ2DJq9+cBmTOcF+yOYeXC5MGvKxd4YzN4QsAa4JxDP4TG6ux"
    "JfFEgEVmiwUL8IZX4pa6uA2ZepDCFmTkOl0h75NnBAagrdycWZDzN9GrKfPwz2p6Qd3wnF"
    "VqEcYyiSlbZyLsMgNHVsk2iMFnEhBOT2YmAeGUZFTUkhpOVIVshA5U9x3bjiPX46iY3HFc"
    "Kv1oa2mbAtFwqmYk3+dtJ0t3fZfJxhAq6XWF50Z4zSLfVbtZJjQ7SGjUb8beiU4YJKcwCR"
    "+dh0e2PLe2umaLcIQf1N5h36BU1nBP0LdcI3FijG8L+W4tO13At1eQLgU160C6AuDZDNLF"
    "22RYJZC1JVbHpdpkgzkk8hH0ChihnqPgrwsyAx26YvF2Fz8HbI64k8N8V2yw7Ilcx9f97i"
    "9Z8nFNPUsvV0HELmAhiBN4QTcZcLfiXhTCVCJGwdY8YA/SkTQs7/vBPEKBNRxrZ4LIU+2f"
    "sPcSoQtYSUWQ7wrRNEXA1aN4AnE9tFn/wDOF3+vLq0uCIkyIVmALxA8mWXDLghgZTLcNqe"
    "z5sRTrvDEU3hGDl8rBvUi4R/xAoEKW8Y4kHoPJiIQFjV2nIuRXwG+ZY7b5MB2jDDpjELQv"
    "TUbHAet80SU8pp4kT0M+b8NbGNWciHy+xV/TLmpAuMEOhNoaNylM0FnXNaQDptsPozr6KZ"
    "hK7GkdZhdpxodbdh/+AE8IXCp0AXzhcrsGP9gFqG3TmhTj/TE09tl2I4dZPg1DFnhaOd51"
    "tMcBc+L1RgNzpmzmcwv1OavbB+FuIZWpjZg6FxP3srdhqfUabREa4fQpHG01V0drRNS5iM"
    "CAsjB/0JIbGbKVpotRQ21Cmzq+RiRDsbLi1FFY6gGty57YUdneQG9elM5flKOocz8ys7lX"
    "UCkJbK3ZbCnEjdZrUUNqvJX9lz5KGeNovK6EoxEDr1ANB4Kf97XaOwkIlRzyQhBTL8CwTT"
    "scf78/w1+/TB44hpBGifcRgiklvR/vMQwfBcyKuWnX7zjYKIMG6uHehp5fhM60jco6SD6M"
    "ugt9m9Ys932XeyH7Q8eErJCNz3rsqX9Psmr3ayFTJR4D14fuJOMBi/fVO9u0Ru/snSaBCQ"
    "YicFjNa9DcOqNEZD6qpg3GwfcpM+nng7L7FvlXX1XUqDVKNGOq6bqX3jC9XA7Vy2V7PXfA"
    "5F+ziUbK3tJbXGLs+1cfPr5//fLjpEExd8BdU5lS4HKbXkTFXbfNnjS7pNBv05063u2o7a"
    "nyeEcznrRSd0vSbap9uL0khb3YyZLRINlYPN7yXHXQSS5RV8ijP0FtKUql3rgwY12bGFOQ"
    "YgpSTLGDKUg5LRkpBb2xgMFg5QS6jQJqqAdMqTkM8NhhRk2BfZFtM1lnC7Vkf05vBLCPAM"
    "Cawo159hZAgd4IYB8BJLHRvQVQoDcCaC+AilHb3lDdJjTgmW6ro+ZQxs5OR18uZ3fAkrLQ"
    "gOKeeM4Im/dOK2hOZYHdDUUWXvcOOPxjebaRMnlbRR5TN5ePVN5MatAedXy6C90JYURLMO"
    "edx4jPmc2wgfBaBDcXqutIvB/wDfND7NUbLtmGrLHXStq7BFsYr6hTA+7cd0JsyAJ3zG+Z"
    "dQOD1C9eVzCWu0w1NsEHxO4l8cBp3CKFzkMWINvlD2oQQhMzKhluc8zcOQnYPJJMfvJI5U"
    "dxE2ThOcl08expP2W4d3ID6zjtBKMOhEt4WtUPpoC5ql4w2HQZrCFZuE9s9Vzt/eIx5mD7"
    "Fw8fGIhKHWVUwxngnOryok4CxSpKerkI7Poyd8HXhb/SVtBJtxsYDweTa0VeyN2sD84SGD"
    "xj2IpauE4yQ7mNTQzKZd1ylMMo4dJTlNg1jv8OJXldfBQK9h12hFYPCs8NDxUKoIEL+CBw"
    "L0xvkBT4gTAf9spRI6eEewnf1C2pBjrqSSW2xonbS2d3CS9LRF3y3wwcdODfc+EC5S9+E1"
    "BYwQFrW9gkyVAwtPZ0AZVSQwImRRTYLNabqFfSA+XptDBHs/O12fn6jo/ml4iAGZTy+GWE"
    "X0gdhZaOH2PWzHkbpXXerLTOT3SDThgaMWeYL0P3+b0iCrF5oA6XCyRjyOXtm8NbNlP7XL"
    "sKodEaLbRGxSLVZrZJa7zDqizoDh+5gd4CuKxaGqRKOEI90kcLM3BNwb2z6CL2MHVYXkM6"
    "Pqb30lYrR2V0+F2m6oTVh82bqXwlz1p9Js92fCfPjiwp/e6VfTh+d6+7FVin3YOhTDWgkS"
    "3hloYysr9vwevvG1n9fZXTiGTq8DgdP0ITpJ+2hzFWqvUxzEkGXMMxiHuqjiKi1Do8TseP"
    "z8rovqtkFjPQYXCJyHzx7vziFWJHuuu4QGYYfSejuedHWn0eM4Lj6Lg1qo2G0m0vdORRpD"
    "Etn+6zyZPE+9fgfE5h+H6PrrO6fSpMb4p79KZYgaagixo3spnfBRLDcX2Ox1iejl7JKcwn"
    "tnN1Y2NOoRsXhFoBA87IkOnuM9E8iekFq5E2rrK39kiaKNOZBjn7JkTMucflcg8BVAiNBP"
    "aVgOmmc+jdRU0jkl4bkRwmK/0fKjH5vVhPalLT85PTXfnpcXJzywz1yyQXOs4blpQ7ZAkG"
    "grgg15IxD/TkNaYQp5tskhBOYi8Blf6LqcQy5K4Llt0tk9vp6p3Pfnf+cWNO8GEDJEcUVe"
    "0wPGJSf0/5G25Sf49fRuCH6UZsCiQjtKt6CItp1ab6pia1sdoXeGMlLq6eRqkQjom5Q7eO"
    "jc0qTVgiJzKs12L9ln92GLchb8H3BlOnJjXOQ3XITheikOqmcrF0yl1dajM06rEiURUtYL"
    "EnljTmk4L5z51rLDHFQapnMQ6iQcBvqdtQ9Xr/ebH4Fa36KUk+kVPiJ/9JtU9WS+kHAjvK"
    "xI4LOjFyihWVcPiWERdehcSnAR8FLreIS03ZZ58HTMKrVC2CzX+pr3NBKFlTHsIjkkCsSU"
    "ILFxFx8acnZsLZECw2xqrUe3o/dd+4XSphZI3YBtHCzd7Q8TdCHlNmCNZBa+etZySj8/e7"
    "Z7BuPu/wmbyDMbfjLF4sLdRibUYwQt7u0sMpb5818vZZYx2RVrCiSDRCHnfvTptE9H4T0Q"
    "0iZBAhgwidMHMH3y8xyfLZY8/EMqURwt5CoPbvEbj3+jKoEJqElX0lkGMzegIo0/X1CowT"
    "EjkSdPSSBdxeTmpA0eTMdBcWSvMxdwGgzSLoGLn7UmC73vZPuGWB1PQECyQjNKL76WkAL5"
    "UGh5PhI+Tuw7NWjQzOdjQyONtqZABXDFndBszNCfoFkuEz9A9TGtFZLv5BP2Z//j/lBpsx"
)
