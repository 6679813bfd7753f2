"""What goes wrong between us and a vendor.

Failed
└── DeliveryFailed      500  the message did not arrive
    └── TooLate         500  there was no answer in time
"""

from zerobyte.core.errors import Failed


class DeliveryFailed(Failed):
    """The message did not arrive; the sentence says why, without address path or secrets."""


class TooLate(DeliveryFailed):
    """There was no answer within the time that was given to everything together."""
