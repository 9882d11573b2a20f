# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(store_list USES rialto_store)
