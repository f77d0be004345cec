#include "nocloud/ops/converge/change.hpp"

namespace nocloud {

std::string_view word_for(Change change) {
  switch (change) {
    case Change::none:
      return "already there";
    case Change::created:
      return "created";
    case Change::started:
      return "started";
  }
  return "";
}

}  // namespace nocloud
