/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth.h"

#include <string.h>

static bool in_networks(const struct client_class *class, const struct addr *client)
{
    for (size_t i = 0; i < class->n_networks; i++) {
        if (prefix_has(&class->networks[i], client))
            return true;
    }
    return class->n_networks == 0;
}

void auth_identify(const struct settings *s, const struct addr *client,
                   const struct credentials *c, struct caller *out)
{
    const char *user = c->user;
    bool verified = false;
    *out = (struct caller){.presented = user != NULL};
    for (size_t i = 0; i < s->n_classes && !out->class; i++) {
        const struct client_class *class = &s->classes[i];
        if (!in_networks(class, client))
            continue;
        if (!class->user) {
            out->class = class;
        } else if (user && strcmp(user, class->user) == 0) {
            enum auth_result r = c->check(c->self, class->user, class->password);
            out->stale |= r == AUTH_STALE;
            verified |= r == AUTH_OK;
            out->class = r == AUTH_OK ? class : NULL;
        }
    }
    /* Credentials that were not needed are not judged. */
    out->wrong = user && !out->class && !verified;
}

unsigned auth_grants(const struct caller *c)
{
    return c->class ? c->class->grants : 0;
}

unsigned auth_visible(const struct settings *s, const struct caller *c)
{
    unsigned grants = auth_grants(c);
    for (size_t i = 0; !c->class && i < s->n_classes; i++) {
        if (s->classes[i].user)
            grants |= s->classes[i].grants;
    }
    return grants;
}
