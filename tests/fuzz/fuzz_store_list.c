/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as the store keeps them: the first byte chooses the type; what is read is written the
 * same again. */
#include <stdlib.h>
#include <string.h>

#include "store/lists.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hops list = {0}, again = {0};
    struct buf first = {0}, second = {0};
    if (size == 0)
        return 0;
    enum fact_type type = FACT_TYPE_STRS + data[0] % 5;
    struct fact_field field = {.name = "list", .type = type};
    struct arena *a = arena_new(64 << 20);
    struct slice text = {(const char *)data + 1, size - 1};
    if (a != NULL && list_read(type, text, &list, a, NULL) == 0) {
        fact_field_json(&field, &list, &first);
        if (list_read(type, slice_of(buf_cstr(&first)), &again, a, NULL) != 0)
            abort();
        fact_field_json(&field, &again, &second);
        if (first.len != second.len || strcmp(buf_cstr(&first), buf_cstr(&second)) != 0)
            abort();
    }
    buf_free(&first);
    buf_free(&second);
    arena_free(&a);
    return 0;
}
