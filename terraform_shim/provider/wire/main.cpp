#include <csignal>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>

#include "nocloud/program/standard_streams.hpp"
#include "terraform_shim/provider/documentation.hpp"
#include "terraform_shim/provider/log.hpp"
#include "terraform_shim/provider/provider.hpp"
#include "terraform_shim/provider/wire/handshake.hpp"
#include "terraform_shim/provider/wire/server.hpp"

namespace nocloud::terraform {
namespace {

int introduce_itself() {
  print_to_stderr(
      "terraform-provider-nocloud is the program behind Terraform's provider nocloud/nocloud: "
      "Terraform starts "
      "it, and people read its pages in docs/terraform.\n");
  return static_cast<int>(ErrorKind::usage);
}

int print_page(const Provider& provider, const std::string& path) {
  const auto pages = documentation_pages(provider);
  const auto found = pages.find(path);
  if (found == pages.end()) return introduce_itself();
  return flushed([&] { return fmt::print("{}", found->second), 0; });
}

int run(int argc, char** argv) {
  settle_standard_streams();
  std::signal(SIGINT, SIG_IGN);  // it is meant for Terraform, which then tells us to stop
  Log log;
  try {
    Provider provider(connect_to_system, log);
    if (argc == 3 && std::string_view(argv[1]) == "--document") return print_page(provider, argv[2]);
    const auto invitation = argc == 1 ? read_invitation(process_environment()) : std::nullopt;
    if (!invitation) return introduce_itself();
    serve(provider, *invitation, [](std::string_view line) {
      fmt::print("{}\n", line);
      std::fflush(stdout);
    });
    return 0;
  } catch (const Error& error) {
    log.write(LogLevel::error, error.message());
    return static_cast<int>(error.kind());
  } catch (const std::exception& error) {
    log.write(LogLevel::error, fmt::format("internal error: {}", error.what()));
    return static_cast<int>(ErrorKind::failed);
  }
}

}  // namespace
}  // namespace nocloud::terraform

int main(int argc, char** argv) {
  return nocloud::terraform::run(argc, argv);
}
