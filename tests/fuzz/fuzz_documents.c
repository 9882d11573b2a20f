/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an ALTO document and as a view: a kind, or an error with its line and column. */
#include <assert.h>
#include <ctype.h>

#include "agents/sources/documents_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *kind = NULL;
    struct err e = {0};

    if (document_check((const char *)data, size, &kind, &e) == 0)
        assert(kind != NULL);
    else
        assert(isdigit((unsigned char)e.msg[0]));
    err_clear(&e);
    if (document_check_view((const char *)data, size, &e) != 0)
        assert(isdigit((unsigned char)e.msg[0]));
    return 0;
}
