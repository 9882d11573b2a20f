# SPDX-License-Identifier: Apache-2.0
rialto_fault(server USES rialto_server PkgConfig::JANSSON m)
target_sources(fault_server PRIVATE ${CMAKE_CURRENT_LIST_DIR}/../unit/server/fixture.c)
