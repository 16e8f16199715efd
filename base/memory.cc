#include "base/memory.h"

#ifdef HABILITD_TCMALLOC
#include <gperftools/malloc_extension.h>
#else
#include <malloc.h>
#endif

namespace habilitd {

#ifdef HABILITD_TCMALLOC

// It has one heap for all threads. What a long list leaves free goes back at once, not by and by.
void spare_memory() {
  MallocExtension::instance()->SetNumericProperty("tcmalloc.aggressive_memory_decommit", 1);
}

void return_free_memory() { MallocExtension::instance()->ReleaseFreeMemory(); }

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
