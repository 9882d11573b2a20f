/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of name servers, and the URIs of their records. */
#include <stdlib.h>
#include <strings.h>

#include "client/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct naptr_answer *a = calloc(1, sizeof(*a));
    char uri[DISCOVERY_URI];

    if (a == NULL || size > 65535) {
        free(a);
        return 0;
    }
    dns_parse(data, size, a);
    for (size_t i = 0; i < a->n; i++) {
        if (naptr_uri(&a->records[i], "ALTO:https", uri) &&
            strncasecmp(uri, "https://", 8) != 0)
            abort();
    }
    free(a);
    return 0;
}
