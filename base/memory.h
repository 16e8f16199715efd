// Memory of the process, for a program that lives long and works in many threads.
#pragma once

namespace habilitd {

// Before any thread starts: large pieces go back to the system when they are freed.
void spare_memory();
// Gives back to the system what is free now, after very much was let go.
void return_free_memory();

}  // namespace habilitd
