"""The type of our Sanic application: plain config, a context that holds the services."""

from types import SimpleNamespace
from typing import TypeAlias

from sanic import Sanic
from sanic.config import Config

HttpApp: TypeAlias = Sanic[Config, SimpleNamespace]
