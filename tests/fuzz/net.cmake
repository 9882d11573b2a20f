# SPDX-License-Identifier: Apache-2.0
rialto_fuzz(net_text USES rialto_net)
rialto_fuzz(base_text USES rialto_base)
rialto_fuzz(http_digest USES rialto_http_serve)
