# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(client_multipart USES rialto_client rialto_base rialto_net)
rialto_fuzz(client_decode USES rialto_client rialto_base rialto_net)
rialto_fuzz(client_dns USES rialto_client rialto_base rialto_net)
rialto_fuzz(client_fts USES rialto_client rialto_base rialto_net
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../../client/cli/fts_changes.c)
