#pragma once

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/// Keeps libbpf's last warning for `weir_bpf_warning` instead of writing it to stderr.
void weir_bpf_keep_warnings(void);
/// The calling thread's last warning of libbpf, empty when there is none; reading it clears it.
const char *weir_bpf_warning(void);

/// Whether `path` is on a bpffs. 1 or 0.
int weir_is_bpf_filesystem(const char *path);
