"""The selection of a backup, which shows later what the backup never read."""

from pydantic import Field

from zerobyte.contract.base import ApiModel


class BackupSelection(ApiModel):
    """The selection of one backup run, stored with its snapshot.

    volume_path         absolute folder that the run read.
    include_paths       literal paths inside the volume; if these and the patterns are empty: all.
    include_patterns    shell patterns, one path component per slash; `**` is one component too.
    exclude_patterns    restic patterns, absolute ones relative to the volume.
    exclude_if_present  names, or `name:first line`, of files that exclude their folder.
    excluded_folders    absolute folders that no backup contains.
    other_filters       True if restic parameters excluded more, such as large files; then the
                        selection is not fully known.
    """

    volume_path: str
    include_paths: list[str] = Field(default_factory=list)
    include_patterns: list[str] = Field(default_factory=list)
    exclude_patterns: list[str] = Field(default_factory=list)
    exclude_if_present: list[str] = Field(default_factory=list)
    one_file_system: bool = False
    excluded_folders: list[str] = Field(default_factory=list)
    other_filters: bool = False
