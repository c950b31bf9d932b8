#define _GNU_SOURCE
#include "weir_sighting.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int weir_sighting_open(uint32_t ifindex, const uint8_t *token, uint32_t offset) {
    // A load beyond the frame's end ends the program with 0: not taken.
    struct sock_filter code[10];
    for (int i = 0; i < 4; i++) {
        uint32_t word;
        memcpy(&word, token + 4 * i, 4);
        code[2 * i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset + 4 * i);
        code[2 * i + 1] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ntohl(word), 0, (uint8_t)(7 - 2 * i));
    }
    code[8] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x40000);
    code[9] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 10, .filter = code};
    struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)ifindex};
    int on = 1;
    // Without a protocol it gets nothing until it is bound, and the filter is there before that.
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int weir_sighting_next(int fd, uint64_t *time_nanoseconds) {
    uint8_t frame[1];
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
    struct iovec slot = {.iov_base = frame, .iov_len = sizeof frame};
    struct msghdr message = {
        .msg_iov = &slot, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t length;
    do length = recvmsg(fd, &message, MSG_TRUNC);
    while (length < 0 && errno == EINTR);
    if (length < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
    *time_nanoseconds = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
        struct timespec time;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS || c->cmsg_len < CMSG_LEN(sizeof time))
            continue;
        memcpy(&time, CMSG_DATA(c), sizeof time);
        *time_nanoseconds = (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    }
    return (int)length;
}
