package io.flotilla.rollout.engine;

import java.util.List;
import java.util.Optional;

/** The devices of one rollout as they are stored. */
public interface Targets {
  /** The device of this id, if its turn has come. */
  Optional<Target> find(String device);

  /** The device of a position below {@link Rollout#devices}, whether its turn has come or not. */
  Target at(int position);

  /** Devices that are {@code ASSIGNED} and due at this steady time, the first due first. */
  List<Target> overdue(long steadyMs, int limit);

  /** Devices that are {@code WAITING} and due at this Unix time, the first due first. */
  List<Target> ready(long wallMs, int limit);
}
