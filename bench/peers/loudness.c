/* What libebur128 takes to measure files, one after the other: integrated loudness, loudness range, the largest momentary and
 * short-term loudness (read every 100 ms), true peak. With -q not the largest two, which the library does not keep and computes
 * anew from all samples of the window each time.
 *
 *     cc -O3 -o loudness loudness.c -lebur128 -lsndfile -lm
 */
#include <ebur128.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(const char *file, const char *why)
{
    fprintf(stderr, "%s: %s\n", file, why);
    return 1;
}

static int measure(const char *file, int largest)
{
    SF_INFO info = {0};
    SNDFILE *sound = sf_open(file, SFM_READ, &info);
    if (!sound) return fail(file, sf_strerror(NULL));
    /* Without EBUR128_MODE_HISTOGRAM, which quantises. */
    int mode = EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK;
    ebur128_state *meter = ebur128_init((unsigned)info.channels, (unsigned long)info.samplerate, mode);
    sf_count_t step = info.samplerate / 10;
    /* Holds every sample of up to 24 bits, and is what the library's fastest way takes. */
    float *frames = malloc((size_t)step * (size_t)info.channels * sizeof *frames);
    if (!meter || !frames) return fail(file, "no memory");

    double momentary = -HUGE_VAL, short_term = -HUGE_VAL, now;
    sf_count_t count;
    while ((count = sf_readf_float(sound, frames, step)) > 0) {
        if (ebur128_add_frames_float(meter, frames, (size_t)count)) return fail(file, "could not be measured");
        if (!largest) continue;
        if (!ebur128_loudness_momentary(meter, &now) && now > momentary) momentary = now;
        if (!ebur128_loudness_shortterm(meter, &now) && now > short_term) short_term = now;
    }
    double integrated, range, peak = 0, channel;
    ebur128_loudness_global(meter, &integrated);
    ebur128_loudness_range(meter, &range);
    for (int c = 0; c < info.channels; c++)
        if (!ebur128_true_peak(meter, (unsigned)c, &channel) && channel > peak) peak = channel;
    printf("I %.2f LRA %.2f M %.2f S %.2f TP %.2f %s\n", integrated, range, momentary, short_term, 20 * log10(peak), file);
    free(frames);
    ebur128_destroy(&meter);
    sf_close(sound);
    return 0;
}

int main(int count, char **files)
{
    int quiet = count > 1 && !strcmp(files[1], "-q"), failed = 0;
    for (int i = 1 + quiet; i < count; i++) failed |= measure(files[i], !quiet);
    return failed;
}
