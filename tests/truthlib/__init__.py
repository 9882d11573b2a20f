# SPDX-License-Identifier: Apache-2.0
"""Scores Rialto's paths against where packets really go. See tests/truth."""
