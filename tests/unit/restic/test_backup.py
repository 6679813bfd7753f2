"""restic.backup: argv of a backup."""

from pathlib import Path

from tests.support.unopened_repository import REPOSITORY
from zerobyte.contract.jobs import BackupOptions
from zerobyte.restic import backup


def test_backup():
    command = backup.argv(
        REPOSITORY,
        Path("/srv/vol"),
        tag="k3f9x2ab",
        hostname="h",
        options=BackupOptions(
            one_file_system=True,
            exclude_if_present=["-x", ".nobackup"],
            custom_restic_params=["--no-scan"],
        ),
        excludes=Path("/run/excludes"),
        ignore_inode=True,
    )
    assert command == [
        *("backup", "--json", "--retry-lock", "2m", "--compression=max", "--host=h"),
        *("--tag=k3f9x2ab", "--one-file-system", "--exclude-file=/run/excludes"),
        *("--exclude-if-present=-x", "--exclude-if-present=.nobackup", "--no-scan"),
        *("--ignore-inode", "--", "/srv/vol"),
    ]


def test_backup_of_chosen_paths_names_no_folder():
    options = BackupOptions(compression_mode="off", custom_restic_params=["--ignore-inode"])
    command = backup.argv(
        REPOSITORY,
        Path("/srv/vol"),
        tag="t",
        hostname="h",
        options=options,
        raw=Path("/run/raw"),
        globs=Path("/run/globs"),
        ignore_inode=True,
    )
    assert command[4:] == [
        *("--compression=off", "--host=h", "--tag=t", "--ignore-inode"),
        *("--files-from-raw=/run/raw", "--files-from=/run/globs"),
    ]
