package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import java.time.ZoneId;
import java.util.Optional;

/** What the engine asks about the device at hand. */
public interface Devices {
  /** The number that its next assignment will have; asked at most once in a decision. */
  long nextNumber(String device);

  /** What it runs, as the version known to be good there; else what it was to run. */
  Optional<VersionRef> previous(String device);

  /** Whether the assignment of this number is still its last one. */
  boolean holds(String device, long number);

  /** Why it may not be assigned by this rollout, the name of an error code; empty if it may. */
  Optional<String> barred(String device);

  /** Its time zone. */
  ZoneId zone(String device);

  /** Whether the version is still registered. */
  boolean available(VersionRef version);
}
