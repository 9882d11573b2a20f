# SPDX-License-Identifier: Apache-2.0
set(rig ${CMAKE_CURRENT_LIST_DIR}/../rig.c)
set(reading ${rig} ${CMAKE_CURRENT_LIST_DIR}/../perfsonar/reading.c)
set(tiny ${CMAKE_CURRENT_LIST_DIR}/../../../core/http/tiny.c)
rialto_test(agents/sources/topology/formats USES rialto_agents SOURCES ${reading})
rialto_test(agents/sources/topology/source USES rialto_agents SOURCES ${rig} ${tiny})
rialto_test(agents/sources/alto USES rialto_agents SOURCES ${rig} ${tiny})
rialto_test(agents/sources/alto/events USES rialto_agents)
rialto_test(agents/sources/alto/follow USES rialto_agents SOURCES ${rig} ${tiny})
