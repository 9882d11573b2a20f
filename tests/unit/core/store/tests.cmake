# SPDX-License-Identifier: Apache-2.0
set(env ${CMAKE_CURRENT_LIST_DIR}/store_env.c)
rialto_test(core/store/sink USES rialto_store m
    SOURCES ${env} ${CMAKE_CURRENT_LIST_DIR}/../model/random_facts.c)
rialto_test(core/store/scopes USES rialto_store SOURCES ${env})
rialto_test(core/store/together USES rialto_store SOURCES ${env})
rialto_test(core/store/pieces USES rialto_store rialto_aggregator m SOURCES ${env})
rialto_test(core/store/open USES rialto_store PkgConfig::SQLITE SOURCES ${env})
rialto_test(core/store/lists USES rialto_store)
rialto_test(core/store/faults USES rialto_store PkgConfig::SQLITE SOURCES ${env}
    WRAP sqlite3_step sqlite3_exec sqlite3_prepare_v3)

# Migrations that were shipped never change: a store made by one must not differ from a new one.
find_program(SHA256SUM sha256sum REQUIRED)
add_test(NAME unit.core.store.frozen
    COMMAND sh -c "'${SHA256SUM}' --check --strict CHECKSUMS && \
        test \"$(cut -c67- CHECKSUMS)\" = \"$(ls [0-9]*.sql)\""
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/schemas/store)
