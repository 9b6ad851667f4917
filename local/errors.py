"""Why a local run can't start or go on; each is told in one line on stderr, without a traceback.

::

    LocalRunError
    ├── StartError         exit code 2  the person at the terminal: something is missing or wrong
    ├── IndexingError      exit code 1  the app's author: the runtime refuses the functions
    ├── AzuriteEndedError  exit code 1  the person at the terminal: Azurite died during the run
    └── NotReadyError      exit code 1  whoever started a run as a subprocess: see its output
"""


class LocalRunError(Exception):
    """The root of the tree."""

    exit_code = 1


class StartError(LocalRunError):
    """What the run needs is missing or wrong; the message says what to do."""

    exit_code = 2


class IndexingError(LocalRunError):
    """Microsoft's runtime can't index the app; on the platform every function would be gone."""


class AzuriteEndedError(LocalRunError):
    """Azurite ended although nobody asked it to."""


class NotReadyError(LocalRunError):
    """A run that was started as a subprocess ended, or hung, before it was ready."""
