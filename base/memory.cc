#include "base/memory.h"

#ifdef HABILITD_TCMALLOC
#include <gperftools/malloc_extension_c.h>
#else
#include <malloc.h>
#endif

namespace habilitd {

#ifdef HABILITD_TCMALLOC

// It keeps one heap for all threads, and gives back by and by what is free.
void spare_memory() {}

void return_free_memory() { MallocExtension_ReleaseFreeMemory(); }

#else

// glibc would keep a heap for every few threads, each as large as the largest list it ever made;
// and it would stop giving large pieces back as soon as the first one was freed.
void spare_memory() {
  constexpr int kLarge = 1024 * 1024;
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, kLarge);
}

void return_free_memory() { malloc_trim(0); }

#endif

}  // namespace habilitd
