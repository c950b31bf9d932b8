#define _GNU_SOURCE
#include "weir_capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct sets {
    uint64_t effective, permitted, inheritable;
};

static int get(struct sets *sets) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0) return -1;
    sets->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    sets->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    sets->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

static int set(const struct sets *sets) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)sets->effective, (uint32_t)sets->permitted, (uint32_t)sets->inheritable},
        {(uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32), (uint32_t)(sets->inheritable >> 32)}};
    return (int)syscall(SYS_capset, &header, data);
}

int weir_keep_capabilities(uint64_t permitted, uint64_t effective) {
    struct sets sets;
    if (get(&sets) != 0) return -1;
    // A child of root gets what the bounding set leaves.
    if (sets.effective & 1ull << CAP_SETPCAP)
        for (unsigned int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
            if (number > 63 || !(permitted & 1ull << number))
                if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) return -1;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    sets.permitted &= permitted;
    sets.effective = sets.permitted & effective;
    sets.inheritable = 0;
    return set(&sets);
}

int weir_raise_capability(unsigned int capability) {
    struct sets sets;
    uint64_t bit = capability < 64 ? 1ull << capability : 0;
    if (get(&sets) != 0 || sets.effective & bit || !(sets.permitted & bit)) return 0;
    sets.effective |= bit;
    return set(&sets) == 0;
}

void weir_lower_capability(unsigned int capability) {
    struct sets sets;
    if (capability > 63 || get(&sets) != 0) return;
    sets.effective &= ~(1ull << capability);
    set(&sets);
}
