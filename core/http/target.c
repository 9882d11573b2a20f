/* SPDX-License-Identifier: Apache-2.0 */
#include "http/target.h"

#include <string.h>

const char *target_path(const char *target, struct slice *authority)
{
    const char *from = *target == '/' ? NULL : strstr(target, "://");
    *authority = (struct slice){"", 0};
    if (!from)
        return target;
    *authority = (struct slice){from + 3, strcspn(from + 3, "/?")};
    return from[3 + authority->n] ? from + 3 + authority->n : "/";
}
