#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "nocloud/ops/context.hpp"
#include "nocloud/program/tool.hpp"

namespace nocloud::terraform {

/// The host that a configured provider works on, and the settings of environment and config file.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual const Context& context() const = 0;
  virtual const Invocation& settings() const = 0;
};

/// Connects. Throws Error{unavailable} with the remedy if that fails.
using Connect = std::function<std::unique_ptr<Connection>(const std::optional<std::string>& uri,
                                                          Reporter& reporter, std::stop_token stop)>;

/// To the real world.
std::unique_ptr<Connection> connect_to_system(const std::optional<std::string>& uri, Reporter& reporter,
                                              std::stop_token stop);

}  // namespace nocloud::terraform
