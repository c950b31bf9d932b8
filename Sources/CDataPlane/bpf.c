#include "weir_bpf.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/vfs.h>

static _Thread_local char latest[1024];
static _Thread_local char given[1024];

static int keep(enum libbpf_print_level level, const char *format, va_list arguments) {
    // The first warning names the cause; a verifier log follows in one piece and is only its tail of interest.
    if (level == LIBBPF_WARN && latest[0] == 0)
        vsnprintf(latest, sizeof(latest), format, arguments);
    return 0;
}

void weir_bpf_keep_warnings(void) { libbpf_set_print(keep); }

const char *weir_bpf_warning(void) {
    snprintf(given, sizeof(given), "%s", latest);
    latest[0] = 0;
    return given;
}

int weir_is_bpf_filesystem(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 && status.f_type == BPF_FS_MAGIC;
}
