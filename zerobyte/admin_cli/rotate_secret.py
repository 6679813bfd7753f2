"""Re-encrypts every stored secret with another APP_SECRET.

It finds encrypted texts in all tables and the context that each is bound to. All rows and the
fingerprint of the secret change in one transaction, so an interruption changes nothing.
"""

from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, cast

from pydantic.alias_generators import to_camel
from tortoise import Tortoise
from tortoise.models import Model
from tortoise.transactions import in_transaction

from zerobyte.admin_cli.accounts import open_database
from zerobyte.core.errors import Invalid
from zerobyte.core.secrets import Sealer, Unsealable
from zerobyte.db.active_lock import without_active_process
from zerobyte.features.auth.service import key_check
from zerobyte.processes import startup_checks
from zerobyte.settings import Settings
from zerobyte.settings import secrets as settings_secrets

_MARKS: Final = ("zb1:", "encv1:")
_TEXTS: Final = ("CharField", "TextField", "JSONField")
# A context names a row by its key or by the id in its URLs.
_ROW_NAMES: Final = ("id", "short_id", "uid", "key")
# Columns whose name in the context differs.
_COLUMN_NAMES: Final = {"backup_webhooks": "webhooks"}


@dataclass(slots=True)
class RotationResult:
    """The result of a rotation.

    sealed, current     number of texts that were re-encrypted, and that were current before.
    unreadable          texts that neither secret decrypts, as `table row column`.
    """

    sealed: int = 0
    current: int = 0
    unreadable: list[str] = field(default_factory=list[str])


async def rotate(settings: Settings, old_secret: str) -> RotationResult:
    """Re-encrypt texts of the old secret with the secret of the settings.

    Raises
        Invalid         both are equal, or the old one is too short or too long.
        ResourceInUse   Zerobyte is running on this data folder.
        Unavailable     the database does not exist, or has another version.
    """
    if not settings_secrets.has_secret_length(old_secret):
        problem = "is empty" if not old_secret else "must be between 32 and 256 characters long"
        raise Invalid(f"The old secret {problem}. Give the file that contains it.")
    if old_secret == settings.app_secret:
        raise Invalid(
            "The old secret equals the current one. Set APP_SECRET (or the file app-secret) to "
            "the new one first, and give the old one here."
        )
    sealer = Sealer(settings.app_secret, former=[old_secret])
    outcome = RotationResult()
    async with open_database(settings):
        lock = startup_checks.lock_data_dir(settings.data_dir)
        try:
            # An API on another host shares the database, but not the data folder.
            async with without_active_process(settings.database_url), in_transaction():
                for model in Tortoise.apps["models"].values() if Tortoise.apps else ():
                    await _rotate_table(model, sealer, outcome)
                if await _fits_stored_fingerprint(settings, old_secret, outcome):
                    await key_check.store_fingerprint(settings.app_secret)
        finally:
            lock.close()
    return outcome


async def _fits_stored_fingerprint(
    settings: Settings, old_secret: str, outcome: RotationResult
) -> bool:
    """Return True if the data is now encrypted with the secret of the settings.

    A wrong old secret decrypts nothing; then the fingerprint must still match the right one.
    """
    if not outcome.unreadable:
        return True
    stored = await key_check.stored_fingerprint()
    if stored is None:
        return outcome.sealed + outcome.current > 0
    return stored in map(key_check.fingerprint, (old_secret, settings.app_secret))


async def _rotate_table(model: type[Model], sealer: Sealer, outcome: RotationResult) -> None:
    described = cast("dict[str, Any]", model.describe())
    table, key = str(described["table"]), str(described["pk_field"]["db_column"])
    for column in described["data_fields"]:
        if column["field_type"] not in _TEXTS:
            continue
        async for row in _rows_with(model, table, key, column["db_column"]):
            rotation = _RowRotation(table, row, column["name"], sealer)
            new = rotation.reencrypted(getattr(row, column["name"]), (column["name"],))
            if rotation.outcome.sealed:
                await model.filter(pk=row.pk).update(**{column["name"]: new})
            outcome.sealed += rotation.outcome.sealed
            outcome.current += rotation.outcome.current
            outcome.unreadable += rotation.outcome.unreadable


async def _rows_with(
    model: type[Model], table: str, key: str, column: str
) -> AsyncGenerator[Model]:
    """Yield rows whose column contains a mark of encrypted text; the database finds them."""
    likes = " OR ".join(f"CAST(\"{column}\" AS TEXT) LIKE '%{mark}%'" for mark in _MARKS)
    # Names of tables and columns come from our own models.
    query = f'SELECT "{key}" AS "pk" FROM "{table}" WHERE {likes}'  # noqa: S608
    connection = Tortoise.get_connection("default")
    for record in cast("list[dict[str, Any]]", await connection.execute_query_dict(query)):
        row = await model.get_or_none(pk=record["pk"])
        if row is not None:
            yield row


class _RowRotation:
    """The re-encryption of one column of one row."""

    def __init__(self, table: str, row: Model, column: str, sealer: Sealer) -> None:
        self._table = table
        self._row = row
        self._column = column
        self._sealer = sealer
        self.outcome = RotationResult()

    def reencrypted(self, value: Any, path: tuple[str, ...]) -> Any:
        """Return a value with every encrypted text in it re-encrypted."""
        if isinstance(value, str):
            return self._text(value, path) if Sealer.is_sealed(value) else value
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {name: self.reencrypted(inner, (*path, name)) for name, inner in fields.items()}
        if isinstance(value, list):
            items = cast("list[Any]", value)
            return [self.reencrypted(item, path) for item in items]
        return value

    def _text(self, sealed: str, path: tuple[str, ...]) -> str:
        if self._sealer.is_current(sealed):
            self.outcome.current += 1
            return sealed
        for aad in self._contexts(path):
            try:
                plain = self._sealer.unseal(sealed, aad=aad)
            except Unsealable:
                continue
            self.outcome.sealed += 1
            return self._sealer.seal(plain, aad=aad)
        self.outcome.unreadable.append(f"{self._table} {self._row.pk} {'.'.join(path)}")
        return sealed

    def _contexts(self, path: tuple[str, ...]) -> Iterator[str]:
        """Yield every context that a text of this column may be bound to, the likeliest first.

        A text of the older scheme has no context, decrypts with the first and is then bound to it:
        `table:row:field` of the innermost name, as in `zerobyte.db.encrypted_config`.
        """
        column = _COLUMN_NAMES.get(self._column, self._column)
        inner = [path[-1]] if len(path) > 1 else []
        names = dict.fromkeys([*inner, column, ".".join(path), *map(to_camel, path)])
        rows = [str(getattr(self._row, name)) for name in _ROW_NAMES if hasattr(self._row, name)]
        # Configs are bound by the id in their URL, other rows by their key.
        ordered = list(dict.fromkeys([*reversed(rows), str(self._row.pk)]))
        for row in ordered:
            for name in names:
                yield f"{self._table}:{row}:{name}"
