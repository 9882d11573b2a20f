/* SPDX-License-Identifier: Apache-2.0 */
/* Forms of a request's target (RFC 9112 section 3.2). */
#ifndef RIALTO_HTTP_TARGET_H
#define RIALTO_HTTP_TARGET_H

#include "base/str.h"

/**
 * The path of a target in origin or absolute form, "/" where the latter has none; borrowed.
 * What an absolute target says instead of Host goes to *authority, which is empty otherwise.
 */
const char *target_path(const char *target, struct slice *authority);

#endif
