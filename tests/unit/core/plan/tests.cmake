# SPDX-License-Identifier: Apache-2.0
set(random_net ${CMAKE_CURRENT_LIST_DIR}/random_net.c)
rialto_test(core/plan/connections USES rialto_plan m)
rialto_test(core/plan/maxmin SOURCES ${random_net} USES rialto_plan PkgConfig::JANSSON m)
rialto_test(core/plan/probing USES rialto_plan m)
rialto_test(core/plan/reduce USES rialto_plan PkgConfig::JANSSON m)
rialto_test(core/plan/share SOURCES ${random_net} USES rialto_plan m)
rialto_test(core/plan/simplex USES rialto_plan)
