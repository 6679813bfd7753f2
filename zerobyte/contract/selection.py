"""What a schedule selected for one snapshot: needed to know what was never saved."""

from pydantic import Field

from zerobyte.contract.base import ApiModel


class BackupSelection(ApiModel):
    """The selection of one backup run, recorded with its snapshot.

    volume_path         absolute folder that the run read.
    include_paths       literal paths inside the volume; empty together with the patterns: all.
    include_patterns    shell patterns, one path component per slash; `**` is one component too.
    exclude_patterns    restic patterns, absolute ones relative to the volume.
    exclude_if_present  names, or `name:first line`, that exclude the folder they stand in.
    excluded_folders    absolute folders that no backup contains.
    other_filters       True when restic parameters left out more, such as large files; then what
                        was never saved is not known.
    """

    volume_path: str
    include_paths: list[str] = Field(default_factory=list)
    include_patterns: list[str] = Field(default_factory=list)
    exclude_patterns: list[str] = Field(default_factory=list)
    exclude_if_present: list[str] = Field(default_factory=list)
    one_file_system: bool = False
    excluded_folders: list[str] = Field(default_factory=list)
    other_filters: bool = False
