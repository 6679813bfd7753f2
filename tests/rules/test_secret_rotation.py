"""The rekey command finds and decrypts every stored secret, wherever it is.

A new context, column or config with a secret must be added to these lists.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tortoise.models import Model

from tests.support.source_files import python_files, tree
from zerobyte.admin_cli.rotate_secret import _RowRotation
from zerobyte.contract import notifications, repositories, volumes
from zerobyte.contract.base import Config
from zerobyte.core.secrets import Sealer

NOW, OLD = "now" * 20, "old" * 20
MODULES = {
    notifications: "notification_destinations", repositories: "repositories", volumes: "volumes",
}  # fmt: skip

PLACES = {
    "organizations:{}:repository_password": {"repository_password": None},
    "sso_providers:{}:client_secret": {"client_secret": None},
    "backup_schedules:{}:webhooks": {"backup_webhooks": "sealed"},
    "two_factors:{}:{}": dict.fromkeys(
        ("secret", "backup_codes", "pending_secret", "pending_backup_codes")
    ),
}
"""Each place that a text is bound to, with the columns, and the name inside, where it is kept."""

TABLES = {
    "volumes": "short_id", "repositories": "short_id", "notification_destinations": "uid",
}  # fmt: skip
"""Each table with configs, and the column that their secrets are bound to."""


@cache
def source_nodes() -> list[ast.AST]:
    """Return the assignments, calls and f-strings of the whole package."""
    kinds = ast.Assign | ast.JoinedStr | ast.Call
    return [
        node
        for path in python_files("zerobyte")
        for node in ast.walk(tree(path))
        if isinstance(node, kinds)
    ]


def shape(text: ast.JoinedStr) -> str:
    return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in text.values)


def test_every_context_in_the_source_is_covered_here():
    nodes = source_nodes()
    tables = {
        ast.literal_eval(node.value)
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "table"
        if isinstance(node.value, ast.Constant)
    }
    assert {"sso_providers", *TABLES} < tables
    texts = {shape(node) for node in nodes if isinstance(node, ast.JoinedStr)}
    form = re.compile(r"([a-z_]+):\{\}:(\{\}|[a-z_]+)")
    places = {text for text in texts if (fits := form.fullmatch(text)) and fits[1] in tables}
    assert places == set(PLACES)


def test_every_encrypting_call_is_covered_here():
    calls = [
        node
        for node in source_nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "seal"
    ]
    bound = [call for call in calls if {key.arg for key in call.keywords} == {"aad"}]
    configs = [call for call in calls if {key.arg for key in call.keywords} == {"table", "row"}]
    others = [call for call in calls if call not in (*bound, *configs)]
    # By context: organizations, providers twice, webhooks, two-factor data, the two below them, and
    # the encrypted configs: volumes, repositories, destinations.
    assert (len(bound), len(configs), len(others)) == (7, 3, 2), [
        ast.unparse(call) for call in calls
    ]


@pytest.mark.parametrize("place", PLACES)
def test_text_in_its_column_is_reencrypted_with_its_context(place):
    for column, inner in PLACES[place].items():
        aad = place.format("row1", column) if place.count("{}") == 2 else place.format("row1")
        text = Sealer(OLD).seal("secret", aad=aad)
        value = text if inner is None else {inner: text}
        new = reencrypted(place.partition(":")[0], {"id": "row1"}, column, value)
        assert Sealer(NOW).unseal(new if inner is None else new[inner], aad=aad) == "secret"


def reencrypted(table: str, row: dict[str, Any], column: str, value: Any) -> Any:
    """Return the value of a row's column, encrypted with the current secret."""
    stored = cast("Model", SimpleNamespace(**{"pk": row.get("id", 1), **row}))
    one = _RowRotation(table, stored, column, Sealer(NOW, former=[OLD]))
    new = one.reencrypted(value, (column,))
    assert one.outcome.unreadable == []
    return new


def configs() -> list[tuple[str, type[Config], str]]:
    """Every secret of every config: its table, its config and its name."""
    return [
        (table, kind, name)
        for module, table in MODULES.items()
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Config)
        for name in kind.secret_fields()
    ]


def test_configs_with_secrets_are_in_no_other_module():
    def below(kind: type[Config]) -> Iterator[type[Config]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    known = {kind for _, kind, _ in configs()}
    assert {kind for kind in below(Config) if [*kind.secret_fields()]} == known
    assert len(known) > 15


def test_every_secret_of_every_config_is_reencrypted_with_its_context():
    for table, kind, name in configs():
        alias = kind.model_fields[name].alias or name
        aad = f"{table}:row1:{alias}"
        stored = {alias: Sealer(OLD).seal("secret", aad=aad), "other": "plain"}
        new = reencrypted(table, {"id": 7, TABLES[table]: "row1"}, "config", stored)
        assert Sealer(NOW).unseal(new[alias], aad=aad) == "secret", (table, kind, name)
        assert new["other"] == "plain"
