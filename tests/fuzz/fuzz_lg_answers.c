/* SPDX-License-Identifier: Apache-2.0 */
/* Structured answers of looking glasses. */
#include "agents/sources/lg/dialects.h"
#include "dialects.h"

extern const struct agent_ops agent_looking_glass;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_dialects(&agent_looking_glass, lg_dialects, "r1",
                  (struct slice){(const char *)data, size});
    return 0;
}
