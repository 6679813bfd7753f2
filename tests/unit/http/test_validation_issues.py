"""Bodies: numbers and empty texts as clients send them, and one issue for one problem."""

import orjson
import pytest
from pydantic.alias_generators import to_camel

from zerobyte.features.backups.schemas import CreateSchedule, UpdateSchedule
from zerobyte.features.notifications.schemas import CreateDestination
from zerobyte.features.repositories.schemas import CreateRepository
from zerobyte.features.tasks.schemas import HistoryQuery, ListTasksQuery
from zerobyte.features.volumes.schemas import CreateVolume
from zerobyte.http.validation import InvalidInput, from_json, from_query

SCHEDULE = {
    "name": "n", "volumeId": 1, "repositoryId": "r", "enabled": False, "cronExpression": "",
}  # fmt: skip


def issues(model, body) -> list[tuple[str, list[str | int]]]:
    with pytest.raises(InvalidInput) as refused:
        from_json(model, orjson.dumps(body))
    return [(issue["code"], issue["path"]) for issue in refused.value.issues]


@pytest.mark.parametrize(
    "text",
    ['{"retryDelay":15.0}', '{"retryDelay":1.5e1}', '{"retentionPolicy":{"keepLast":15.0}}'],
)
def test_a_whole_number_with_a_fraction_of_zero_is_whole(text: str):
    body = from_json(UpdateSchedule, text.encode())
    assert body.retry_delay == 15
    assert body.retention_policy is None or body.retention_policy.keep_last == 15


def test_a_whole_number_is_whole_inside_configs_and_unions_too():
    config = {"backend": "nfs", "server": "h", "exportPath": "/x", "version": "4"}
    text = orjson.dumps({"name": "n", "config": config}).replace(b'"4"', b'"4","port":2050.0')
    assert from_json(CreateVolume, text).config.port == 2050
    text = orjson.dumps(SCHEDULE).replace(b'"volumeId":1', b'"volumeId":7.0')
    assert from_json(CreateSchedule, text).volume_id == 7


@pytest.mark.parametrize("number", [1.5, 1e300, "15", True])
def test_what_is_no_whole_number_is_refused(number: object):
    assert issues(UpdateSchedule, {"jitterSeconds": number})


def test_retries_and_their_delay_may_have_a_fraction():
    body = from_json(UpdateSchedule, b'{"retryDelay":1.5,"maxRetries":1.5}')
    assert (body.retry_delay, body.max_retries) == (1.5, 2)


@pytest.mark.parametrize("name", ["retryDelay", "maxRetries"])
@pytest.mark.parametrize("number", [1440.5, -0.5, 1e300, "15", True])
def test_retries_and_their_delay_keep_their_limits(name: str, number: object):
    if name == "maxRetries" and number == -0.5:
        number = -1.5
    assert issues(UpdateSchedule, {name: number})[0][1] == [name]


def test_digits_inside_a_text_stay_a_text():
    assert from_json(CreateSchedule, orjson.dumps({**SCHEDULE, "name": "15.0"})).name == "15.0"


def test_an_empty_optional_text_counts_as_absent():
    body = from_json(UpdateSchedule, b'{"timezone":"","compressionMode":""}')
    assert (body.timezone, body.compression_mode) == (None, None)


def test_an_empty_optional_text_counts_as_absent_in_a_query():
    query = from_query(ListTasksQuery, [("kind", ""), ("resourceType", ""), ("resourceId", "")])
    assert query == ListTasksQuery()


def test_a_whole_number_with_a_fraction_of_zero_is_whole_in_a_query():
    assert from_query(HistoryQuery, [("page", "2.0")]).page == 2


@pytest.mark.parametrize(
    ("model", "config", "names"),
    [
        (
            CreateVolume,
            {"backend": "smb", "server": "h", "share": "s"},
            ["username", "password", "domain"],
        ),
        (CreateRepository, {"backend": "rest", "url": "http://h/"}, ["username", "path", "cacert"]),
        (
            CreateDestination,
            {"type": "slack", "webhookUrl": "https://h/"},
            ["username", "icon_emoji"],
        ),
    ],
)
def test_an_empty_optional_text_counts_as_absent_in_configs(model, config, names):
    blank = {to_camel(name): "" for name in names}
    read = from_json(model, orjson.dumps({"name": "n", "config": {**config, **blank}})).config
    assert [getattr(read, name) for name in names] == [None] * len(names)


@pytest.mark.parametrize(
    ("model", "config", "name"),
    [
        (CreateVolume, {"backend": "tape"}, "backend"),
        (CreateVolume, {}, "backend"),
        (CreateRepository, {"backend": "tape"}, "backend"),
        (CreateDestination, {"type": "pigeon"}, "type"),
        (CreateDestination, {}, "type"),
    ],
)
def test_an_unknown_kind_is_one_issue_at_its_field(model, config: dict[str, str], name: str):
    found = issues(model, {"name": "n", "config": config})
    assert found == [("invalid_union", ["config", name])]


def test_a_value_that_fits_no_member_of_a_union_is_one_issue():
    assert issues(CreateSchedule, {**SCHEDULE, "volumeId": []}) == [("invalid_type", ["volumeId"])]


def test_two_problems_in_one_config_are_two_issues():
    found = issues(CreateVolume, {"name": "n", "config": {"backend": "nfs", "version": "4"}})
    assert found == [
        ("invalid_type", ["config", "server"]), ("invalid_type", ["config", "exportPath"]),
    ]  # fmt: skip
