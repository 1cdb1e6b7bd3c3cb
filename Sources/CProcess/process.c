#define _GNU_SOURCE
#include "CProcess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>

static int prepare(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes, const char *output, const char *errors) {
    const int append = O_WRONLY | O_CREAT | O_APPEND;
    int code = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    if (code == 0) code = posix_spawn_file_actions_addopen(files, 1, output, append, 0644);
    if (code == 0) code = posix_spawn_file_actions_addopen(files, 2, errors, append, 0644);
    // Whatever this process has open, also what a library opened without a word about exec.
    if (code == 0) code = posix_spawn_file_actions_addclosefrom_np(files, 3);

    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    if (code == 0) code = posix_spawnattr_setflags(attributes, flags);
    if (code == 0) code = posix_spawnattr_setsigmask(attributes, &none);
    if (code == 0) code = posix_spawnattr_setsigdefault(attributes, &all);
    return code;
}

int cprocess_start(
    pid_t *pid, const char *program, char *const *arguments, char *const *environment, const char *output,
    const char *errors) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&files);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code == 0) {
        code = prepare(&files, &attributes, output, errors);
        if (code == 0) code = posix_spawn(pid, program, &files, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return code;
}
