"""The errors of the volume driver.

Failed
└── MountFailed     500  the folder does not exist, is no folder, or does not answer
"""

from zerobyte.core.errors import Failed


class MountFailed(Failed):
    """The volume cannot be used; the message gives the reason."""
