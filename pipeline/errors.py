"""The exception tree: one root, one branch an activity.

Every error that the command reports in one clear line derives from `OutagewireError`.
Anything else that reaches the user is a defect.
"""


class OutagewireError(Exception):
    """The root. Raised only through its branches."""


class UsageError(OutagewireError):
    """A command, option or input file cannot be used as given. Raised by `pipeline.cli`."""


class CatalogueError(OutagewireError):
    """A source table or the service catalogue is malformed. Raised when either is loaded."""


class CollectError(OutagewireError):
    """A body could not be fetched or read. Raised by `spiders`; becomes a row in `source_runs`."""


class ShapeError(CollectError):
    """A body is not what its platform declares (an HTML page for JSON, a missing key).

    Raised by a platform's `parse`. It stops that source and never means "no incidents".
    """


class BlockedError(CollectError):
    """A request was refused by our own rules: robots.txt, a private address, the size cap."""


class ArchiveError(OutagewireError):
    """The raw archive or a WARC file cannot be read back as it was written."""


class StoreError(OutagewireError):
    """The database is of another version, locked, or not ours. Raised by `pipeline.store`."""


class ExtractError(OutagewireError):
    """One text could not be annotated. Raised by `pipeline.extract`; becomes an issue."""


class LockedError(OutagewireError):
    """Another nightly run holds the lock. Raised by `pipeline.nightly`."""


class CheckError(OutagewireError):
    """A declared assertion on the data failed, so nothing was published. Raised by `pipeline.check`."""
