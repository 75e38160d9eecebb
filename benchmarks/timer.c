/* The bare timer: wakes at absolute deadlines and tells how late it was, in ns, one number a line.
   Arguments: period in microseconds, number of periods. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
    long period_ns = argc > 1 ? atol(argv[1]) * 1000L : 100000000L;
    long count = argc > 2 ? atol(argv[2]) : 100;
    long long *late_ns = calloc(count, sizeof *late_ns);
    struct timespec due, now;
    if (late_ns == NULL) return 1;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (long i = 0; i < count; i++) {
        due.tv_nsec += period_ns;
        while (due.tv_nsec >= 1000000000L) { due.tv_nsec -= 1000000000L; due.tv_sec++; }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
        late_ns[i] = (now.tv_sec - due.tv_sec) * 1000000000LL + now.tv_nsec - due.tv_nsec;
    }
    for (long i = 0; i < count; i++) printf("%lld\n", late_ns[i]);
    return 0;
}
