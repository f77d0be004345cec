#include <cstdio>

/// The least that a binary module for Ansible can do.
int main() {
  return std::puts(R"({"changed": false})") < 0 ? 1 : 0;
}
