# SPDX-License-Identifier: Apache-2.0
set(server_fixture ${CMAKE_CURRENT_LIST_DIR}/fixture.c)
set(server_uses rialto_server PkgConfig::JANSSON m)
rialto_test(server/negotiate USES rialto_server)
rialto_test(server/settings USES rialto_server)
rialto_test(server/maps USES ${server_uses} SOURCES ${server_fixture})
rialto_test(server/endpoints USES ${server_uses} SOURCES ${server_fixture})
rialto_test(server/vectors USES ${server_uses} SOURCES ${server_fixture})
rialto_test(server/policy USES ${server_uses} SOURCES ${server_fixture})
rialto_test(server/views USES ${server_uses} SOURCES ${server_fixture})
rialto_test(server/operator USES ${server_uses} SOURCES ${server_fixture})
# Of core, what only serves: registered here, beside what uses it.
rialto_test(core/http/peers USES rialto_http_serve)
rialto_test(core/http/serve USES rialto_http_serve)
rialto_test(core/wire/request USES rialto_wire)
rialto_test(core/wire/encode USES rialto_wire m)
rialto_test(core/wire/patch USES rialto_wire PkgConfig::JANSSON m
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/../core/wire/patch_apply.c)
set(followers ${CMAKE_CURRENT_LIST_DIR}/world.c ${CMAKE_CURRENT_LIST_DIR}/follower.c
    ${CMAKE_CURRENT_LIST_DIR}/../core/wire/patch_apply.c)
rialto_test(server/updates USES ${server_uses} SOURCES ${server_fixture} ${followers})
rialto_test(server/updates_requests USES ${server_uses} SOURCES ${server_fixture} ${followers})
rialto_test(server/rucio/parts USES rialto_server m)
rialto_test(server/rucio/requests USES ${server_uses} SOURCES ${server_fixture})
