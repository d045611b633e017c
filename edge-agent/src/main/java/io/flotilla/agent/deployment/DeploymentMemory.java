package io.flotilla.agent.deployment;

import io.flotilla.agent.deployment.Acceptance.Numbered;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;

/** What a device remembers of its deployments, as it is in the store. */
public final class DeploymentMemory {
  private static final String LAST = "deployment/last";
  private static final String CURRENT = "deployment/current";
  private static final String COMMITTED = "deployment/committed";
  private static final String PREVIOUS = "deployment/previous";

  private final AgentStore store;

  /** The memory in a store. */
  public DeploymentMemory(AgentStore store) {
    this.store = store;
  }

  /**
   * The version that scores, also after a restart.
   *
   * @param assignment the assignment that brought it
   * @param sinceMs Unix time in milliseconds of its commitment
   */
  public record Committed(Assignment assignment, long sinceMs) {
    /** The version. */
    public VersionRef version() {
      return assignment.target();
    }
  }

  /** The last assignment taken on, or refused for good. */
  public Optional<Numbered> last() {
    return read(LAST, Numbered.class);
  }

  /** The last deployment begun. */
  public Optional<Deployment> current() {
    return read(CURRENT, Deployment.class);
  }

  /** The committed version. */
  public Optional<Committed> committed() {
    return read(COMMITTED, Committed.class);
  }

  /** The version committed before that, whose slot is kept. */
  public Optional<VersionRef> previous() {
    return read(PREVIOUS, VersionRef.class);
  }

  /** Adds the change that remembers an assignment as seen. */
  public static void seen(Assignment assignment, Changes changes) {
    changes.put(LAST, MessageCodec.encode(new Numbered(assignment.number(), assignment.target())));
  }

  /** Adds the change that remembers a deployment's state. */
  public static void at(Deployment deployment, Changes changes) {
    changes.put(CURRENT, MessageCodec.encode(deployment));
  }

  /** Adds the changes that commit a version in place of the one before. */
  public static void commit(Committed committed, Optional<Committed> before, Changes changes) {
    changes.put(COMMITTED, MessageCodec.encode(committed));
    before
        .map(Committed::version)
        .filter(version -> !version.bundle().equals(committed.version().bundle()))
        .ifPresent(version -> changes.put(PREVIOUS, MessageCodec.encode(version)));
  }

  private <T> Optional<T> read(String name, Class<T> type) {
    return store.value(name).map(bytes -> MessageCodec.decode(bytes, type));
  }
}
