//===- Team.cpp - The threads of the code that is running ------------------===//

#include "runtime/threads/Team.h"

namespace quantir::runtime {

static thread_local const Team *current = nullptr;

TeamScope::TeamScope(Team team) : team(team), outer(current) { current = &this->team; }
TeamScope::~TeamScope() { current = outer; }

const Team *currentTeam() { return current; }

int teamThreads() { return current ? current->threads : 1; }

void runOnTeam(int parts, ThreadPool::Body body, void *context) noexcept {
  const Team *team = current;
  if (!team || parts == 1) {
    for (int part = 0; part < parts; ++part)
      body(context, part);
    return;
  }
  // The calling thread does parts, too, and these start no regions.
  current = nullptr;
  struct Region {
    ThreadPool::Body body;
    void *context;
  } region{body, context};
  team->pool->run(
      parts,
      [](void *context, int part) {
        [[maybe_unused]] const FloatModeScope floatMode; // a pool's threads may have any
        const auto &region = *static_cast<const Region *>(context);
        region.body(region.context, part);
      },
      &region);
  current = team;
}

} // namespace quantir::runtime
