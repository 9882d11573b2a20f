# SPDX-License-Identifier: Apache-2.0
rialto_test(core/plan/reduce USES rialto_plan PkgConfig::JANSSON m)
rialto_test(core/plan/simplex USES rialto_plan)
