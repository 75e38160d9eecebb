/* A Modbus server that does nothing but answer: zeros to what is read, an echo to what is written.
   One process a connection. Prints its port. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 7, LONGEST = 260 };

static int answer(const unsigned char *request, unsigned char *reply) {
    int function = request[HEADER], count = request[HEADER + 3] << 8 | request[HEADER + 4];
    int size = function <= 2 ? (count + 7) / 8 : 2 * count;
    int body = function <= 4 ? 2 + size : 5;
    memset(reply, 0, LONGEST);
    memcpy(reply, request, HEADER + 5);
    reply[4] = (1 + body) >> 8;
    reply[5] = (1 + body) & 255;
    if (function <= 4) {
        memset(reply + HEADER + 1, 0, 4);
        reply[HEADER + 1] = size;
    }
    return HEADER + body;
}

static void serve(int wire) {
    unsigned char request[2 * LONGEST], reply[LONGEST];
    int have = 0, one = 1;
    setsockopt(wire, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (;;) {
        int got = read(wire, request + have, sizeof request - have);
        if (got <= 0) return;
        have += got;
        while (have >= 6) {
            int whole = 6 + (request[4] << 8 | request[5]);
            if (whole > LONGEST || have < whole) break;
            int length = answer(request, reply);
            if (write(wire, reply, length) != length) return;
            have -= whole;
            memmove(request, request + whole, have);
        }
    }
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    signal(SIGCHLD, SIG_IGN);
    if (bind(listener, (struct sockaddr *)&at, size) || listen(listener, 64)) return 1;
    getsockname(listener, (struct sockaddr *)&at, &size);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    for (;;) {
        int wire = accept(listener, NULL, NULL);
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            serve(wire);
            return 0;
        }
        close(wire);
    }
}
