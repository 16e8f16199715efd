// The denominator of the bench: what libfcgi can do at all. Reads a body and answers 900 bytes
// to every request.
//   responder SOCKET [THREADS]
#include <fcgiapp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

void serve(int socket, const std::string& answer) {
  FCGX_Request request;
  FCGX_InitRequest(&request, socket, 0);
  char body[4096];
  while (FCGX_Accept_r(&request) == 0) {
    while (FCGX_GetStr(body, sizeof body, request.in) > 0) continue;
    FCGX_PutStr(answer.data(), static_cast<int>(answer.size()), request.out);
    FCGX_Finish_r(&request);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: responder SOCKET [THREADS]\n", stderr);
    return 2;
  }
  FCGX_Init();
  unlink(argv[1]);
  const int socket = FCGX_OpenSocket(argv[1], 1024);
  if (socket < 0) return 1;
  chmod(argv[1], 0666);
  const std::string answer =
      "Content-Type: application/scim+json\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x');
  std::vector<std::jthread> threads;
  for (int i = 0; i < (argc > 2 ? std::atoi(argv[2]) : 32); ++i)
    threads.emplace_back([&] { serve(socket, answer); });
}
