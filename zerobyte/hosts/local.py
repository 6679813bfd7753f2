"""Run the operations of `HostApi` in this process."""

from zerobyte.hosts import verbs


class LocalHost:
    """The host that the API process itself runs on."""

    mount = staticmethod(verbs.mount)
    unmount = staticmethod(verbs.unmount)
    check_mount = staticmethod(verbs.check_mount)
    test_mount = staticmethod(verbs.test_mount)
    list_folder = staticmethod(verbs.list_folder)
    list_directories = staticmethod(verbs.list_directories)
    disk_space = staticmethod(verbs.disk_space)
    is_within_roots = staticmethod(verbs.is_within_roots)
