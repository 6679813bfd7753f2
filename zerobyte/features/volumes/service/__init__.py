"""The rules of volumes: what may be changed when, and how folders are read."""

from zerobyte.features.volumes.service.volumes import Volumes

__all__ = ["Volumes"]
