# SPDX-License-Identifier: Apache-2.0
"""Puts the sorter where Rucio imports its own.

Rucio has no plugin point for sorters, and its REST modules import the function by value. So it is
replaced in each of these modules: now in those that are loaded, and in the others as soon as they
are. A policy package is imported early, often in the midst of Rucio's own imports; nothing of
Rucio but its version is imported here.
"""
import importlib.abc
import importlib.machinery
import logging
import sys

LOGGER = logging.getLogger('rialto')

SORTER = 'rucio.core.replica_sorter'
LISTING = 'rucio.web.rest.flaskapi.v1.replicas'
REDIRECT = 'rucio.web.rest.flaskapi.v1.redirect'
MODULES = (SORTER, LISTING, REDIRECT)


def rucio_version():
    """Text and major number of the version; (None, None) when it can't be told. Up to 38 it stands
    in a dictionary."""
    try:
        from rucio import vcsversion

        text = getattr(vcsversion, 'VERSION', None) or vcsversion.VERSION_INFO['version']
        return text, int(text.split('.')[0])
    except (ImportError, ValueError, AttributeError, KeyError, TypeError):
        return None, None


def patch_module(module):
    """Replaces the names that a loaded module has."""
    from . import sorter

    original = getattr(module, 'sort_replicas', None)
    if original is not None and getattr(original, 'is_rialto', None) is not True:
        module.sort_replicas = sorter.wrap_sorter(original)
    listing = getattr(module, 'list_replicas', None)
    if (
        module.__name__ == LISTING
        and listing is not None
        and getattr(listing, 'is_rialto', None) is not True
    ):
        module.list_replicas = sorter.wrap_listing(listing)


class Loader(importlib.abc.Loader):
    """Loads as another loader does, and patches then."""

    def __init__(self, inner):
        self.inner = inner

    def create_module(self, spec):
        return self.inner.create_module(spec)

    def exec_module(self, module):
        self.inner.exec_module(module)
        patch_loaded()

    def __getattr__(self, name):
        return getattr(self.inner, name)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of interest as the others do, and wraps their loaders."""

    def find_spec(self, name, path, target=None):
        if name not in MODULES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader)
        return spec


def patch_loaded():
    """Patches what is there; a module in the midst of its own import comes with the next one."""
    for name in MODULES:
        if name in sys.modules:
            patch_module(sys.modules[name])


def install(first, last):
    """True when the sorter was put in place; False for a Rucio that it was not tested with."""
    text, major = rucio_version()
    if major is None or not first <= major <= last:
        LOGGER.error(
            'rialto_rucio was tested with Rucio %d to %d, this is %s: the sorter "alto" is not '
            'available',
            first,
            last,
            text or 'of unknown version',
        )
        return False
    if not any(isinstance(f, Finder) for f in sys.meta_path):
        sys.meta_path.insert(0, Finder())
    patch_loaded()
    return True
