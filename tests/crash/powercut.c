/* A disk that forgets: preloaded into a server, it keeps in a second folder only what a power
 * cut would have left.
 *
 * POWERCUT_REAL    the folder the server believes in
 * POWERCUT_SHADOW  what survives: the bytes of a file as of its last fsync, under the names as of
 *                  the last fsync of the folder
 *
 * Content lives in SHADOW/.store/<device>-<inode>; a name in SHADOW becomes a hard link to it
 * when the folder is synced. The harness lays out what is safe at the start in the same way. Sockets, *-shm and *.lock files are not kept: nothing in them
 * is meant to survive. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_FILES = 4096, MOST_RANGES = 8192, MOST_FDS = 65536 };
enum { PIECE = 1 << 16, ROOM = 3 * PATH_MAX };

struct range {
    off_t from, to;
};

struct file {
    dev_t device;
    ino_t inode;
    int range_count, cut; /* cut: it was made shorter since the last sync */
    off_t shortest;
    struct range ranges[MOST_RANGES];
};

static struct file *files[MOST_FILES];
static int file_count;
static short file_of_fd[MOST_FDS]; /* place in files plus one; -1 for a folder */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char real_root[PATH_MAX], shadow_root[PATH_MAX];
static size_t real_length;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);

static void give_up(const char *why) {
    fprintf(stderr, "powercut: %s (%s)\n", why, strerror(errno));
    _exit(97);
}

static void *find(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) give_up(name);
    return found;
}

__attribute__((constructor)) static void begin(void) {
    real_open = find("open64");
    real_openat = find("openat64");
    real_close = find("close");
    real_write = find("write");
    real_pwrite = find("pwrite64");
    real_writev = find("writev");
    real_fsync = find("fsync");
    real_fdatasync = find("fdatasync");
    real_ftruncate = find("ftruncate64");
    const char *real = getenv("POWERCUT_REAL"), *shadow = getenv("POWERCUT_SHADOW");
    if (!real || !shadow) return;
    if (!realpath(real, real_root) || !realpath(shadow, shadow_root)) give_up("folders");
    real_length = strlen(real_root);
}

/* ---- which files are ours ---------------------------------------------------------------- */

static int ends_with(const char *name, const char *end) {
    size_t n = strlen(name), m = strlen(end);
    return n >= m && !strcmp(name + n - m, end);
}

static int is_passing(const char *name) {
    return ends_with(name, "-shm") || ends_with(name, ".lock") || ends_with(name, ".sock");
}

/* The path below the real folder ("" for itself), or NULL when the file is not ours. */
static const char *below(const char *path) {
    if (!real_length || strncmp(path, real_root, real_length)) return NULL;
    if (path[real_length] == 0) return path + real_length;
    return path[real_length] == '/' ? path + real_length + 1 : NULL;
}

static int path_of_fd(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0) return -1;
    path[n] = 0;
    return 0;
}

static struct file *file_of(const struct stat *found) {
    for (int i = 0; i < file_count; i++)
        if (files[i]->inode == found->st_ino && files[i]->device == found->st_dev) return files[i];
    if (file_count == MOST_FILES) give_up("too many files");
    struct file *fresh = calloc(1, sizeof *fresh);
    if (!fresh) give_up("memory");
    fresh->device = found->st_dev;
    fresh->inode = found->st_ino;
    files[file_count++] = fresh;
    return fresh;
}

static void store_path(char *path, const struct stat *found) {
    snprintf(path, ROOM, "%s/.store/%lx-%lx", shadow_root, (unsigned long)found->st_dev,
             (unsigned long)found->st_ino);
}

static void remember(int fd) {
    char path[PATH_MAX];
    struct stat found;
    if (fd < 0 || fd >= MOST_FDS || !real_length) return;
    int before = errno;
    file_of_fd[fd] = 0;
    if (!path_of_fd(fd, path)) {
        const char *name = below(path);
        if (name && !fstat(fd, &found)) {
            if (S_ISDIR(found.st_mode)) file_of_fd[fd] = -1;
            if (S_ISREG(found.st_mode) && !is_passing(name)) {
                struct file *file = file_of(&found);
                for (int i = 0; i < file_count; i++)
                    if (files[i] == file) file_of_fd[fd] = (short)(i + 1);
            }
        }
    }
    errno = before;
}

/* The file behind a descriptor; the inode is looked at again, since numbers are used again. */
static struct file *tracked(int fd) {
    struct stat found;
    if (fd < 0 || fd >= MOST_FDS || file_of_fd[fd] <= 0) return NULL;
    struct file *file = files[file_of_fd[fd] - 1];
    if (fstat(fd, &found) || found.st_ino != file->inode || found.st_dev != file->device)
        return NULL;
    return file;
}

/* ---- what is not yet safe ------------------------------------------------------------------ */

static void note_write(struct file *file, off_t from, off_t to) {
    if (to <= from) return;
    if (file->range_count) { /* writes mostly follow one another */
        struct range *last = &file->ranges[file->range_count - 1];
        if (from <= last->to && to >= last->from) {
            if (from < last->from) last->from = from;
            if (to > last->to) last->to = to;
            return;
        }
    }
    if (file->range_count == MOST_RANGES) { /* one wide range is the same, only more to copy */
        for (int i = 1; i < MOST_RANGES; i++) {
            if (file->ranges[i].from < file->ranges[0].from)
                file->ranges[0].from = file->ranges[i].from;
            if (file->ranges[i].to > file->ranges[0].to) file->ranges[0].to = file->ranges[i].to;
        }
        file->range_count = 1;
    }
    file->ranges[file->range_count++] = (struct range){from, to};
}

static void note_cut(struct file *file, off_t size) {
    if (!file->cut || size < file->shortest) file->shortest = size;
    file->cut = 1;
}

static void copy_range(int from_fd, int to_fd, off_t from, off_t to) {
    static char piece[PIECE];
    while (from < to) {
        size_t want = to - from < PIECE ? (size_t)(to - from) : PIECE;
        ssize_t got = pread(from_fd, piece, want, from);
        if (got <= 0) return; /* it ends earlier by now */
        if (real_pwrite(to_fd, piece, (size_t)got, from) != got) give_up("shadow write");
        from += got;
    }
}

/* Bring the shadow of one file up to date: called with the guard held, after the real sync. */
static void sync_file(int fd, struct file *file) {
    char store[ROOM], link[64];
    struct stat found;
    if (fstat(fd, &found)) return;
    store_path(store, &found);
    int shadow = real_open(store, O_WRONLY | O_CREAT, 0600);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int reader = real_open(link, O_RDONLY); /* the descriptor may be for writing only */
    if (shadow < 0 || reader < 0) give_up("shadow open");
    if (file->cut && real_ftruncate(shadow, file->shortest)) give_up("shadow cut");
    for (int i = 0; i < file->range_count; i++)
        copy_range(reader, shadow, file->ranges[i].from, file->ranges[i].to);
    if (real_ftruncate(shadow, found.st_size)) give_up("shadow size");
    file->range_count = file->cut = 0;
    real_close(reader);
    real_close(shadow);
}

static int is_link_to(const char *name, const char *store) {
    struct stat a, b;
    return !lstat(name, &a) && !stat(store, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/* Give the synced names of a folder to the shadow: new ones, other ones, gone ones. */
static void sync_folder(const char *real, const char *shadow) {
    char from[ROOM], name[ROOM], fresh[ROOM + 8], store[ROOM];
    struct stat found;
    struct dirent *entry;
    mkdir(shadow, 0700);
    DIR *folder = opendir(real);
    if (!folder) return;
    while ((entry = readdir(folder))) {
        snprintf(from, sizeof from, "%s/%s", real, entry->d_name);
        snprintf(name, sizeof name, "%s/%s", shadow, entry->d_name);
        if (lstat(from, &found) || !S_ISREG(found.st_mode) || is_passing(entry->d_name)) continue;
        store_path(store, &found);
        if (access(store, F_OK)) { /* the name is safe, the content is not: an empty file */
            int empty = real_open(store, O_WRONLY | O_CREAT, 0600);
            if (empty < 0) give_up("empty file");
            real_close(empty);
        }
        if (is_link_to(name, store)) continue;
        snprintf(fresh, sizeof fresh, "%s.fresh", name);
        unlink(fresh);
        if (link(store, fresh) || rename(fresh, name)) give_up("shadow name");
    }
    closedir(folder);
    folder = opendir(shadow);
    while (folder && (entry = readdir(folder))) {
        if (!strcmp(entry->d_name, ".store") || entry->d_type == DT_DIR) continue;
        snprintf(from, sizeof from, "%s/%s", real, entry->d_name);
        snprintf(name, sizeof name, "%s/%s", shadow, entry->d_name);
        if (lstat(from, &found)) unlink(name);
    }
    if (folder) closedir(folder);
}

static void after_sync(int fd) {
    char path[PATH_MAX], shadow[2 * PATH_MAX];
    if (!real_length || fd < 0 || fd >= MOST_FDS) return;
    int before = errno;
    pthread_mutex_lock(&guard);
    struct file *file = tracked(fd);
    if (file) sync_file(fd, file);
    if (!file && file_of_fd[fd] == -1 && !path_of_fd(fd, path) && below(path)) {
        snprintf(shadow, sizeof shadow, "%s/%s", shadow_root, below(path));
        sync_folder(path, shadow);
    }
    pthread_mutex_unlock(&guard);
    errno = before;
}

/* ---- the calls of the C library ------------------------------------------------------------ */

#define MODE(flags, mode)                                     \
    mode_t mode = 0;                                          \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                    \
        va_list rest;                                         \
        va_start(rest, flags);                                \
        mode = (mode_t)va_arg(rest, unsigned int);            \
        va_end(rest);                                         \
    }

static int opened(int fd, int flags) {
    struct stat found;
    pthread_mutex_lock(&guard);
    remember(fd);
    struct file *file = tracked(fd);
    if (file && (flags & O_TRUNC) && !fstat(fd, &found)) {
        note_cut(file, 0);
    }
    pthread_mutex_unlock(&guard);
    return fd;
}

int open(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(real_open(path, flags, mode), flags);
}

int open64(const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(real_open(path, flags, mode), flags);
}

int openat(int at, const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(real_openat(at, path, flags, mode), flags);
}

int openat64(int at, const char *path, int flags, ...) {
    MODE(flags, mode)
    return opened(real_openat(at, path, flags, mode), flags);
}

int close(int fd) {
    if (fd >= 0 && fd < MOST_FDS && file_of_fd[fd]) {
        pthread_mutex_lock(&guard);
        file_of_fd[fd] = 0;
        pthread_mutex_unlock(&guard);
    }
    return real_close(fd);
}

static void wrote(int fd, off_t from, ssize_t count) {
    int before = errno;
    pthread_mutex_lock(&guard);
    struct file *file = count > 0 ? tracked(fd) : NULL;
    if (file) note_write(file, from, from + count);
    pthread_mutex_unlock(&guard);
    errno = before;
}

static int is_ours(int fd) { return fd >= 0 && fd < MOST_FDS && file_of_fd[fd] > 0; }

ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t done = real_write(fd, bytes, count);
    if (done > 0 && is_ours(fd)) wrote(fd, lseek(fd, 0, SEEK_CUR) - done, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t done = real_writev(fd, parts, count);
    if (done > 0 && is_ours(fd)) wrote(fd, lseek(fd, 0, SEEK_CUR) - done, done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t from) {
    ssize_t done = real_pwrite(fd, bytes, count, from);
    if (done > 0 && is_ours(fd)) wrote(fd, from, done);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t from) {
    return pwrite64(fd, bytes, count, from);
}

static int cut(int fd, off_t size) {
    int done = real_ftruncate(fd, size);
    if (!done && is_ours(fd)) {
        pthread_mutex_lock(&guard);
        struct file *file = tracked(fd);
        if (file) note_cut(file, size);
        pthread_mutex_unlock(&guard);
    }
    return done;
}

int ftruncate(int fd, off_t size) { return cut(fd, size); }

int ftruncate64(int fd, off_t size) { return cut(fd, size); }

int fsync(int fd) {
    int done = real_fsync(fd);
    if (!done) after_sync(fd);
    return done;
}

int fdatasync(int fd) {
    int done = real_fdatasync(fd);
    if (!done) after_sync(fd);
    return done;
}
