/* SPDX-License-Identifier: Apache-2.0 */
#include "agents/sources/perfsonar/ps.h"

const struct agent_dialect *const ps_dialects[] = {
    &ps_dialect_pscheduler, &ps_dialect_opensearch, &ps_dialect_esmond,
    &ps_dialect_psconfig,   &ps_dialect_sls,        NULL,
};
