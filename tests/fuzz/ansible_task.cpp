#include "ansible_collection/src/module/task.hpp"

#include "ansible_collection/src/modules.hpp"
#include "fuzz/input.hpp"

using namespace nocloud;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto modules = ansible::modules();
  for (const auto& module : modules) {
    fuzz::try_parser([&] {
      const auto task = ansible::read_task(module.spec, fuzz::text_of(data, size));
      for (const auto& argument : module.spec.arguments) {
        const bool given = task.arguments.has(argument.name);
        fuzz::require(given || argument.need == ansible::ArgumentSpec::Need::optional);
      }
    });
  }
  return 0;
}
