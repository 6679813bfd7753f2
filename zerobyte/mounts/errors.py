"""What goes wrong between us and a file system.

Failed
└── MountFailed     500  the folder is not there, is no folder, or does not answer
"""

from zerobyte.core.errors import Failed


class MountFailed(Failed):
    """The volume cannot be used; the sentence says why."""
