// Programs that tests run.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace habilitd::tests {

// Starts a program (looked up in PATH and /usr/sbin) with both outputs appended to `output`. It is
// killed when the test program dies. Throws std::runtime_error when fork fails.
pid_t spawn(const std::vector<std::string>& command, const std::string& output);

// Runs it to its end; throws with what it printed unless it exits with 0.
void run(const std::vector<std::string>& command, const std::string& output);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

// A new folder under TMPDIR (in memory when that is not set and there is room), for the caller to
// remove. Those of test programs that were killed are removed here.
std::string temporary_folder(const std::string& name);

// A TCP port of 127.0.0.1 that was free a moment ago.
int free_port();

}  // namespace habilitd::tests
