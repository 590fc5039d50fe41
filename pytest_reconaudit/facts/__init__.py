"""Relations across files: who builds what, which file names which, which key is read where.

A fact is a function of the target decorated with :func:`pytest_reconaudit.target.once`:
computed on first use, remembered, frozen. Facts call readers through ``target.parse`` and other
facts directly; they know nothing of checks or of pytest.
"""
