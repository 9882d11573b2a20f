# SPDX-License-Identifier: Apache-2.0
foreach(name chain words)
    rialto_test(agents/sources/rules/${name} USES rialto_agents)
endforeach()
