# SPDX-License-Identifier: Apache-2.0
"""Adds the replica sorter `alto` to Rucio: `alto;stmt="BY as_hopcount, delay_ow"`.

Rucio imports this package because its configuration names it as policy package; or an
experiment's own policy package does `import rialto_rucio`. See docs/rucio.md.
"""
import logging

from . import patch

# Checked by Rucio itself for its policy package (rucio.common.plugins): major versions whose code
# the tests ran with.
SUPPORTED_VERSION = ['>=38', '<=41']

LOGGER = logging.getLogger('rialto')

INSTALLED = patch.install(38, 41)


def get_algorithms():
    """Rucio asks its policy package for further algorithms: there are none."""
    return {}
