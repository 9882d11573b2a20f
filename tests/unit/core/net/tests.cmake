# SPDX-License-Identifier: Apache-2.0
rialto_test(core/net/addr USES rialto_net)
rialto_test(core/net/asn USES rialto_net)
rialto_test(core/net/lpm USES rialto_net)
