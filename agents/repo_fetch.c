/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mirrors of git repositories that are read by URL: what `rialto-agent mirror` does, a process
 * of its own. libgit2 waits for a silent server for ever, knows one set of certificate
 * authorities for all, and takes the order of ssh's host keys from the home folder alone: a
 * process can be killed, and has its own settings and its own home.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agents/daemon.h"
#include "agents/known_hosts.h"
#include "agents/repo_inside.h"
#include "base/buf.h"

#define MIRROR_REF      "refs/heads/rialto-mirror"
#define MAX_SECRET_FILE 4096
#define MAX_KNOWN_HOSTS (1 << 20)
#define MAX_CREDENTIALS 2            /* times that the server may ask for them */
#define LOCK_WAIT_NS    100000000L   /* between looks whether the mirror is free */
#define LEFT_BEHIND     "pack_git2_" /* libgit2's name of a pack that is being received */

static int read_small(const char *path, size_t max, struct buf *out, struct err *e)
{
    char chunk[4096];
    FILE *f = fopen(path, "re");
    size_t n;
    int rc = 0;

    if (f == NULL)
        return err_set(e, errno == ENOENT ? ERR_NOENT : ERR_ACCESS, "%s: %s", path,
                       strerror(errno));
    while (rc == 0 && (n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        buf_add(out, chunk, n);
        if (out->len > max)
            rc = err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, max);
    }
    if (rc == 0 && (ferror(f) || out->failed))
        rc = err_set(e, ERR_IO, "%s: can't be read", path);
    fclose(f);
    return rc;
}

struct fetch {
    const struct repo_options *o;
    const char *host;
    unsigned port;
    int asked;
    struct err err; /* of a callback */
};

/** User name in "ssh://user@host", else the configured one. */
static const char *user_of(const struct fetch *f, const char *from_url)
{
    if (f->o->user != NULL)
        return f->o->user;
    return from_url != NULL && *from_url != '\0' ? from_url : "git";
}

static int token(git_credential **out, const struct fetch *f, const char *user, struct err *e)
{
    struct buf text = {0};
    int rc = read_small(f->o->token_file, MAX_SECRET_FILE, &text, e);

    if (rc == 0) {
        char *secret = (char *)(uintptr_t)buf_cstr(&text);

        secret[strcspn(secret, "\r\n")] = '\0';
        rc = git_credential_userpass_plaintext_new(out, user, secret);
        explicit_bzero(secret, text.len);
    }
    buf_free(&text);
    return rc;
}

static int on_credentials(git_credential **out, const char *url, const char *user,
                          unsigned allowed, void *arg)
{
    struct fetch *f = arg;

    (void)url;
    user = user_of(f, user);
    if (f->asked++ >= MAX_CREDENTIALS) {
        err_set(&f->err, ERR_ACCESS, "the server refuses the credentials");
        return GIT_EAUTH;
    }
    if (allowed & GIT_CREDENTIAL_USERNAME)
        return git_credential_username_new(out, user);
    if ((allowed & GIT_CREDENTIAL_SSH_KEY) && f->o->key_file != NULL)
        return git_credential_ssh_key_new(out, user, NULL, f->o->key_file, NULL);
    if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) && f->o->token_file != NULL)
        return token(out, f, user, &f->err) == 0 ? 0 : GIT_EAUTH;
    err_set(&f->err, ERR_ACCESS,
            "the server asks for credentials (key_file for ssh, "
            "token_file for https)");
    return GIT_EAUTH;
}

static int check_host_key(struct fetch *f, const git_cert_hostkey *key)
{
    struct buf text = {0};
    bool known = false;
    int rc = read_small(f->o->known_hosts_file, MAX_KNOWN_HOSTS, &text, &f->err);

    if (rc == 0 && (key->type & GIT_CERT_SSH_RAW))
        known = known_hosts_has((struct slice){buf_cstr(&text), text.len}, f->host, f->port,
                                (struct slice){key->hostkey, key->hostkey_len});
    if (rc == 0 && !known)
        err_set(&f->err, ERR_ACCESS,
                "the host key of %s, port %u, is not in known_hosts_file "
                "(ssh-keyscan -p %u %s writes what belongs there)",
                f->host, f->port, f->port, f->host);
    buf_free(&text);
    return known ? 0 : GIT_ECERTIFICATE;
}

static int on_certificate(git_cert *cert, int valid, const char *host, void *arg)
{
    struct fetch *f = arg;

    (void)host;
    if (cert->cert_type == GIT_CERT_HOSTKEY_LIBSSH2)
        return check_host_key(f, (const git_cert_hostkey *)cert);
    if (cert->cert_type == GIT_CERT_X509 && valid)
        return 0;
    err_set(&f->err, ERR_ACCESS,
            "the server's certificate is not trusted, or not its own "
            "(ca_file names other authorities than the system's)");
    return GIT_ECERTIFICATE;
}

/** There is a sign of life. */
static int go_on(struct fetch *f)
{
    if (f->o->cancelled == NULL || !f->o->cancelled(f->o->cancelled_arg))
        return 0;
    err_set(&f->err, ERR_CANCELLED, "stopped");
    return GIT_EUSER;
}

static int on_message(const char *text, int n, void *arg)
{
    (void)text;
    (void)n;
    return go_on(arg);
}

static int on_progress(const git_indexer_progress *p, void *arg)
{
    struct fetch *f = arg;
    int rc = go_on(f);

    if (rc != 0)
        return rc;
    if (p->received_bytes <= REPO_MAX_FETCH && p->total_objects <= REPO_MAX_OBJECTS)
        return 0;
    err_set(&f->err, ERR_LIMIT, "the server sends more than is taken");
    return GIT_EUSER;
}

/** Host and port of an ssh URL, which known_hosts names. */
static void split_host(const char *url, char host[256], unsigned *port)
{
    const char *p = strstr(url, "://") + 3;
    size_t n = strcspn(p, "/");
    const char *at = memchr(p, '@', n), *colon;
    struct slice s;
    uint64_t number;

    if (at != NULL) {
        n -= (size_t)(at + 1 - p);
        p = at + 1;
    }
    *port = 22;
    colon = memchr(p, '[', n) != NULL ? strchr(p, ']') : p;
    colon = colon != NULL ? memchr(colon, ':', n - (size_t)(colon - p)) : NULL;
    s = colon != NULL ? (struct slice){colon + 1, n - (size_t)(colon + 1 - p)}
                      : (struct slice){"", 0};
    if (colon != NULL && slice_u64(s, 65535, &number))
        *port = (unsigned)number;
    if (colon != NULL)
        n = (size_t)(colon - p);
    if (n > 1 && p[0] == '[' && p[n - 1] == ']') {
        p++;
        n -= 2;
    }
    snprintf(host, 256, "%.*s", (int)(n > 255 ? 255 : n), p);
}

static int fetch_head(git_repository *git, const struct repo_options *o, struct err *e)
{
    char spec[] = "+HEAD:" MIRROR_REF, *specs[] = {spec};
    const git_strarray list = {specs, 1};
    git_remote_create_options create;
    git_fetch_options options;
    git_remote *remote = NULL;
    char host[256];
    struct fetch f = {.o = o, .host = host};
    int rc;

    split_host(o->location, host, &f.port);
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.callbacks.credentials = on_credentials;
    options.callbacks.certificate_check = on_certificate;
    options.callbacks.transfer_progress = on_progress;
    options.callbacks.sideband_progress = on_message;
    options.callbacks.payload = &f;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    options.update_fetchhead = 0;
    git_remote_create_options_init(&create, GIT_REMOTE_CREATE_OPTIONS_VERSION);
    create.repository = git;
    create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
    rc = git_remote_create_with_opts(&remote, o->location, &create);
    if (rc == 0)
        rc = git_remote_fetch(remote, &list, &options, "fetch");
    git_remote_free(remote);
    if (rc == 0)
        return 0;
    if (e != NULL && f.err.code != 0)
        *e = f.err;
    return repo_git_failed(e, rc, "fetch");
}

/** What a fetch that was killed left of a pack: nobody else removes it. */
static void remove_remains(const char *path)
{
    char folder[REPO_MAX_PATH];
    DIR *d;

    if ((size_t)snprintf(folder, sizeof(folder), "%s/objects/pack", path) >= sizeof(folder))
        return;
    d = opendir(folder);
    if (d == NULL)
        return;
    for (const struct dirent *f = readdir(d); f != NULL; f = readdir(d)) {
        if (strncmp(f->d_name, LEFT_BEHIND, strlen(LEFT_BEHIND)) == 0)
            unlinkat(dirfd(d), f->d_name, 0);
    }
    closedir(d);
}

/** One fetch at a time into a mirror: several sources may read the same URL. Freed by close. */
static int lock_mirror(const struct repo_options *o, const char *path, int *out, struct err *e)
{
    char name[REPO_MAX_PATH + 8];

    snprintf(name, sizeof(name), "%s.lock", path);
    *out = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*out < 0)
        return err_set(e, ERR_IO, "cache: %s: %s", name, strerror(errno));
    while (flock(*out, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return err_set(e, ERR_IO, "cache: %s: %s", name, strerror(errno));
        if (o->cancelled != NULL && o->cancelled(o->cancelled_arg))
            return err_set(e, ERR_CANCELLED, "stopped");
        nanosleep(&(struct timespec){.tv_nsec = LOCK_WAIT_NS}, NULL);
    }
    return 0;
}

static int fetch_into(const struct repo_options *o, const char *path, struct err *e)
{
    git_repository *git = NULL;
    int rc = git_repository_open_ext(
        &git, path, GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE, NULL);

    if (rc == GIT_ENOTFOUND)
        rc = git_repository_init(&git, path, 1);
    if (rc != 0)
        return repo_git_failed(e, rc, "cache");
    remove_remains(path);
    rc = fetch_head(git, o, e);
    if (rc == 0 && git_repository_set_head(git, MIRROR_REF) != 0)
        rc = repo_git_failed(e, GIT_ERROR, "cache");
    git_repository_free(git);
    return rc;
}

int repo_fetch(const struct repo_options *o, const char *path, struct err *e)
{
    int lock = -1, rc = repo_start_library(e);

    if (rc == 0)
        rc = lock_mirror(o, path, &lock, e);
    if (rc == 0)
        rc = fetch_into(o, path, e);
    if (lock >= 0)
        close(lock);
    return rc;
}

/* ---- rialto-agent mirror ---- */

/** A home for libgit2, with the host keys that are believed: it asks the server for a key of
 * the kind that stands there. */
static int make_home(const char *path, const char *known_hosts, struct err *e)
{
    char home[PATH_MAX + 8], name[PATH_MAX + 32], target[PATH_MAX];

    snprintf(home, sizeof(home), "%s.home", path);
    if (mkdir(home, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "cache: %s: %s", home, strerror(errno));
    snprintf(name, sizeof(name), "%s/.ssh", home);
    if (mkdir(name, 0700) != 0 && errno != EEXIST)
        return err_set(e, ERR_IO, "cache: %s: %s", name, strerror(errno));
    snprintf(name, sizeof(name), "%s/.ssh/known_hosts", home);
    unlink(name);
    if (known_hosts != NULL &&
        (realpath(known_hosts, target) == NULL || symlink(target, name) != 0))
        return err_set(e, ERR_IO, "known_hosts_file: %s: %s", known_hosts, strerror(errno));
    return setenv("HOME", home, 1) == 0 ? 0 : err_set(e, ERR_NOMEM, "out of memory");
}

static int use_authorities(const char *ca_file, struct err *e)
{
    int rc = repo_start_library(e);

    if (rc != 0 || ca_file == NULL)
        return rc;
    rc = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, ca_file, NULL);
    return rc == 0 ? 0 : repo_git_failed(e, rc, "ca_file");
}

/** A sign of life for who waits; when nobody does any more, the fetch stops. */
static bool beat(void *arg)
{
    (void)arg;
    return write(STDOUT_FILENO, REPO_BEAT, 1) != 1;
}

int repo_mirror_command(int argc, char **argv)
{
    struct repo_options o = {.cancelled = beat};
    const char **const slots[] = {&o.location,         &o.user,       &o.key_file,
                                  &o.known_hosts_file, &o.token_file, &o.ca_file};
    struct err e = {0};
    int rc;

    if (argc != REPO_MIRROR_WORDS || strlen(argv[1]) >= REPO_MAX_PATH - 8) {
        fputs("rialto-agent: mirror is for the program itself\n", stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++)
        *slots[i] = argv[2 + i][0] != '\0' ? argv[2 + i] : NULL;
    umask(077);
    rc = repo_check_location(o.location != NULL ? o.location : "", &e);
    if (rc == 0)
        rc = make_home(argv[1], o.known_hosts_file, &e);
    if (rc == 0)
        rc = use_authorities(o.ca_file, &e);
    if (rc == 0)
        rc = repo_fetch(&o, argv[1], &e);
    if (rc != 0)
        printf("%d %s\n", rc, e.msg);
    /* At once: libgit2 1.5 never frees what it read of known_hosts, and a check for leaks would
     * take that for a failure. */
    _exit(fflush(stdout) == 0 && rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
