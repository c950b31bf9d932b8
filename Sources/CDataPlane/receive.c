#define _GNU_SOURCE
#include "weir_receive.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>

#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif

int weir_receive_times(int fd) {
    int on = 1;
    return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

static uint64_t arrival(struct msghdr *message) {
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec time;
        if (c->cmsg_len < CMSG_LEN(sizeof time)) continue;
        memcpy(&time, CMSG_DATA(c), sizeof time);
        return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    }
    return 0;
}

int weir_receive(int fd, uint8_t *buffer, uint32_t slot_bytes, uint32_t count, struct weir_datagram *out) {
    struct mmsghdr messages[WEIR_RECEIVE_BATCH];
    struct iovec slots[WEIR_RECEIVE_BATCH];
    struct sockaddr_in senders[WEIR_RECEIVE_BATCH];
    _Alignas(struct cmsghdr) char controls[WEIR_RECEIVE_BATCH][CMSG_SPACE(sizeof(struct timespec))];
    if (count > WEIR_RECEIVE_BATCH) count = WEIR_RECEIVE_BATCH;
    for (uint32_t i = 0; i < count; i++) {
        slots[i] = (struct iovec){.iov_base = buffer + (size_t)i * slot_bytes, .iov_len = slot_bytes};
        senders[i].sin_addr.s_addr = 0;
        messages[i] = (struct mmsghdr){.msg_hdr = {
            .msg_name = &senders[i], .msg_namelen = sizeof senders[i], .msg_iov = &slots[i], .msg_iovlen = 1,
            .msg_control = controls[i], .msg_controllen = sizeof controls[i]}};
    }
    int taken;
    do taken = recvmmsg(fd, messages, count, MSG_DONTWAIT, NULL);
    while (taken < 0 && errno == EINTR);
    if (taken < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    for (int i = 0; i < taken; i++) {
        out[i].time_nanoseconds = arrival(&messages[i].msg_hdr);
        out[i].length = messages[i].msg_len;
        out[i].source = ntohl(senders[i].sin_addr.s_addr);
        out[i].cut = messages[i].msg_hdr.msg_flags & MSG_TRUNC ? 1 : 0;
    }
    return taken;
}

int weir_stop_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int weir_receive_drops(int fd, uint32_t *drops) {
    uint32_t values[SK_MEMINFO_VARS];
    socklen_t size = sizeof values;
    if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, values, &size) != 0) return -1;
    if (size < (SK_MEMINFO_DROPS + 1) * sizeof values[0]) {
        errno = ENOTSUP;
        return -1;
    }
    *drops = values[SK_MEMINFO_DROPS];
    return 0;
}
