"""A small app with operations of every kind, signed in by the header `x-test-role`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from pydantic import Field
from sanic import Blueprint

from tests.support.http_server import serving, settings_for
from zerobyte.contract.base import ApiModel, Port
from zerobyte.core.errors import Conflict, Failed, NotFound, Unauthenticated
from zerobyte.http import sse
from zerobyte.http.app import make_app
from zerobyte.http.auth import Actor, Authenticator, HttpRequest, Permission, header
from zerobyte.http.endpoint import Answer, endpoint


class HeaderAuthenticator:
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.organization_id = "o1"

    async def actor_of(self, request: HttpRequest) -> Actor:
        if self.error is not None:
            raise self.error
        role = header(request, "x-test-role")
        if not role:
            raise Unauthenticated("Invalid or expired session")
        return Actor(
            user_id="u1",
            user_name="Ada",
            organization_id=self.organization_id,
            organization_role=role,
            instance_role="user",
            session_id="s1",
            source="api-key" if header(request, "x-api-key") else "browser",
        )


class Thing(ApiModel):
    short_name: str = Field(min_length=1)
    port_number: Port
    note: str | None = None


class ThingQuery(ApiModel):
    limit: int = 10
    kind: list[str] = Field(default_factory=list)


class ThingStore:
    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.closed_streams = 0


class Tick:
    name = "tick"

    def __init__(self, number: int) -> None:
        self.payload = {"number": number}


things = Blueprint("things", url_prefix="/api/v1/things")


@things.post("")
@endpoint("createThing", tag="Things", body=Thing, returns={201: Thing}, errors=(Conflict,))
async def create(actor: Actor, body: Thing, thing_store: ThingStore) -> Thing:
    """Put a thing on the shelf.

    It stays there.
    """
    if body.short_name == "taken":
        raise Conflict("The name is taken")
    thing_store.things.append(body)
    return body


# The same operation stands among those of accounts.
things_auth = Blueprint("things_auth", url_prefix="/api/auth/things")
things_auth.add_route(create, "", methods=["POST"])


@things.get("")
@endpoint("listThings", tag="Things", query=ThingQuery, returns={200: dict[str, object]})
async def listing(query: ThingQuery) -> dict[str, object]:
    return {"limit": query.limit, "kind": query.kind}


@things.get("/<short_id:str>")
@endpoint("getThing", tag="Things", returns={200: Thing | None}, errors=(NotFound,))
async def get(short_id: str, actor: Actor) -> Thing | Answer | None:
    if short_id == "none":
        raise NotFound("Thing not found")
    if short_id == "null":
        return None
    if short_id == "broken":
        raise RuntimeError("password=hunter2")
    if short_id == "failed":
        raise Failed("restic said password=hunter2", details="the tail")
    thing = Thing(short_name=f"{short_id} of {actor.user_name}", port_number=1)
    return Answer(thing, headers={"X-Thing": "yes"})


@things.patch("/<short_id:str>")
@endpoint("patchThing", tag="Things", body=Thing, body_optional=True, returns={204: None})
async def patch(short_id: str, body: Thing) -> None:
    return None


@things.delete("/<short_id:str>")
@endpoint("deleteThing", tag="Things", returns={200: Thing | None}, permission=Permission.RECOVERY)
async def delete(short_id: str) -> None:
    return None


@things.get("/ticks")
@endpoint("streamTicks", tag="Things", returns={200: Thing}, content_type="text/event-stream")
async def ticks(actor: Actor, request: HttpRequest, thing_store: ThingStore) -> None:
    async def counting() -> AsyncIterator[Tick]:
        try:
            for number in range(int(request.args.get("count", "3"))):
                yield Tick(number)
            if "stay" in request.args:
                import asyncio

                await asyncio.Event().wait()
        finally:
            thing_store.closed_streams += 1

    first = [("hello", [1])]
    beat_s = float(request.args.get("beat", "0.05"))
    await sse.stream(request, counting(), first=first, listener=actor, heartbeat_s=beat_s)


@things.post("/public")
@endpoint(
    "publicThing",
    tag="Things",
    body=Thing,
    returns={200: Thing},
    permission=Permission.PUBLIC,
    form=True,
)
async def public(body: Thing) -> Thing:
    return body


Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def thing_store() -> ThingStore:
    return ThingStore()


@pytest.fixture
def doorman() -> HeaderAuthenticator:
    return HeaderAuthenticator()


@pytest.fixture
def serve(tmp_path: Path, thing_store: ThingStore, doorman: HeaderAuthenticator) -> Serve:
    """Serve the small app under settings made of the keywords."""

    def start(**environ: str) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        services = {Authenticator: doorman, ThingStore: thing_store}
        app = make_app(settings_for(tmp_path, **environ), services)
        app.blueprint(things)
        app.blueprint(things_auth)
        return serving(app, headers={"x-test-role": "member"})

    return start


@pytest.fixture
async def client(serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    async with serve() as served:
        yield served
