"""Rules of notification destinations and their delivery records."""

from zerobyte.features.notifications.service.destinations import Notifications, Recipient

__all__ = ["Notifications", "Recipient"]
