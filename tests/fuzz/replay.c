/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer: over each file of the folders and files given, and over
 * each beginning of the small ones. Inputs lie in memory of exactly their size, so that address
 * sanitizers see every byte read too much.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_CUT 2048 /* larger inputs are run only whole */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run_exact(const char *bytes, size_t size)
{
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL)
        abort();
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static char *read_file(const char *path, size_t *size)
{
    char *data = NULL;
    size_t room = 0;
    FILE *f = fopen(path, "rb");
    FILE *to = open_memstream(&data, &room);
    int c;
    if (f == NULL || to == NULL) {
        perror(path);
        exit(2);
    }
    while ((c = getc(f)) != EOF)
        putc(c, to);
    fclose(f);
    fclose(to);
    *size = room;
    return data;
}

static int run_file(const char *path)
{
    size_t size = 0;
    char *data = read_file(path, &size);
    for (size_t n = 0; size <= MAX_CUT && n < size; n++)
        run_exact(data, n);
    run_exact(data, size);
    free(data);
    return 1;
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static int run_folder(const char *path)
{
    struct dirent **names = NULL;
    int n = scandir(path, &names, visible, alphasort), count = 0;
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
        count += run_file(file);
        free(names[i]);
    }
    free(names);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        if (stat(argv[i], &st) != 0) {
            perror(argv[i]);
            return 2;
        }
        count += S_ISDIR(st.st_mode) ? run_folder(argv[i]) : run_file(argv[i]);
    }
    printf("%d inputs\n", count);
    return count > 0 ? 0 : 1;
}
