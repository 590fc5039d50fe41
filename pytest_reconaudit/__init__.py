"""pytest-reconaudit: the platform audit as a test suite.

Import from :mod:`pytest_reconaudit.api`; everything else is internal.
"""

__version__ = "0.1.0"
