/* Streams: work that runs at once, when something waits, or into a graph. Events are times. */
#include "double.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct queue {
    double_work *first, **last;
} queue;

typedef struct stream {
    queue pending, captured;
    int capturing;
    struct stream *next;
} stream;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static stream default_stream;
static stream *streams = &default_stream;
static hipError_t failed; /* as a device's: once a kernel has failed, everything does */

static stream *stream_of(hipStream_t given)
{
    return given ? (stream *)given : &default_stream;
}

static void push(queue *queue, const double_work *work)
{
    double_work *kept = malloc(sizeof *kept);
    *kept = *work;
    kept->next = NULL;
    if (!queue->first)
        queue->last = &queue->first;
    *queue->last = kept;
    queue->last = &kept->next;
}

static void run(const double_work *work)
{
    if (failed != hipSuccess)
        return;
    if (work->kind == WORK_LAUNCH) {
        failed = double_launch(work);
        return;
    }
    char *to = work->to;
    const char *from = work->from;
    for (size_t i = 0; i < work->bytes; i++)
        to[i] = from[i];
}

static void forget(queue *queue)
{
    for (double_work *work = queue->first, *next; work; work = next) {
        next = work->next;
        free(work->kernarg);
        free(work);
    }
    queue->first = NULL;
}

static void drain_locked(stream *stream)
{
    for (const double_work *work = stream->pending.first; work; work = work->next)
        run(work);
    forget(&stream->pending);
}

static hipError_t drain_all_locked(void)
{
    for (stream *stream = streams; stream; stream = stream->next)
        drain_locked(stream);
    return failed;
}

hipError_t double_drain(void)
{
    pthread_mutex_lock(&lock);
    const hipError_t status = drain_all_locked();
    pthread_mutex_unlock(&lock);
    return status;
}

hipError_t double_submit(hipStream_t given, double_work work)
{
    stream *stream = stream_of(given);
    pthread_mutex_lock(&lock);
    push(stream->capturing ? &stream->captured : &stream->pending, &work);
    if (!stream->capturing && !double_setting("EXPOPS_TEST_HIP_LAZY", NULL))
        drain_all_locked();
    const hipError_t status = failed;
    pthread_mutex_unlock(&lock);
    return status;
}

EXPORTED hipError_t hipStreamCreateWithFlags(hipStream_t *out_stream, unsigned flags)
{
    RECORD();
    stream *made = calloc(1, sizeof *made);
    if (!made)
        return hipErrorOutOfMemory;
    pthread_mutex_lock(&lock);
    made->next = streams;
    streams = made;
    pthread_mutex_unlock(&lock);
    *out_stream = (hipStream_t)made;
    return hipSuccess;
}

EXPORTED hipError_t hipStreamDestroy(hipStream_t given)
{
    RECORD();
    pthread_mutex_lock(&lock);
    drain_locked(stream_of(given));
    for (stream **at = &streams; *at; at = &(*at)->next)
        if (*at == (stream *)given) {
            *at = (*at)->next;
            break;
        }
    pthread_mutex_unlock(&lock);
    free(given);
    return hipSuccess;
}

EXPORTED hipError_t hipStreamSynchronize(hipStream_t given)
{
    RECORD();
    return stream_of(given)->capturing ? hipErrorStreamCaptureUnsupported : double_drain();
}

EXPORTED hipError_t hipStreamIsCapturing(hipStream_t given, hipStreamCaptureStatus *out_status)
{
    RECORD();
    *out_status = stream_of(given)->capturing ? hipStreamCaptureStatusActive : hipStreamCaptureStatusNone;
    return hipSuccess;
}

/* --- capture --- */

EXPORTED hipError_t hipStreamBeginCapture(hipStream_t given, hipStreamCaptureMode mode)
{
    RECORD();
    if (!given)
        return hipErrorStreamCaptureUnsupported;
    stream_of(given)->capturing = 1;
    return hipSuccess;
}

EXPORTED hipError_t hipStreamEndCapture(hipStream_t given, hipGraph_t *out_graph)
{
    RECORD();
    queue *graph = malloc(sizeof *graph);
    *graph = stream_of(given)->captured;
    stream_of(given)->captured.first = NULL;
    stream_of(given)->capturing = 0;
    *out_graph = (hipGraph_t)graph;
    return hipSuccess;
}

EXPORTED hipError_t hipGraphInstantiate(hipGraphExec_t *out_exec, hipGraph_t graph, hipGraphNode_t *node, char *log,
                                        size_t bytes)
{
    RECORD();
    *out_exec = (hipGraphExec_t)graph;
    return hipSuccess;
}

EXPORTED hipError_t hipGraphLaunch(hipGraphExec_t exec, hipStream_t given)
{
    RECORD();
    pthread_mutex_lock(&lock);
    drain_all_locked();
    for (const double_work *work = ((queue *)exec)->first; work; work = work->next)
        run(work);
    const hipError_t status = failed;
    pthread_mutex_unlock(&lock);
    return status;
}

EXPORTED hipError_t hipGraphExecDestroy(hipGraphExec_t exec)
{
    RECORD();
    return hipSuccess;
}

EXPORTED hipError_t hipGraphDestroy(hipGraph_t graph)
{
    RECORD();
    forget((queue *)graph);
    free(graph);
    return hipSuccess;
}

/* --- events --- */

EXPORTED hipError_t hipEventCreateWithFlags(hipEvent_t *out_event, unsigned flags)
{
    RECORD();
    *out_event = calloc(1, sizeof(struct timespec));
    return *out_event ? hipSuccess : hipErrorOutOfMemory;
}

EXPORTED hipError_t hipEventDestroy(hipEvent_t event)
{
    RECORD();
    free(event);
    return hipSuccess;
}

EXPORTED hipError_t hipEventRecord(hipEvent_t event, hipStream_t given)
{
    RECORD();
    const hipError_t status = double_drain();
    clock_gettime(CLOCK_MONOTONIC, (struct timespec *)event);
    return status;
}

EXPORTED hipError_t hipEventSynchronize(hipEvent_t event)
{
    RECORD();
    return double_drain();
}

EXPORTED hipError_t hipEventElapsedTime(float *out_ms, hipEvent_t start, hipEvent_t stop)
{
    RECORD();
    const struct timespec *from = (const struct timespec *)start, *to = (const struct timespec *)stop;
    *out_ms = (float)((double)(to->tv_sec - from->tv_sec) * 1e3 + (double)(to->tv_nsec - from->tv_nsec) * 1e-6);
    return hipSuccess;
}
