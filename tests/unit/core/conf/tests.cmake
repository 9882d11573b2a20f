# SPDX-License-Identifier: Apache-2.0
rialto_test(core/conf/conf USES rialto_conf)
rialto_test(core/conf/parse USES rialto_conf)
rialto_test(core/conf/check USES rialto_conf)
rialto_test(core/conf/value USES rialto_conf)
