#pragma once

#include <utility>
#include <vector>

namespace nocloud {

/// The first list followed by the second.
template <class Item>
std::vector<Item> operator+(std::vector<Item> first, std::vector<Item> second) {
  for (auto& item : second) first.push_back(std::move(item));
  return first;
}

}  // namespace nocloud
