"""The errors of the notification driver.

Failed
└── DeliveryFailed      500  the message did not arrive
    └── TooLate         500  the server did not answer in time
"""

from zerobyte.core.errors import Failed


class DeliveryFailed(Failed):
    """The message did not arrive; the reason contains no address path and no secrets."""


class TooLate(DeliveryFailed):
    """The server did not answer within the limit for the whole request."""
