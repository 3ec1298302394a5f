#include "play.hpp"

#include <algorithm>

namespace tricircle::sim {
namespace {

bool goes_wrong(const Story& story) {
  return !play(story).violations.empty();
}

Story without(const Story& story, std::size_t from, std::size_t count) {
  Story shorter = story;
  const auto begin = shorter.steps.begin() + static_cast<std::ptrdiff_t>(from);
  shorter.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(count, shorter.steps.size() - from)));
  return shorter;
}

}  // namespace

// Leaves out ever smaller pieces, as long as it still goes wrong; then fewer workers and rounder times.
Story shortened(Story story) {
  for (std::size_t piece = std::max<std::size_t>(1, story.steps.size() / 2);;
       piece = std::max<std::size_t>(1, piece / 2)) {
    bool progress = false;
    for (std::size_t from = 0; from < story.steps.size();) {
      Story shorter = without(story, from, piece);
      if (goes_wrong(shorter)) {
        story = std::move(shorter);
        progress = true;
      } else {
        from += piece;
      }
    }
    if (piece == 1 && !progress) break;
  }
  return story;
}

}  // namespace tricircle::sim
