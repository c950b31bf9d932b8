#pragma once

// glibc shows these only under _GNU_SOURCE, which Swift's Glibc module does not set.

/// Moves the calling thread into the network namespace behind `fd`. 0, or -1 with errno.
int weir_enter_network_namespace(int fd);
/// Gives the calling thread a new, empty network namespace. 0, or -1 with errno.
int weir_unshare_network_namespace(void);
/// Whether `path` is the mounted handle of a namespace. 1 or 0.
int weir_is_namespace(const char *path);
/// A file in memory, closed on exec. Its descriptor, or -1 with errno.
int weir_memory_file(void);
