# SPDX-License-Identifier: Apache-2.0
rialto_test(core/plan/reduce USES rialto_plan PkgConfig::JANSSON m)
rialto_test(core/plan/simplex USES rialto_plan)
rialto_test(core/plan/statement USES rialto_plan m)
rialto_test(core/plan/transform USES rialto_plan m)
