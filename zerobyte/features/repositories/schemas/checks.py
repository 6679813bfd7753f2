"""Request and response models of repository checks."""

from zerobyte.contract.exact import Exact
from zerobyte.contract.verification import ReadDataSubset


class StartDoctor(Exact):
    """How much to check; an extension of this API.

    read_data_subset    absent: only the structure is checked, no stored data is read.
    """

    read_data_subset: ReadDataSubset | None = None
