"""Rules of volumes: when each change is allowed, and how folders are read."""

from zerobyte.features.volumes.service.volumes import Volumes

__all__ = ["Volumes"]
