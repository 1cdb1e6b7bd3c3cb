#include "CGnuplot.h"

#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <memory>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gnuplot-iostream.h>

extern char **environ;

struct gp_plot {
    std::unique_ptr<Gnuplot> stream;
    pid_t pid = -1;
    bool broken = false;
};

namespace {

// A gnuplot that died must be an error code, not a SIGPIPE that ends the process.
class SigpipeBlocked {
  public:
    SigpipeBlocked() {
        sigset_t pending;
        sigemptyset(&set_);
        sigaddset(&set_, SIGPIPE);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        pthread_sigmask(SIG_BLOCK, &set_, &old_);
    }
    ~SigpipeBlocked() {
        const timespec none{0, 0};
        while (!was_pending_ && sigtimedwait(&set_, nullptr, &none) == -1 && errno == EINTR) {}
        pthread_sigmask(SIG_SETMASK, &old_, nullptr);
    }
    SigpipeBlocked(const SigpipeBlocked &) = delete;
    SigpipeBlocked &operator=(const SigpipeBlocked &) = delete;

  private:
    sigset_t set_, old_;
    bool was_pending_;
};

}  // namespace

extern "C" {

// The library's own constructor goes through a shell and cannot report a missing program, so the process is started
// here and the library is given the pipe.
gp_plot *gp_open(const char *program) {
    try {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return nullptr;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
        std::string name = program, no_user_files = "-d";
        char *arguments[] = {name.data(), no_user_files.data(), nullptr};
        pid_t pid = -1;
        const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[0]);
        FILE *pipe = failed ? nullptr : fdopen(ends[1], "w");
        if (!pipe) {
            close(ends[1]);
            errno = failed ? failed : errno;
            return nullptr;
        }
        auto plot = std::make_unique<gp_plot>();
        plot->stream = std::make_unique<Gnuplot>(pipe);
        plot->pid = pid;
        return plot.release();
    } catch (...) {
        errno = ENOMEM;
        return nullptr;
    }
}

int32_t gp_send(gp_plot *plot, const char *text) {
    try {
        SigpipeBlocked blocked;
        *plot->stream << text;
        plot->stream->flush();
        if (!*plot->stream) plot->broken = true;
    } catch (...) {
        plot->broken = true;
    }
    return plot->broken ? -1 : 0;
}

int32_t gp_close(gp_plot *plot) {
    const pid_t pid = plot->pid;
    const bool broken = plot->broken;
    {
        SigpipeBlocked blocked;
        delete plot;  // closes the pipe: gnuplot sees the end of its script
    }
    int status = 0;
    pid_t got;
    do got = waitpid(pid, &status, 0);
    while (got == -1 && errno == EINTR);
    if (got != pid || !WIFEXITED(status)) return -1;
    return broken && WEXITSTATUS(status) == 0 ? -1 : WEXITSTATUS(status);
}

}  // extern "C"
