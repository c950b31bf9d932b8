#define _GNU_SOURCE
#include "weir_namespace.h"

#include <linux/magic.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/vfs.h>

int weir_enter_network_namespace(int fd) { return setns(fd, CLONE_NEWNET); }

int weir_unshare_network_namespace(void) { return unshare(CLONE_NEWNET); }

int weir_is_namespace(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 && status.f_type == NSFS_MAGIC;
}

int weir_memory_file(void) { return memfd_create("weir", MFD_CLOEXEC); }
