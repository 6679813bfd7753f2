"""A restore that leads into the system is refused on the host that would write."""

import pytest

from flows.endings import Refusal
from flows.restore import refuse_system_folder


@pytest.mark.parametrize("target", ["/etc", "/usr/local", "/proc/self", "/dev", "/bin", "//etc/"])
def test_system_folders_are_refused(target):
    with pytest.raises(Refusal) as refused:
        refuse_system_folder(target)
    assert target not in refused.value.safe


def test_a_link_into_the_system_is_refused(tmp_path):
    (tmp_path / "harmless").symlink_to("/etc")
    with pytest.raises(Refusal):
        refuse_system_folder(str(tmp_path / "harmless" / "below"))


def test_a_link_to_the_root_is_refused(tmp_path):
    (tmp_path / "top").symlink_to("/")
    with pytest.raises(Refusal):
        refuse_system_folder(str(tmp_path / "top"))


@pytest.mark.parametrize("target", ["/", "/srv/restored", "/home/ann", "/etcetera", "/mnt/usr"])
def test_other_folders_are_not(target):
    refuse_system_folder(target)
