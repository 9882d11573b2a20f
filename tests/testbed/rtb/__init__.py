# SPDX-License-Identifier: Apache-2.0
"""Networks of real FRR and BIRD routers in network namespaces, and what really happens in them."""
