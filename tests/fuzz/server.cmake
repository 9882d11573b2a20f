# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(alto_request USES rialto_wire)
rialto_fuzz(alto_document USES rialto_wire)
rialto_fuzz(updates USES rialto_wire)
rialto_fuzz(rucio USES rialto_server)
rialto_fuzz(fts_ask USES rialto_server m)
rialto_fuzz(fts_document USES rialto_server m)
rialto_fuzz(scitags USES rialto_server)
