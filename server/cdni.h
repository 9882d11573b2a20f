/* SPDX-License-Identifier: Apache-2.0 */
/* What the CDNI resources share (RFC 9241). */
#ifndef RIALTO_SERVER_CDNI_H
#define RIALTO_SERVER_CDNI_H

#include "server/offer.h"
#include "server/resource.h"

/** RFC 9241 section 3.5: the resources that footprints name. */
void cdni_put_uses(const struct resource *r, struct description *d);

/** Answers with the advertisement; of `wanted` (NULL or empty: all) what section 5.6 selects.
 */
int cdni_put(const struct resource *r, const struct view *v, const struct wire_cdni *wanted,
             struct reply *out, struct err *e);

#endif
